#include "pipeline/stage_functions.h"

#include <math.h>
#include <string.h>

#include "support/fc_test.h"
#include "support/figure.h"

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
    assert_int_equal(portrait.frame.ends, FC_SIDE_TOP | FC_SIDE_BOTTOM);
}

/* Frame a figure as the stage does after `segment`; 100 px a unit of levelled coordinates. */
static fc_stage_report run_before(const fc_test_figure *figure, bool uncut,
                                  fc_background_kind background, fc_frame *out,
                                  fc_warnings *warnings)
{
    fc_photo photo;
    fc_portrait portrait;
    make_face(&photo, &portrait, figure->roll_deg);
    fc_levelled_person person = fc_test_figure_draw(figure);
    fc_raster preview = { .to_photo = FC_SIMILARITY_IDENTITY };
    photo.preview = &preview;
    photo.facts.size = figure->photo;
    photo.params.framing = FC_FRAMING_HEAD;
    photo.params.background = fc_background_of(background);
    const double side = 100 / (0.9565 * 1.06); /* so that the levelled unit is 100 px */
    fc_face *face = &photo.faces.items[0];
    face->box = (fc_box){ figure->face_at.x - side / 2, figure->face_at.y - side / 2, side, side };
    face->dlib_box = face->box;
    portrait.uncut = uncut;
    portrait.found.coarse[portrait.coarse] =
        (fc_rough_mask){ (fc_plane *)person.mask, person.covered };
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_stage_frame(&portrait, &report, &err), err);
    *out = portrait.frame;
    *warnings = portrait.warnings;
    fc_plane_free((fc_plane *)person.mask);
    return report;
}

static fc_stage_report run_on(const fc_test_figure *figure, bool uncut, fc_frame *out)
{
    fc_warnings warnings;
    return run_before(figure, uncut, FC_BACKGROUND_COLOUR, out, &warnings);
}

static void the_whole_head_is_inside_with_its_room(void **state)
{
    (void)state;
    const fc_test_figure figure = { { 800, 800 }, { 400, 400 }, 12, -1.2, 0.7, 0.9 };
    fc_frame frame;
    const fc_stage_report report = run_on(&figure, false, &frame);
    const double roll = 12 * M_PI / 180;
    const fc_similarity levelled = { 100 * cos(roll), 100 * sin(roll), 400, 400 };
    const fc_point crown = fc_similarity_apply(
        fc_similarity_invert(frame.to_photo), fc_similarity_apply(levelled, (fc_point){ 0, -1.2 }));
    assert_true(crown.y > 0.05 * 648 && crown.y < 0.15 * 648);
    assert_true(frame.inner.y < crown.y);
    assert_true(fabs(frame.roll_deg - 12) < 1e-6);
    assert_int_equal(frame.ends, 0);
    assert_null(strstr(report.note, "moved"));
}

/* Too little below the chin for a slant of 9 degrees. */
static void eyes_are_less_level_where_a_slant_has_to_be_hidden(void **state)
{
    (void)state;
    const fc_test_figure figure = { { 800, 465 }, { 400, 400 }, 9, -0.9, 0.9, 1.2 };
    fc_frame frame;
    const fc_stage_report report = run_on(&figure, false, &frame);
    assert_true(frame.roll_deg < 9 && frame.roll_deg >= 5 - 1e-6);
    assert_non_null(strstr(report.note, "less than level"));
    const fc_box canvas = { 0, 0, frame.canvas.width, frame.canvas.height };
    const fc_box shown = fc_similarity_apply_box(frame.to_photo, canvas);
    assert_true(shown.y + shown.height < 490);
}

static void a_photo_that_stays_is_not_left_by_the_frame(void **state)
{
    (void)state;
    const fc_test_figure figure = { { 300, 300 }, { 110, 150 }, 5, -0.9, 0.6, 0.9 };
    fc_frame frame;
    (void)run_on(&figure, true, &frame);
    const fc_box canvas = { 0, 0, frame.canvas.width, frame.canvas.height };
    const fc_box shown = fc_similarity_apply_box(frame.to_photo, canvas);
    assert_true(shown.x >= 0 && shown.y >= 0);
    assert_true(shown.x + shown.width <= 300 && shown.y + shown.height <= 300);
    assert_int_equal(frame.ends, 0);
}

/* The photo is too narrow for the head's square: zooming in takes what is below it, not the hair.
 */
