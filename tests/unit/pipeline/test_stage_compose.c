/* The last two stages: what is see-through where, and what lies in the files. */
#include <string.h>

#include "base/memory.h"
#include "pipeline/stage_functions.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"

#define SIDE 96

static const fc_models one_thread = { 0 };

/* A skin-coloured canvas that is all person, well inside its photo. */
static void make_canvas(fc_photo *photo, fc_portrait *portrait)
{
    fc_error err = { 0 };
    *photo = (fc_photo){ .params = fc_params_default(),
                         .facts = { .size = { 1000, 1000 } },
                         .outputs = FC_OUTPUT_PNG | FC_OUTPUT_JPEG,
                         .models = &one_thread };
    *portrait = (fc_portrait){ .photo = photo };
    portrait->frame.canvas = (fc_size){ SIDE, SIDE };
    portrait->frame.inner = (fc_box){ 4, 0, SIDE - 8, SIDE };
    portrait->frame.to_photo = (fc_similarity){ 1, 0, 400, 400 };
    portrait->frame.face_in_canvas = (fc_box){ 24, 24, 48, 48 };
    ASSERT_OK(fc_image_new((fc_size){ SIDE, SIDE }, 3, &portrait->canvas, &err), err);
    ASSERT_OK(fc_plane_new((fc_size){ SIDE, SIDE }, &portrait->matte, &err), err);
    ASSERT_OK(fc_plane_new((fc_size){ SIDE, SIDE }, &portrait->coverage, &err), err);
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            memcpy(fc_image_row(portrait->canvas, y) + 3 * x, (const uint8_t[]){ 200, 150, 120 },
                   3);
            fc_plane_row(portrait->matte, y)[x] = 1;
            fc_plane_row(portrait->coverage, y)[x] = 1;
        }
    }
}

static void run(fc_portrait *portrait)
{
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_stage_foreground(portrait, &report, &err), err);
    ASSERT_OK(fc_stage_compose(portrait, &report, &err), err);
    ASSERT_OK(fc_stage_encode(portrait, &report, &err), err);
}

static const uint8_t *cutout_px(const fc_portrait *portrait, int32_t x, int32_t y)
{
    return fc_image_row(portrait->cutout, y) + 4 * x;
}

static void the_oval_cuts_the_corners(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_canvas(&photo, &portrait);
    run(&portrait);
    assert_int_equal(cutout_px(&portrait, 0, 0)[3], 0);
    assert_int_equal(cutout_px(&portrait, 0, 0)[0], 240); /* nothing hides there */
    assert_int_equal(cutout_px(&portrait, SIDE / 2, SIDE / 2)[3], 255);
    assert_int_equal(cutout_px(&portrait, SIDE / 2, SIDE / 2)[0], 200);
    assert_int_equal(fc_image_row(portrait.flat, 0)[0], 240);
    assert_memory_equal(portrait.png.data, "\x89PNG", 4);
    assert_memory_equal(portrait.jpeg.data, "\xff\xd8", 2);
    fc_portrait_clear(&portrait);
}

static void a_photo_that_is_enlarged_much_is_said(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_canvas(&photo, &portrait);
    photo.faces.count = 1;
    photo.faces.items[0].keypoints[FC_KEYPOINT_LEFT_EYE] = (fc_point){ 410, 410 };
    photo.faces.items[0].keypoints[FC_KEYPOINT_RIGHT_EYE] = (fc_point){ 418, 410 };
    portrait.frame.to_photo = (fc_similarity){ 0.4, 0, 400, 400 };
    run(&portrait);
    assert_int_equal(portrait.warnings.count, 1);
    assert_string_equal(portrait.warnings.items[0],
                        "low_resolution: 8 px between the eyes in the photo, the portrait has 20");
    fc_portrait_clear(&portrait);
    make_canvas(&photo, &portrait);
    portrait.frame.to_photo = (fc_similarity){ 0.6, 0, 400, 400 };
    run(&portrait);
    assert_int_equal(portrait.warnings.count, 0);
    fc_portrait_clear(&portrait);
}

static void a_background_that_stays_is_said(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_canvas(&photo, &portrait);
    run(&portrait);
    assert_int_equal(portrait.warnings.count, 0);
    fc_portrait_clear(&portrait);
    make_canvas(&photo, &portrait);
    portrait.uncut = true;
    run(&portrait);
    assert_int_equal(portrait.warnings.count, 1);
    assert_non_null(strstr(portrait.warnings.items[0], "could not be told from the background"));
    fc_portrait_clear(&portrait);
}

