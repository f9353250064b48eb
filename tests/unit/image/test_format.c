#include "image/format.h"

#include <string.h>

#include "config/options.h"
#include "support/fc_photo.h"

static void content_decides_the_type(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        fc_format format;
    } FILES[] = {
        { "grey.jpg", FC_FORMAT_JPEG },       { "rgb.png", FC_FORMAT_PNG },
        { "lossy.webp", FC_FORMAT_WEBP },     { "quadrants.bmp", FC_FORMAT_BMP },
        { "quadrants.gif", FC_FORMAT_GIF },   { "lzw.tif", FC_FORMAT_TIFF },
        { "quadrants.heic", FC_FORMAT_HEIC }, { "quadrants.avif", FC_FORMAT_AVIF },
        { "README.md", FC_FORMAT_UNKNOWN },
    };
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        FC_AUTO(fc_mapping) file = fc_photo_open(FILES[i].name);
        assert_int_equal(fc_format_sniff(file->bytes), FILES[i].format);
    }
}

static void generic_brand_leaves_the_type_to_the_compatible_ones(void **state)
{
    (void)state;
    static const uint8_t HEIC[] = "\0\0\0\x18"
                                  "ftypmif1\0\0\0\0mif1heic";
    static const uint8_t AVIF[] = "\0\0\0\x18"
                                  "ftypmif1\0\0\0\0miafavif";
    static const uint8_t VIDEO[] = "\0\0\0\x18"
                                   "ftypmp42\0\0\0\0mp42isom";
    /* The box ends before the brand that follows it. */
    static const uint8_t SHORT[] = "\0\0\0\x14"
                                   "ftypmif1\0\0\0\0mif1heic";
    assert_int_equal(fc_format_sniff((fc_bytes){ HEIC, 24 }), FC_FORMAT_HEIC);
    assert_int_equal(fc_format_sniff((fc_bytes){ AVIF, 24 }), FC_FORMAT_AVIF);
    assert_int_equal(fc_format_sniff((fc_bytes){ VIDEO, 24 }), FC_FORMAT_UNKNOWN);
    assert_int_equal(fc_format_sniff((fc_bytes){ SHORT, 24 }), FC_FORMAT_UNKNOWN);
}

static void short_files_have_no_type(void **state)
{
    (void)state;
    static const uint8_t PNG[] = "\x89PNG\r\n\x1a\n";
    for (size_t size = 0; size < 8; size++) {
        assert_int_equal(fc_format_sniff((fc_bytes){ PNG, size }), FC_FORMAT_UNKNOWN);
    }
    assert_int_equal(fc_format_sniff((fc_bytes){ NULL, 0 }), FC_FORMAT_UNKNOWN);
}

static void list_is_parsed_and_printed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    uint32_t formats = 0;
    ASSERT_OK(fc_formats_parse("webp, jpeg ,avif", &formats, &err), err);
    assert_int_equal(formats, FC_FORMAT_BIT(FC_FORMAT_JPEG) | FC_FORMAT_BIT(FC_FORMAT_WEBP) |
                                  FC_FORMAT_BIT(FC_FORMAT_AVIF));
    char text[FC_FORMATS_TEXT_SIZE];
    fc_formats_print(formats, text);
    assert_string_equal(text, "jpeg, webp, avif");
    fc_formats_print(0, text);
    assert_string_equal(text, "");
}

static void unknown_words_are_refused_by_name(void **state)
{
    (void)state;
    fc_error err = { 0 };
    uint32_t formats = 7;
    static const char *const LISTS[] = {
        "", "jpg", "jpeg,", ",png", "jpeg png", "JPEG", "unknown"
    };
    for (size_t i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++) {
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_formats_parse(LISTS[i], &formats, &err), err);
    }
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_formats_parse("png,svg", &formats, &err), err);
    assert_non_null(strstr(err.text, "\"svg\""));
    assert_int_equal(formats, 7);
}

static void endings_promise_a_type_in_any_case(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        fc_format format;
    } FILES[] = {
        { "a.jpg", FC_FORMAT_JPEG },       { "a.b.JPEG", FC_FORMAT_JPEG },
        { ".png", FC_FORMAT_PNG },         { "a.Tif", FC_FORMAT_TIFF },
        { "a.hif", FC_FORMAT_HEIC },       { "a.avif", FC_FORMAT_AVIF },
        { "a.jp", FC_FORMAT_UNKNOWN },     { "a.jpg ", FC_FORMAT_UNKNOWN },
        { "a.", FC_FORMAT_UNKNOWN },       { "jpg", FC_FORMAT_UNKNOWN },
        { "a.jpg.gz", FC_FORMAT_UNKNOWN }, { "", FC_FORMAT_UNKNOWN },
    };
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        assert_int_equal(fc_format_of_name(FILES[i].name), FILES[i].format);
    }
}

static void the_setting_starts_with_every_type_that_can_be_read(void **state)
{
    (void)state;
    fc_error err = { 0 };
    uint32_t formats = 0;
    ASSERT_OK(fc_formats_parse(fc_settings_default().formats, &formats, &err), err);
    for (fc_format format = FC_FORMAT_UNKNOWN + 1; format < FC_FORMAT_COUNT; format++) {
        assert_true((formats & FC_FORMAT_BIT(format)) != 0);
    }
    char text[FC_FORMATS_TEXT_SIZE];
    fc_formats_print(formats, text);
    assert_true(strlen(text) < sizeof text - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_decides_the_type),
        cmocka_unit_test(generic_brand_leaves_the_type_to_the_compatible_ones),
        cmocka_unit_test(short_files_have_no_type),
        cmocka_unit_test(list_is_parsed_and_printed),
        cmocka_unit_test(endings_promise_a_type_in_any_case),
        cmocka_unit_test(the_setting_starts_with_every_type_that_can_be_read),
        cmocka_unit_test(unknown_words_are_refused_by_name),
    };
    return cmocka_run_group_tests_name("image/format", tests, NULL, NULL);
}
