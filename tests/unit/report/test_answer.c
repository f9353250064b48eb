#include "report/answer.h"

#include <jansson.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

/* jansson allocates through base here, so that the sweeps below can make it fail. */
static void *allocate(size_t size)
{
    void *block = NULL;
    return fc_memory_new(size, 1, &block, NULL) == FC_OK ? block : NULL;
}

/* A photo with one face, half of it made up, as the pipeline would leave it. */
static fc_photo make_photo(void)
{
    fc_photo photo = { 0 };
    photo.params.use_oval_mask = true;
    photo.faces.count = 1;
    photo.faces.items[0].dlib_box = (fc_box){ 10.126, 20, 30, 40 };
    photo.faces.items[0].score = 0.98765;
    photo.reports[0] = (fc_stage_report){ .name = "probe", .ran = true, .time_us = 1500 };
    fc_warn(&photo.warnings, "no model");
    return photo;
}

static fc_portrait make_portrait(fc_photo *photo)
{
    fc_portrait portrait = { .photo = photo, .jpeg_quality = 91 };
    portrait.frame.canvas = (fc_size){ 648, 800 };
    portrait.frame.face_in_photo = (fc_box){ 365.4, 389.6, 224, 224 };
    portrait.png.size = 748294;
    portrait.jpeg.size = 90000;
    portrait.reports[3] = (fc_stage_report){
        .name = "matte", .ran = true, .model = "selfie", .device = "cpu", .note = "fine"
    };
    return portrait;
}

static json_t *parse(const fc_buffer *out)
{
    assert_int_equal(out->data[out->size - 1], '\n');
    assert_null(memchr(out->data, '\n', out->size - 1));
    json_t *answer = json_loads(fc_buffer_text(out), 0, NULL);
    assert_non_null(answer);
    return answer;
}

static int64_t number_at(json_t *object, const char *outer, const char *inner, const char *key)
{
    json_t *value = json_object_get(json_object_get(object, outer), inner);
    return json_integer_value(key != NULL ? json_object_get(value, key) : value);
}

static void a_portrait_answers_as_the_contract_says(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 1 << 16);
    fc_photo photo = make_photo();
    const fc_portrait portrait = make_portrait(&photo);
    const fc_answer_facts facts = {
        .input = "me.jpg", .png_path = "me.png", .time_us = 42900, .number = 1, .count = 1
    };
    ASSERT_OK(fc_answer_portrait(&portrait, &facts, &out, &err), err);

    json_t *answer = parse(&out);
    assert_true(json_is_true(json_object_get(answer, "success")));
    assert_true(json_is_null(json_object_get(answer, "job_id")));
    assert_true(json_is_null(json_object_get(answer, "error")));
    assert_int_equal(json_integer_value(json_object_get(answer, "processing_time_ms")), 42);
    assert_int_equal(number_at(answer, "result", "face_count", NULL), 1);
    assert_int_equal(number_at(answer, "result", "face_position", "x"), 365);
    assert_int_equal(number_at(answer, "result", "face_position", "y"), 390);
    assert_int_equal(number_at(answer, "result", "output_size", "height"), 800);
    assert_int_equal(number_at(answer, "result", "file_size_bytes", NULL), 748294);
    assert_int_equal(json_integer_value(json_object_get(answer, "jpeg_quality")), 91);
    assert_int_equal(json_array_size(json_object_get(answer, "stages")), 2);
    assert_int_equal(json_array_size(json_object_get(answer, "warnings")), 1);
    json_decref(answer);
}

/* The contract's keys stay alone where nobody asks. */
static void a_check_is_told_where_one_was_made(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 1 << 16);
    fc_photo photo = make_photo();
    fc_portrait portrait = make_portrait(&photo);
    ASSERT_OK(fc_answer_portrait(&portrait, &(fc_answer_facts){ 0 }, &out, &err), err);
    assert_null(strstr(fc_buffer_text(&out), "\"overall\""));
    const fc_check_values values = { 0 };
    portrait.check = fc_check_judge(&values, &(fc_check_ranges){ 0 });
    fc_buffer_clear(&out);
    out = FC_BUFFER(1 << 16);
    ASSERT_OK(fc_answer_portrait(&portrait, &(fc_answer_facts){ 0 }, &out, &err), err);
    json_t *answer = parse(&out);
    const json_t *check = json_object_get(json_object_get(answer, "result"), "check");
    assert_string_equal(json_string_value(json_object_get(check, "overall")), "pass");
    json_decref(answer);
}

static void numbers_are_rounded_to_what_they_mean(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 1 << 16);
    fc_photo photo = make_photo();
    const fc_portrait portrait = make_portrait(&photo);
    ASSERT_OK(fc_answer_portrait(&portrait, &(fc_answer_facts){ 0 }, &out, &err), err);
    assert_non_null(strstr(fc_buffer_text(&out), "\"x\":10.13,"));
    assert_non_null(strstr(fc_buffer_text(&out), "\"score\":0.9877,"));
}