static void without_the_oval_the_canvas_is_full(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_canvas(&photo, &portrait);
    photo.params.use_oval_mask = false;
    run(&portrait);
    assert_int_equal(cutout_px(&portrait, 0, 0)[3], 255);
    assert_int_equal(fc_image_row(portrait.flat, 0)[0], 200);
    fc_portrait_clear(&portrait);
}

/* The photo's right border lies at canvas column 76, and its lower one at the canvas' edge. */
static void an_end_of_the_photo_inside_is_faded_and_said(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_canvas(&photo, &portrait);
    photo.params.use_oval_mask = false;
    photo.facts.size = (fc_size){ 476, 496 };
    portrait.frame.ends = FC_SIDE_RIGHT;
    run(&portrait);
    assert_int_equal(cutout_px(&portrait, 70, SIDE / 2)[3], 255);
    assert_in_range(cutout_px(&portrait, 75, SIDE / 2)[3], 1, 128);
    assert_int_equal(cutout_px(&portrait, 40, SIDE - 1)[3], 255);
    assert_int_equal(portrait.warnings.count, 1);
    assert_non_null(strstr(portrait.warnings.items[0], "photo_ends_inside_the_portrait"));
    fc_portrait_clear(&portrait);
}

static void the_background_shows_where_no_person_is(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_canvas(&photo, &portrait);
    photo.params.use_oval_mask = false;
    photo.params.background = (fc_background){ .red = 10, .green = 20, .blue = 30 };
    for (int32_t x = 0; x < SIDE; x++) {
        fc_plane_row(portrait.matte, 5)[x] = 0;
    }
    run(&portrait);
    assert_memory_equal(fc_image_row(portrait.flat, 5), ((const uint8_t[]){ 10, 20, 30 }), 3);
    fc_portrait_clear(&portrait);
}

/* The left half of the canvas is a green background. */
static void make_half(fc_photo *photo, fc_portrait *portrait, const char *background)
{
    make_canvas(photo, portrait);
    photo->params.use_oval_mask = false;
    assert_true(fc_background_parse(background, &photo->params.background));
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE / 2; x++) {
            memcpy(fc_image_row(portrait->canvas, y) + 3 * x, (const uint8_t[]){ 0, 160, 0 }, 3);
            fc_plane_row(portrait->matte, y)[x] = 0;
        }
    }
}

static void px_is(const fc_portrait *portrait, int32_t x, int32_t y, int red, int green, int blue)
{
    const uint8_t *px = fc_image_row(portrait->flat, y) + 3 * x;
    assert_in_range(px[0] + 2, red, red + 4);
    assert_in_range(px[1] + 2, green, green + 4);
    assert_in_range(px[2] + 2, blue, blue + 4);
}

static void a_kept_background_is_the_canvas_itself(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_half(&photo, &portrait, "keep");
    run(&portrait);
    px_is(&portrait, 5, 40, 0, 160, 0);
    px_is(&portrait, 90, 40, 200, 150, 120);
    assert_int_equal(cutout_px(&portrait, 5, 40)[3], 255);
    fc_portrait_clear(&portrait);
}

static void the_oval_cuts_a_kept_background(void **state)
{
    (void)state;
    static const char *const OWN[] = { "keep", "blur" };
    for (int i = 0; i < 2; i++) {
        fc_photo photo;
        fc_portrait portrait;
        make_half(&photo, &portrait, OWN[i]);
        photo.params.use_oval_mask = true;
        run(&portrait);
        assert_int_equal(cutout_px(&portrait, 0, 0)[3], 0);
        assert_int_equal(cutout_px(&portrait, 30, 48)[3], 255);
        px_is(&portrait, 30, 48, 0, 160, 0);
        fc_portrait_clear(&portrait);
    }
}

static void a_blurred_background_has_nothing_of_the_person(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_half(&photo, &portrait, "blur:100");
    run(&portrait);
    px_is(&portrait, 5, 40, 0, 160, 0);
    px_is(&portrait, SIDE / 2 - 2, 40, 0, 160, 0);
    px_is(&portrait, 90, 40, 200, 150, 120);
    fc_portrait_clear(&portrait);
}

static void a_gradient_lies_behind_the_person(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_half(&photo, &portrait, "gradient:#ffffff,#000000");
    run(&portrait);
    px_is(&portrait, 5, 0, 255, 255, 255);
    px_is(&portrait, 5, SIDE - 1, 0, 0, 0);
    px_is(&portrait, 90, 0, 200, 150, 120);
    assert_int_equal(cutout_px(&portrait, 5, 40)[3], 0); /* for the PNG with an oval */
    fc_portrait_clear(&portrait);
}

