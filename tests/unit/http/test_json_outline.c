#include "http/json_outline.h"

#include <string.h>

#include "base/memory.h"
#include "http/limits.h"
#include "support/fc_test.h"

static fc_bytes bytes_of(const char *text)
{
    return (fc_bytes){ (const uint8_t *)text, strlen(text) };
}

/* "start" and so many letters and "end". */
static fc_buffer with_letters(const char *start, size_t letters, const char *end)
{
    fc_error err = { 0 };
    fc_buffer text = FC_BUFFER(100u << 20);
    ASSERT_OK(fc_buffer_append(&text, start, strlen(start), &err), err);
    for (size_t i = 0; i < letters; i++) {
        ASSERT_OK(fc_buffer_append(&text, "x", 1, &err), err);
    }
    ASSERT_OK(fc_buffer_append(&text, end, strlen(end), &err), err);
    return text;
}

static void what_is_short_stays_as_it_is(void **state)
{
    (void)state;
    static const char *const BODIES[] = { "", "{}", " {\"a\" : [1, \"\\\"[,:{\\\\\"]}\r\n", "]" };
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        fc_error err = { 0 };
        fc_json_outline outline = { 0 };
        ASSERT_OK(fc_json_outline_make(bytes_of(BODIES[i]), 4, &outline, &err), err);
        assert_string_equal(fc_buffer_text(&outline.text), BODIES[i]);
        assert_int_equal(outline.count, 0);
        fc_json_outline_clear(&outline);
    }
}

static void a_long_string_is_cut_out(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_buffer body = with_letters("{\"a\": \"", FC_JSON_LONG + 1, "\", \"b\":\"c\"}");
    fc_json_outline outline = { 0 };
    ASSERT_OK(fc_json_outline_make(fc_buffer_bytes(&body), 5, &outline, &err), err);
    assert_string_equal(fc_buffer_text(&outline.text), "{\"a\": \"\\u00000\", \"b\":\"c\"}");
    const fc_bytes found = fc_json_outline_lookup(&outline,
                                                  "\0"
                                                  "0",
                                                  2);
    assert_ptr_equal(found.data, body.data + 7);
    assert_int_equal(found.size, FC_JSON_LONG + 1);
    assert_null(fc_json_outline_lookup(&outline,
                                       "\0"
                                       "1",
                                       2)
                    .data);
    assert_null(fc_json_outline_lookup(&outline, "0", 1).data);
    assert_null(fc_json_outline_lookup(&outline, "", 0).data);
    fc_json_outline_clear(&outline);
    fc_buffer_clear(&body);
}

static void signs_are_counted_outside_of_strings(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_json_outline outline = { 0 };
    ASSERT_OK(fc_json_outline_make(bytes_of("[\"[[[[,,,,::::{{{{\"]"), 1, &outline, &err), err);
    fc_json_outline_clear(&outline);
    static const char *const MANY[] = { "[[", "{{", "[,", "{:" };
    for (size_t i = 0; i < sizeof MANY / sizeof MANY[0]; i++) {
        ASSERT_FAILS(FC_INVALID_ARGUMENT,
                     fc_json_outline_make(bytes_of(MANY[i]), 1, &outline, &err), err);
        assert_non_null(strstr(err.text, "more than 1 lists, objects and values"));
        fc_json_outline_clear(&outline);
    }
}

static void what_no_parser_shall_see_is_refused(void **state)
{
    (void)state;
    static const char *const BODIES[] = { "[\"\\u0000\"]", "[\"\n\"]", "[\"abc", "[\"abc\\",
                                          "[\"\\" };
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        fc_error err = { 0 };
        fc_json_outline outline = { 0 };
        ASSERT_FAILS(FC_INVALID_ARGUMENT,
                     fc_json_outline_make(bytes_of(BODIES[i]), 9, &outline, &err), err);
        fc_json_outline_clear(&outline);
    }
    fc_error err = { 0 };
    fc_json_outline outline = { 0 };
    fc_buffer name = with_letters("{\"", FC_JSON_LONG + 1, "\" \n:1}");
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_json_outline_make(fc_buffer_bytes(&name), 9, &outline, &err), err);
    fc_json_outline_clear(&outline);
    fc_buffer_clear(&name);
    fc_buffer number = with_letters("[", FC_HTTP_BODY_OVERHEAD, "]");
    ASSERT_FAILS(FC_LIMIT_EXCEEDED,
                 fc_json_outline_make(fc_buffer_bytes(&number), 9, &outline, &err), err);
    fc_json_outline_clear(&outline);
    fc_buffer_clear(&number);
}

static void escapes_are_resolved_in_place(void **state)
{
    (void)state;
    static const char *const PAIRS[][2] = {
        { "abc", "abc" },
        { "a\\/b\\\"\\\\", "a/b\"\\" },
        { "\\b\\f\\n\\r\\t", "\b\f\n\r\t" },
        { "\\u002B\\u003d", "+=" },
        { "\\u00e9x", "\xffx" },
        { "a\\u00", "a\xff" },
        { "a\\", "a\xff" },
        { "\\q", "\xff" },
    };
    for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++) {
        char text[32];
        (void)strcpy(text, PAIRS[i][0]);
        const size_t size = fc_json_unescape(text, strlen(text));
        assert_int_equal(size, strlen(PAIRS[i][1]));
        assert_memory_equal(text, PAIRS[i][1], size);
    }
}

static void an_outline_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_buffer body = with_letters("{\"a\": \"", FC_JSON_LONG + 1, "\"}");
    fc_status status = FC_OUT_OF_MEMORY;
    for (int64_t n = 1; status != FC_OK; n++) {
        fc_error err = { 0 };
        fc_json_outline outline = { 0 };
        fc_memory_fail_after(n);
        status = fc_json_outline_make(fc_buffer_bytes(&body), 5, &outline, &err);
        fc_memory_fail_after(0);
        assert_true(status == FC_OK || status == FC_OUT_OF_MEMORY);
        fc_json_outline_clear(&outline);
        assert_true(n < 20);
    }
    fc_buffer_clear(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_short_stays_as_it_is),
        cmocka_unit_test(a_long_string_is_cut_out),
        cmocka_unit_test(signs_are_counted_outside_of_strings),
        cmocka_unit_test(what_no_parser_shall_see_is_refused),
        cmocka_unit_test(escapes_are_resolved_in_place),
        cmocka_unit_test(an_outline_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
