#include "report/advice.h"

#include <string.h>

#include "support/fc_test.h"

static void english_is_what_the_table_of_measures_says(void **state)
{
    (void)state;
    assert_string_equal(fc_advice_languages[0], "en");
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        const fc_measure_row *row = fc_measure_lookup((fc_measure_id)i);
        assert_string_equal(fc_advice_lookup("en", (fc_measure_id)i), row->advice);
        if (fc_advice_texts[0][i] != NULL) {
            assert_string_equal(fc_advice_texts[0][i], row->advice);
        }
    }
}

static void every_language_has_all_that_can_be_advised(void **state)
{
    (void)state;
    assert_int_equal(fc_advice_languages_count, 7);
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        const fc_measure_row *row = fc_measure_lookup((fc_measure_id)i);
        for (size_t k = 0; k < fc_advice_languages_count && !row->unseen; k++) {
            assert_true(row->advice[0] == '\0' || fc_advice_texts[k][i] != NULL);
        }
    }
    assert_string_not_equal(fc_advice_lookup("de", FC_MEASURE_yaw),
                            fc_advice_lookup("fr", FC_MEASURE_yaw));
}

static void a_language_that_nobody_speaks_here_is_english(void **state)
{
    (void)state;
    assert_string_equal(fc_advice_lookup("tlh", FC_MEASURE_yaw),
                        fc_measure_lookup(FC_MEASURE_yaw)->advice);
    assert_string_equal(fc_advice_lookup("de", FC_MEASURE_pupil_distance), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(english_is_what_the_table_of_measures_says),
        cmocka_unit_test(every_language_has_all_that_can_be_advised),
        cmocka_unit_test(a_language_that_nobody_speaks_here_is_english),
    };
    return cmocka_run_group_tests_name("report/advice", tests, NULL, NULL);
}
