#include "pipeline/stage_functions.h"

#include <math.h>
#include <string.h>

#include "support/fc_test.h"

/* A face of 200 px whose eye line is turned by `roll`, somewhere in a photo of 1000 x 800 px. */
static void make_face(fc_photo *photo, fc_portrait *portrait, double roll_deg)
{
    const double roll = roll_deg * M_PI / 180;
    const fc_point centre = { 520, 410 };
    *photo = (fc_photo){ .params = fc_params_default(), .facts = { .size = { 1000, 800 } } };
    *portrait = (fc_portrait){ .photo = photo };
    fc_face *face = &photo->faces.items[0];
    photo->faces.count = 1;
    face->box = (fc_box){ centre.x - 100, centre.y - 100, 200, 200 };
    face->dlib_box = face->box;
    const fc_similarity turn = { cos(roll), sin(roll), centre.x, centre.y };
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        portrait->landmarks[i] = fc_similarity_apply(turn, (fc_point){ i < 42 ? -40 : 40, -30 });
    }
    face->keypoints[FC_KEYPOINT_LEFT_EYE] = portrait->landmarks[36];
    face->keypoints[FC_KEYPOINT_RIGHT_EYE] = portrait->landmarks[42];
}

static fc_point on_canvas(const fc_portrait *portrait, fc_point in_photo)
{
    return fc_similarity_apply(fc_similarity_invert(portrait->frame.to_photo), in_photo);
}

static void run(fc_portrait *portrait)
{
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_stage_frame(portrait, &report, &err), err);
}

static void eyes_come_out_level_and_upright(void **state)
{
    (void)state;
    const double rolls[] = { 0, 12, -33, 90, 180, -90 };
    for (size_t i = 0; i < sizeof rolls / sizeof rolls[0]; i++) {
        fc_photo photo;
        fc_portrait portrait;
        make_face(&photo, &portrait, rolls[i]);
        run(&portrait);
        const fc_point left = on_canvas(&portrait, portrait.landmarks[36]);
        const fc_point right = on_canvas(&portrait, portrait.landmarks[42]);
        assert_true(fabs(left.y - right.y) < 1e-6);
        assert_true(right.x > left.x);
    }
}

static void the_face_fills_its_share_of_the_canvas(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_face(&photo, &portrait, 0);
    run(&portrait);
    const fc_frame *frame = &portrait.frame;
    /* 1 + 2.5 * 0.3 face heights fit into 648 px. */
    assert_true(fabs(frame->face_in_canvas.height - 648 / 1.75) < 1e-6);
    assert_true(fabs(frame->face_in_canvas.y - 0.45 * 648 / 1.75) < 1e-6);
    assert_true(fabs(fc_box_centre(frame->face_in_canvas).x - 324) < 1e-6);
    assert_true(fabs(frame->inner.height - 648) < 1e-6);
    assert_true(fabs(frame->inner.width - 648 * 1.6 / 1.75) < 1e-6);
}

static void the_box_is_fitted_into_any_canvas(void **state)
{
    (void)state;
    const fc_size sizes[] = { { 600, 800 }, { 800, 200 }, { 64, 4096 } };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        fc_photo photo;
        fc_portrait portrait;
        make_face(&photo, &portrait, 5);
        photo.params.width = sizes[i].width;
        photo.params.height = sizes[i].height;
        run(&portrait);
        const fc_box inner = portrait.frame.inner;
        assert_true(inner.x > -1e-6 && inner.y > -1e-6);
        assert_true(inner.x + inner.width < sizes[i].width + 1e-6);
        assert_true(inner.y + inner.height < sizes[i].height + 1e-6);
    }
}

static void landmarks_that_contradict_the_detector_are_not_believed(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_face(&photo, &portrait, 10);
    for (int i = 42; i < 48; i++) {
        portrait.landmarks[i].y += 60; /* one eye far down: about 46 degrees */
    }
    run(&portrait);
    assert_true(fabs(portrait.frame.roll_deg - 10) < 1e-6);
}

static void a_face_is_enlarged_only_where_that_is_wanted(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_face(&photo, &portrait, 5);
    photo.params.width = 1200;
    photo.params.height = 1600;
    run(&portrait);
    assert_int_equal(portrait.frame.canvas.width, 1200);
    assert_int_equal(portrait.warnings.count, 0);
    const double asked = portrait.frame.face_in_canvas.y / 1600;

    make_face(&photo, &portrait, 5);
    photo.params.width = 1200;
    photo.params.height = 1600;
    photo.params.enlarge = false;
    run(&portrait);
    const fc_frame *frame = &portrait.frame;
    assert_true(hypot(frame->to_photo.a, frame->to_photo.b) >= 1);
    assert_true(hypot(frame->to_photo.a, frame->to_photo.b) < 1.01);
    assert_true(fabs(frame->canvas.height / 4.0 - frame->canvas.width / 3.0) < 1);
    assert_true(fabs(frame->face_in_canvas.y / frame->canvas.height - asked) < 0.01);
    assert_int_equal(portrait.warnings.count, 1);
    assert_ptr_equal(strstr(portrait.warnings.items[0], "low_resolution"),
                     portrait.warnings.items[0]);
}

static void what_the_photo_has_is_not_reduced(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_face(&photo, &portrait, 0);
    photo.params.width = 96;
    photo.params.height = 96;
    photo.params.enlarge = false;
    run(&portrait);
    assert_int_equal(portrait.frame.canvas.width, 96);
    assert_int_equal(portrait.warnings.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eyes_come_out_level_and_upright),
        cmocka_unit_test(the_face_fills_its_share_of_the_canvas),
        cmocka_unit_test(the_box_is_fitted_into_any_canvas),
        cmocka_unit_test(landmarks_that_contradict_the_detector_are_not_believed),
        cmocka_unit_test(a_face_is_enlarged_only_where_that_is_wanted),
        cmocka_unit_test(what_the_photo_has_is_not_reduced),
    };
    return cmocka_run_group_tests_name("pipeline/stage_frame", tests, NULL, NULL);
}
