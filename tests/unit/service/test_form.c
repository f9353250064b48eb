#include "service/form.h"

#include "report/advice.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

typedef struct fixture {
    fc_form form;
    json_t *problems;
} fixture;

static int start(void **state)
{
    static fixture self;
    const fc_params params = fc_params_default();
    self.form = fc_form_start(&params);
    self.problems = json_array();
    *state = &self;
    return 0;
}

static int stop(void **state)
{
    fixture *self = *state;
    json_decref(self->problems);
    return 0;
}

static void set(fixture *self, const char *name, const char *value)
{
    fc_error err = { 0 };
    ASSERT_OK(fc_form_set(&self->form, "body", name, value, self->problems, &err), err);
}

static void assert_problem(fixture *self, const char *name, const char *value, const char *expected)
{
    json_array_clear(self->problems);
    set(self, name, value);
    assert_int_equal(json_array_size(self->problems), 1);
    char *text = json_dumps(json_array_get(self->problems, 0), JSON_COMPACT);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void fields_of_both_tables_are_taken(void **state)
{
    fixture *self = *state;
    set(self, "width", "300");
    set(self, "use_oval_mask", "Off");
    set(self, "background_g", "7");
    set(self, "return_base64", "yes");
    set(self, "format", "png");
    assert_int_equal(self->form.params.width, 300);
    assert_false(self->form.params.use_oval_mask);
    assert_int_equal(self->form.params.background.green, 7);
    assert_true(self->form.return_base64);
    assert_int_equal(self->form.format, FC_FORM_PNG);
    assert_int_equal(json_array_size(self->problems), 0);
}

static void unknown_and_empty_fields_are_ignored(void **state)
{
    fixture *self = *state;
    const fc_form before = self->form;
    set(self, "colour_of_the_sky", "blue");
    set(self, "width", "");
    assert_memory_equal(&before, &self->form, sizeof before);
    assert_int_equal(json_array_size(self->problems), 0);
}

static void refusals_have_the_shape_of_fastapi(void **state)
{
    fixture *self = *state;
    assert_problem(self, "width", "wide",
                   "{\"type\":\"int_parsing\",\"loc\":[\"body\",\"width\"],\"msg\":\"Input should "
                   "be a valid integer, unable to parse string as an integer\",\"input\":"
                   "\"wide\"}");
    assert_problem(self, "width", "63",
                   "{\"type\":\"greater_than_equal\",\"loc\":[\"body\",\"width\"],\"msg\":\"Input "
                   "should be greater than or equal to 64\",\"input\":\"63\",\"ctx\":{\"ge\":64}}");
    assert_problem(self, "background_r", "256",
                   "{\"type\":\"less_than_equal\",\"loc\":[\"body\",\"background_r\"],\"msg\":"
                   "\"Input should be less than or equal to 255\",\"input\":\"256\",\"ctx\":"
                   "{\"le\":255}}");
    assert_problem(self, "face_margin", "nan",
                   "{\"type\":\"float_parsing\",\"loc\":[\"body\",\"face_margin\"],\"msg\":\"Input "
                   "should be a valid number, unable to parse string as a number\",\"input\":"
                   "\"nan\"}");
    assert_problem(self, "enhance_face", "2",
                   "{\"type\":\"bool_parsing\",\"loc\":[\"body\",\"enhance_face\"],\"msg\":\"Input "
                   "should be a valid boolean, unable to interpret input\",\"input\":\"2\"}");
    assert_problem(self, "format", "gif",
                   "{\"type\":\"enum\",\"loc\":[\"body\",\"format\"],\"msg\":\"Input should be one "
                   "of json|png|jpg|webp\",\"input\":\"gif\"}");
}

static void values_that_are_no_text_are_shown_cleaned(void **state)
{
    fixture *self = *state;
    set(self, "width", "\xff");
    const json_t *item = json_array_get(self->problems, 0);
    assert_string_equal(json_string_value(json_object_get(item, "input")), "\xEF\xBF\xBD");
}

static void missing_fields_are_told(void **state)
{
    fixture *self = *state;
    fc_error err = { 0 };
    ASSERT_OK(fc_form_miss("body", "file", self->problems, &err), err);
    char *text = json_dumps(self->problems, JSON_COMPACT);
    assert_string_equal(text, "[{\"type\":\"missing\",\"loc\":[\"body\",\"file\"],\"msg\":\"Field "
                              "required\",\"input\":null}]");
    free(text);
}

static void texts_in_place_of_files_are_told_but_not_repeated(void **state)
{
    fixture *self = *state;
    fc_error err = { 0 };
    ASSERT_OK(fc_form_expect_file("query", "file", self->problems, &err), err);
    char *text = json_dumps(self->problems, JSON_COMPACT);
    assert_string_equal(text, "[{\"type\":\"value_error\",\"loc\":[\"query\",\"file\"],\"msg\":"
                              "\"Expected a file, received a text\",\"input\":null}]");
    free(text);
}

/* The form sets `format` and `size` by offset: no row may hide one of params.def. */
static void rows_have_names_of_their_own(void **state)
{
    (void)state;
    const fc_options rows = fc_form_options();
    for (size_t i = 0; i < rows.count; i++) {
        assert_null(fc_option_lookup(fc_params_options(), rows.rows[i].name));
        assert_ptr_equal(fc_option_lookup(rows, rows.rows[i].name), &rows.rows[i]);
    }
}

/* ---- form as text ---------------------------------------------------------------------------- */

static fc_form filled(void)
{
    const fc_params defaults = fc_params_default();
    fc_form form = fc_form_start(&defaults);
    form.params.width = 123;
    form.params.face_margin = 0.25;
    form.params.face = -3; /* the third from the left */
    form.params.background = (fc_background){
        .kind = FC_BACKGROUND_RADIAL, .red = 1, .green = 2, .blue = 3, .to = { 4, 5, 6 }
    };
    form.params.use_oval_mask = false;
    form.format = FC_FORM_WEBP;
    form.return_base64 = true;
    return form;
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_form form = filled();
    const fc_params defaults = fc_params_default();
    fc_form read = fc_form_start(&defaults);
    FC_AUTO_BUFFER(text, FC_FORM_TEXT_BYTES_MAX);
    ASSERT_OK(fc_form_write_text(&form, &text, &err), err);
    ASSERT_OK(fc_form_read_text(fc_buffer_text(&text), &read, &err), err);
    assert_int_equal(read.params.width, 123);
    assert_true(read.params.face_margin == 0.25);
    assert_int_equal(read.params.face, -3);
    assert_memory_equal(&read.params.background, &form.params.background, sizeof(fc_background));
    assert_false(read.params.use_oval_mask);
    assert_int_equal(read.format, FC_FORM_WEBP);
    assert_true(read.return_base64);
    FC_AUTO_BUFFER(again, FC_FORM_TEXT_BYTES_MAX);
    ASSERT_OK(fc_form_write_text(&read, &again, &err), err);
    assert_string_equal(fc_buffer_text(&again), fc_buffer_text(&text));
}

static void fields_of_other_versions_are_left_out(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_params defaults = fc_params_default();
    fc_form form = fc_form_start(&defaults);
    ASSERT_OK(fc_form_read_text("gone=1\nwidth=77\nformat=png", &form, &err), err);
    assert_int_equal(form.params.width, 77);
    assert_int_equal(form.format, FC_FORM_PNG);
    assert_int_equal(form.params.height, defaults.height);
    ASSERT_OK(fc_form_read_text("", &form, &err), err);
}

static void what_is_no_form_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_params defaults = fc_params_default();
    fc_form form = fc_form_start(&defaults);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_form_read_text("width\n", &form, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_form_read_text("width=1\n", &form, &err), err);
    char line[3000];
    memset(line, '=', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_form_read_text(line, &form, &err), err);
}

