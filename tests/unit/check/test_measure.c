#include "check/measure.h"

#include <math.h>

#include "support/fc_test.h"

static void the_rows_are_whole(void **state)
{
    (void)state;
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        const fc_measure_row *row = fc_measure_lookup((fc_measure_id)i);
        const fc_check_limits *limits = &row->limits;
        assert_true(row->id[0] != '\0');
        assert_true(limits->warn_from <= limits->pass_from && limits->pass_to <= limits->warn_to);
        assert_true(row->ideal >= limits->pass_from && row->ideal <= limits->pass_to);
        assert_true(row->unseen || row->source[0] != '\0');
        const bool limited = isfinite(limits->pass_from) || isfinite(limits->pass_to);
        assert_true(!limited || row->advice[0] != '\0');
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(row->id, fc_measure_lookup((fc_measure_id)j)->id);
        }
    }
}

static void states_have_names(void **state)
{
    (void)state;
    assert_string_equal(fc_check_state_name(FC_CHECK_PASS), "pass");
    assert_string_equal(fc_check_state_name(FC_CHECK_NOT_CHECKED), "not_checked");
}

static void a_row_is_found_by_its_measure(void **state)
{
    (void)state;
    assert_string_equal(fc_measure_lookup(FC_MEASURE_single_face)->id, "single_face");
    assert_string_equal(fc_measure_lookup(FC_MEASURE_tinted_lenses)->id, "tinted_lenses");
}

static void a_value_that_is_no_number_stays_unknown(void **state)
{
    (void)state;
    fc_check_values values = { 0 };
    fc_measured(&values, FC_MEASURE_yaw, NAN);
    fc_measured(&values, FC_MEASURE_roll, INFINITY);
    fc_measured(&values, FC_MEASURE_pitch, -3);
    assert_false(values.known[FC_MEASURE_yaw]);
    assert_false(values.known[FC_MEASURE_roll]);
    assert_true(values.known[FC_MEASURE_pitch] && values.items[FC_MEASURE_pitch] == -3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rows_are_whole),
        cmocka_unit_test(states_have_names),
        cmocka_unit_test(a_row_is_found_by_its_measure),
        cmocka_unit_test(a_value_that_is_no_number_stays_unknown),
    };
    return cmocka_run_group_tests_name("check/measure", tests, NULL, NULL);
}
