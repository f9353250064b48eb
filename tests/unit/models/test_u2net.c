/* tests/data/u2net has a network of the family with a few weights, and what rembg's steps make of
 * it; the larger goldens are an extra. */
#include "models/u2net.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "ops/lanczos8.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"
#include "support/patterns.h"
#include "support/photo_file.h"
#include "support/pictures.h"

enum { SIDE = FC_U2NET_SIDE };

static fc_runtime *runtime;
static fc_u2net_model *tiny;

static int load(void **state)
{
    (void)state;
    fc_error err = { 0 };
    return fc_runtime_new(1, &runtime, &err) == FC_OK &&
                   fc_u2net_model_new(runtime, "tests/data/u2net/tiny.onnx", &tiny, &err) == FC_OK
               ? 0
               : -1;
}

static int unload(void **state)
{
    fc_u2net_model_free(tiny);
    fc_runtime_free(runtime);
    (void)state;
    return 0;
}

static fc_box whole(const fc_image *picture)
{
    return (fc_box){ 0, 0, picture->size.width, picture->size.height };
}

static fc_plane *run(const fc_u2net_model *model, const fc_image *picture, fc_box region,
                     fc_box *covered)
{
    fc_error err = { 0 };
    fc_plane *mask = NULL;
    ASSERT_OK(fc_u2net_model_run(model, picture, region, &mask, covered, &err), err);
    assert_int_equal(mask->size.width, SIDE);
    assert_int_equal(mask->size.height, SIDE);
    return mask;
}

static int level_at(const fc_plane *mask, int32_t x, int32_t y)
{
    return (int)lroundf(fc_plane_row(mask, y)[x] * 255.0F);
}

static void the_mask_is_what_rembg_makes_of_the_network(void **state)
{
    (void)state;
    FC_AUTO(fc_image) photo = fc_photo_read("tests/data/u2net/photo.png");
    FC_AUTO(fc_image) expected = fc_photo_read("tests/data/u2net/mask_every4.png");
    fc_box covered = { 0 };
    FC_AUTO(fc_plane) mask = run(tiny, photo, whole(photo), &covered);
    for (int32_t y = 0; y < SIDE; y += 4) {
        for (int32_t x = 0; x < SIDE; x += 4) {
            const int level = fc_image_row(expected, y / 4)[3 * (x / 4)];
            assert_true(abs(level_at(mask, x, y) - level) <= 1);
        }
    }
}

/* The mask at the photo's size, as rembg hands it out. */
static void assert_published_mask(const fc_plane *mask, const fc_image *expected)
{
    fc_error err = { 0 };
    FC_AUTO(fc_image) grey = NULL;
    FC_AUTO(fc_image) enlarged = NULL;
    ASSERT_OK(fc_image_new(mask->size, 1, &grey, &err), err);
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            fc_image_row(grey, y)[x] = (uint8_t)level_at(mask, x, y);
        }
    }
    ASSERT_OK(fc_lanczos8(grey, expected->size, &enlarged, &err), err);
    fc_pattern_assert_alike(enlarged, expected, 2);
}

