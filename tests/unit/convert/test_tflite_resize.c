#define _GNU_SOURCE /* memmem */
#include "convert/tflite_resize.h"

#include <string.h>

#include "convert/tflite.h"
#include "support/tflite_case.h"

#define ONNX_BYTES_MAX ((size_t)1 << 16)

static void resizing_counts_from_pixel_centres(void **state)
{
    (void)state;
    fc_test_tflite_case("resize");
}

static void a_convolution_of_single_pixels_comes_before_the_resizing(void **state)
{
    (void)state;
    fc_test_tflite_case("resize_and_convolve");
    fc_buffer onnx = fc_test_convert("tests/data/tflite/resize_and_convolve.tflite", 1);
    assert_non_null(fc_test_find(&onnx, "Conv"));
    assert_true(fc_test_find(&onnx, "Conv") < fc_test_find(&onnx, "Resize"));
    fc_buffer_clear(&onnx);
}

static void a_resized_picture_that_is_read_twice_is_resized_first(void **state)
{
    (void)state;
    fc_test_tflite_case("resize_read_twice");
    fc_buffer onnx = fc_test_convert("tests/data/tflite/resize_read_twice.tflite", 1);
    assert_non_null(fc_test_find(&onnx, "Resize"));
    assert_true(fc_test_find(&onnx, "Resize") < fc_test_find(&onnx, "Conv"));
    fc_buffer_clear(&onnx);
}

static void one_px_is_spread_over_the_picture_that_it_scales(void **state)
{
    (void)state;
    fc_test_tflite_case("squeeze_and_excite");
    fc_buffer onnx = fc_test_convert("tests/data/tflite/squeeze_and_excite.tflite", 1);
    assert_non_null(fc_test_find(&onnx, "nearest"));
    assert_true(fc_test_find(&onnx, "Resize") < fc_test_find(&onnx, "Mul"));
    fc_buffer_clear(&onnx);
}

static void pictures_of_the_same_sides_are_not_spread(void **state)
{
    (void)state;
    fc_buffer onnx = fc_test_convert("tests/data/tflite/relu_and_add.tflite", 1);
    assert_non_null(fc_test_find(&onnx, "Add"));
    assert_null(fc_test_find(&onnx, "Resize"));
    fc_buffer_clear(&onnx);
}

/* 10 x 12 of 5 x 6, after a convolution. */
static void whole_multiples_stay_in_blocks_of_channels(void **state)
{
    (void)state;
    fc_buffer onnx = fc_test_convert("tests/data/tflite/resize_and_convolve.tflite", 8);
    assert_non_null(fc_test_find(&onnx, "Upsample"));
    assert_null(fc_test_find(&onnx, "Resize"));
    fc_buffer_clear(&onnx);
}

static void other_ways_of_resizing_are_refused(void **state)
{
    (void)state;
    fc_test_tflite_odd("align_corners", "RESIZE_BILINEAR other than");
}

/* 7 rows of 5 would be 8.4 rows of 6; and there is no picture without rows. */
static void sides_that_do_not_come_out_even_are_refused(void **state)
{
    (void)state;
    static const int32_t TARGET[] = { 10, 12 };
    const int32_t odd[] = { 7, 0 };
    for (size_t i = 0; i < 2; i++) {
        fc_error err = { 0 };
        fc_buffer file = fc_test_file("tests/data/tflite/resize.tflite");
        uint8_t *rows = memmem(file.data, file.size, TARGET, sizeof TARGET);
        assert_non_null(rows);
        memcpy(rows, &odd[i], sizeof odd[i]);
        FC_AUTO_BUFFER(onnx, ONNX_BYTES_MAX);
        ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                     fc_tflite_to_onnx(fc_buffer_bytes(&file), (fc_size){ 6, 6 }, 8, &onnx, &err),
                     err);
        assert_non_null(strstr(err.text, "does not come out even"));
        assert_null(onnx.data);
        fc_buffer_clear(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resizing_counts_from_pixel_centres),
        cmocka_unit_test(a_convolution_of_single_pixels_comes_before_the_resizing),
        cmocka_unit_test(a_resized_picture_that_is_read_twice_is_resized_first),
        cmocka_unit_test(one_px_is_spread_over_the_picture_that_it_scales),
        cmocka_unit_test(pictures_of_the_same_sides_are_not_spread),
        cmocka_unit_test(whole_multiples_stay_in_blocks_of_channels),
        cmocka_unit_test(other_ways_of_resizing_are_refused),
        cmocka_unit_test(sides_that_do_not_come_out_even_are_refused),
    };
    return cmocka_run_group_tests_name("convert/tflite_resize", tests, NULL, NULL);
}
