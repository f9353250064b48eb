#include "pipeline/head_extent.h"

#include "support/fc_test.h"
#include "support/figure.h"

static const fc_point NOWHERE[FC_LANDMARK_COUNT];

static const fc_test_figure USUAL = { { 800, 800 }, { 400, 400 }, 0, -0.9, 0.6, 0.9 };

static void free_figure(fc_levelled_person *person)
{
    fc_plane_free((fc_plane *)person->mask);
}

static bool near(double a, double b)
{
    return fabs(a - b) < 0.04;
}

static void the_crown_is_the_first_row_that_is_mostly_hair(void **state)
{
    (void)state;
    const double rolls[] = { 0, 12, -40, 90 };
    const fc_face face = { .dlib_box = { 350, 350, 100, 100 } };
    for (size_t i = 0; i < sizeof rolls / sizeof rolls[0]; i++) {
        fc_test_figure figure = USUAL;
        figure.roll_deg = rolls[i];
        fc_levelled_person person = fc_test_figure_draw(&figure);
        const fc_head_extent head = fc_head_extent_find(&person, &face, NOWHERE);
        assert_true(near(head.crown, -0.9));
        assert_true(near(head.left, -0.6) && near(head.right, 0.6));
        assert_true(head.top_seen);
        assert_false(head.top_cut);
        assert_true(near(fc_head_extent_height(&head), 0.9 + head.chin));
        free_figure(&person);
    }
}

static void a_crown_that_the_photo_cuts_is_told(void **state)
{
    (void)state;
    fc_test_figure figure = USUAL;
    figure.face_at.y = 60;
    const fc_face face = { .dlib_box = { 350, 10, 100, 100 } };
    fc_levelled_person person = fc_test_figure_draw(&figure);
    const fc_head_extent head = fc_head_extent_find(&person, &face, NOWHERE);
    assert_true(head.top_cut);
    assert_true(near(head.crown, -0.6));
    free_figure(&person);
}

/* Somebody else's feet, so to say. */
static void what_hangs_above_the_head_is_not_hair(void **state)
{
    (void)state;
    const fc_face face = { .dlib_box = { 350, 350, 100, 100 } };
    fc_levelled_person person = fc_test_figure_draw(&USUAL);
    fc_plane *mask = (fc_plane *)person.mask;
    for (int32_t y = 200; y < 285; y++) {
        for (int32_t x = 0; x < 800; x++) {
            fc_plane_row(mask, y)[x] = 1;
        }
    }
    const fc_head_extent head = fc_head_extent_find(&person, &face, NOWHERE);
    assert_true(near(head.crown, -0.9));
    free_figure(&person);
}

static void without_a_mask_it_is_a_usual_head(void **state)
{
    (void)state;
    const fc_face face = { .dlib_box = { 350, 350, 100, 100 } };
    const fc_levelled_person person = { .to_photo = { 100, 0, 400, 400 }, .photo = { 800, 800 } };
    const fc_head_extent head = fc_head_extent_find(&person, &face, NOWHERE);
    assert_true(head.crown < head.brows && head.brows < head.chin);
    assert_true(head.left < 0 && head.right > 0);
}

/* A bow above the head, behind a gap of so many rows; a unit has 100. */
static double top_with_a_bow(int32_t gap)
{
    const fc_face face = { .dlib_box = { 350, 350, 100, 100 } };
    const int32_t crown = 400 - 90;
    fc_levelled_person person = fc_test_figure_draw(&USUAL);
    fc_plane *mask = (fc_plane *)person.mask;
    for (int32_t y = crown - gap - 20; y < crown - gap; y++) {
        for (int32_t x = 350; x < 450; x++) {
            fc_plane_row(mask, y)[x] = 1;
        }
    }
    const fc_head_extent head = fc_head_extent_find(&person, &face, NOWHERE);
    free_figure(&person);
    return head.top;
}

/* A narrow gap is hair; beyond a wide one it is somebody else. */
static void what_lies_beyond_a_gap_is_not_the_head(void **state)
{
    (void)state;
    assert_true(top_with_a_bow(7) < -1.15);
    assert_true(near(top_with_a_bow(30), -0.9));
}

static void a_single_lock_is_the_top_but_not_the_crown(void **state)
{
    (void)state;
    const fc_face face = { .dlib_box = { 350, 350, 100, 100 } };
    fc_levelled_person person = fc_test_figure_draw(&USUAL);
    for (int32_t y = 280; y < 320; y++) {
        fc_plane_row((fc_plane *)person.mask, y)[405] = 1;
        fc_plane_row((fc_plane *)person.mask, y)[406] = 1;
    }
    const fc_head_extent head = fc_head_extent_find(&person, &face, NOWHERE);
    assert_true(near(head.top, -1.2) && near(head.crown, -0.9));
    free_figure(&person);
}

static void nothing_seen_is_told(void **state)
{
    (void)state;
    fc_test_figure figure = USUAL;
    figure.crown = 0;
    const fc_face face = { .dlib_box = { 350, 350, 100, 100 } };
    fc_levelled_person person = fc_test_figure_draw(&figure);
    assert_false(fc_head_extent_find(&person, &face, NOWHERE).top_seen);
    free_figure(&person);
    const fc_levelled_person unknown = { .to_photo = { 100, 0, 400, 400 }, .photo = { 800, 800 } };
    assert_false(fc_head_extent_find(&unknown, &face, NOWHERE).top_seen);
}

static void landmarks_tell_chin_and_brows(void **state)
{
    (void)state;
    fc_point points[FC_LANDMARK_COUNT];
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) { /* two arcs that look like a face to the box */
        const double t = (i % 17) / 16.0 * M_PI;
        points[i] = i < 17 ? (fc_point){ 400 - 45 * cos(t), 380 + 60 * sin(t) }
                           : (fc_point){ 400 + 40 * cos(t), 370 + 5 * sin(t) };
    }
    const fc_face face = { .dlib_box = { 350, 350, 100, 100 } };
    const fc_levelled_person person = { .to_photo = { 100, 0, 400, 400 }, .photo = { 800, 800 } };
    const fc_head_extent head = fc_head_extent_find(&person, &face, points);
    assert_true(near(head.chin, 0.4));
    assert_true(near(head.brows, -0.3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_crown_is_the_first_row_that_is_mostly_hair),
        cmocka_unit_test(a_crown_that_the_photo_cuts_is_told),
        cmocka_unit_test(what_hangs_above_the_head_is_not_hair),
        cmocka_unit_test(without_a_mask_it_is_a_usual_head),
        cmocka_unit_test(what_lies_beyond_a_gap_is_not_the_head),
        cmocka_unit_test(a_single_lock_is_the_top_but_not_the_crown),
        cmocka_unit_test(nothing_seen_is_told),
        cmocka_unit_test(landmarks_tell_chin_and_brows),
    };
    return cmocka_run_group_tests_name("pipeline/head_extent", tests, NULL, NULL);
}
