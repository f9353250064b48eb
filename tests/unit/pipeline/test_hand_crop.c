#include "pipeline/hand_crop.h"

#include <math.h>

#include "support/fc_test.h"

#define NEAR 1e-9

/* A canvas of 200 x 100 px that lies in the photo, twice as large and moved; the face is in its
 * middle. */
static fc_frame make_frame(void)
{
    return (fc_frame){ .canvas = { 200, 100 },
                       .inner = { 60, 10, 80, 80 },
                       .to_photo = { 2, 0, 300, 400 },
                       .face_in_canvas = { 80, 30, 40, 40 },
                       .roll_deg = 7 };
}

static fc_frame crop(fc_params params)
{
    fc_frame frame = make_frame();
    fc_hand_crop_apply(&params, &frame);
    return frame;
}

static void assert_at(const fc_frame *frame, fc_point canvas, fc_point photo)
{
    const fc_point found = fc_similarity_apply(frame->to_photo, canvas);
    assert_true(fabs(found.x - photo.x) < NEAR && fabs(found.y - photo.y) < NEAR);
}

static void nothing_is_wanted_by_default(void **state)
{
    (void)state;
    fc_params params = fc_params_default();
    assert_false(fc_hand_crop_is_wanted(&params));
    params.turn = -1;
    assert_true(fc_hand_crop_is_wanted(&params));
    params = fc_params_default();
    params.move_y = 0.1;
    assert_true(fc_hand_crop_is_wanted(&params));
}

static void the_photo_moves_by_shares_of_the_canvas(void **state)
{
    (void)state;
    fc_params params = fc_params_default();
    params.move_x = 0.25;
    params.move_y = -0.1;
    const fc_frame frame = crop(params);
    assert_at(&frame, (fc_point){ 50, -10 }, (fc_point){ 300, 400 });
    assert_true(fabs(frame.face_in_canvas.x - 130) < NEAR);
    assert_true(fabs(frame.face_in_canvas.y - 20) < NEAR);
}

static void zooming_keeps_the_middle_and_enlarges_the_face(void **state)
{
    (void)state;
    fc_params params = fc_params_default();
    params.zoom = 2;
    const fc_frame frame = crop(params);
    assert_at(&frame, (fc_point){ 100, 50 }, (fc_point){ 500, 500 });
    assert_true(fabs(fc_similarity_scale(frame.to_photo) - 1) < NEAR);
    assert_true(fabs(frame.face_in_canvas.x - 60) < NEAR);
    assert_true(fabs(frame.face_in_canvas.width - 80) < NEAR);
}

/* What was right of the middle comes below it. */
static void turning_is_clockwise_about_the_middle(void **state)
{
    (void)state;
    fc_params params = fc_params_default();
    params.turn = 30;
    const fc_frame frame = crop(params);
    const double angle = M_PI / 6;
    assert_at(&frame, (fc_point){ 100, 50 }, (fc_point){ 500, 500 });
    assert_at(&frame, (fc_point){ 100 + 20 * cos(angle), 50 + 20 * sin(angle) },
              (fc_point){ 540, 500 });
    assert_true(fabs(frame.roll_deg - (7 - 30)) < NEAR);
    assert_true(fabs(frame.face_in_canvas.width - 40) < NEAR);
}

/* Zoomed and turned about the middle, then moved: a hand that moves the photo feels no zoom. */
static void moving_comes_last(void **state)
{
    (void)state;
    fc_params params = fc_params_default();
    params.zoom = 3;
    params.turn = -20;
    params.move_x = 0.5;
    const fc_frame frame = crop(params);
    assert_at(&frame, (fc_point){ 200, 50 }, (fc_point){ 500, 500 });
}

static void the_oval_stays_on_the_canvas(void **state)
{
    (void)state;
    fc_params params = fc_params_default();
    params.zoom = 0.5;
    params.move_x = 1;
    const fc_frame frame = crop(params);
    const fc_frame was = make_frame();
    assert_memory_equal(&frame.inner, &was.inner, sizeof was.inner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_wanted_by_default),
        cmocka_unit_test(the_photo_moves_by_shares_of_the_canvas),
        cmocka_unit_test(zooming_keeps_the_middle_and_enlarges_the_face),
        cmocka_unit_test(turning_is_clockwise_about_the_middle),
        cmocka_unit_test(moving_comes_last),
        cmocka_unit_test(the_oval_stays_on_the_canvas),
    };
    return cmocka_run_group_tests_name("pipeline/hand_crop", tests, NULL, NULL);
}
