#include "pipeline/portrait.h"

#include "support/fc_test.h"

static void clearing_is_safe_at_any_time(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_photo_clear(NULL);
    fc_portrait_clear(NULL);

    fc_portrait portrait = { 0 };
    fc_portrait_clear(&portrait);
    ASSERT_OK(fc_image_new((fc_size){ 8, 8 }, 3, &portrait.canvas, &err), err);
    ASSERT_OK(fc_plane_new((fc_size){ 8, 8 }, &portrait.matte, &err), err);
    fc_portrait_clear(&portrait);
    fc_portrait_clear(&portrait);
    assert_null(portrait.canvas);
    assert_null(portrait.matte);
}

static void warnings_have_a_limit(void **state)
{
    (void)state;
    fc_warnings warnings = { 0 };
    for (int i = 0; i < FC_WARNINGS_MAX + 3; i++) {
        fc_warn(&warnings, "warning %d", i);
    }
    assert_int_equal(warnings.count, FC_WARNINGS_MAX);
    assert_string_equal(warnings.items[0], "warning 0");
}

static void a_marked_box_becomes_a_square_of_its_size(void **state)
{
    (void)state;
    fc_photo photo = { .facts = { .size = { 1000, 500 } }, .params = fc_params_default() };
    photo.params.face_box = (fc_part_box){ 0.2, 0.1, 0.1, 0.8 };
    const fc_box box = fc_photo_marked_box(&photo); /* 100 x 400 px about (250, 250) */
    assert_true(box.width > 199.999 && box.width < 200.001 && box.height == box.width);
    const fc_point middle = fc_box_centre(box);
    assert_true(middle.x > 249.999 && middle.x < 250.001);
    assert_true(middle.y > 249.999 && middle.y < 250.001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clearing_is_safe_at_any_time),
        cmocka_unit_test(warnings_have_a_limit),
        cmocka_unit_test(a_marked_box_becomes_a_square_of_its_size),
    };
    return cmocka_run_group_tests_name("pipeline/portrait", tests, NULL, NULL);
}
