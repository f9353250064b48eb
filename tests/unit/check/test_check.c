#include "check/check.h"

#include <math.h>
#include <string.h>

#include "support/fc_test.h"

static const fc_check_ranges NO_RANGES;

/* Everything measured, and as good as can be. */
static fc_check_values ideal(void)
{
    fc_check_values values = { .size = { 600, 800 }, .kb = 100 };
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        values.items[i] = fc_measure_lookup((fc_measure_id)i)->ideal;
        values.known[i] = true;
    }
    return values;
}

static fc_check_item judge(fc_measure_id measure, double value)
{
    fc_check_values values = ideal();
    values.items[measure] = value;
    return fc_check_judge(&values, &NO_RANGES).items[measure];
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static void the_ideal_has_full_marks(void **state)
{
    (void)state;
    const fc_check_values values = ideal();
    const fc_check check = fc_check_judge(&values, &NO_RANGES);
    assert_true(check.made);
    assert_int_equal(check.overall, FC_CHECK_PASS);
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        const fc_measure_row *row = fc_measure_lookup((fc_measure_id)i);
        const bool skipped = row->by_preset || row->unseen;
        assert_int_equal(check.items[i].state, skipped ? FC_CHECK_NOT_CHECKED : FC_CHECK_PASS);
        assert_true(near(check.items[i].score, skipped ? 0 : 100));
    }
}

static void scores_are_70_and_40_where_pass_and_warn_end(void **state)
{
    (void)state;
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        const fc_check_limits limits = fc_measure_lookup((fc_measure_id)i)->limits;
        if (isfinite(limits.pass_to)) {
            assert_true(near(judge((fc_measure_id)i, limits.pass_to).score, 70));
            assert_true(near(judge((fc_measure_id)i, limits.warn_to).score, 40));
        }
        if (isfinite(limits.pass_from)) {
            assert_true(near(judge((fc_measure_id)i, limits.pass_from).score, 70));
            assert_true(near(judge((fc_measure_id)i, limits.warn_from).score, 40));
        }
    }
    assert_true(near(judge(FC_MEASURE_yaw, 90).score, 0));
    assert_true(near(judge(FC_MEASURE_eye_distance, 1000).score, 100));
}

static void states_change_where_the_limits_are(void **state)
{
    (void)state;
    assert_int_equal(judge(FC_MEASURE_yaw, -5).state, FC_CHECK_PASS);
    assert_int_equal(judge(FC_MEASURE_yaw, -5.1).state, FC_CHECK_WARN);
    assert_int_equal(judge(FC_MEASURE_yaw, 10.1).state, FC_CHECK_FAIL);
    assert_int_equal(judge(FC_MEASURE_eye_distance, 90).state, FC_CHECK_PASS);
    assert_int_equal(judge(FC_MEASURE_eye_distance, 69).state, FC_CHECK_FAIL);
}

static void what_depends_on_skin_only_warns(void **state)
{
    (void)state;
    static const fc_measure_id OF_SKIN[] = { FC_MEASURE_brightness, FC_MEASURE_shadows,
                                             FC_MEASURE_dynamic_range, FC_MEASURE_colour_cast };
    for (size_t i = 0; i < sizeof OF_SKIN / sizeof OF_SKIN[0]; i++) {
        assert_int_equal(judge(OF_SKIN[i], 0).state == FC_CHECK_FAIL, false);
        assert_int_equal(judge(OF_SKIN[i], 100).state == FC_CHECK_FAIL, false);
    }
    assert_int_equal(judge(FC_MEASURE_brightness, 0).state, FC_CHECK_WARN);
}

static void what_can_be_mended_does_not_fail_the_photo(void **state)
{
    (void)state;
    fc_check_values values = ideal();
    values.items[FC_MEASURE_background] = 9;
    values.items[FC_MEASURE_roll] = 20;
    fc_check check = fc_check_judge(&values, &NO_RANGES);
    assert_int_equal(check.items[FC_MEASURE_background].state, FC_CHECK_FAIL);
    assert_int_equal(check.overall, FC_CHECK_WARN);
    values.items[FC_MEASURE_eyes_open] = 0;
    check = fc_check_judge(&values, &NO_RANGES);
    assert_int_equal(check.overall, FC_CHECK_FAIL);
}