static void writing_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_form form = filled();
    FC_AUTO_BUFFER(text, FC_FORM_TEXT_BYTES_MAX);
    SWEEP_ALLOCATIONS((fc_buffer_clear(&text), fc_form_write_text(&form, &text, &err)), true);
}

static void advice_is_in_the_language_that_is_asked_for(void **state)
{
    (void)state;
    const fc_params params = fc_params_default();
    fc_form form = fc_form_start(&params);
    assert_string_equal(fc_form_language(&form), "en");
    fc_form_take_language(&form, "tlh, ja;q=0.5");
    assert_string_equal(fc_form_language(&form), "ja");
    fc_form_take_language(&form, "de"); /* it is settled */
    assert_string_equal(fc_form_language(&form), "ja");
    for (size_t i = 0; i < fc_advice_languages_count; i++) {
        form = fc_form_start(&params);
        fc_form_take_language(&form, fc_advice_languages[i]);
        assert_string_equal(fc_form_language(&form), fc_advice_languages[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(advice_is_in_the_language_that_is_asked_for),
        cmocka_unit_test_setup_teardown(fields_of_both_tables_are_taken, start, stop),
        cmocka_unit_test_setup_teardown(unknown_and_empty_fields_are_ignored, start, stop),
        cmocka_unit_test_setup_teardown(refusals_have_the_shape_of_fastapi, start, stop),
        cmocka_unit_test_setup_teardown(values_that_are_no_text_are_shown_cleaned, start, stop),
        cmocka_unit_test_setup_teardown(missing_fields_are_told, start, stop),
        cmocka_unit_test_setup_teardown(texts_in_place_of_files_are_told_but_not_repeated, start,
                                        stop),
        cmocka_unit_test(rows_have_names_of_their_own),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(fields_of_other_versions_are_left_out),
        cmocka_unit_test(what_is_no_form_is_refused),
        cmocka_unit_test(writing_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("service/form", tests, NULL, NULL);
}
