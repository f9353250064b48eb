#include "convert/tflite_ops.h"

#include "support/tflite_case.h"

static void pictures_and_channels_are_padded(void **state)
{
    (void)state;
    fc_test_tflite_case("pad");
    fc_test_tflite_case("pad_channels");
}

static void activations_and_sums_work_value_by_value(void **state)
{
    (void)state;
    fc_test_tflite_case("hard_swish");
    fc_test_tflite_case("relu_and_add");
    fc_test_tflite_case("prelu");
}

/* A wrong layout here would give all the right numbers in the wrong order. */
static void reshaping_reads_channels_last(void **state)
{
    (void)state;
    fc_test_tflite_case("reshape");
}

static void unknown_operators_are_refused_by_name(void **state)
{
    (void)state;
    fc_test_tflite_odd("builtin", "operator 125 is not known");
    fc_test_tflite_odd("custom", "operator 'Secret?Sauce' is not known");
}

static void odd_operators_are_refused(void **state)
{
    (void)state;
    fc_test_tflite_odd("count", "ADD with 1 inputs and 1 outputs, 2 and 1 are known");
    fc_test_tflite_odd("reshape", "RESHAPE changes the number of values");
    fc_test_tflite_odd("pad", "PAD without a row");
    fc_test_tflite_odd("prelu", "PRELU without one slope a channel");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_and_channels_are_padded),
        cmocka_unit_test(activations_and_sums_work_value_by_value),
        cmocka_unit_test(reshaping_reads_channels_last),
        cmocka_unit_test(unknown_operators_are_refused_by_name),
        cmocka_unit_test(odd_operators_are_refused),
    };
    return cmocka_run_group_tests_name("convert/tflite_ops", tests, NULL, NULL);
}