static void without_the_oval_the_size_is_the_jpegs(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 1 << 16);
    fc_photo photo = make_photo();
    photo.params.use_oval_mask = false;
    const fc_portrait portrait = make_portrait(&photo);
    ASSERT_OK(fc_answer_portrait(&portrait, &(fc_answer_facts){ 0 }, &out, &err), err);
    json_t *answer = parse(&out);
    assert_int_equal(number_at(answer, "result", "file_size_bytes", NULL), 90000);
    json_decref(answer);
}

static void no_face_is_told_in_the_contracts_words(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 1 << 16);
    const fc_error failure = { FC_NO_FACE, "none of 9 looks found one" };
    ASSERT_OK(fc_answer_failure(NULL, &failure, &(fc_answer_facts){ 0 }, &out, &err), err);
    json_t *answer = parse(&out);
    assert_true(json_is_false(json_object_get(answer, "success")));
    assert_true(json_is_null(json_object_get(answer, "result")));
    assert_string_equal(json_string_value(json_object_get(answer, "error")), "no_face_detected");
    assert_string_equal(json_string_value(json_object_get(answer, "error_message")),
                        "No face could be detected in the image");
    json_decref(answer);
}

static size_t count_fields(void)
{
    size_t count = 0;
    while (fc_answer_fields[count].name != NULL) {
        count++;
    }
    return count;
}

/* Both kinds of answer have exactly the documented keys. */
static void every_key_is_documented_and_always_there(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(good, 1 << 16);
    FC_AUTO_BUFFER(bad, 1 << 16);
    fc_photo photo = make_photo();
    const fc_portrait portrait = make_portrait(&photo);
    const fc_error failure = { FC_IO, "me.jpg: gone" };
    ASSERT_OK(fc_answer_portrait(&portrait, &(fc_answer_facts){ 0 }, &good, &err), err);
    ASSERT_OK(fc_answer_failure(&photo, &failure, &(fc_answer_facts){ 0 }, &bad, &err), err);
    json_t *answers[] = { parse(&good), parse(&bad) };
    for (int i = 0; i < 2; i++) {
        assert_int_equal(json_object_size(answers[i]), count_fields());
        for (size_t field = 0; fc_answer_fields[field].name != NULL; field++) {
            assert_non_null(json_object_get(answers[i], fc_answer_fields[field].name));
        }
        json_decref(answers[i]);
    }
}

static void names_that_are_not_utf8_are_mended(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 1 << 16);
    const fc_error failure = { FC_IO, "a\xC3" };
    const fc_answer_facts facts = { .input = "caf\xE9 \xE2\x82\xAC \xED\xA0\x80.jpg" };
    ASSERT_OK(fc_answer_failure(NULL, &failure, &facts, &out, &err), err);
    json_t *answer = parse(&out);
    assert_string_equal(json_string_value(json_object_get(answer, "input")),
                        "caf\xEF\xBF\xBD \xE2\x82\xAC \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD.jpg");
    assert_string_equal(json_string_value(json_object_get(answer, "error_message")),
                        "a\xEF\xBF\xBD");
    json_decref(answer);
}

static void an_answer_larger_than_its_buffer_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 200);
    const fc_error failure = { FC_IO, "gone" };
    assert_int_not_equal(fc_answer_failure(NULL, &failure, &(fc_answer_facts){ 0 }, &out, &err),
                         FC_OK);
    assert_int_equal(out.size, 0);
}

static void answers_survive_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 1 << 16);
    fc_photo photo = make_photo();
    const fc_portrait portrait = make_portrait(&photo);
    const fc_answer_facts facts = { .input = "caf\xE9.jpg" };
    SWEEP_ALLOCATIONS(fc_answer_portrait(&portrait, &facts, &out, &err), out.size == 0);
    fc_buffer_clear(&out);
    const fc_error failure = { FC_IO, "gone" };
    SWEEP_ALLOCATIONS(fc_answer_failure(&photo, &failure, &facts, &out, &err), out.size == 0);
}

static void warnings_become_a_list(void **state)
{
    (void)state;
    fc_warnings warnings = { 0 };
    fc_warn(&warnings, "no model");
    json_t *list = fc_answer_append_warnings(json_array(), &warnings);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_string_value(json_array_get(list, 0)), "no model");
    json_decref(list);
    assert_null(fc_answer_append_warnings(NULL, &warnings));
}

int main(void)
{
    json_set_alloc_funcs(allocate, fc_memory_free);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_portrait_answers_as_the_contract_says),
        cmocka_unit_test(a_check_is_told_where_one_was_made),
        cmocka_unit_test(numbers_are_rounded_to_what_they_mean),
        cmocka_unit_test(without_the_oval_the_size_is_the_jpegs),
        cmocka_unit_test(no_face_is_told_in_the_contracts_words),
        cmocka_unit_test(every_key_is_documented_and_always_there),
        cmocka_unit_test(names_that_are_not_utf8_are_mended),
        cmocka_unit_test(an_answer_larger_than_its_buffer_is_refused),
        cmocka_unit_test(warnings_become_a_list),
        cmocka_unit_test(answers_survive_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("report/answer", tests, NULL, NULL);
}