static void another_background_mends_nothing_where_altered_photos_are_refused(void **state)
{
    (void)state;
    fc_check_ranges ranges = { .unedited = true };
    fc_check_values values = ideal();
    values.items[FC_MEASURE_roll] = 20;
    fc_check check = fc_check_judge(&values, &ranges);
    assert_int_equal(check.items[FC_MEASURE_roll].mends, FC_MENDED_BY_CROP);
    assert_int_equal(check.overall, FC_CHECK_WARN);
    values.items[FC_MEASURE_background] = 9;
    check = fc_check_judge(&values, &ranges);
    assert_int_equal(check.items[FC_MEASURE_background].mends, FC_MENDED_BY_NOTHING);
    assert_int_equal(check.overall, FC_CHECK_FAIL);
    check = fc_check_judge(&values, &NO_RANGES);
    assert_int_equal(check.items[FC_MEASURE_background].mends, FC_MENDED_BY_BACKGROUND);
    assert_int_equal(check.overall, FC_CHECK_WARN);
}

static void what_was_not_measured_is_not_checked(void **state)
{
    (void)state;
    const fc_check_values nothing = { 0 };
    const fc_check check = fc_check_judge(&nothing, &NO_RANGES);
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        assert_int_equal(check.items[i].state, FC_CHECK_NOT_CHECKED);
    }
    assert_int_equal(check.overall, FC_CHECK_PASS);
}

/* A head of 34 mm on a picture of 45 mm, as Germany asks for. */
static void a_document_gives_the_ranges(void **state)
{
    (void)state;
    const fc_check_ranges ranges = { .height_mm = 45,
                                     .head_mm = { 32, 36 },
                                     .eyes_mm = { 25, 29 } };
    fc_check_values values = ideal();
    values.items[FC_MEASURE_head_height] = 34.0 / 45;
    values.items[FC_MEASURE_eye_line] = 24.5 / 45;
    fc_check check = fc_check_judge(&values, &ranges);
    assert_true(near(check.items[FC_MEASURE_head_height].value, 34));
    assert_true(near(check.items[FC_MEASURE_head_height].score, 100));
    assert_int_equal(check.items[FC_MEASURE_eye_line].state, FC_CHECK_WARN);
    values.items[FC_MEASURE_head_height] = 29.4 / 45;
    check = fc_check_judge(&values, &ranges);
    assert_int_equal(check.items[FC_MEASURE_head_height].state, FC_CHECK_FAIL);
    assert_int_equal(check.overall, FC_CHECK_WARN); /* a crop mends it */
}

static void a_document_limits_file_and_background(void **state)
{
    (void)state;
    fc_check_ranges ranges = { .width_px = { 600, 1200 }, .kb = { 0, 240 } };
    fc_check_values values = ideal();
    assert_int_equal(fc_check_judge(&values, &ranges).items[FC_MEASURE_file].state, FC_CHECK_PASS);
    values.kb = 241;
    assert_int_equal(fc_check_judge(&values, &ranges).items[FC_MEASURE_file].state, FC_CHECK_FAIL);
    values.kb = 100;
    values.size.width = 599;
    assert_int_equal(fc_check_judge(&values, &ranges).items[FC_MEASURE_file].state, FC_CHECK_FAIL);

    ranges = (fc_check_ranges){ .has_background = true, .background = { 255, 255, 255 } };
    values = ideal();
    values.background[0] = 100;
    assert_int_equal(fc_check_judge(&values, &ranges).items[FC_MEASURE_background].state,
                     FC_CHECK_PASS);
    values.background[0] = 60;
    assert_int_equal(fc_check_judge(&values, &ranges).items[FC_MEASURE_background].state,
                     FC_CHECK_FAIL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ideal_has_full_marks),
        cmocka_unit_test(scores_are_70_and_40_where_pass_and_warn_end),
        cmocka_unit_test(states_change_where_the_limits_are),
        cmocka_unit_test(what_depends_on_skin_only_warns),
        cmocka_unit_test(what_can_be_mended_does_not_fail_the_photo),
        cmocka_unit_test(another_background_mends_nothing_where_altered_photos_are_refused),
        cmocka_unit_test(what_was_not_measured_is_not_checked),
        cmocka_unit_test(a_document_gives_the_ranges),
        cmocka_unit_test(a_document_limits_file_and_background),
    };
    return cmocka_run_group_tests_name("check/check", tests, NULL, NULL);
}
