#include "pipeline/levelled_person.h"

#include "support/fc_test.h"
#include "support/figure.h"

static void borders_are_those_of_the_photo(void **state)
{
    (void)state;
    const fc_levelled_person person = { .to_photo = { 100, 0, 40, 50 }, .photo = { 90, 80 } };
    assert_true(fc_levelled_person_in_photo(&person, (fc_point){ 0, 0 }));
    assert_true(fc_levelled_person_in_photo(&person, (fc_point){ -0.39, 0.29 }));
    assert_false(fc_levelled_person_in_photo(&person, (fc_point){ -0.41, 0 }));
    assert_false(fc_levelled_person_in_photo(&person, (fc_point){ 0, 0.31 }));
}

static void the_mask_is_read_where_the_point_lies(void **state)
{
    (void)state;
    const fc_test_figure figure = { { 300, 400 }, { 150, 160 }, 25, -0.8, 0.6, 0.9 };
    fc_levelled_person person = fc_test_figure_draw(&figure);
    person.covered = (fc_box){ 0, 0, 600, 800 }; /* a mask half as fine as the preview */
    person.to_preview = (fc_similarity){ 2 * person.to_photo.a, 2 * person.to_photo.b,
                                         2 * person.to_photo.tx, 2 * person.to_photo.ty };
    assert_true(fc_levelled_person_share(&person, (fc_point){ 0, -0.7 }) == 1);
    assert_true(fc_levelled_person_share(&person, (fc_point){ 0, -0.9 }) == 0);
    assert_true(fc_levelled_person_share(&person, (fc_point){ 30, 0 }) == 0); /* beyond the mask */
    fc_plane_free((fc_plane *)person.mask);
}

static void a_portrait_that_is_not_cut_out_has_no_mask(void **state)
{
    (void)state;
    fc_raster preview = { .to_photo = { 2, 0, 0, 0 } };
    fc_photo photo = { .facts = { .size = { 800, 600 } }, .preview = &preview };
    const fc_face_pose pose = { { 300, 200, 100, 100 }, 0.1 };
    fc_portrait portrait = { .photo = &photo, .uncut = true };
    const fc_levelled_person person = fc_levelled_person_of(&portrait, &pose, 0.2);
    assert_null(person.mask);
    assert_int_equal(person.photo.width, 800);
    assert_true(fabs(fc_similarity_scale(person.to_preview) - 53) < 1e-9);
    assert_true(fabs(atan2(person.to_photo.b, person.to_photo.a) - 0.2) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(borders_are_those_of_the_photo),
        cmocka_unit_test(the_mask_is_read_where_the_point_lies),
        cmocka_unit_test(a_portrait_that_is_not_cut_out_has_no_mask),
    };
    return cmocka_run_group_tests_name("pipeline/levelled_person", tests, NULL, NULL);
}
