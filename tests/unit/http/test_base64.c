#include "http/base64.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static fc_bytes bytes_of(const char *text)
{
    return (fc_bytes){ (const uint8_t *)text, strlen(text) };
}

static void the_examples_of_the_standard_hold_both_ways(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char *const PAIRS[][2] = {
        { "", "" },
        { "f", "Zg==" },
        { "fo", "Zm8=" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" },
        { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" },
    };
    for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++) {
        FC_AUTO_BUFFER(text, 100);
        FC_AUTO_BUFFER(content, 100);
        ASSERT_OK(fc_base64_encode(bytes_of(PAIRS[i][0]), &text, &err), err);
        assert_string_equal(fc_buffer_text(&text), PAIRS[i][1]);
        ASSERT_OK(fc_base64_decode(bytes_of(PAIRS[i][1]), &content, &err), err);
        assert_string_equal(fc_buffer_text(&content), PAIRS[i][0]);
    }
}

static void every_length_survives_a_round_trip(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static uint8_t content[10000];
    for (size_t i = 0; i < sizeof content; i++) {
        content[i] = (uint8_t)(i * 7 + i / 256);
    }
    static const size_t AROUND[] = { 0, 3069, 6141, 9990 };
    for (size_t k = 0; k < sizeof AROUND / sizeof AROUND[0]; k++) {
        for (size_t size = AROUND[k]; size < AROUND[k] + 10; size++) {
            FC_AUTO_BUFFER(text, 20000);
            FC_AUTO_BUFFER(back, 20000);
            ASSERT_OK(fc_base64_encode((fc_bytes){ content, size }, &text, &err), err);
            assert_int_equal(text.size, (size + 2) / 3 * 4);
            ASSERT_OK(fc_base64_decode(fc_buffer_bytes(&text), &back, &err), err);
            assert_int_equal(back.size, size);
            if (size > 0) {
                assert_memory_equal(back.data, content, size);
            }
        }
    }
}

static void both_alphabets_spaces_and_missing_padding_are_read(void **state)
{
    (void)state;
    static const char *const SAME[] = { "+/+/Zm8=",         "-_-_Zm8=",        "+/-_Zm8",
                                        "+/+/\r\nZm8=\r\n", " +\t/+/ Zm8 =\n", "+/+/Zm8" };
    for (size_t i = 0; i < sizeof SAME / sizeof SAME[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO_BUFFER(out, 5);
        ASSERT_OK(fc_base64_decode(bytes_of(SAME[i]), &out, &err), err);
        assert_int_equal(out.size, 5);
        assert_memory_equal(out.data,
                            "\xfb\xff\xbf"
                            "fo",
                            5);
    }
}

/* As `base64` and MIME write it; longer than what is worked on at once. */
static void lines_of_any_length_are_read(void **state)
{
    (void)state;
    static uint8_t content[20000];
    for (size_t i = 0; i < sizeof content; i++) {
        content[i] = (uint8_t)(i * 7 + i / 256);
    }
    for (size_t line = 1; line < 100; line += line < 5 ? 1 : 19) {
        fc_error err = { 0 };
        FC_AUTO_BUFFER(text, 40000);
        FC_AUTO_BUFFER(broken, 80000);
        FC_AUTO_BUFFER(back, sizeof content);
        const fc_bytes bytes = { content, sizeof content };
        ASSERT_OK(fc_base64_encode(bytes, &text, &err), err);
        for (size_t at = 0; at < text.size; at += line) {
            const size_t size = text.size - at < line ? text.size - at : line;
            ASSERT_OK(fc_buffer_append(&broken, text.data + at, size, &err), err);
            ASSERT_OK(fc_buffer_append(&broken, "\n", 1, &err), err);
        }
        ASSERT_OK(fc_base64_decode(fc_buffer_bytes(&broken), &back, &err), err);
        assert_int_equal(back.size, sizeof content);
        assert_memory_equal(back.data, content, sizeof content);
    }
}

static void text_for_addresses_has_no_padding(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 64);
    ASSERT_OK(fc_buffer_append(&out, "+", 1, &err), err);
    ASSERT_OK(fc_base64url_encode(bytes_of("\xFB\xFF\xFE\x01"), &out, &err), err);
    assert_string_equal(fc_buffer_text(&out), "+-__-AQ"); /* what was there stays */
    FC_AUTO_BUFFER(small, 2);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_base64url_encode(bytes_of("abc"), &small, &err), err);
    assert_int_equal(small.size, 0);
}

static void what_is_not_base64_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char *const WRONG[] = {
        "Z",    "Zg=",      "Zg===", "Z===",    "====",  "=",  "Zh==",   "Zm9=",    "Zh", "Zm9",
        "Zm.v", "Zg==Zg==", "=Zg=",  "Z\xffg=", "Zm9vZ", "Z ", "Zg==\v", "Zg = =x", "\f"
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        FC_AUTO_BUFFER(out, 100);
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_base64_decode(bytes_of(WRONG[i]), &out, &err), err);
    }
}

static void limits_and_failed_allocations_are_reported(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(small, 3);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_base64_decode(bytes_of("Zm9vYg=="), &small, &err), err);
    fc_buffer_clear(&small);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_base64_encode(bytes_of("a"), &small, &err), err);
    assert_int_equal(small.size, 0);
    FC_AUTO_BUFFER(out, 100);
    SWEEP_ALLOCATIONS(fc_base64_encode(bytes_of("abc"), &out, &err), out.size == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard_hold_both_ways),
        cmocka_unit_test(every_length_survives_a_round_trip),
        cmocka_unit_test(both_alphabets_spaces_and_missing_padding_are_read),
        cmocka_unit_test(lines_of_any_length_are_read),
        cmocka_unit_test(text_for_addresses_has_no_padding),
        cmocka_unit_test(what_is_not_base64_is_refused),
        cmocka_unit_test(limits_and_failed_allocations_are_reported),
    };
    return cmocka_run_group_tests_name("http/base64", tests, NULL, NULL);
}
