#include "ops/oval_mask.h"

#include <math.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/decode.h"
#include "support/fc_test.h"

static const fc_size SQUARE = { 64, 64 };
static const fc_box ALL = { 0, 0, 64, 64 };

/* Rounding must not favour a side: a shifted oval shows as a halo on one cheek. */
static void the_oval_is_symmetric(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) mask = NULL;
    ASSERT_OK(fc_oval_mask((fc_size){ 63, 48 }, (fc_box){ 0, 0, 63, 48 }, 0.4, 9, &mask, &err),
              err);
    for (int32_t y = 0; y < 48; y++) {
        for (int32_t x = 0; x < 63; x++) {
            const double here = (double)fc_plane_row(mask, y)[x];
            assert_true(fabs(here - (double)fc_plane_row(mask, 47 - y)[62 - x]) < 1e-5);
            assert_true(fabs(here - (double)fc_plane_row(mask, y)[62 - x]) < 1e-5);
        }
    }
}

static void the_middle_is_whole_the_corners_empty_and_the_area_right(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const double feathers[] = { 0, 5, 21 };
    for (size_t i = 0; i < 3; i++) {
        FC_AUTO(fc_plane) mask = NULL;
        ASSERT_OK(fc_oval_mask((fc_size){ 201, 161 }, (fc_box){ 20, 10, 160, 141 }, 0.45,
                               feathers[i], &mask, &err),
                  err);
        assert_true(fc_plane_row(mask, 80)[100] == 1);
        assert_true(fc_plane_row(mask, 0)[0] == 0 && fc_plane_row(mask, 160)[200] == 0);
        double area = 0;
        for (int32_t k = 0; k < 201 * 161; k++) {
            assert_true(mask->data[k] >= 0 && mask->data[k] <= 1);
            area += (double)mask->data[k];
        }
        assert_true(fabs(area / (M_PI * 72 * 63.45) - 1) < 0.01);
    }
}

/* Along the axes the outline is known: half there, and 0.6 feathers beyond it nothing. */
static void the_ramp_is_centred_on_the_outline(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) mask = NULL;
    ASSERT_OK(fc_oval_mask((fc_size){ 401, 301 }, (fc_box){ 0, 0, 401, 301 }, 0.4, 20, &mask, &err),
              err);
    const float *row = fc_plane_row(mask, 150);
    const int32_t edge = (int32_t)(200.5 + 160.4 - 0.5); /* its centre lies 0.4 px inside */
    assert_true(fabs((double)row[edge] - 0.525) < 0.005);
    assert_true(row[edge + 13] == 0 && row[edge - 13] == 1);
    for (int32_t x = edge - 13; x < edge + 13; x++) {
        assert_true(row[x] >= row[x + 1]);
    }
}

/* Photos are decoded as the program does it; a grey file comes as three equal channels. */
static fc_raster *read_golden(const char *name)
{
    fc_error err = { 0 };
    const fc_decode_limits limits = { UINT32_MAX, 1 << 20, 1 << 28 };
    const fc_decode_request request = { .shrink = 1 };
    fc_photo_facts facts = { 0 };
    fc_raster *raster = NULL;
    FC_AUTO(fc_mapping) file = NULL;
    ASSERT_OK(fc_mapping_new(fc_test_shared_file(name), 1 << 20, &file, &err), err);
    ASSERT_OK(fc_decode_probe(file->bytes, &limits, &facts, &err), err);
    ASSERT_OK(fc_decode(file->bytes, &facts, &request, &raster, &err), err);
    return raster;
}

/* The original blurs a hard ellipse: the same ramp to the eye, not the same numbers. */
static void the_ramp_looks_like_the_original(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "golden/pipeline/p02_09b_feather.png",
                                         "golden/pipeline/p06_09b_feather.png",
                                         "golden/pipeline/p10_09b_feather.png" };
    fc_error err = { 0 };
    if (fc_test_shared_dir() == NULL) {
        skip();
    }
    for (size_t i = 0; i < 3; i++) {
        FC_AUTO(fc_raster) golden = read_golden(NAMES[i]);
        const fc_size size = golden->pixels->size;
        FC_AUTO(fc_plane) mask = NULL;
        ASSERT_OK(fc_oval_mask(size, (fc_box){ 0, 0, size.width, size.height },
                               FC_OVAL_RADIUS_DEFAULT, FC_OVAL_FEATHER_DEFAULT_PX, &mask, &err),
                  err);
        double sum = 0;
        for (int32_t y = 0; y < size.height; y++) {
            for (int32_t x = 0; x < size.width; x++) {
                sum += fabs(255 * (double)fc_plane_row(mask, y)[x] -
                            fc_image_row(golden->pixels, y)[x * 3]);
            }
        }
        /* Levels of 255. Measured: 3.1 for the crop of 172 x 188 px, 1.2 for 295 x 326 px. */
        assert_true(sum / size.width / size.height < 3.5);
    }
}

static void the_oval_refuses_values_outside_their_range(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_plane *mask = NULL;
    const fc_size huge = { FC_IMAGE_SIDE_MAX + 1, 64 };
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_oval_mask(SQUARE, ALL, 0, 5, &mask, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_oval_mask(SQUARE, ALL, 0.51, 5, &mask, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_oval_mask(SQUARE, ALL, NAN, 5, &mask, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_oval_mask(SQUARE, ALL, 0.48, -1, &mask, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_oval_mask(SQUARE, ALL, 0.48, 65, &mask, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_oval_mask(SQUARE, (fc_box){ 0, 0, 0, 5 }, 0.48, 0, &mask, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_oval_mask(SQUARE, (fc_box){ NAN, 0, 5, 5 }, 0.48, 0, &mask, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_oval_mask(huge, ALL, 0.48, 5, &mask, &err), err);
    assert_null(mask);
}

static void the_oval_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) mask = NULL;
    SWEEP_ALLOCATIONS(fc_oval_mask(SQUARE, ALL, 0.48, 5, &mask, &err), mask == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oval_is_symmetric),
        cmocka_unit_test(the_middle_is_whole_the_corners_empty_and_the_area_right),
        cmocka_unit_test(the_ramp_is_centred_on_the_outline),
        cmocka_unit_test(the_ramp_looks_like_the_original),
        cmocka_unit_test(the_oval_refuses_values_outside_their_range),
        cmocka_unit_test(the_oval_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/oval_mask", tests, NULL, NULL);
}
