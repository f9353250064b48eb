#include <math.h>
#include <string.h>

#include "pipeline/stage_functions.h"
#include "support/fc_test.h"
#include "support/rings.h"

/* A canvas of 100 px that shows `side` px of the photo around its middle. */
static fc_portrait portrait_of(fc_photo *photo, double side)
{
    const double scale = side / 100;
    fc_portrait portrait = { .photo = photo };
    portrait.frame.canvas = (fc_size){ 100, 100 };
    portrait.frame.to_photo = (fc_similarity){ scale, 0, 1500 - side / 2, 1000 - side / 2 };
    return portrait;
}

static void a_face_that_needs_more_is_decoded_again_alone(void **state)
{
    (void)state;
    fc_buffer file = fc_rings_file((fc_size){ 3000, 2000 });
    fc_photo photo = fc_rings_photo(&file);
    fc_rings_decode(&photo);
    fc_portrait portrait = portrait_of(&photo, 100);
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_stage_detail(&portrait, &report, &err), err);
    assert_non_null(portrait.detail);
    assert_true(fabs(fc_similarity_scale(portrait.detail->to_photo) - 1) < 1e-9);
    assert_true(portrait.detail->pixels->size.width >= 100);
    assert_true(portrait.detail->pixels->size.width < 200);
    fc_portrait_clear(&portrait);
    fc_photo_clear(&photo);
    fc_buffer_clear(&file);
}

static void a_preview_that_is_fine_enough_is_kept(void **state)
{
    (void)state;
    fc_buffer file = fc_rings_file((fc_size){ 3000, 2000 });
    fc_photo photo = fc_rings_photo(&file);
    fc_rings_decode(&photo);
    fc_portrait portrait = portrait_of(&photo, 190); /* 1.9 photo px a px, the preview has 2 */
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_stage_detail(&portrait, &report, &err), err);
    assert_null(portrait.detail);
    fc_photo_clear(&photo);
    fc_buffer_clear(&file);
}

/* A frame may lie beyond the photo: there is nothing finer to decode. */
static void a_canvas_outside_of_the_photo_keeps_the_preview(void **state)
{
    (void)state;
    fc_buffer file = fc_rings_file((fc_size){ 3000, 2000 });
    fc_photo photo = fc_rings_photo(&file);
    fc_rings_decode(&photo);
    fc_portrait portrait = portrait_of(&photo, 100);
    portrait.frame.to_photo.tx = 5000;
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_stage_detail(&portrait, &report, &err), err);
    assert_null(portrait.detail);
    assert_ptr_equal(portrait.raster, photo.preview);
    assert_string_equal(report.note, "the preview is fine enough");
    fc_photo_clear(&photo);
    fc_buffer_clear(&file);
}

/* The first portrait of an analysis leaves the finer part for the next one. */
static void a_part_that_is_kept_is_not_decoded_again(void **state)
{
    (void)state;
    fc_buffer file = fc_rings_file((fc_size){ 3000, 2000 });
    fc_photo photo = fc_rings_photo(&file);
    fc_rings_decode(&photo);
    fc_portrait portrait = portrait_of(&photo, 100);
    portrait.found.keep = true;
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_stage_detail(&portrait, &report, &err), err);
    const fc_raster *kept = portrait.found.details[0];
    assert_non_null(kept);
    assert_ptr_equal(portrait.raster, kept);
    assert_null(portrait.detail);
    ASSERT_OK(fc_stage_detail(&portrait, &report, &err), err);
    assert_ptr_equal(portrait.raster, kept);
    assert_memory_equal(report.note, "known; 1/1, ", 12);
    fc_raster_free(portrait.found.details[0]);
    portrait.found.details[0] = NULL;
    fc_portrait_clear(&portrait);
    fc_photo_clear(&photo);
    fc_buffer_clear(&file);
}

static void a_file_that_cannot_be_decoded_again_is_refused(void **state)
{
    (void)state;
    fc_buffer file = fc_rings_file((fc_size){ 3000, 2000 });
    fc_photo photo = fc_rings_photo(&file);
    fc_rings_decode(&photo);
    fc_photo_end_decoding(&photo);
    photo.file = (fc_bytes){ (const uint8_t *)"no picture", 10 };
    fc_portrait portrait = portrait_of(&photo, 100);
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_stage_detail(&portrait, &report, &err), err);
    assert_null(portrait.detail);
    fc_photo_clear(&photo);
    fc_buffer_clear(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_face_that_needs_more_is_decoded_again_alone),
        cmocka_unit_test(a_preview_that_is_fine_enough_is_kept),
        cmocka_unit_test(a_canvas_outside_of_the_photo_keeps_the_preview),
        cmocka_unit_test(a_part_that_is_kept_is_not_decoded_again),
        cmocka_unit_test(a_file_that_cannot_be_decoded_again_is_refused),
    };
    return cmocka_run_group_tests_name("pipeline/stage_detail", tests, NULL, NULL);
}
