#include "image/vips_file.h"

#include <string.h>

#include "support/fc_photo.h"

/* Tries whatever loader libvips itself would take for these bytes. */
static void assert_blocked(const char *text)
{
    VipsImage *image = vips_image_new_from_buffer(text, strlen(text), "", NULL);
    assert_null(image);
    vips_error_clear();
}

static void library_reads_nothing_but_the_six_types(void **state)
{
    (void)state;
    assert_blocked("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>");
    assert_blocked("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n");
    assert_blocked("P6 1 1 255 abc");
    assert_blocked("P3\n1 1\n255\n1 2 3\n");
    assert_blocked("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\nabcd");
    assert_blocked("push graphic-context\nviewbox 0 0 9 9\npop graphic-context\n");
    assert_blocked("GIMP xcf file");

    static const char SVG[] =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>";
    VipsImage *image = NULL;
    void *bytes = (void *)(uintptr_t)SVG;
    assert_int_not_equal(vips_svgload_buffer(bytes, sizeof SVG - 1, &image, NULL), 0);
    assert_int_not_equal(vips_magickload_buffer(bytes, sizeof SVG - 1, &image, NULL), 0);
    vips_error_clear();
}

static void library_reads_no_files(void **state)
{
    (void)state;
    VipsImage *image = NULL;
    assert_int_not_equal(vips_pngload("tests/data/image/rgb.png", &image, NULL), 0);
    assert_int_not_equal(vips_jpegload("tests/data/image/grey.jpg", &image, NULL), 0);
    assert_null(vips_image_new_from_file("tests/data/image/rgb.png", NULL));
    vips_error_clear();
}

static void wrong_type_is_a_damaged_file(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("rgb.png");
    for (fc_format format = FC_FORMAT_JPEG; format < FC_FORMAT_COUNT; format++) {
        if (format == FC_FORMAT_PNG || format == FC_FORMAT_BMP) {
            continue;
        }
        VipsImage *image = NULL;
        ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_vips_open(file->bytes, format, 1, &image, &err), err);
        assert_non_null(strstr(err.text, fc_format_name(format)));
        assert_null(strchr(err.text, '\n'));
        assert_null(image);
    }
}

static void reason_of_the_library_is_taken_and_forgotten(void **state)
{
    (void)state;
    fc_error err = { 0 };
    vips_error("reader", "odd bytes");
    vips_error("reader", "second line");
    assert_int_equal(fc_vips_fail(&err, FC_CORRUPT_IMAGE, "what"), FC_CORRUPT_IMAGE);
    assert_string_equal(err.text, "what (reader: odd bytes)");
    assert_int_equal(fc_vips_fail(&err, FC_CORRUPT_IMAGE, "what"), FC_CORRUPT_IMAGE);
    assert_string_equal(err.text, "what");
    vips_error("vips_tracked", "out of memory --- size == 1MB");
    assert_int_equal(fc_vips_fail(&err, FC_CORRUPT_IMAGE, "what"), FC_OUT_OF_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(library_reads_nothing_but_the_six_types),
        cmocka_unit_test(library_reads_no_files),
        cmocka_unit_test(wrong_type_is_a_damaged_file),
        cmocka_unit_test(reason_of_the_library_is_taken_and_forgotten),
    };
    return cmocka_run_group_tests_name("image/vips_file", tests, fc_photo_setup, fc_photo_teardown);
}
