#include "pipeline/stages.h"

#include <math.h>
#include <string.h>

#include "support/fc_test.h"

/* Walk the table once and prove that every stage finds what it needs. */
static void every_stage_finds_what_it_needs(void **state)
{
    (void)state;
    uint32_t present = FC_PART_FILE;
    for (size_t i = 0; i < fc_stages_count; i++) {
        if ((fc_stages[i].needs & ~present) != 0) {
            fail_msg("stage %s comes before what it needs", fc_stages[i].name);
        }
        if (fc_stages[i].wanted == NULL) { /* an optional stage must not be relied upon */
            present |= fc_stages[i].gives;
        }
    }
    assert_true(present & FC_PART_RESULT);
}

static void photo_stages_come_before_portrait_stages(void **state)
{
    (void)state;
    bool portrait_seen = false;
    for (size_t i = 0; i < fc_stages_count; i++) {
        assert_true((fc_stages[i].run_photo != NULL) != (fc_stages[i].run_portrait != NULL));
        portrait_seen = portrait_seen || fc_stages[i].run_portrait != NULL;
        assert_false(portrait_seen && fc_stages[i].run_photo != NULL);
    }
}

static void stages_beside_each_other_need_nothing_of_each_other(void **state)
{
    (void)state;
    assert_false(fc_stages[0].beside);
    for (size_t i = 1; i < fc_stages_count; i++) {
        if (fc_stages[i].beside) {
            assert_non_null(fc_stages[i].run_portrait);
            assert_non_null(fc_stages[i - 1].run_portrait);
            assert_false(fc_stages[i - 1].beside);
            assert_int_equal(fc_stages[i].needs & fc_stages[i - 1].gives, 0);
            assert_true(fc_stages[i].gives != 0 && fc_stages[i - 1].gives != 0);
        }
    }
}

static void names_are_unique_and_purposes_are_given(void **state)
{
    (void)state;
    assert_true(fc_stages_count <= FC_STAGES_MAX);
    for (size_t i = 0; i < fc_stages_count; i++) {
        assert_true(strlen(fc_stages[i].purpose) > 10);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(fc_stages[i].name, fc_stages[j].name);
        }
    }
}

static void progress_never_falls(void **state)
{
    (void)state;
    static const int32_t COUNTS[] = { 1, 2, 3, FC_FACES_MAX };
    assert_true(fc_step_share((fc_step){ .stage = -1 }) == 0);
    for (size_t i = 0; i < sizeof COUNTS / sizeof COUNTS[0]; i++) {
        double before = 0;
        for (int32_t portrait = 0; portrait < COUNTS[i]; portrait++) {
            for (size_t stage = 0; stage < fc_stages_count; stage++) {
                const bool of_photo = fc_stages[stage].run_photo != NULL;
                const fc_step at = { (int16_t)stage, (int16_t)portrait, of_photo ? 0 : COUNTS[i] };
                if (!of_photo || portrait == 0) {
                    assert_true(fc_step_share(at) >= before);
                    before = fc_step_share(at);
                }
            }
        }
        assert_true(before > 0.9 && before < 1);
    }
}

static void the_share_of_one_portrait_is_that_of_its_stages(void **state)
{
    (void)state;
    for (size_t stage = 0; stage < fc_stages_count; stage++) {
        const fc_step at = { (int16_t)stage, 0, 1 };
        assert_true(fabs(fc_step_share(at) - (double)stage / (double)fc_stages_count) < 1e-9);
    }
}

static void every_part_has_a_name(void **state)
{
    (void)state;
    for (uint32_t part = FC_PART_FILE; part <= FC_PART_RESULT; part <<= 1) {
        assert_non_null(fc_part_name(part));
    }
    assert_string_equal(fc_part_name(FC_PART_FILE), "file");
    assert_string_equal(fc_part_name(FC_PART_RESULT), "result");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_stage_finds_what_it_needs),
        cmocka_unit_test(photo_stages_come_before_portrait_stages),
        cmocka_unit_test(stages_beside_each_other_need_nothing_of_each_other),
        cmocka_unit_test(names_are_unique_and_purposes_are_given),
        cmocka_unit_test(progress_never_falls),
        cmocka_unit_test(the_share_of_one_portrait_is_that_of_its_stages),
        cmocka_unit_test(every_part_has_a_name),
    };
    return cmocka_run_group_tests_name("pipeline/stages", tests, NULL, NULL);
}
