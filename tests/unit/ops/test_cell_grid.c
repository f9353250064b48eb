#include "ops/cell_grid.h"

#include <math.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/wall_scene.h"

static void a_slope_is_not_rough_and_an_edge_is(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = NULL;
    FC_AUTO(fc_plane) mask = NULL;
    ASSERT_OK(fc_image_new((fc_size){ 80, 80 }, 3, &picture, &err), err);
    ASSERT_OK(fc_plane_new((fc_size){ 40, 40 }, &mask, &err), err);
    for (int32_t y = 0; y < 80; y++) {
        for (int32_t x = 0; x < 3 * 80; x++) {
            fc_image_row(picture, y)[x] = (uint8_t)(x / 3 < 44 ? x / 3 * 2 : 200);
        }
    }
    for (int32_t i = 0; i < 40 * 40; i++) {
        mask->data[i] = i % 40 < 20 ? 0.0F : 2.0F;
    }
    fc_cell_grid grid = { 0 };
    ASSERT_OK(fc_cell_grid_look(picture, mask, NULL, 10, 2, &grid, &err), err);
    assert_int_equal(grid.size.width, 10);
    assert_int_equal(grid.count, 100);
    assert_float_equal(grid.scale, 0.125, 1e-9);
    assert_true(grid.rough[0] < 1);
    assert_true(grid.rough[5] > 10); /* px 40..47 hold the edge */
    assert_true(fabs((double)grid.colour[1][0] - 7) < 2);
    assert_float_equal(grid.most[0], 0, 0);
    assert_float_equal(grid.least[9], 1, 0); /* cut to 1 */
    assert_float_equal(grid.covered[0], 1, 0);
    assert_float_equal(grid.spare[199], 0, 0);
    fc_cell_grid_clear(&grid);
    assert_null(grid.memory);
    fc_cell_grid_clear(NULL);
}

static void without_memory_it_fails_and_changes_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_wall_picture(0, 0);
    FC_AUTO(fc_plane) mask = fc_wall_mask();
    fc_cell_grid grid = { 0 };
    SWEEP_ALLOCATIONS(fc_cell_grid_look(picture, mask, mask, 50, 0, &grid, &err),
                      grid.memory == NULL);
    fc_cell_grid_clear(&grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slope_is_not_rough_and_an_edge_is),
        cmocka_unit_test(without_memory_it_fails_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
