#include "models/mediapipe.h"

#include <math.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/network.h"
#include "support/patterns.h"

/* A network of tests/data/tflite that adds to each value what of it is above 0: it doubles levels.
 */
enum { WIDTH = 6, HEIGHT = 5, VALUES = WIDTH * HEIGHT * 3 };
static const fc_size SIDES = { WIDTH, HEIGHT };

static fc_session *doubling;
static fc_image *picture;

static int load(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_test_network_open("tests/data/tflite/relu_and_add.tflite");
    assert_non_null(file);
    ASSERT_OK(fc_mediapipe_open(fc_test_runtime, "doubling", file->bytes, (fc_size){ 0, 0 },
                                &doubling, &err),
              err);
    picture = fc_pattern_noise(SIDES, 3, 7);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    fc_image_free(picture);
    fc_session_free(doubling);
    fc_test_network_close();
    return 0;
}

static fc_status look(const fc_image *at, bool mirrored, float values[VALUES], fc_error *err)
{
    const fc_tensor output = { .data = values, .shape = { 1, HEIGHT, WIDTH, 3 }, .rank = 4 };
    return fc_mediapipe_look(doubling, at, mirrored, &output, 1, err);
}

static void the_network_sees_levels_as_shares_of_the_largest(void **state)
{
    (void)state;
    fc_error err = { 0 };
    float values[VALUES];
    ASSERT_OK(look(picture, false, values, &err), err);
    for (int32_t y = 0; y < HEIGHT; y++) {
        for (int32_t i = 0; i < 3 * WIDTH; i++) {
            const float level = fc_image_row(picture, y)[i];
            assert_true(fabsf(values[3 * WIDTH * y + i] - 2 * level / 255) < 1e-5F);
        }
    }
}

static void a_mirrored_look_is_one_at_the_mirrored_picture(void **state)
{
    (void)state;
    fc_error err = { 0 };
    float values[VALUES];
    float expected[VALUES];
    FC_AUTO(fc_image) mirrored = fc_pattern_mirrored(picture);
    ASSERT_OK(look(picture, true, values, &err), err);
    ASSERT_OK(look(mirrored, false, expected, &err), err);
    assert_memory_equal(values, expected, sizeof values);
}

static void a_picture_of_other_sides_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    float values[VALUES];
    FC_AUTO(fc_image) wider = fc_pattern_flat((fc_size){ WIDTH + 1, HEIGHT }, 3, 0);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, look(wider, false, values, &err), err);
}

static void a_file_that_is_no_network_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_session *none = NULL;
    static const uint8_t WORDS[] = "this is no network";
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_mediapipe_open(fc_test_runtime, "none", (fc_bytes){ WORDS, sizeof WORDS },
                                   (fc_size){ 0, 0 }, &none, &err),
                 err);
    assert_null(none);
}

static void points_that_are_no_numbers_are_refused_by_the_name(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const float values[] = { 1, -2, 3, NAN, INFINITY };
    ASSERT_OK(fc_mediapipe_check_points("mesh", values, 3, &err), err);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_mediapipe_check_points("mesh", values, 4, &err), err);
    assert_string_equal(err.text, "mesh: a point that is no number");
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_mediapipe_check_points("mesh", values + 4, 1, &err), err);
}

static void a_look_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    float values[VALUES] = { -1 };
    SWEEP_ALLOCATIONS(look(picture, false, values, &err), values[0] < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_network_sees_levels_as_shares_of_the_largest),
        cmocka_unit_test(a_mirrored_look_is_one_at_the_mirrored_picture),
        cmocka_unit_test(a_picture_of_other_sides_is_refused),
        cmocka_unit_test(a_file_that_is_no_network_is_refused),
        cmocka_unit_test(points_that_are_no_numbers_are_refused_by_the_name),
        cmocka_unit_test(a_look_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("models/mediapipe", tests, load, unload);
}
