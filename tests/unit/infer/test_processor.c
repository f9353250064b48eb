#include "infer/processor.h"

#include <stdbool.h>

#include "support/fc_test.h"

static const char INTEL[] =
    "processor\t: 0\nmodel name\t: Some flags here\nflags\t\t: fpu avx512f amx_bf16\n"
    "\nprocessor\t: 1\nflags\t\t: fpu other\n";
static const char ARM[] = "processor\t: 0\nFeatures\t: fp asimd bf16";

static void flags_are_whole_words_of_the_right_line(void **state)
{
    (void)state;
    assert_true(fc_processor_flag(INTEL, "amx_bf16"));
    assert_true(fc_processor_flag(INTEL, "fpu"));
    assert_true(fc_processor_flag(ARM, "bf16"));
    assert_false(fc_processor_flag(ARM, "amx_bf16"));
    assert_false(fc_processor_flag(INTEL, "bf16"));
    assert_false(fc_processor_flag(INTEL, "avx512"));
    assert_false(fc_processor_flag(INTEL, "here"));
    assert_false(fc_processor_flag(INTEL, "other"));
}

static void a_machine_that_does_not_tell_has_no_flags(void **state)
{
    (void)state;
    assert_false(fc_processor_flag("", "fpu"));
    assert_false(fc_processor_flag("flags", "fpu"));
    assert_false(fc_processor_flag("\n\n", "fpu"));
    assert_false(fc_processor_flag("flags:", "fpu"));
}

static void the_stamp_of_a_machine_stays_the_same(void **state)
{
    (void)state;
    assert_true(fc_processor_stamp() == fc_processor_stamp());
    assert_false(fc_processor_has("no_such_flag"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_are_whole_words_of_the_right_line),
        cmocka_unit_test(a_machine_that_does_not_tell_has_no_flags),
        cmocka_unit_test(the_stamp_of_a_machine_stays_the_same),
    };
    return cmocka_run_group_tests_name("infer/processor", tests, NULL, NULL);
}
