#include "service/form_text.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(fields_of_other_versions_are_left_out),
        cmocka_unit_test(what_is_no_form_is_refused),
        cmocka_unit_test(writing_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("service/form_text", tests, NULL, NULL);
}
