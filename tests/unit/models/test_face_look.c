#include "models/face_look.h"

#include <math.h>
#include <unistd.h>

#include "base/memory.h"
#include "models/mediapipe.h"
#include "ops/turn.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"
#include "support/network.h"
#include "support/photo_file.h"
#include "support/scenes.h"

static const fc_box WHOLE = { 0, 0, 512, 512 };

static fc_session *session; /* NULL without the model's file */
static fc_image *astronaut;

static int load(void **state)
{
    (void)state;
    fc_error err = { 0 };
    astronaut = fc_photo_read("tests/data/astronaut.png");
    FC_AUTO(fc_mapping) file = fc_test_network_open("models/face_detection_full_range.tflite");
    return file == NULL || fc_mediapipe_open(fc_test_runtime, "face", file->bytes,
                                             (fc_size){ 0, 0 }, &session, &err) == FC_OK
               ? 0
               : -1;
}

static int unload(void **state)
{
    fc_image_free(astronaut);
    fc_session_free(session);
    fc_test_network_close();
    (void)state;
    return 0;
}

/* The best face of one look, which is the astronaut's, in px of her photo as it stands upright. */
static fc_face look(const fc_image *picture, fc_face_view view)
{
    fc_error err = { 0 };
    fc_faces seen = { 0 };
    FC_AUTO(fc_face_looker) looker = NULL;
    ASSERT_OK(fc_face_looker_new(session, picture, &looker, &err), err);
    ASSERT_OK(fc_face_look(looker, &view, 0.4, &seen, &err), err);
    assert_true(seen.count >= 1);
    return seen.items[0];
}

static void assert_face(const fc_face *face, fc_box expected, double roll_deg)
{
    assert_true(fc_box_iou(face->dlib_box, expected) > 0.7);
    assert_true(fabs(fc_face_roll(face) * 180 / M_PI - roll_deg) < 8);
}

static void whole_part_and_smaller_picture_show_the_same_face(void **state)
{
    (void)state;
    if (session == NULL) {
        skip();
    }
    static const fc_box EXPECTED = { 175, 76, 91, 91 };
    const fc_face whole = look(astronaut, (fc_face_view){ WHOLE, FC_BLAZEFACE_SIDE, 0 });
    assert_face(&whole, EXPECTED, 4);
    const fc_box part = { 100, 20, 250, 200 };
    const fc_face close = look(astronaut, (fc_face_view){ part, FC_BLAZEFACE_SIDE, 0 });
    assert_face(&close, EXPECTED, 4);
    const fc_face smaller = look(astronaut, (fc_face_view){ part, 100, 0 });
    assert_face(&smaller, EXPECTED, 4);
}

static void a_turned_look_answers_in_the_picture_as_it_lies(void **state)
{
    (void)state;
    if (session == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_image) lying = NULL;
    ASSERT_OK(fc_turn(astronaut, 1, &lying, &err), err);
    const fc_face face = look(lying, (fc_face_view){ WHOLE, FC_BLAZEFACE_SIDE, 3 });
    assert_face(&face, (fc_box){ 512 - 76 - 91, 175, 91, 91 }, 94);
}

static void a_look_askew_brings_a_leaning_face_upright(void **state)
{
    (void)state;
    if (session == NULL) {
        skip();
    }
    fc_error err = { 0 };
    for (int32_t roll_deg = -150; roll_deg <= 180; roll_deg += 55) {
        fc_scene scene = fc_scene_new((fc_size){ 800, 600 }, FC_GROUND_GRADIENT, 1);
        fc_scene_paste(&scene, FC_SCENE_OFFICIAL, (fc_point){ 400, 300 }, 90, roll_deg);
        fc_faces seen = { 0 };
        FC_AUTO(fc_face_looker) looker = NULL;
        ASSERT_OK(fc_face_looker_new(session, scene.picture, &looker, &err), err);
        ASSERT_OK(fc_face_look_askew(looker, (fc_point){ 390, 310 }, 350, roll_deg * M_PI / 180,
                                     0.8, &seen, &err),
                  err);
        assert_int_equal(seen.count, 1);
        assert_true(fc_box_iou(seen.items[0].dlib_box, scene.faces[0].box) > 0.8);
        assert_true(fabs(remainder(fc_face_roll(&seen.items[0]) * 180 / M_PI - roll_deg, 360)) < 6);
        fc_image_free(scene.picture);
    }
}

static void looking_survives_every_allocation_failure(void **state)
{
    (void)state;
    if (session == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_face_looker) looker = NULL;
    SWEEP_ALLOCATIONS(fc_face_looker_new(session, astronaut, &looker, &err), looker == NULL);
    fc_faces seen = { .count = -1 };
    const fc_face_view view = { WHOLE, 100, 1 };
    SWEEP_ALLOCATIONS(fc_face_look(looker, &view, 0.5, &seen, &err), seen.count == -1);
    seen.count = -1;
    SWEEP_ALLOCATIONS(fc_face_look_askew(looker, (fc_point){ 220, 120 }, 300, 1, 0.5, &seen, &err),
                      seen.count == -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_part_and_smaller_picture_show_the_same_face),
        cmocka_unit_test(a_turned_look_answers_in_the_picture_as_it_lies),
        cmocka_unit_test(a_look_askew_brings_a_leaning_face_upright),
        cmocka_unit_test(looking_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("models/face_look", tests, load, unload);
}
