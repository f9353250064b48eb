#include "pipeline/frame_rule.h"

#include "support/fc_test.h"

static const fc_head_extent LOW = {
    .crown = -0.6, .brows = -0.4, .chin = 0.5, .left = -0.5, .right = 0.5
};
static const fc_head_extent TALL = {
    .crown = -1.0, .brows = -0.4, .chin = 0.5, .left = -0.6, .right = 0.6
};

static fc_params sized(int32_t width, int32_t height)
{
    fc_params params = fc_params_default();
    params.width = width;
    params.height = height;
    return params;
}

static bool is_inside(const fc_head_extent *head, fc_box view, double room)
{
    return view.y <= head->crown - room + 1e-9 && view.x <= head->left &&
           view.x + view.width >= head->right && view.y + view.height >= head->chin;
}

static void a_head_that_is_inside_changes_nothing(void **state)
{
    (void)state;
    const fc_params params = sized(648, 648);
    const fc_box face = fc_frame_rule_face(&params);
    const fc_box head = fc_frame_rule_head(face, &LOW, &params);
    assert_memory_equal(&head, &face, sizeof face);
    assert_true(fabs(face.height - 1.75) < 1e-9 && fabs(face.y + 0.95) < 1e-9);
}

static void the_view_grows_until_the_head_is_inside(void **state)
{
    (void)state;
    const fc_size sizes[] = { { 648, 648 }, { 600, 800 }, { 800, 300 }, { 300, 900 } };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const fc_params params = sized(sizes[i].width, sizes[i].height);
        const fc_box face = fc_frame_rule_face(&params);
        const fc_box head = fc_frame_rule_head(face, &TALL, &params);
        assert_true(is_inside(&TALL, head, 0.12 * 1.5));
        assert_true(fabs(head.width / head.height - face.width / face.height) < 1e-9);
        assert_true(head.height >= face.height);
        assert_true(fabs(head.x + head.width / 2) < 1e-9);
    }
}

static void more_head_room_shows_more(void **state)
{
    (void)state;
    fc_params params = sized(648, 648);
    const fc_box face = fc_frame_rule_face(&params);
    params.head_room = 0.3;
    const fc_box head = fc_frame_rule_head(face, &TALL, &params);
    assert_true(fabs(head.y - (TALL.crown - 0.3 * 1.5)) < 1e-9);
    assert_true(fabs(fc_frame_rule_room(&TALL, &params) - 0.45) < 1e-9);
}

/* Hair of 2.4 faces: its sides are cut before the face is less than 40 % of the height. */
static void wide_hair_is_cut_at_its_sides_and_not_at_the_top(void **state)
{
    (void)state;
    const fc_head_extent wide = {
        .crown = -1.2, .brows = -0.4, .chin = 0.5, .left = -1.2, .right = 1.2
    };
    const fc_params params = sized(648, 648);
    const fc_box head = fc_frame_rule_head(fc_frame_rule_face(&params), &wide, &params);
    assert_true(fabs(0.9 / head.height - 0.4) < 1e-9);
    assert_true(head.y < wide.crown && head.y + head.height > wide.chin);
    assert_true(head.x > wide.left);
}

static void a_tower_of_hair_keeps_its_top_and_the_chin(void **state)
{
    (void)state;
    const fc_head_extent tower = {
        .crown = -1.95, .brows = -0.4, .chin = 0.5, .left = -0.6, .right = 0.6
    };
    const fc_params params = sized(648, 648);
    const fc_box head = fc_frame_rule_head(fc_frame_rule_face(&params), &tower, &params);
    assert_true(head.y < tower.crown && head.y + head.height > tower.chin);
}

static void the_oval_grows_with_the_head(void **state)
{
    (void)state;
    const fc_params params = sized(600, 800);
    const fc_box face = fc_frame_rule_face(&params);
    const fc_box old = fc_frame_rule_oval(face, NULL, &params);
    const fc_box low = fc_frame_rule_oval(face, &LOW, &params);
    assert_true(fabs(old.y - low.y) < 1e-9 && fabs(old.height - low.height) < 1e-9);
    assert_true(fabs(old.x - low.x) < 1e-9 && fabs(old.width - low.width) < 1e-9);
    const fc_box view = fc_frame_rule_head(face, &TALL, &params);
    const fc_box oval = fc_frame_rule_oval(view, &TALL, &params);
    const double px = params.width / view.width;
    assert_true(oval.y <= (TALL.crown - 0.12 * 1.5 - view.y) * px + 1e-9 && oval.y >= 0);
    assert_true(oval.y + oval.height >= old.y + old.height - 1e-9);
    assert_true(oval.x >= 0 && oval.x + oval.width <= 600);
    fc_box moved = view;
    moved.y -= 0.15; /* somebody who stands on the edge: chin and neck stay in the oval */
    const fc_box follows = fc_frame_rule_oval(moved, &TALL, &params);
    assert_true(follows.y + follows.height >= (0.8 - moved.y) * px - 1e-9);
    assert_true(follows.y + follows.height <= 800);
}

static void zooming_in_keeps_the_crown_and_then_the_chin(void **state)
{
    (void)state;
    const fc_params params = sized(648, 648);
    const fc_box view = fc_frame_rule_head(fc_frame_rule_face(&params), &TALL, &params);
    assert_true(fc_frame_rule_anchor(view, &TALL, 1) == TALL.crown);
    assert_true(fc_frame_rule_anchor(view, &TALL, 0.97) == TALL.crown);
    const double zoom = 0.5;
    const double anchor = fc_frame_rule_anchor(view, &TALL, zoom);
    const double bottom = anchor + (view.y + view.height - anchor) * zoom;
    assert_true(anchor > TALL.crown);
    assert_true(bottom > TALL.chin && bottom < TALL.chin + 0.2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_that_is_inside_changes_nothing),
        cmocka_unit_test(the_view_grows_until_the_head_is_inside),
        cmocka_unit_test(more_head_room_shows_more),
        cmocka_unit_test(wide_hair_is_cut_at_its_sides_and_not_at_the_top),
        cmocka_unit_test(a_tower_of_hair_keeps_its_top_and_the_chin),
        cmocka_unit_test(the_oval_grows_with_the_head),
        cmocka_unit_test(zooming_in_keeps_the_crown_and_then_the_chin),
    };
    return cmocka_run_group_tests_name("pipeline/frame_rule", tests, NULL, NULL);
}
