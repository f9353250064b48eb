#include "report/check_answer.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static const fc_check_ranges NO_RANGES;

static fc_check make_check(void)
{
    fc_check_values values = { 0 };
    values.items[FC_MEASURE_yaw] = -12.345678;
    values.known[FC_MEASURE_yaw] = true;
    values.items[FC_MEASURE_roll] = 9;
    values.known[FC_MEASURE_roll] = true;
    values.items[FC_MEASURE_background] = 1.5;
    values.known[FC_MEASURE_background] = true;
    return fc_check_judge(&values, &NO_RANGES);
}

static const json_t *find(const json_t *answer, const char *id)
{
    const json_t *measures = json_object_get(answer, "measures");
    for (size_t i = 0; i < json_array_size(measures); i++) {
        const json_t *item = json_array_get(measures, i);
        if (strcmp(json_string_value(json_object_get(item, "id")), id) == 0) {
            return item;
        }
    }
    fail_msg("no %s", id);
    return NULL;
}

static const char *text(const json_t *item, const char *key)
{
    return json_string_value(json_object_get(item, key));
}

static void a_measure_says_what_was_found_and_what_to_do(void **state)
{
    (void)state;
    const fc_check check = make_check();
    json_t *answer = fc_check_json(&check);
    assert_string_equal(text(answer, "overall"), "fail");
    assert_int_equal(json_array_size(json_object_get(answer, "measures")), FC_MEASURES_COUNT);
    const json_t *yaw = find(answer, "yaw");
    assert_string_equal(text(yaw, "state"), "fail");
    assert_string_equal(text(yaw, "unit"), "degrees");
    assert_true(json_number_value(json_object_get(yaw, "value")) == -12.3457);
    assert_true(json_is_false(json_object_get(yaw, "fixable")));
    assert_non_null(text(yaw, "advice"));
    const json_t *roll = find(answer, "roll");
    assert_true(json_is_true(json_object_get(roll, "fixable")));
    assert_string_equal(text(roll, "mended_by"), "crop");
    json_decref(answer);
}

static void what_was_not_checked_is_listed_and_has_no_value(void **state)
{
    (void)state;
    const fc_check check = make_check();
    json_t *answer = fc_check_json(&check);
    const json_t *mouth = find(answer, "mouth_closed");
    assert_string_equal(text(mouth, "state"), "not_checked");
    assert_true(json_is_null(json_object_get(mouth, "value")));
    assert_true(json_is_null(json_object_get(mouth, "advice")));
    assert_int_equal(json_array_size(json_object_get(answer, "not_checked")),
                     FC_MEASURES_COUNT - 3);
    json_decref(answer);
}

static void what_the_document_forbids_mends_nothing(void **state)
{
    (void)state;
    fc_check_values values = { .items[FC_MEASURE_background] = 9,
                               .known[FC_MEASURE_background] = true };
    const fc_check check = fc_check_judge(&values, &(fc_check_ranges){ .unedited = true });
    json_t *answer = fc_check_json(&check);
    const json_t *background = find(answer, "background");
    assert_true(json_is_false(json_object_get(background, "fixable")));
    assert_true(json_is_null(json_object_get(background, "mended_by")));
    assert_string_equal(text(answer, "overall"), "fail");
    json_decref(answer);
}

/* Yaw and roll are one reason. */
static void failures_have_the_names_of_rekognition(void **state)
{
    (void)state;
    const fc_check check = make_check();
    json_t *answer = fc_check_json(&check);
    const json_t *reasons = json_object_get(answer, "reasons");
    assert_int_equal(json_array_size(reasons), 1);
    assert_string_equal(json_string_value(json_array_get(reasons, 0)), "EXTREME_POSE");
    json_decref(answer);
}

static void without_a_check_there_is_null(void **state)
{
    (void)state;
    json_t *answer = fc_check_json(&(fc_check){ 0 });
    assert_true(json_is_null(answer));
    json_decref(answer);
}

static void mends_have_names(void **state)
{
    (void)state;
    assert_null(fc_check_mends_name(FC_MENDED_BY_NOTHING));
    assert_string_equal(fc_check_mends_name(FC_MENDED_BY_ENCODE), "encode");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_measure_says_what_was_found_and_what_to_do),
        cmocka_unit_test(what_was_not_checked_is_listed_and_has_no_value),
        cmocka_unit_test(what_the_document_forbids_mends_nothing),
        cmocka_unit_test(failures_have_the_names_of_rekognition),
        cmocka_unit_test(without_a_check_there_is_null),
        cmocka_unit_test(mends_have_names),
    };
    return cmocka_run_group_tests_name("report/check_answer", tests, NULL, NULL);
}
