#include "directory/text_file.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

#define BYTES(text) ((fc_bytes){ (const uint8_t *)(text), sizeof(text) - 1 })

static void assert_reads(fc_bytes file, const char *text, fc_text_encoding encoding)
{
    fc_error err = { 0 };
    fc_text_encoding found = FC_TEXT_ENCODINGS_COUNT;
    FC_AUTO_BUFFER(out, 1 << 16);
    ASSERT_OK(fc_text_to_utf8(file, &out, &found, &err), err);
    assert_string_equal(fc_buffer_text(&out), text);
    assert_int_equal(found, encoding);
}

static void each_encoding_becomes_utf8(void **state)
{
    (void)state;
    assert_reads(BYTES("M\xc3\xbcller"), "M\xc3\xbcller", FC_TEXT_UTF8);
    assert_reads(BYTES("\xef\xbb\xbfM"), "M", FC_TEXT_UTF8);
    assert_reads(BYTES("M\xfcller \x80 \x93"), "M\xc3\xbcller \xe2\x82\xac \xe2\x80\x9c",
                 FC_TEXT_WINDOWS_1252);
    assert_reads(BYTES("\xff\xfeM\0\xfc\0"), "M\xc3\xbc", FC_TEXT_UTF16);
    assert_reads(BYTES("\xfe\xff\0M\xd8\x3d\xde\x00"), "M\xf0\x9f\x98\x80", FC_TEXT_UTF16);
    assert_reads(BYTES(""), "", FC_TEXT_UTF8);
    assert_string_equal(fc_text_encoding_name(FC_TEXT_WINDOWS_1252), "Windows-1252");
}

static void half_characters_and_zero_bytes_are_refused(void **state)
{
    (void)state;
    const fc_bytes bad[] = { BYTES("\xff\xfeM"), BYTES("\xff\xfe\x3d\xd8"),
                             BYTES("\xff\xfe\x00\xde"), BYTES("a\0b"), BYTES("\xff\xfe\0\0") };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        fc_error err = { 0 };
        fc_text_encoding found = FC_TEXT_UTF8;
        FC_AUTO_BUFFER(out, 1 << 16);
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_text_to_utf8(bad[i], &out, &found, &err), err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_encoding_becomes_utf8),
        cmocka_unit_test(half_characters_and_zero_bytes_are_refused),
    };
    return cmocka_run_group_tests_name("directory/text_file", tests, NULL, NULL);
}
