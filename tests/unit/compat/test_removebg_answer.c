#include "compat/removebg_answer.h"

#include <string.h>

#include "http/response.h"
#include "support/fc_test.h"

static void assert_refusal(unsigned ours, unsigned theirs, const char *word)
{
    unsigned code = ours;
    json_t *body = fc_removebg_refusal(&code, theirs == 429, "what is \"wrong\"");
    const json_t *first = json_array_get(json_object_get(body, "errors"), 0);
    assert_int_equal(code, theirs);
    assert_string_equal(json_string_value(json_object_get(first, "code")), word);
    assert_string_equal(json_string_value(json_object_get(first, "title")), "what is \"wrong\"");
    json_decref(body);
}

static void refusals_have_the_codes_that_its_clients_know(void **state)
{
    (void)state;
    assert_refusal(401, 403, "auth_failed");
    assert_refusal(503, 429, "rate_limit_exceeded");
    assert_refusal(503, 503, "service_unavailable");
    assert_refusal(404, 404, "not_found");
    assert_refusal(405, 405, "method_not_allowed");
    assert_refusal(413, 413, "file_too_large");
    assert_refusal(415, 415, "unsupported_media_type");
    assert_refusal(400, 400, "bad_request");
    assert_refusal(500, 500, "internal_error");
    assert_refusal(504, 504, "timeout");
}

static void assert_fails_as(fc_status status, fc_cutout_fault fault, const char *word)
{
    const fc_error failure = { status, "text" };
    fc_error err = { 0 };
    fc_http_response response = fc_http_response_start();
    assert_int_equal(fc_removebg_fail(&failure, fault, &response, &err), FC_OK);
    assert_int_equal(response.code, 400);
    assert_non_null(strstr((const char *)response.buffer.data, word));
    fc_http_response_clear(&response);
}

static void failures_of_the_work_have_words_of_their_own(void **state)
{
    (void)state;
    assert_fails_as(FC_NO_FACE, FC_CUTOUT_SOUND, "unknown_foreground");
    assert_fails_as(FC_UNSUPPORTED_FORMAT, FC_CUTOUT_SOUND, "invalid_file_type");
    assert_fails_as(FC_CORRUPT_IMAGE, FC_CUTOUT_SOUND, "failed_to_read_image");
    assert_fails_as(FC_LIMIT_EXCEEDED, FC_CUTOUT_SOUND, "resolution_too_high");
    assert_fails_as(FC_CORRUPT_IMAGE, FC_CUTOUT_BACKDROP, "failed_bg_download");
    assert_fails_as(FC_INVALID_ARGUMENT, FC_CUTOUT_ROI_OUTSIDE, "roi_exceeds_bounds");
    assert_fails_as(FC_INVALID_ARGUMENT, FC_CUTOUT_ROI_EMPTY, "roi_region_empty");
}

static void our_own_failures_are_passed_on(void **state)
{
    (void)state;
    const fc_error failure = { FC_BUSY, "later" };
    fc_error err = { 0 };
    fc_http_response response = fc_http_response_start();
    ASSERT_FAILS(FC_BUSY, fc_removebg_fail(&failure, FC_CUTOUT_SOUND, &response, &err), err);
    assert_int_equal(response.kind, FC_HTTP_EMPTY);
}

static void contract_covers_its_path_and_what_lies_below(void **state)
{
    (void)state;
    static const fc_http_error_format ONE[] = { { "/v1.0", fc_removebg_refusal } };
    assert_ptr_equal(fc_http_error_format_lookup(ONE, 1, "/v1.0"), ONE);
    assert_ptr_equal(fc_http_error_format_lookup(ONE, 1, "/v1.0/any"), ONE);
    assert_null(fc_http_error_format_lookup(ONE, 1, "/v1.00"));
    assert_null(fc_http_error_format_lookup(ONE, 1, "/api/v1.0"));
    assert_null(fc_http_error_format_lookup(NULL, 0, "/v1.0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_have_the_codes_that_its_clients_know),
        cmocka_unit_test(failures_of_the_work_have_words_of_their_own),
        cmocka_unit_test(our_own_failures_are_passed_on),
        cmocka_unit_test(contract_covers_its_path_and_what_lies_below),
    };
    return cmocka_run_group_tests_name("compat/removebg_answer", tests, NULL, NULL);
}
