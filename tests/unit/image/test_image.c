#include "image/image.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "support/fc_test.h"

static void rows_are_aligned_and_hold_every_pixel(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const int32_t channels[] = { 1, 3, 4 };
    for (int32_t width = 1; width < 200; width += 13) {
        for (size_t i = 0; i < 3; i++) {
            FC_AUTO(fc_image) image = NULL;
            ASSERT_OK(fc_image_new((fc_size){ width, 3 }, channels[i], &image, &err), err);
            assert_int_equal(image->stride % FC_MEMORY_ALIGNMENT, 0);
            assert_true(image->stride >= (size_t)(width * channels[i]));
            for (int32_t y = 0; y < 3; y++) {
                memset(fc_image_row(image, y), y, image->stride); /* ASan watches the end */
            }
            assert_int_equal(fc_image_row(image, 2)[0], 2);
        }
    }
}

static void a_copy_is_its_own_picture(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = NULL;
    FC_AUTO(fc_image) copy = NULL;
    ASSERT_OK(fc_image_new((fc_size){ 30, 20 }, 3, &image, &err), err);
    memset(image->data, 7, image->stride * 20);
    ASSERT_OK(fc_image_copy(image, &copy, &err), err);
    memset(image->data, 9, image->stride * 20);
    assert_int_equal(copy->size.width, 30);
    assert_int_equal(copy->size.height, 20);
    assert_int_equal(copy->channels, 3);
    for (int32_t y = 0; y < 20; y++) {
        for (int32_t i = 0; i < 90; i++) {
            assert_int_equal(fc_image_row(copy, y)[i], 7);
        }
    }
}

static void planes_are_tightly_packed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) plane = NULL;
    ASSERT_OK(fc_plane_new((fc_size){ 7, 5 }, &plane, &err), err);
    assert_ptr_equal(fc_plane_row(plane, 3), plane->data + 21);
    memset(plane->data, 0, 7 * 5 * sizeof(float));
}

static void sizes_outside_the_limits_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_image *image = NULL;
    fc_plane *plane = NULL;
    const fc_size empty[] = { { 0, 5 }, { 5, 0 }, { -1, 5 }, { 5, INT32_MIN } };
    const fc_size large[] = { { FC_IMAGE_SIDE_MAX + 1, 1 }, { 1, INT32_MAX } };
    for (size_t i = 0; i < 4; i++) {
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_image_new(empty[i], 3, &image, &err), err);
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_plane_new(empty[i], &plane, &err), err);
    }
    for (size_t i = 0; i < 2; i++) {
        ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_image_new(large[i], 3, &image, &err), err);
        ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_plane_new(large[i], &plane, &err), err);
    }
    assert_null(image);
    assert_null(plane);
}

static void freeing_nothing_is_fine(void **state)
{
    (void)state;
    fc_image_free(NULL);
    fc_plane_free(NULL);
}

static void pictures_survive_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = NULL;
    FC_AUTO(fc_image) copy = NULL;
    FC_AUTO(fc_plane) plane = NULL;
    const fc_size size = { 9, 9 };
    SWEEP_ALLOCATIONS(fc_image_new(size, 4, &image, &err), image == NULL);
    memset(image->data, 0, image->stride * 9);
    SWEEP_ALLOCATIONS(fc_image_copy(image, &copy, &err), copy == NULL);
    SWEEP_ALLOCATIONS(fc_plane_new(size, &plane, &err), plane == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_aligned_and_hold_every_pixel),
        cmocka_unit_test(a_copy_is_its_own_picture),
        cmocka_unit_test(planes_are_tightly_packed),
        cmocka_unit_test(sizes_outside_the_limits_are_refused),
        cmocka_unit_test(freeing_nothing_is_fine),
        cmocka_unit_test(pictures_survive_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/image", tests, NULL, NULL);
}
