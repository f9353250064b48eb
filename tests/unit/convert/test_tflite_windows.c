#include "convert/tflite_windows.h"

#include "support/tflite_case.h"

static void convolutions_pad_more_behind_than_before(void **state)
{
    (void)state;
    fc_test_tflite_case("convolution_same"); /* stride 2 on odd and even lengths */
}

static void convolutions_can_stay_inside(void **state)
{
    (void)state;
    fc_test_tflite_case("convolution_valid");
}

static void depthwise_convolutions_keep_channels_apart(void **state)
{
    (void)state;
    fc_test_tflite_case("depthwise");
}

static void convolutions_take_in_the_function_that_follows(void **state)
{
    (void)state;
    fc_test_tflite_case("convolutions_activated");
    fc_buffer onnx = fc_test_convert("tests/data/tflite/convolutions_activated.tflite", 1);
    assert_non_null(fc_test_find(&onnx, "FusedConv"));
    fc_buffer_clear(&onnx);
}

static void convolutions_that_are_read_twice_stay_as_they_are(void **state)
{
    (void)state;
    fc_test_tflite_case("convolution_read_twice");
    fc_buffer onnx = fc_test_convert("tests/data/tflite/convolution_read_twice.tflite", 1);
    assert_null(fc_test_find(&onnx, "FusedConv"));
    fc_buffer_clear(&onnx);
}

static void convolutions_work_on_blocks_of_channels(void **state)
{
    (void)state;
    fc_buffer onnx = fc_test_convert("tests/data/tflite/convolutions_activated.tflite", 16);
    assert_non_null(fc_test_find(&onnx, "com.microsoft.nchwc"));
    assert_null(fc_test_find(&onnx, "FusedConv"));
    assert_non_null(fc_test_find(&onnx, "ReorderOutput"));
    fc_buffer_clear(&onnx);
}

static void transposed_convolutions_double_the_sides(void **state)
{
    (void)state;
    fc_test_tflite_case("transpose_convolution");
}

static void pools_take_the_largest_value(void **state)
{
    (void)state;
    fc_test_tflite_case("max_pool");
}

static void averages_of_the_picture_weight_its_channels(void **state)
{
    (void)state;
    fc_test_tflite_case("squeeze_and_excite");
}

static void odd_windows_are_refused(void **state)
{
    (void)state;
    fc_test_tflite_odd("fused", "fused activation 1");
    fc_test_tflite_odd("dilated", "dilation 2x1");
    fc_test_tflite_odd("stride", "without size or stride");
    fc_test_tflite_odd("window", "larger than its picture");
    fc_test_tflite_odd("average", "average over a part");
    fc_test_tflite_odd("channels", "do not fit the channels");
    fc_test_tflite_odd("bias", "weights and bias");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolutions_pad_more_behind_than_before),
        cmocka_unit_test(convolutions_can_stay_inside),
        cmocka_unit_test(depthwise_convolutions_keep_channels_apart),
        cmocka_unit_test(convolutions_take_in_the_function_that_follows),
        cmocka_unit_test(convolutions_that_are_read_twice_stay_as_they_are),
        cmocka_unit_test(convolutions_work_on_blocks_of_channels),
        cmocka_unit_test(transposed_convolutions_double_the_sides),
        cmocka_unit_test(pools_take_the_largest_value),
        cmocka_unit_test(averages_of_the_picture_weight_its_channels),
        cmocka_unit_test(odd_windows_are_refused),
    };
    return cmocka_run_group_tests_name("convert/tflite_windows", tests, NULL, NULL);
}
