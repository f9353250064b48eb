#include "http/status.h"

#include "support/fc_test.h"

static void every_status_has_a_code_with_a_phrase(void **state)
{
    (void)state;
    for (int i = 0; i < fc_status_count(); i++) {
        const unsigned code = fc_http_code((fc_status)i);
        assert_true(code >= 200 && code <= 599);
        assert_string_not_equal(fc_http_phrase(code), "Error");
        assert_int_equal(code == 200, i == FC_OK);
    }
}

static void what_is_ours_is_not_told(void **state)
{
    (void)state;
    assert_false(fc_http_tells_client(FC_IO));
    assert_false(fc_http_tells_client(FC_OUT_OF_MEMORY));
    assert_false(fc_http_tells_client(FC_MODEL_UNAVAILABLE));
    assert_true(fc_http_tells_client(FC_CORRUPT_IMAGE));
    assert_true(fc_http_tells_client(FC_BUSY));
    assert_true(fc_http_tells_client(FC_STORAGE_FULL));
}

static void a_malformed_body_is_a_bad_request(void **state)
{
    (void)state;
    assert_int_equal(fc_http_code(FC_INVALID_ARGUMENT), 422);
    assert_int_equal(fc_http_body_code(FC_INVALID_ARGUMENT), 400);
    assert_int_equal(fc_http_body_code(FC_UNSUPPORTED_FORMAT), 415);
    assert_int_equal(fc_http_body_code(FC_LIMIT_EXCEEDED), 413);
}

static void an_unknown_code_has_a_phrase_as_well(void **state)
{
    (void)state;
    assert_string_equal(fc_http_phrase(299), "OK");
    assert_string_equal(fc_http_phrase(599), "Error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_code_with_a_phrase),
        cmocka_unit_test(what_is_ours_is_not_told),
        cmocka_unit_test(a_malformed_body_is_a_bad_request),
        cmocka_unit_test(an_unknown_code_has_a_phrase_as_well),
    };
    return cmocka_run_group_tests_name("http/status", tests, NULL, NULL);
}
