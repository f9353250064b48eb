#include "check/measure_functions.h"

#include "support/drawn_face.h"
#include "support/fc_test.h"

/* Bytes that are no JPEG: nothing tells of its quality. */
static const uint8_t BYTES[FC_CHECK_WIDTH * FC_CHECK_HEIGHT * 3 / 10];

/* Fine steps everywhere, and larger ones where blocks of 8 px meet. */
static void paint_blocks(fc_image *pixels)
{
    for (int32_t y = 0; y < pixels->size.height; y++) {
        uint8_t *row = fc_image_row(pixels, y);
        for (int32_t i = 0; i < 3 * pixels->size.width; i++) {
            const int32_t x = i / 3;
            row[i] = (uint8_t)(100 + (x + y) % 2 * 10 + (x / 8 + y / 8) % 2 * 40);
        }
    }
}

static fc_check_values measure(drawn_face *face)
{
    fc_check_values values = { 0 };
    fc_measure_file(drawn_face_crop(face), &values);
    drawn_face_close(face);
    return values;
}

static void a_jpeg_is_smaller_than_its_pixels_by_so_many_times(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    face.input.facts.format = FC_FORMAT_JPEG;
    face.input.file = (fc_bytes){ BYTES, sizeof BYTES };
    const fc_check_values values = measure(&face);
    assert_true(values.items[FC_MEASURE_file] == 10);
    assert_true(values.kb == sizeof BYTES / 1024.0);
}

static void other_formats_are_not_compared(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    face.input.file = (fc_bytes){ BYTES, sizeof BYTES };
    assert_true(measure(&face).items[FC_MEASURE_file] == 1);
}

static void a_picture_without_steps_is_not_compressed(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    assert_true(measure(&face).items[FC_MEASURE_compression] == 100);
}

static void steps_of_blocks_tell_of_a_jpeg_that_is_one_no_more(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    paint_blocks(face.pixels);
    assert_true(measure(&face).items[FC_MEASURE_compression] == 50);
}

static void a_reduced_preview_without_tables_tells_nothing(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    face.preview.to_photo.a = 2;
    assert_false(measure(&face).known[FC_MEASURE_compression]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_jpeg_is_smaller_than_its_pixels_by_so_many_times),
        cmocka_unit_test(other_formats_are_not_compared),
        cmocka_unit_test(a_picture_without_steps_is_not_compressed),
        cmocka_unit_test(steps_of_blocks_tell_of_a_jpeg_that_is_one_no_more),
        cmocka_unit_test(a_reduced_preview_without_tables_tells_nothing),
    };
    return cmocka_run_group_tests_name("check/file", tests, NULL, NULL);
}