static void the_goldens_of_a_full_topology_are_met(void **state)
{
    (void)state;
    if (fc_test_shared_dir() == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_u2net_model) model = NULL;
    const char *path = fc_test_shared_file("golden/u2net/u2netp_soft.onnx");
    ASSERT_OK(fc_u2net_model_new(runtime, path, &model, &err), err);
    const char *const photos[] = { "p06", "p07" };
    for (size_t i = 0; i < sizeof photos / sizeof photos[0]; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "golden/photos/%s.jpg", photos[i]);
        FC_AUTO(fc_image) photo = fc_photo_read(fc_test_shared_file(name));
        fc_box covered = { 0 };
        FC_AUTO(fc_plane) mask = run(model, photo, whole(photo), &covered);

        (void)snprintf(name, sizeof name, "golden/u2net/soft/%s_mask320.png", photos[i]);
        FC_AUTO(fc_image) expected = fc_photo_read(fc_test_shared_file(name));
        int64_t apart = 0;
        int largest = 0;
        for (int32_t y = 0; y < SIDE; y++) {
            for (int32_t x = 0; x < SIDE; x++) {
                const int off = abs(level_at(mask, x, y) - fc_image_row(expected, y)[3 * x]);
                apart += off;
                largest = off > largest ? off : largest;
            }
        }
        print_message("%s: largest %d, mean %.4f\n", photos[i], largest,
                      (double)apart / (SIDE * SIDE));
        assert_true(largest <= 1);
        assert_true((double)apart / (SIDE * SIDE) <= 0.3);

        (void)snprintf(name, sizeof name, "golden/u2net/soft/%s_mask.png", photos[i]);
        FC_AUTO(fc_image) published = fc_photo_read(fc_test_shared_file(name));
        FC_AUTO(fc_image) published_grey = fc_test_grey(published);
        assert_published_mask(mask, published_grey);
    }
}

static void the_region_is_cut_to_whole_pixels_of_the_picture(void **state)
{
    (void)state;
    FC_AUTO(fc_image) picture = fc_pattern_noise((fc_size){ 90, 60 }, 3, 9);
    fc_box covered = { 0 };
    FC_AUTO(fc_plane) mask = run(tiny, picture, (fc_box){ -10.5, 20.7, 50, 12.6 }, &covered);
    assert_true(covered.x == 0.0 && covered.y == 20.0);
    assert_true(covered.width == 40.0 && covered.height == 14.0);
}

static void a_black_picture_divides_nothing_by_zero(void **state)
{
    (void)state;
    FC_AUTO(fc_image) black = fc_pattern_flat((fc_size){ 20, 20 }, 3, 0);
    fc_box covered = { 0 };
    FC_AUTO(fc_plane) mask = run(tiny, black, whole(black), &covered);
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
        assert_true(mask->data[i] >= 0.0F && mask->data[i] <= 1.0F);
    }
}

static void a_region_outside_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_pattern_flat((fc_size){ 90, 60 }, 3, 9);
    fc_plane *mask = NULL;
    fc_box covered = { 0 };
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_u2net_model_run(tiny, picture, (fc_box){ 90, 0, 9, 9 }, &mask, &covered, &err),
                 err);
    assert_null(mask);
}

static void a_network_of_another_shape_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_u2net_model) odd = NULL;
    FC_AUTO(fc_image) picture = fc_pattern_flat((fc_size){ 9, 9 }, 3, 9);
    fc_plane *mask = NULL;
    fc_box covered = { 0 };
    ASSERT_OK(fc_u2net_model_new(runtime, "tests/data/onnx/sum_and_product.onnx", &odd, &err), err);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_u2net_model_run(odd, picture, whole(picture), &mask, &covered, &err), err);
    assert_null(mask);
}

static void a_missing_file_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_u2net_model *none = NULL;
    assert_int_not_equal(fc_u2net_model_new(runtime, "tests/data/u2net/no.onnx", &none, &err),
                         FC_OK);
    assert_null(none);
}

static void a_look_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_pattern_flat((fc_size){ 32, 32 }, 3, 128);
    fc_plane *mask = NULL;
    fc_box covered = { 0 };
    SWEEP_ALLOCATIONS(fc_u2net_model_run(tiny, picture, whole(picture), &mask, &covered, &err),
                      mask == NULL && covered.width == 0.0);
    fc_plane_free(mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mask_is_what_rembg_makes_of_the_network),
        cmocka_unit_test(the_goldens_of_a_full_topology_are_met),
        cmocka_unit_test(the_region_is_cut_to_whole_pixels_of_the_picture),
        cmocka_unit_test(a_black_picture_divides_nothing_by_zero),
        cmocka_unit_test(a_region_outside_is_refused),
        cmocka_unit_test(a_network_of_another_shape_is_refused),
        cmocka_unit_test(a_missing_file_is_refused),
        cmocka_unit_test(a_look_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("models/u2net", tests, load, unload);
}
