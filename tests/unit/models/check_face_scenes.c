/* How well faces are found in scenes made by rule: small ones, many, leaning, on long pages,
 * filling the picture, and none at all. Sizes are those of the reduced picture that the detector is
 * given: a photo of 12 megapixels comes as 2000 x 1500 px, half its size. */
#include <unistd.h>

#include "base/memory.h"
#include "models/face_detector.h"
#include "ops/resample.h"
#include "ops/turn.h"
#include "support/detector.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"
#include "support/photo_file.h"
#include "support/scenes.h"

#define PHOTO_SIZE ((fc_size){ 2000, 1500 })

static int forget(void **state)
{
    fc_scenes_clear();
    return fc_test_detector_teardown(state);
}

/* Search the scene and release it. */
static fc_scene_score search(fc_scene scene, fc_detection *found)
{
    fc_error err = { 0 };
    ASSERT_OK(fc_face_detector_find(fc_test_detector, scene.picture, found, &err), err);
    fc_image_free(scene.picture);
    assert_int_equal(found->quarter_turns, 0);
    return fc_scene_compare(&scene, &found->faces);
}

/* Each face, well placed, and nothing else. */
static void assert_all(fc_scene scene, double iou_min, double roll_max)
{
    const int32_t there = scene.count;
    fc_detection found = { 0 };
    const fc_scene_score score = search(scene, &found);
    assert_int_equal(score.found, there);
    assert_int_equal(score.false_ones, 0);
    assert_true(there == 0 || score.iou_sum / there > iou_min);
    assert_true(score.roll_worst < roll_max);
}

static void a_face_of_60_px_in_12_megapixels_is_found_on_any_ground(void **state)
{
    (void)state;
    if (fc_test_detector == NULL) {
        skip();
    }
    static const double FACE_PX[] = { 30, 40, 60, 100 };
    for (int32_t i = 0; i < 4 * FC_GROUND_COUNT; i++) {
        const double face_px = FACE_PX[i % 4];
        const fc_ground ground = (fc_ground)(i / 4);
        fc_scene scene = fc_scene_new(PHOTO_SIZE, ground, (uint32_t)i);
        const fc_point centre = { 300 + i * 531 % 1400, 200 + i * 313 % 1100 };
        fc_scene_paste(&scene, (i + i / 4) % FC_SCENE_PHOTOS, centre, face_px, 0);
        assert_all(scene, 0.75, 6);
    }
}

static void a_small_face_that_leans_is_found_with_its_lean(void **state)
{
    (void)state;
    if (fc_test_detector == NULL) {
        skip();
    }
    static const double ROLL_DEG[] = { -60, -45, -30, -15, 15, 30, 45, 60 };
    for (int32_t i = 0; i < 16; i++) {
        fc_scene scene = fc_scene_new(PHOTO_SIZE, i % 2 == 0 ? FC_GROUND_GREY : FC_GROUND_SUIT, 5);
        fc_scene_paste(&scene, i / 8, (fc_point){ 400 + 70 * i, 700 }, i % 2 == 0 ? 40 : 60,
                       ROLL_DEG[i % 8]);
        assert_all(scene, 0.7, 10);
    }
}

static fc_scene team(fc_ground ground, double face_px)
{
    fc_scene scene = fc_scene_new(PHOTO_SIZE, ground, 3);
    for (int32_t i = 0; i < 27; i++) {
        const int32_t row = i / 9;
        const fc_point centre = { 1000 + face_px * ((i % 9 - 4) * 2.2 + row % 2),
                                  800 + face_px * (row - 1) * 2.6 };
        fc_scene_paste(&scene, i * 5 % FC_SCENE_PHOTOS, centre, face_px, i * 37 % 21 - 10);
    }
    return scene;
}

static void all_27_of_a_team_are_found(void **state)
{
    (void)state;
    if (fc_test_detector == NULL) {
        skip();
    }
    assert_all(team(FC_GROUND_CLOUDS, 35), 0.8, 6);
    assert_all(team(FC_GROUND_CLOTH, 50), 0.8, 6);
    assert_all(team(FC_GROUND_GRADIENT, 70), 0.8, 6);
}

/* The same team, its photo on its side. */
static void of_a_team_on_its_side_most_are_found_and_it_is_turned(void **state)
{
    (void)state;
    if (fc_test_detector == NULL) {
        skip();
    }
    fc_error err = { 0 };
    fc_scene scene = team(FC_GROUND_CLOUDS, 60);
    FC_AUTO(fc_image) lying = NULL;
    FC_AUTO(fc_image) upright = scene.picture;
    ASSERT_OK(fc_turn(upright, 1, &lying, &err), err);
    fc_detection found = { 0 };
    ASSERT_OK(fc_face_detector_find(fc_test_detector, lying, &found, &err), err);
    assert_int_equal(found.quarter_turns, 3);
    assert_true(found.faces.count >= 24 && found.faces.count <= 27);
}

