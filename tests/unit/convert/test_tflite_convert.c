#include "convert/tflite_convert.h"

#include "support/tflite_case.h"

static void tensors_must_be_made_before_they_are_used(void **state)
{
    (void)state;
    fc_test_tflite_odd("early", "tensor 1 is used before an operator makes it");
    fc_test_tflite_odd("twice", "tensor 0 is made twice");
}

static void shapes_must_follow_from_the_operators(void **state)
{
    (void)state;
    fc_test_tflite_odd("shape", "of shape 1x4x5x2 does not follow from its operator");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_must_be_made_before_they_are_used),
        cmocka_unit_test(shapes_must_follow_from_the_operators),
    };
    return cmocka_run_group_tests_name("convert/tflite_convert", tests, NULL, NULL);
}