static void a_picture_lies_behind_the_person_and_a_missing_one_is_told(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    FC_AUTO(fc_mapping) file = fc_photo_open("orientation_1.jpg");
    make_half(&photo, &portrait, "picture");
    photo.limits = fc_photo_limits;
    photo.plan.backdrop = file->bytes;
    run(&portrait);
    fc_photo_assert_colour(portrait.flat, 20, 20, fc_photo_quadrants[0], 12);
    fc_photo_assert_colour(portrait.flat, 20, 80, fc_photo_quadrants[2], 12);
    px_is(&portrait, 90, 40, 200, 150, 120);
    fc_portrait_clear(&portrait);

    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    make_half(&photo, &portrait, "picture");
    ASSERT_OK(fc_stage_foreground(&portrait, &report, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_stage_compose(&portrait, &report, &err), err);
    assert_null(portrait.flat);
    fc_portrait_clear(&portrait);
}

/* On what colour ever: a JPEG of one component, a PNG of one channel. */
static void grey_is_grey_in_both_files(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_canvas(&photo, &portrait);
    photo.params.use_oval_mask = false;
    photo.params.grey = true;
    photo.params.dpi = 300;
    photo.params.background = (fc_background){ .red = 255 };
    fc_plane_row(portrait.matte, 5)[0] = 0;
    run(&portrait);
    assert_int_equal(portrait.flat->channels, 1);
    assert_int_equal(portrait.flat->dpi, 300);
    assert_int_equal(fc_image_row(portrait.flat, 5)[0], 76);  /* 0.299 of 255 */
    assert_int_equal(fc_image_row(portrait.flat, 9)[9], 162); /* 200, 150, 120 */
    assert_int_equal(cutout_px(&portrait, 9, 9)[2], 162);
    assert_int_equal(portrait.png.data[25], 0); /* the PNG's kind of colour */
    fc_portrait_clear(&portrait);
}

static void only_what_is_asked_for_is_encoded(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_canvas(&photo, &portrait);
    photo.outputs = FC_OUTPUT_JPEG;
    run(&portrait);
    assert_int_equal(portrait.png.size, 0);
    assert_true(portrait.jpeg.size > 0);
    assert_true(portrait.jpeg_quality > 0);
    fc_portrait_clear(&portrait);
}

static void two_threads_make_the_same_files(void **state)
{
    (void)state;
    fc_photo photos[2];
    fc_portrait portraits[2];
    fc_error err = { 0 };
    FC_AUTO(fc_crew) crew = NULL;
    ASSERT_OK(fc_crew_new(2, 2, &crew, &err), err);
    for (int i = 0; i < 2; i++) {
        make_canvas(&photos[i], &portraits[i]);
        photos[i].outputs |= FC_OUTPUT_WEBP;
        fc_crew_member self;
        fc_crew_join(i == 0 ? NULL : crew, &self);
        run(&portraits[i]);
        fc_crew_leave(&self);
    }
    assert_int_equal(portraits[0].png.size, portraits[1].png.size);
    assert_int_equal(portraits[0].jpeg.size, portraits[1].jpeg.size);
    assert_int_equal(portraits[0].webp.size, portraits[1].webp.size);
    assert_memory_equal(portraits[0].png.data, portraits[1].png.data, portraits[0].png.size);
    assert_memory_equal(portraits[0].jpeg.data, portraits[1].jpeg.data, portraits[0].jpeg.size);
    fc_portrait_clear(&portraits[0]);
    fc_portrait_clear(&portraits[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oval_cuts_the_corners),
        cmocka_unit_test(a_photo_that_is_enlarged_much_is_said),
        cmocka_unit_test(a_background_that_stays_is_said),
        cmocka_unit_test(without_the_oval_the_canvas_is_full),
        cmocka_unit_test(an_end_of_the_photo_inside_is_faded_and_said),
        cmocka_unit_test(the_background_shows_where_no_person_is),
        cmocka_unit_test(a_kept_background_is_the_canvas_itself),
        cmocka_unit_test(the_oval_cuts_a_kept_background),
        cmocka_unit_test(a_blurred_background_has_nothing_of_the_person),
        cmocka_unit_test(a_gradient_lies_behind_the_person),
        cmocka_unit_test(a_picture_lies_behind_the_person_and_a_missing_one_is_told),
        cmocka_unit_test(grey_is_grey_in_both_files),
        cmocka_unit_test(only_what_is_asked_for_is_encoded),
        cmocka_unit_test(two_threads_make_the_same_files),
    };
    return cmocka_run_group_tests_name("pipeline/stage_compose", tests, NULL, NULL);
}
