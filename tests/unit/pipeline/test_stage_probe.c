#include <stdio.h>
#include <string.h>

#include "pipeline/stage_functions.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"

static fc_photo photo_of(fc_bytes file)
{
    return (fc_photo){ .file = file, .params = fc_params_default(), .limits = fc_photo_limits };
}

static void the_facts_are_in_the_photo_and_in_the_note(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("orientation_1.jpg");
    fc_photo photo = photo_of(file->bytes);
    fc_stage_report report = { 0 };
    ASSERT_OK(fc_stage_probe(&photo, &report, &err), err);
    assert_int_equal(photo.facts.format, FC_FORMAT_JPEG);
    char note[96];
    (void)snprintf(note, sizeof note, "jpeg, %d x %d px", photo.facts.size.width,
                   photo.facts.size.height);
    assert_string_equal(report.note, note);
    assert_non_null(photo.decoder); /* decoding goes on with it */
    fc_photo_clear(&photo);
}

/* An estimate of its memory has opened it before. */
static void a_photo_that_is_open_already_is_not_opened_again(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("orientation_1.jpg");
    fc_photo photo = photo_of(file->bytes);
    fc_stage_report report = { 0 };
    ASSERT_OK(fc_stage_probe(&photo, &report, &err), err);
    const fc_decoder *decoder = photo.decoder;
    photo.file = (fc_bytes){ (const uint8_t *)"no picture", 10 };
    ASSERT_OK(fc_stage_probe(&photo, &report, &err), err);
    assert_ptr_equal(photo.decoder, decoder);
    assert_int_equal(photo.facts.format, FC_FORMAT_JPEG);
    fc_photo_clear(&photo);
}

static void what_is_no_picture_or_too_large_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stage_report report = { 0 };
    fc_photo text = photo_of((fc_bytes){ (const uint8_t *)"no picture", 10 });
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT, fc_stage_probe(&text, &report, &err), err);
    FC_AUTO(fc_mapping) file = fc_photo_open("orientation_1.jpg");
    fc_photo photo = photo_of(file->bytes);
    photo.limits.pixels_max = 1;
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_stage_probe(&photo, &report, &err), err);
    assert_string_equal(report.note, "");
    fc_photo_clear(&text);
    fc_photo_clear(&photo);
}

/* A BMP of 64 x 64 px: black, as a disk has the place of a file that has not come yet. */
static void a_file_whose_end_is_zeros_is_taken_and_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    uint8_t file[54 + 64 * 64 * 3] = {
        'B', 'M', [10] = 54, [14] = 40, [18] = 64, [22] = 64, [28] = 24
    };
    fc_photo photo = photo_of((fc_bytes){ file, sizeof file });
    fc_stage_report report = { 0 };
    ASSERT_OK(fc_stage_probe(&photo, &report, &err), err);
    assert_int_equal(photo.warnings.count, 1);
    assert_non_null(strstr(photo.warnings.items[0], "12 KB of zeros"));
    fc_photo_clear(&photo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_facts_are_in_the_photo_and_in_the_note),
        cmocka_unit_test(a_photo_that_is_open_already_is_not_opened_again),
        cmocka_unit_test(what_is_no_picture_or_too_large_is_refused),
        cmocka_unit_test(a_file_whose_end_is_zeros_is_taken_and_told),
    };
    return cmocka_run_group_tests_name("pipeline/stage_probe", tests, NULL, NULL);
}