static void hair_stays_inside_where_the_background_is_kept(void **state)
{
    (void)state;
    const fc_test_figure figure = { { 165, 500 }, { 82, 230 }, 0, -1.0, 0.9, 1.0 };
    fc_frame frame;
    fc_warnings warnings;
    (void)run_before(&figure, false, FC_BACKGROUND_KEEP, &frame, &warnings);
    assert_int_equal(warnings.count, 0);
    const fc_box canvas = { 0, 0, frame.canvas.width, frame.canvas.height };
    const fc_box shown = fc_similarity_apply_box(frame.to_photo, canvas);
    assert_true(shown.width <= 165 + 1e-6);
    assert_true(shown.y < 230 - 100);               /* the crown */
    assert_true(shown.y + shown.height > 230 + 50); /* the chin */
}

/* Near the photo's upper edge the corners of a turned canvas push it down. */
static void a_kept_background_turns_less_before_it_cuts_hair(void **state)
{
    (void)state;
    fc_test_figure figure = { { 800, 800 }, { 400, 115 }, 13, -1.0, 0.9, 1.0 };
    fc_frame frame;
    fc_warnings warnings;
    const fc_stage_report report =
        run_before(&figure, false, FC_BACKGROUND_KEEP, &frame, &warnings);
    assert_true(frame.roll_deg < 12.5 && frame.roll_deg >= 9 - 1e-6);
    assert_non_null(strstr(report.note, "less than level"));
    assert_int_equal(warnings.count, 0);
    (void)run_before(&figure, false, FC_BACKGROUND_COLOUR, &frame, &warnings);
    assert_true(fabs(frame.roll_deg - 13) < 1e-6); /* whoever is cut out may lie beyond the photo */
    figure.roll_deg = 30;
    (void)run_before(&figure, false, FC_BACKGROUND_KEEP, &frame, &warnings);
    assert_int_equal(warnings.count, 1);
    assert_non_null(strstr(warnings.items[0], "head_cut_off: the top of the head lies "));
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
    assert_true(fabs(fc_similarity_scale(frame->to_photo) - 1) < 1e-6);
    assert_true(fabs(frame->canvas.height / 4.0 - frame->canvas.width / 3.0) < 1);
    assert_true(fabs(frame->face_in_canvas.y / frame->canvas.height - asked) < 0.01);
    const fc_point eye = on_canvas(&portrait, portrait.landmarks[36]);
    assert_true(eye.x > frame->face_in_canvas.x && eye.y > frame->face_in_canvas.y);
    assert_int_equal(portrait.warnings.count, 1);
    assert_ptr_equal(strstr(portrait.warnings.items[0], "smaller_than_asked"),
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

/* Whoever moves the photo up sees its lower end; whoever zooms in does not. */
static void a_crop_by_hand_tells_where_the_photo_ends(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    fc_raster preview = { .to_photo = FC_SIMILARITY_IDENTITY };
    make_face(&photo, &portrait, 0);
    photo.preview = &preview;
    photo.params.background = fc_background_of(FC_BACKGROUND_KEEP);
    photo.params.move_y = -0.8;
    run(&portrait);
    assert_int_equal(portrait.frame.ends, FC_SIDE_BOTTOM);
    const fc_point middle = fc_box_centre(portrait.frame.face_in_canvas);
    assert_true(middle.y < 0);

    make_face(&photo, &portrait, 0);
    photo.preview = &preview;
    photo.params.background = fc_background_of(FC_BACKGROUND_KEEP);
    photo.params.zoom = 2;
    run(&portrait);
    assert_int_equal(portrait.frame.ends, 0);
}

/* The eyes lean as asked, whatever they did in the photo. */
static void a_turn_by_hand_counts_from_level(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_face(&photo, &portrait, -33);
    photo.params.turn = 20;
    run(&portrait);
    const fc_point left = on_canvas(&portrait, portrait.landmarks[36]);
    const fc_point right = on_canvas(&portrait, portrait.landmarks[42]);
    assert_true(fabs(atan2(right.y - left.y, right.x - left.x) - 20 * M_PI / 180) < 1e-6);
    assert_true(fabs(portrait.frame.roll_deg - -53) < 1e-6);
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
        cmocka_unit_test(the_whole_head_is_inside_with_its_room),
        cmocka_unit_test(eyes_are_less_level_where_a_slant_has_to_be_hidden),
        cmocka_unit_test(a_photo_that_stays_is_not_left_by_the_frame),
        cmocka_unit_test(hair_stays_inside_where_the_background_is_kept),
        cmocka_unit_test(landmarks_that_contradict_the_detector_are_not_believed),
        cmocka_unit_test(a_kept_background_turns_less_before_it_cuts_hair),
        cmocka_unit_test(a_face_is_enlarged_only_where_that_is_wanted),
        cmocka_unit_test(what_the_photo_has_is_not_reduced),
        cmocka_unit_test(a_crop_by_hand_tells_where_the_photo_ends),
        cmocka_unit_test(a_turn_by_hand_counts_from_level),
    };
    return cmocka_run_group_tests_name("pipeline/stage_frame", tests, NULL, NULL);
}
