#include "service/job_result.h"

#include <stdio.h>
#include <string.h>

#include "report/json.h"
#include "support/fc_test.h"
#include "support/stores.h"

static fc_portrait portrait(fc_photo *photo)
{
    fc_error err = { 0 };
    fc_portrait made = { .photo = photo };
    made.png = FC_BUFFER(100);
    ASSERT_OK(fc_buffer_append(&made.png, "picture", 7, &err), err);
    return made;
}

static fc_job_result outcome_of(const fc_task_result *result, const fc_form *form)
{
    return (fc_job_result){
        .result = result, .form = form, .job_id = FC_STORES_A, .name = "a.jpg", .links = true
    };
}

/* Two faces were done when the third one failed: before, both were links of a failed job. */
static void a_failure_at_a_later_face_leaves_no_links(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    const fc_params defaults = fc_params_default();
    fc_form form = fc_form_start(&defaults);
    form.params.face = FC_FACE_ALL;
    fc_photo photo = { .params = form.params };
    fc_portrait portraits[2] = { portrait(&photo), portrait(&photo) };
    const fc_task_result result = { .failure = { FC_DEADLINE, "the work took longer than it may" },
                                    .portraits = portraits,
                                    .portrait_count = 2 };
    const fc_job_result outcome = outcome_of(&result, &form);
    fc_job job = fc_stores_job(FC_STORES_A);
    job.state = FC_JOB_FAILED;
    ASSERT_OK(fc_job_result_save(store, &outcome, &job, FC_JOB_FAILED, &err), err);
    fc_stored_picture *pictures = NULL;
    size_t count = 1;
    ASSERT_OK(fc_job_store_pictures(store, FC_STORES_A, &pictures, &count, &err), err);
    assert_int_equal(count, 0);
    assert_null(pictures);
    assert_false(fc_stores_has(FC_STORES_A "-1.png"));
    fc_portrait_clear(&portraits[0]);
    fc_portrait_clear(&portraits[1]);
}

/* The answer of two faces; the second has no JPEG. */
static void answer_two(const char *name, bool base64, fc_buffer *out)
{
    fc_error err = { 0 };
    const fc_params defaults = fc_params_default();
    fc_form form = fc_form_start(&defaults);
    form.params.face = FC_FACE_ALL;
    fc_photo photo = { .params = form.params };
    fc_portrait portraits[2] = { portrait(&photo), portrait(&photo) };
    portraits[0].jpeg = FC_BUFFER(100);
    ASSERT_OK(fc_buffer_append(&portraits[0].jpeg, "\xff\xd8", 2, &err), err);
    const fc_task_result result = { .photo = { .params = form.params },
                                    .portraits = portraits,
                                    .portrait_count = 2 };
    fc_job_result outcome = outcome_of(&result, &form);
    outcome.name = name;
    ASSERT_OK(fc_job_result_answer(&outcome, base64, out, &err), err);
    fc_portrait_clear(&portraits[0]);
    fc_portrait_clear(&portraits[1]);
}

/* Pictures are put into the text without Jansson; it has to be what Jansson would write. */
static void pictures_are_put_where_their_keys_are(void **state)
{
    (void)state;
    const char *tricky = "\"png_base64\":null,\"jpg_base64\":null";
    FC_AUTO_BUFFER(text, FC_ANSWER_BYTES_MAX);
    answer_two(tricky, true, &text);
    json_t *answer = json_loadb((const char *)text.data, text.size, 0, NULL);
    assert_non_null(answer);
    assert_string_equal(json_string_value(json_object_get(answer, "input")), tricky);
    assert_string_equal(json_string_value(json_object_get(answer, "png_base64")), "cGljdHVyZQ==");
    assert_string_equal(json_string_value(json_object_get(answer, "jpg_base64")), "/9g=");
    const json_t *second = json_array_get(json_object_get(answer, "portraits"), 1);
    assert_string_equal(json_string_value(json_object_get(second, "png_base64")), "cGljdHVyZQ==");
    assert_true(json_is_null(json_object_get(second, "jpg_base64")));
    FC_AUTO_BUFFER(again, FC_ANSWER_BYTES_MAX);
    ASSERT_OK(fc_json_write_line(answer, &again, NULL), ((fc_error){ 0 }));
    assert_string_equal(fc_buffer_text(&again), fc_buffer_text(&text));
}

static void pictures_that_nobody_asked_for_are_null(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(text, FC_ANSWER_BYTES_MAX);
    answer_two("a.jpg", false, &text);
    assert_non_null(strstr(fc_buffer_text(&text), "\"png_base64\":null,\"jpg_base64\":null"));
    assert_null(strstr(fc_buffer_text(&text), "cGljdHVyZQ"));
}

