#include "pipeline/stage_functions.h"

#include <math.h>

#include "support/fc_test.h"

/* A face of 200 px whose eye line is turned by `roll`, somewhere in a photo of 1000 x 800 px. */
static void make_face(fc_photo *photo, fc_portrait *portrait, double roll_deg)
{
    const double roll = roll_deg * M_PI / 180;
    const fc_point centre = { 520, 410 };
    *photo = (fc_photo){ .params = fc_params_default(), .facts = { .size = { 1000, 800 } } };
    photo->params.framing = FC_FRAMING_FACE;
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

/* Corners of the canvas in the photo. */
static bool lies_in_photo(const fc_portrait *portrait)
{
    const fc_size canvas = portrait->frame.canvas;
    const fc_size size = portrait->photo->facts.size;
    const fc_box shown = fc_similarity_apply_box(portrait->frame.to_photo,
                                                 (fc_box){ 0, 0, canvas.width, canvas.height });
    return shown.x > -1e-6 && shown.y > -1e-6 && shown.x + shown.width < size.width + 1e-6 &&
           shown.y + shown.height < size.height + 1e-6;
}

static void a_kept_background_fills_the_canvas(void **state)
{
    (void)state;
    const double rolls[] = { 0, 7, -33, 90 };
    const double margins[] = { 0.3, 1 };
    for (size_t i = 0; i < 8; i++) {
        fc_photo photo;
        fc_portrait portrait;
        make_face(&photo, &portrait, rolls[i % 4]);
        photo.params.face_margin = margins[i / 4];
        photo.params.background =
            fc_background_of(i % 2 == 0 ? FC_BACKGROUND_KEEP : FC_BACKGROUND_BLUR);
        run(&portrait);
        assert_true(lies_in_photo(&portrait));
        const fc_box face = portrait.frame.face_in_canvas;
        const fc_point at = on_canvas(&portrait, fc_box_centre(portrait.frame.face_in_photo));
        assert_true(fabs(fc_box_centre(face).x - at.x) < 1e-6);
        assert_true(fabs(fc_box_centre(face).y - at.y) < 1e-6);
        assert_true(face.height >= 648 / (1 + 2.5 * margins[i / 4]) - 1e-6);
    }
}

static void a_kept_background_moves_nothing_that_lies_inside(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_face(&photo, &portrait, 0);
    run(&portrait);
    const fc_similarity was = portrait.frame.to_photo;
    assert_true(lies_in_photo(&portrait));
    photo.params.background = fc_background_of(FC_BACKGROUND_KEEP);
    run(&portrait);
    assert_memory_equal(&portrait.frame.to_photo, &was, sizeof was);
}

static void a_face_larger_than_the_photo_leaves_it(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_face(&photo, &portrait, 0);
    photo.facts.size = (fc_size){ 1000, 120 };
    photo.params.background = fc_background_of(FC_BACKGROUND_KEEP);
    run(&portrait);
    assert_false(lies_in_photo(&portrait));
    assert_true(portrait.frame.face_in_canvas.height <= 0.9 * 648 + 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eyes_come_out_level_and_upright),
        cmocka_unit_test(the_face_fills_its_share_of_the_canvas),
        cmocka_unit_test(the_box_is_fitted_into_any_canvas),
        cmocka_unit_test(a_kept_background_fills_the_canvas),
        cmocka_unit_test(a_kept_background_moves_nothing_that_lies_inside),
        cmocka_unit_test(a_face_larger_than_the_photo_leaves_it),
        cmocka_unit_test(landmarks_that_contradict_the_detector_are_not_believed),
    };
    return cmocka_run_group_tests_name("pipeline/stage_frame", tests, NULL, NULL);
}
