#include "ops/plain_wall.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/wall_scene.h"

/* Mean distance of the wall's model from the wall, levels, over cells outside of the person. */
static double wall_error(const fc_plain_wall *wall, double shade)
{
    double sum = 0;
    int count = 0;
    const fc_size grid = wall->grid;
    for (int32_t y = 0; y < grid.height; y++) {
        for (int32_t x = 0; x < grid.width; x++) {
            const double px_x = (x + 0.5) * FC_WALL_SIDE / grid.width;
            const double px_y = (y + 0.5) * FC_WALL_SIDE / grid.height;
            if (fc_wall_alpha((int32_t)px_x, (int32_t)px_y) > 0) {
                continue;
            }
            double colour[3];
            fc_wall_colour((int32_t)px_x, (int32_t)px_y, shade, colour);
            for (int c = 0; c < 3; c++) {
                const size_t at = (size_t)((c * grid.height + y) * grid.width + x);
                sum += fabs((double)wall->planes[at] - colour[c]);
                count++;
            }
        }
    }
    return sum / count;
}

static void a_plain_wall_is_found_with_its_slope_of_light(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_wall_picture(0, 0);
    FC_AUTO(fc_plane) mask = fc_wall_mask();
    FC_AUTO(fc_plain_wall) wall = NULL;
    ASSERT_OK(fc_plain_wall_find(picture, mask, NULL, FC_WALL_FACE_PX, &wall, &err), err);
    assert_non_null(wall);
    assert_true(wall->off < 4);
    assert_true(wall->spread < 5);
    assert_true(wall_error(wall, 0) < 1.5);
}

static void a_soft_shadow_is_wall(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_wall_picture(0.3, 0);
    FC_AUTO(fc_plane) mask = fc_wall_mask();
    FC_AUTO(fc_plain_wall) wall = NULL;
    ASSERT_OK(fc_plain_wall_find(picture, mask, NULL, FC_WALL_FACE_PX, &wall, &err), err);
    assert_non_null(wall);
    assert_true(wall_error(wall, 0.3) < 3);
}

static void a_patterned_wall_is_none(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_wall_picture(0, 60);
    FC_AUTO(fc_plane) mask = fc_wall_mask();
    FC_AUTO(fc_plain_wall) wall = NULL;
    ASSERT_OK(fc_plain_wall_find(picture, mask, NULL, FC_WALL_FACE_PX, &wall, &err), err);
    assert_null(wall);
    bool possible = true;
    double off = 0;
    ASSERT_OK(fc_plain_wall_possible(picture, mask, NULL, FC_WALL_FACE_PX, &off, &possible, &err),
              err);
    assert_false(possible);
    assert_true(off > 12);
}

static void set_all(fc_plane *plane, float value)
{
    for (size_t i = 0; i < (size_t)plane->size.width * (size_t)plane->size.height; i++) {
        plane->data[i] = value;
    }
}

static void without_any_wall_in_sight_there_is_none(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_wall_picture(0, 0);
    FC_AUTO(fc_plane) mask = fc_wall_mask();
    FC_AUTO(fc_plane) nowhere = fc_wall_mask();
    FC_AUTO(fc_plain_wall) wall = NULL;
    bool possible = true;
    double off = 0;
    set_all(nowhere, 0);
    ASSERT_OK(
        fc_plain_wall_possible(picture, mask, nowhere, FC_WALL_FACE_PX, &off, &possible, &err),
        err);
    assert_false(possible);
    assert_float_equal(off, 255, 0);
    set_all(mask, 1);
    ASSERT_OK(fc_plain_wall_find(picture, mask, NULL, FC_WALL_FACE_PX, &wall, &err), err);
    assert_null(wall);
}

static void hostile_masks_and_tiny_pictures_end_well(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const float values[] = { NAN, INFINITY, -INFINITY, 0.0F, 1.0F, 0.5F };
    const fc_size sizes[] = { { 1, 1 }, { 2, 300 }, { 300, 1 }, { 40, 40 } };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        FC_AUTO(fc_image) picture = NULL;
        FC_AUTO(fc_plane) mask = fc_wall_mask();
        ASSERT_OK(fc_image_new(sizes[i], 3, &picture, &err), err);
        memset(picture->data, 120, fc_image_bytes(picture));
        for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
            FC_AUTO(fc_plain_wall) wall = NULL;
            set_all(mask, values[k]);
            ASSERT_OK(fc_plain_wall_find(picture, mask, NULL, 1e6, &wall, &err), err);
        }
    }
}

static void without_memory_it_fails_and_changes_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_wall_picture(0, 0);
    FC_AUTO(fc_plane) mask = fc_wall_mask();
    fc_plain_wall *wall = NULL;
    SWEEP_ALLOCATIONS(fc_plain_wall_find(picture, mask, NULL, FC_WALL_FACE_PX, &wall, &err),
                      wall == NULL);
    fc_plain_wall_free(wall);
    fc_plain_wall_free(NULL);
    bool possible = false;
    double off = -1;
    SWEEP_ALLOCATIONS(
        fc_plain_wall_possible(picture, mask, NULL, FC_WALL_FACE_PX, &off, &possible, &err),
        off < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_wall_is_found_with_its_slope_of_light),
        cmocka_unit_test(a_soft_shadow_is_wall),
        cmocka_unit_test(a_patterned_wall_is_none),
        cmocka_unit_test(without_any_wall_in_sight_there_is_none),
        cmocka_unit_test(hostile_masks_and_tiny_pictures_end_well),
        cmocka_unit_test(without_memory_it_fails_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
