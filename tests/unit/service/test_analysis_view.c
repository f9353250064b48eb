#include "service/analysis_view.h"

#include <string.h>

#include "support/fc_test.h"
#include "support/requests.h"

/* A photo of two faces, of which the right one is the larger. */
typedef struct fixture {
    fc_task_result result;
    fc_portrait portraits[2];
    fc_face faces[2];
} fixture;

static fc_analysis_facts facts_of(fixture *self)
{
    memset(self, 0, sizeof *self);
    fc_task_result *result = &self->result;
    self->faces[0].dlib_box = (fc_box){ 10.123, 20.0, 30.0, 30.0 };
    self->faces[0].score = 0.98765F;
    self->faces[1].dlib_box = (fc_box){ 100.0, 20.0, 60.0, 60.0 };
    result->photo.params = fc_params_default();
    result->photo.facts.size = (fc_size){ 200, 100 };
    result->photo.faces.count = 2;
    for (int32_t i = 0; i < 2; i++) {
        result->photo.faces.items[i] = self->faces[i];
        self->portraits[i] = (fc_portrait){ .photo = &result->photo, .face_index = i };
    }
    self->portraits[0].landmarks[67] = (fc_point){ 1.005, 2.499 };
    result->portraits = self->portraits;
    result->portrait_count = 2;
    return (fc_analysis_facts){
        .result = result, .token = "token", .expires_in_s = 300, .time_us = 12999
    };
}

static int64_t number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static void every_face_is_told_with_its_landmarks(void **state)
{
    (void)state;
    fixture self;
    const fc_analysis_facts facts = facts_of(&self);
    json_t *view = fc_analysis_view(&facts);
    assert_string_equal(fc_requests_string(view, NULL, "token"), "token");
    assert_int_equal(number_of(view, "expires_in_s"), 300);
    assert_int_equal(number_of(view, "face_count"), 2);
    assert_int_equal(number_of(view, "largest"), 2);
    assert_int_equal(number_of(view, "processing_time_ms"), 12);
    assert_int_equal(number_of(json_object_get(view, "size"), "width"), 200);
    const json_t *face = json_array_get(json_object_get(view, "faces"), 0);
    assert_int_equal(number_of(face, "number"), 1);
    const json_t *box = json_object_get(face, "box");
    assert_true(json_number_value(json_object_get(box, "x")) == 10.12);
    const json_t *points = json_object_get(face, "points");
    assert_int_equal(json_array_size(points), FC_LANDMARK_COUNT);
    assert_true(json_number_value(json_array_get(json_array_get(points, 67), 1)) == 2.5);
    assert_true(json_is_null(json_object_get(view, "error")));
    json_decref(view);
}

static void a_photo_without_a_face_is_told_with_its_failure_and_warnings(void **state)
{
    (void)state;
    fixture self;
    fc_analysis_facts facts = facts_of(&self);
    facts.token = NULL;
    self.result.portrait_count = 0;
    self.result.failure = (fc_error){ FC_NO_FACE, "nobody" };
    fc_warn(&self.result.photo.warnings, "it is %s", "dark");
    json_t *view = fc_analysis_view(&facts);
    assert_true(json_is_null(json_object_get(view, "token")));
    assert_true(json_is_null(json_object_get(view, "expires_in_s")));
    assert_true(json_is_null(json_object_get(view, "largest")));
    assert_int_equal(json_array_size(json_object_get(view, "faces")), 0);
    assert_string_equal(fc_requests_string(view, NULL, "error"), "no_face_detected");
    assert_string_equal(fc_requests_string(view, NULL, "error_message"), "nobody");
    const json_t *warning = json_array_get(json_object_get(view, "warnings"), 0);
    assert_string_equal(json_string_value(warning), "it is dark");
    json_decref(view);
}

static void a_token_that_leads_to_nothing_is_refused(void **state)
{
    (void)state;
    fc_http_response response = fc_http_response_start();
    fc_analysis_refuse(&response, FC_ANALYSIS_GONE);
    fc_requests_assert_refused(&response, 410, "analyse the photo again");
    fc_analysis_refuse(&response, FC_ANALYSIS_UNKNOWN);
    fc_requests_assert_refused(&response, 404, "Analysis not found");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_face_is_told_with_its_landmarks),
        cmocka_unit_test(a_photo_without_a_face_is_told_with_its_failure_and_warnings),
        cmocka_unit_test(a_token_that_leads_to_nothing_is_refused),
    };
    return cmocka_run_group_tests_name("service/analysis_view", tests, NULL, NULL);
}
