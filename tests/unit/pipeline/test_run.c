/* Choosing faces; the stages themselves have tests of their own. */
#include "pipeline/stages.h"

#include <string.h>

#include "support/fc_test.h"
#include "support/pictures.h"

static fc_face face_at(double x, double y, double side)
{
    const fc_box box = { x - side / 2, y - side / 2, side, side };
    return (fc_face){ .box = box, .dlib_box = box, .score = 0.9 };
}

/* A photo of 1000 x 600 px: a small face in the middle, a large one at the right, a medium one at
 * the left. */
static fc_photo three_faces(fc_choice face)
{
    fc_photo photo = { .facts = { .size = { 1000, 600 } }, .params = fc_params_default() };
    photo.params.face = face;
    photo.faces.items[0] = face_at(510, 300, 50);
    photo.faces.items[1] = face_at(850, 320, 150);
    photo.faces.items[2] = face_at(150, 280, 100);
    photo.faces.count = 3;
    return photo;
}

static int32_t only_choice(fc_choice face)
{
    const fc_photo photo = three_faces(face);
    int32_t chosen[FC_FACES_MAX];
    int32_t count = 0;
    fc_error err = { 0 };
    ASSERT_OK(fc_photo_choose(&photo, chosen, &count, &err), err);
    assert_int_equal(count, 1);
    return chosen[0];
}

static void each_word_names_its_face(void **state)
{
    (void)state;
    assert_int_equal(only_choice(FC_FACE_LARGEST), 1);
    assert_int_equal(only_choice(FC_FACE_CENTRE), 0);
    assert_int_equal(only_choice(FC_FACE_LEFT), 2);
    assert_int_equal(only_choice(FC_FACE_RIGHT), 1);
}

/* The one at the left; who names a number means that one all the same. */
static void a_marked_face_goes_before_any_word(void **state)
{
    (void)state;
    const fc_choice words[] = { FC_FACE_LARGEST, FC_FACE_CENTRE, FC_FACE_RIGHT, -3 };
    const int32_t wanted[] = { 2, 2, 2, 1 };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        fc_photo photo = three_faces(words[i]);
        photo.params.face_box = (fc_part_box){ 0.1, 0.4, 0.08, 0.15 };
        int32_t chosen[FC_FACES_MAX];
        int32_t count = 0;
        fc_error err = { 0 };
        ASSERT_OK(fc_photo_choose(&photo, chosen, &count, &err), err);
        assert_int_equal(count, 1);
        assert_int_equal(chosen[0], wanted[i]);
    }
}

static void numbers_count_from_the_left(void **state)
{
    (void)state;
    assert_int_equal(only_choice(-1), 2);
    assert_int_equal(only_choice(-2), 0);
    assert_int_equal(only_choice(-3), 1);
}

static void all_come_from_left_to_right(void **state)
{
    (void)state;
    const fc_photo photo = three_faces(FC_FACE_ALL);
    int32_t chosen[FC_FACES_MAX];
    int32_t count = 0;
    fc_error err = { 0 };
    ASSERT_OK(fc_photo_choose(&photo, chosen, &count, &err), err);
    assert_int_equal(count, 3);
    assert_int_equal(chosen[0], 2);
    assert_int_equal(chosen[1], 0);
    assert_int_equal(chosen[2], 1);
}

static void a_number_beyond_the_faces_is_refused(void **state)
{
    (void)state;
    const fc_photo photo = three_faces(-4);
    int32_t chosen[FC_FACES_MAX];
    int32_t count = 7;
    fc_error err = { 0 };
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_photo_choose(&photo, chosen, &count, &err), err);
    assert_string_equal(err.text, "face is 4, but 3 faces were found");
    assert_int_equal(count, 7);
}

/* Its points are known and its person is recalled, so that no model is asked. */
static void a_recalled_portrait_still_says_that_its_background_stays(void **state)
{
    (void)state;
    const fc_landmark_model *unasked = (const fc_landmark_model *)&unasked;
    const fc_models models = { .dlib = unasked };
    fc_photo photo = three_faces(FC_FACE_LARGEST);
    photo.models = &models;
    photo.params.width = 64;
    photo.params.height = 64;
    fc_portrait portrait = { .photo = &photo, .face_index = 1 };
    portrait.found.has_landmarks = true;
    portrait.found.person = (fc_person){ .colours = fc_test_flat((fc_size){ 64, 64 }, 9, 9, 9),
                                         .matte = fc_test_matte((fc_size){ 64, 64 }, 1),
                                         .frame = { .canvas = { 64, 64 },
                                                    .inner = { 2, 0, 60, 64 },
                                                    .to_photo = FC_SIMILARITY_IDENTITY },
                                         .params = photo.params,
                                         .uncut = true };
    fc_error err = { 0 };
    ASSERT_OK(fc_portrait_make_until(&portrait, FC_PART_CUTOUT, NULL, &err), err);
    assert_true(portrait.recalled);
    assert_int_equal(portrait.frame.canvas.width, 64);
    assert_int_equal(portrait.warnings.count, 1);
    assert_non_null(strstr(portrait.warnings.items[0], "could not be told from the background"));
    fc_portrait_clear(&portrait);
}

static void a_cancelled_photo_is_not_looked_at(void **state)
{
    (void)state;
    const fc_models models = { 0 };
    fc_photo photo = { .models = &models };
    fc_cancel cancel = { true };
    fc_error err = { 0 };
    ASSERT_FAILS(FC_CANCELLED, fc_photo_analyse(&photo, &cancel, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_word_names_its_face),
        cmocka_unit_test(a_marked_face_goes_before_any_word),
        cmocka_unit_test(numbers_count_from_the_left),
        cmocka_unit_test(all_come_from_left_to_right),
        cmocka_unit_test(a_number_beyond_the_faces_is_refused),
        cmocka_unit_test(a_recalled_portrait_still_says_that_its_background_stays),
        cmocka_unit_test(a_cancelled_photo_is_not_looked_at),
    };
    return cmocka_run_group_tests_name("pipeline/run", tests, NULL, NULL);
}