/* A screenshot of 1080 x 4000 px is seen at half its size. */
static void on_a_long_page_only_the_face_is_found(void **state)
{
    (void)state;
    if (fc_test_detector == NULL) {
        skip();
    }
    for (int32_t i = 0; i < 6; i++) {
        fc_scene scene = fc_scene_new((fc_size){ 540, 2000 }, FC_GROUND_TEXT, (uint32_t)i);
        fc_scene_paste(&scene, i % 2, (fc_point){ 270, 300 + i * 250 }, 40 + 20 * i, 0);
        assert_all(scene, 0.75, 6);
    }
}

static void a_face_that_fills_the_picture_is_found(void **state)
{
    (void)state;
    if (fc_test_detector == NULL) {
        skip();
    }
    static const double SIDES[] = { 0.9, 1.0, 1.15, 1.3, 1.6 };
    for (int32_t i = 0; i < 10; i++) {
        assert_all(fc_scene_crop(i % 2, SIDES[i / 2]), 0.75, 6);
    }
}

static void pictures_without_a_face_give_none(void **state)
{
    (void)state;
    if (fc_test_detector == NULL) {
        skip();
    }
    static const fc_size SIZES[] = { { 2000, 1500 }, { 540, 2000 }, { 1000, 1000 }, { 640, 480 } };
    for (int32_t i = 0; i < 4 * FC_GROUND_COUNT; i++) {
        assert_all(fc_scene_new(SIZES[i % 4], (fc_ground)(i / 4), (uint32_t)(77 + i)), 0, 1);
    }
}

/* One look is all that a usual photo gets, or two where it scores a little less. */
static void a_large_face_is_found_at_once(void **state)
{
    (void)state;
    if (fc_test_detector == NULL) {
        skip();
    }
    fc_detection found = { 0 };
    fc_scene scene = fc_scene_new((fc_size){ 1280, 960 }, FC_GROUND_CLOUDS, 1);
    fc_scene_paste(&scene, FC_SCENE_OFFICIAL, (fc_point){ 600, 400 }, 250, 0);
    assert_int_equal(search(scene, &found).found, 1);
    assert_string_equal(found.way, "plain");
    assert_in_range(found.looks, 1, 2);
}

/* The official portrait scores a little more or less than what is sure. */
static void a_portrait_of_any_size_takes_two_looks_at_most(void **state)
{
    (void)state;
    if (fc_test_detector == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_image) photo = fc_photo_read("tests/data/official_portrait.jpg");
    const fc_box whole = { 0, 0, photo->size.width, photo->size.height };
    for (int32_t width = 400; width < 1600; width += 57) {
        FC_AUTO(fc_image) portrait = NULL;
        const fc_size size = { width, width * 5 / 4 };
        ASSERT_OK(fc_resample(photo, whole, size, &portrait, &err), err);
        fc_detection found = { 0 };
        ASSERT_OK(fc_face_detector_find(fc_test_detector, portrait, &found, &err), err);
        assert_int_equal(found.faces.count, 1);
        assert_string_equal(found.way, "plain");
        assert_in_range(found.looks, 1, 2);
        assert_true(found.looks == 2 || found.faces.items[0].score >= 0.8);
    }
}

/* A group whose faces take 10 to 15 px of the network's input: larger tiles, and no look at each.
 */
static void a_group_takes_few_looks(void **state)
{
    (void)state;
    if (fc_test_detector == NULL) {
        skip();
    }
    fc_scene scene = fc_scene_new(PHOTO_SIZE, FC_GROUND_SUIT, 1);
    for (int32_t i = 0; i < 12; i++) {
        const fc_point centre = { 250 + 480 * (i % 4), 250 + 480 * (i / 4) };
        fc_scene_paste(&scene, i * 5 % 3 % 2, centre, 120 + i * 7 % 4 * 8, i * 37 % 21 - 10);
    }
    fc_detection found = { 0 };
    const fc_scene_score score = search(scene, &found);
    assert_int_equal(score.found, 12);
    assert_int_equal(score.false_ones, 0);
    assert_true(score.iou_sum / 12 > 0.8 && score.roll_worst < 6);
    assert_true(found.looks <= 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_face_of_60_px_in_12_megapixels_is_found_on_any_ground),
        cmocka_unit_test(a_small_face_that_leans_is_found_with_its_lean),
        cmocka_unit_test(all_27_of_a_team_are_found),
        cmocka_unit_test(of_a_team_on_its_side_most_are_found_and_it_is_turned),
        cmocka_unit_test(on_a_long_page_only_the_face_is_found),
        cmocka_unit_test(a_face_that_fills_the_picture_is_found),
        cmocka_unit_test(pictures_without_a_face_give_none),
        cmocka_unit_test(a_large_face_is_found_at_once),
        cmocka_unit_test(a_portrait_of_any_size_takes_two_looks_at_most),
        cmocka_unit_test(a_group_takes_few_looks),
    };
    return cmocka_run_group_tests_name("models/face_scenes", tests, fc_test_detector_setup, forget);
}
