#include "http/range.h"

#include "support/fc_test.h"

static void one_range_is_understood_in_its_three_forms(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        uint64_t offset;
        uint64_t size;
    } CASES[] = {
        { "bytes=0-0", 0, 1 },   { "bytes=2-4", 2, 3 },
        { "bytes=9-", 9, 1 },    { "bytes=-3", 7, 3 },
        { "bytes=-100", 0, 10 }, { "bytes=5-100", 5, 5 },
        { "Bytes=0-", 0, 10 },   { "bytes=0-18446744073709551615", 0, 10 },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_http_range range = { 0 };
        assert_int_equal(fc_http_range_parse(CASES[i].header, 10, &range), FC_HTTP_RANGE_PART);
        assert_int_equal(range.offset, CASES[i].offset);
        assert_int_equal(range.size, CASES[i].size);
    }
}

static void anything_else_is_the_whole(void **state)
{
    (void)state;
    static const char *const HEADERS[] = {
        NULL,        "",           "bytes",         "bytes=",
        "bytes=-",   "bytes=4-2",  "bytes=0-1,3-4", "lines=0-1",
        "bytes=a-b", "bytes= 0-1", "bytes=0-1x",    "bytes=18446744073709551616-"
    };
    for (size_t i = 0; i < sizeof HEADERS / sizeof HEADERS[0]; i++) {
        fc_http_range range = { 7, 7 };
        assert_int_equal(fc_http_range_parse(HEADERS[i], 10, &range), FC_HTTP_RANGE_ALL);
        assert_int_equal(range.offset, 7);
    }
}

static void a_range_past_the_end_is_none(void **state)
{
    (void)state;
    fc_http_range range = { 0 };
    assert_int_equal(fc_http_range_parse("bytes=10-", 10, &range), FC_HTTP_RANGE_NONE);
    assert_int_equal(fc_http_range_parse("bytes=-0", 10, &range), FC_HTTP_RANGE_NONE);
    assert_int_equal(fc_http_range_parse("bytes=0-", 0, &range), FC_HTTP_RANGE_NONE);
    assert_int_equal(fc_http_range_parse("bytes=-5", 0, &range), FC_HTTP_RANGE_NONE);
}

static void tags_are_found_in_lists(void **state)
{
    (void)state;
    assert_true(fc_http_etag_matches("\"a\"", "\"a\""));
    assert_true(fc_http_etag_matches("W/\"a\"", "\"a\""));
    assert_true(fc_http_etag_matches("\"b\" , \"a\"", "\"a\""));
    assert_true(fc_http_etag_matches("*", "\"a\""));
    assert_false(fc_http_etag_matches("\"b\"", "\"a\""));
    assert_false(fc_http_etag_matches("\"ab\"", "\"a\""));
    assert_false(fc_http_etag_matches("", "\"a\""));
    assert_false(fc_http_etag_matches(NULL, "\"a\""));
    assert_false(fc_http_etag_matches(",,, ,", "\"a\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_range_is_understood_in_its_three_forms),
        cmocka_unit_test(anything_else_is_the_whole),
        cmocka_unit_test(a_range_past_the_end_is_none),
        cmocka_unit_test(tags_are_found_in_lists),
    };
    return cmocka_run_group_tests_name("http/range", tests, NULL, NULL);
}