static void an_answer_has_a_limit(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_params defaults = fc_params_default();
    const fc_form form = fc_form_start(&defaults);
    fc_photo photo = { .params = defaults };
    fc_portrait made = portrait(&photo);
    const fc_task_result result = { .portraits = &made, .portrait_count = 1 };
    const fc_job_result outcome = outcome_of(&result, &form);
    FC_AUTO_BUFFER(small, 40);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_job_result_answer(&outcome, true, &small, &err), err);
    fc_portrait_clear(&made);
}

static void a_picture_that_was_not_made_is_empty(void **state)
{
    (void)state;
    fc_photo photo = { 0 };
    fc_portrait made = portrait(&photo);
    assert_int_equal(fc_portrait_picture(&made, FC_PICTURE_PNG)->size, 7);
    assert_int_equal(fc_portrait_picture(&made, FC_PICTURE_JPEG)->size, 0);
    assert_int_equal(fc_portrait_picture(&made, FC_PICTURE_WEBP)->size, 0);
    fc_portrait_clear(&made);
}

static void a_header_tells_all_that_did_not_pass(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_params defaults = fc_params_default();
    const fc_form form = fc_form_start(&defaults);
    fc_photo photo = { .params = defaults };
    fc_portrait made = portrait(&photo);
    made.check = (fc_check){ .made = true, .overall = FC_CHECK_FAIL };
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        made.check.items[i].state = FC_CHECK_FAIL;
    }
    const fc_task_result result = { .portraits = &made, .portrait_count = 1 };
    const fc_job_result outcome = outcome_of(&result, &form);
    fc_http_response response = fc_http_response_start();
    ASSERT_OK(fc_job_result_picture(&outcome, &response, &err), err);
    const char *told = fc_http_response_header_lookup(&response, "X-Check");
    assert_non_null(told);
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        char item[64];
        (void)snprintf(item, sizeof item, "; %s=fail", fc_measure_lookup((fc_measure_id)i)->id);
        assert_non_null(strstr(told, item));
    }
    fc_http_response_clear(&response);
    fc_portrait_clear(&made);
}

static void only_what_would_be_the_same_is_repeated(void **state)
{
    (void)state;
    fc_task_result result = { 0 };
    assert_true(fc_job_result_repeats(&result));
    result.failure.status = FC_NO_FACE;
    assert_true(fc_job_result_repeats(&result));
    result.failure.status = FC_DEADLINE;
    assert_false(fc_job_result_repeats(&result));
}

/* "name;dur=1.0", one after the other, and nothing behind the last. */
static size_t count_timings(const char *text)
{
    size_t count = 1;
    for (const char *at = text; at != NULL; count += at != NULL ? 1 : 0) {
        char name[16];
        double ms = 0;
        int length = 0;
        assert_int_equal(sscanf(at, "%15[a-z];dur=%lf%n", name, &ms, &length), 2);
        assert_true(at[length] == '\0' || strncmp(at + length, ", ", 2) == 0);
        at = at[length] == '\0' ? NULL : at + length + 2;
    }
    return count;
}

static void timings_that_do_not_fit_are_left_out_whole(void **state)
{
    (void)state;
    const fc_params defaults = fc_params_default();
    const fc_form form = fc_form_start(&defaults);
    static fc_task_result result;
    fc_photo photo = { .params = defaults };
    fc_portrait made = { .photo = &photo };
    result = (fc_task_result){ .portraits = &made, .portrait_count = 1 };
    for (int i = 0; i < FC_STAGES_MAX; i++) {
        result.photo.reports[i] =
            (fc_stage_report){ .name = "decode", .time_us = 1000, .ran = true };
        made.reports[i] = (fc_stage_report){ .name = "warp", .time_us = 1000, .ran = true };
    }
    const fc_job_result outcome = outcome_of(&result, &form);
    fc_http_response response = fc_http_response_start();
    fc_job_result_timing(&outcome, &response);
    const char *all = fc_http_response_header_lookup(&response, "Server-Timing");
    assert_int_equal(count_timings(all), 1 + 2 * FC_STAGES_MAX);
    for (int i = 0; i < FC_STAGES_MAX; i++) { /* a clock gone mad */
        result.photo.reports[i].time_us = INT64_MAX - i;
    }
    fc_job_result_timing(&outcome, &response);
    const char *some = fc_http_response_header_lookup(&response, "Server-Timing");
    assert_in_range(count_timings(some), 10, 2 * FC_STAGES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(a_failure_at_a_later_face_leaves_no_links),
        cmocka_unit_test(pictures_are_put_where_their_keys_are),
        cmocka_unit_test(pictures_that_nobody_asked_for_are_null),
        cmocka_unit_test(an_answer_has_a_limit),
        cmocka_unit_test(a_picture_that_was_not_made_is_empty),
        cmocka_unit_test(a_header_tells_all_that_did_not_pass),
        cmocka_unit_test(only_what_would_be_the_same_is_repeated),
        cmocka_unit_test(timings_that_do_not_fit_are_left_out_whole),
    };
    return cmocka_run_group_tests_name("service/job_result", tests, NULL, NULL);
}
