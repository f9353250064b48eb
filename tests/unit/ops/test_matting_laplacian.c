#include "ops/matting_laplacian.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/patterns.h"
#include "support/pictures.h"

enum { LANES = FC_FLOAT8_LANES };

/* Every third px and a corner: runs of one px, blocks that stick out, px without a full window. */
static fc_image *scattered(fc_size size)
{
    fc_error err = { 0 };
    fc_image *unknown = NULL;
    ASSERT_OK(fc_image_new(size, 1, &unknown, &err), err);
    for (int32_t y = 0; y < size.height; y++) {
        for (int32_t x = 0; x < size.width; x++) {
            const bool corner = x + 2 > size.width && y + 2 > size.height;
            fc_image_row(unknown, y)[x] = corner || (x + 5 * y) % 3 == 0 ? 1 : 0;
        }
    }
    return unknown;
}

/* A plane that is a linear function of the colour, which every window fits. */
static fc_plane *linear_plane(const fc_image *guide)
{
    return fc_test_linear_plane(guide, (const float[]){ 0.3F, -0.2F, 0.1F }, 0.5F);
}

static void every_unknown_px_is_in_one_block_and_weighs_its_windows(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size sizes[] = { { 3, 3 }, { 4, 9 }, { 21, 6 }, { 16, 5 } };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        const fc_size size = sizes[i];
        FC_AUTO(fc_image) guide = fc_pattern_noise(size, 3, 9);
        FC_AUTO(fc_image) unknown = scattered(size);
        FC_AUTO(fc_floats) weights = NULL;
        FC_AUTO(fc_plane) found = NULL;
        fc_laplacian laplacian = { 0 };
        ASSERT_OK(fc_laplacian_init(guide, unknown, &laplacian, &err), err);
        ASSERT_OK(fc_plane_new(size, &found, &err), err);
        ASSERT_OK(fc_memory_new_zeroed(laplacian.padded, sizeof(float), (void **)&weights, &err),
                  err);
        for (int32_t n = 0; n < laplacian.px_at.count; n++) {
            for (int32_t lane = 0; lane < LANES; lane++) {
                const fc_band_px *px = &laplacian.px[n];
                weights[laplacian.px_at.items[n] + lane] += px->unknown[lane] * px->weight[lane];
            }
        }
        fc_laplacian_unpad(&laplacian, weights, found);
        for (int32_t y = 0; y < size.height; y++) {
            for (int32_t x = 0; x < size.width; x++) {
                int windows = 0;
                for (int32_t j = 0; j < 9; j++) {
                    const int32_t column = x - 1 + j % 3;
                    const int32_t row = y - 1 + j / 3;
                    windows += column >= 1 && column <= size.width - 2 && row >= 1 &&
                               row <= size.height - 2;
                }
                const bool is_unknown = fc_image_row(unknown, y)[x] != 0;
                assert_int_equal((int)fc_plane_row(found, y)[x], is_unknown ? windows : 0);
            }
        }
        fc_laplacian_clear(&laplacian);
    }
}

static void what_is_linear_in_the_colour_has_no_remainder(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) guide = fc_pattern_noise((fc_size){ 21, 6 }, 3, 9);
    FC_AUTO(fc_image) unknown = scattered(guide->size);
    FC_AUTO(fc_plane) plane = linear_plane(guide);
    FC_AUTO(fc_floats) padded = NULL;
    FC_AUTO(fc_floats) product = NULL;
    fc_laplacian laplacian = { 0 };
    ASSERT_OK(fc_laplacian_init(guide, unknown, &laplacian, &err), err);
    const size_t count = (size_t)laplacian.px_at.count * LANES;
    ASSERT_OK(fc_memory_new_zeroed(laplacian.padded, sizeof(float), (void **)&padded, &err), err);
    ASSERT_OK(fc_memory_new(count, sizeof(float), (void **)&product, &err), err);
    fc_laplacian_pad(&laplacian, plane, padded);
    fc_laplacian_multiply(&laplacian, padded, (fc_float8 *)(void *)product);
    for (size_t i = 0; i < count; i++) {
        assert_true(fabsf(product[i]) < 1e-3F);
    }
    fc_laplacian_clear(&laplacian);
}

static void nothing_unknown_gives_no_blocks(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) guide = fc_pattern_noise((fc_size){ 9, 9 }, 3, 9);
    FC_AUTO(fc_image) unknown = NULL;
    fc_laplacian laplacian = { 0 };
    ASSERT_OK(fc_image_new(guide->size, 1, &unknown, &err), err);
    for (int32_t y = 0; y < 9; y++) {
        memset(fc_image_row(unknown, y), 0, 9);
    }
    ASSERT_OK(fc_laplacian_init(guide, unknown, &laplacian, &err), err);
    assert_int_equal(laplacian.px_at.count, 0);
    assert_int_equal(laplacian.windows_at.count, 0);
    fc_laplacian_clear(&laplacian);
}

/* What a failed call leaves behind is released as after a good one. */
static fc_status make_and_clear(const fc_image *guide, const fc_image *unknown, fc_error *err)
{
    fc_laplacian laplacian = { 0 };
    const fc_status status = fc_laplacian_init(guide, unknown, &laplacian, err);
    fc_laplacian_clear(&laplacian);
    return status;
}

static void the_equations_survive_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) guide = fc_pattern_noise((fc_size){ 9, 9 }, 3, 9);
    FC_AUTO(fc_image) unknown = scattered(guide->size);
    SWEEP_ALLOCATIONS(make_and_clear(guide, unknown, &err), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_unknown_px_is_in_one_block_and_weighs_its_windows),
        cmocka_unit_test(what_is_linear_in_the_colour_has_no_remainder),
        cmocka_unit_test(nothing_unknown_gives_no_blocks),
        cmocka_unit_test(the_equations_survive_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/matting_laplacian", tests, NULL, NULL);
}
