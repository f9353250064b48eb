#include "pipeline/standing.h"

#include "support/fc_test.h"
#include "support/figure.h"

/* A head from -0.9 to 0.5, shoulders below 0.7; 100 px a unit. */
static const fc_head_extent HEAD = {
    .crown = -0.9, .brows = -0.4, .chin = 0.5, .left = -0.6, .right = 0.6
};
static const fc_box VIEW = { -0.95, -1.07, 1.9, 1.9 };
#define ROOM 0.17

static fc_standing stand(fc_size photo, fc_point face_at, double roll_deg, bool inside)
{
    const fc_test_figure figure = { photo, face_at, roll_deg, -0.9, 0.6, 0.9 };
    fc_levelled_person person = fc_test_figure_draw(&figure);
    const fc_standing found = fc_standing_find(&person, &HEAD, VIEW, ROOM, inside);
    fc_plane_free((fc_plane *)person.mask);
    return found;
}

static double bottom_of(fc_box view)
{
    return view.y + view.height;
}

static bool same_shape(fc_box a, fc_box b)
{
    return fabs(a.width / a.height - b.width / b.height) < 1e-9;
}

static void a_whole_person_stays_where_he_is(void **state)
{
    (void)state;
    const fc_standing found = stand((fc_size){ 600, 600 }, (fc_point){ 300, 300 }, 7, false);
    assert_memory_equal(&found.view, &VIEW, sizeof VIEW);
    assert_int_equal(found.ends, 0);
    assert_false(found.moved || found.zoomed);
}

static void a_cut_chest_is_moved_down_onto_the_edge(void **state)
{
    (void)state;
    const fc_standing found = stand((fc_size){ 600, 375 }, (fc_point){ 300, 300 }, 0, false);
    assert_int_equal(found.ends, 0);
    assert_true(found.moved && !found.zoomed);
    assert_true(bottom_of(found.view) <= 0.75 && bottom_of(found.view) > 0.73);
    assert_true(found.excess == 0);
}

static void too_much_head_room_is_zoomed_away(void **state)
{
    (void)state;
    const fc_standing found = stand((fc_size){ 600, 360 }, (fc_point){ 300, 300 }, 0, false);
    assert_int_equal(found.ends, 0);
    assert_true(found.zoomed && same_shape(found.view, VIEW));
    assert_true(bottom_of(found.view) <= 0.6 && bottom_of(found.view) > 0.58);
    assert_true(HEAD.crown - found.view.y <= 1.6 * ROOM + 1e-9);
    assert_true(found.view.x < HEAD.left && found.view.x + found.view.width > HEAD.right);
}

static void the_slant_is_outside_as_well(void **state)
{
    (void)state;
    const fc_standing level = stand((fc_size){ 600, 375 }, (fc_point){ 300, 300 }, 0, false);
    const fc_standing slant = stand((fc_size){ 600, 375 }, (fc_point){ 300, 300 }, 4, false);
    assert_int_equal(slant.ends, 0);
    assert_true(bottom_of(slant.view) < bottom_of(level.view) - 0.03);
}

static void a_cut_shoulder_is_moved_to_the_side(void **state)
{
    (void)state;
    const fc_standing found = stand((fc_size){ 600, 600 }, (fc_point){ 85, 300 }, 0, false);
    assert_int_equal(found.ends, 0);
    assert_true(found.view.x >= -0.85 && found.view.x < -0.83);
    assert_true(found.view.x + found.view.width / 2 <= 0.08 * found.view.width + 1e-9);
    assert_false(found.zoomed);
}

static void shoulders_that_both_sides_cut_are_zoomed_to(void **state)
{
    (void)state;
    const fc_standing found = stand((fc_size){ 160, 600 }, (fc_point){ 80, 300 }, 0, false);
    assert_int_equal(found.ends, 0);
    assert_true(found.zoomed && same_shape(found.view, VIEW));
    assert_true(found.view.x >= -0.8 && found.view.x + found.view.width <= 0.8);
    assert_true(found.view.y < HEAD.crown);
}

static void a_face_at_a_side_ends_inside(void **state)
{
    (void)state;
    const fc_standing found = stand((fc_size){ 600, 600 }, (fc_point){ 20, 300 }, 0, false);
    assert_int_equal(found.ends, FC_SIDE_LEFT);
    assert_true(fabs(found.view.width - VIEW.width) < 1e-9);
}

/* The photo lies on its side: what is below the chin is its right border. */
static void sides_are_those_of_the_photo(void **state)
{
    (void)state;
    const fc_standing found = stand((fc_size){ 600, 600 }, (fc_point){ 300, 20 }, 90, false);
    assert_int_equal(found.ends, FC_SIDE_TOP);
}

static void all_of_the_view_can_be_kept_inside(void **state)
{
    (void)state;
    const double rolls[] = { 0, 6, -10 };
    for (size_t i = 0; i < sizeof rolls / sizeof rolls[0]; i++) {
        const fc_point face_at = { 85, 130 };
        const fc_standing found = stand((fc_size){ 500, 500 }, face_at, rolls[i], true);
        assert_int_equal(found.ends, 0);
        const double roll = rolls[i] * M_PI / 180;
        const fc_similarity map = { 100 * cos(roll), 100 * sin(roll), face_at.x, face_at.y };
        const fc_box in_photo = fc_similarity_apply_box(map, found.view);
        assert_true(in_photo.x >= 0 && in_photo.y >= 0);
        assert_true(in_photo.x + in_photo.width <= 500 && in_photo.y + in_photo.height <= 500);
    }
}

/* A view that somebody chose: the figure is cut where the photo ends below it and, with `inside`,
 * wherever it ends. */
static uint32_t ends_in(fc_box view, bool inside)
{
    const fc_test_figure figure = { { 600, 375 }, { 300, 300 }, 0, -0.9, 0.6, 0.9 };
    fc_levelled_person person = fc_test_figure_draw(&figure);
    const uint32_t ends = fc_standing_ends(&person, view, inside);
    fc_plane_free((fc_plane *)person.mask);
    return ends;
}

static void ends_of_any_view_are_told(void **state)
{
    (void)state;
    assert_int_equal(ends_in((fc_box){ -1, -1, 2, 1.5 }, false), 0);
    assert_int_equal(ends_in((fc_box){ -1, -1, 2, 2 }, false), FC_SIDE_BOTTOM);
    assert_int_equal(ends_in((fc_box){ -4, -1, 8, 1.5 }, false), 0);
    assert_int_equal(ends_in((fc_box){ -4, -1, 8, 1.5 }, true), FC_SIDE_LEFT | FC_SIDE_RIGHT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_person_stays_where_he_is),
        cmocka_unit_test(a_cut_chest_is_moved_down_onto_the_edge),
        cmocka_unit_test(too_much_head_room_is_zoomed_away),
        cmocka_unit_test(the_slant_is_outside_as_well),
        cmocka_unit_test(a_cut_shoulder_is_moved_to_the_side),
        cmocka_unit_test(shoulders_that_both_sides_cut_are_zoomed_to),
        cmocka_unit_test(a_face_at_a_side_ends_inside),
        cmocka_unit_test(sides_are_those_of_the_photo),
        cmocka_unit_test(all_of_the_view_can_be_kept_inside),
        cmocka_unit_test(ends_of_any_view_are_told),
    };
    return cmocka_run_group_tests_name("pipeline/standing", tests, NULL, NULL);
}
