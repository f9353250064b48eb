#include "ops/bilinear.h"

#include <math.h>

#include "base/memory.h"
#include "support/fc_test.h"

static void the_same_size_gives_the_planes_back(void **state)
{
    (void)state;
    fc_error err = { 0 };
    float planes[FC_BILINEAR_PLANES * 6];
    for (size_t i = 0; i < FC_BILINEAR_PLANES * 6; i++) {
        planes[i] = (float)i;
    }
    const fc_size size = { 3, 2 };
    FC_AUTO(fc_bilinear) reader = NULL;
    ASSERT_OK(fc_bilinear_new(planes, size, size, &reader, &err), err);
    for (int32_t y = 0; y < 2; y++) {
        const float *row = fc_bilinear_row(reader, y);
        for (int32_t x = 0; x < 3; x++) {
            for (int32_t i = 0; i < FC_BILINEAR_PLANES; i++) {
                assert_true(row[FC_BILINEAR_PLANES * x + i] == planes[6 * i + 3 * y + x]);
            }
        }
    }
}

/* A value at place p of the small size sits at 4 p + 1.5 of one four times as large. */
static void a_ramp_stays_a_ramp_between_the_outer_centres(void **state)
{
    (void)state;
    fc_error err = { 0 };
    float planes[FC_BILINEAR_PLANES * 4];
    for (size_t i = 0; i < FC_BILINEAR_PLANES * 4; i++) {
        planes[i] = (float)(i % 4);
    }
    FC_AUTO(fc_bilinear) reader = NULL;
    ASSERT_OK(fc_bilinear_new(planes, (fc_size){ 4, 1 }, (fc_size){ 16, 5 }, &reader, &err), err);
    for (int32_t y = 0; y < 5; y++) {
        const float *row = fc_bilinear_row(reader, y);
        for (int32_t x = 0; x < 16; x++) {
            const double expected = fmin(fmax(((double)x - 1.5) / 4.0, 0.0), 3.0);
            assert_true(fabs((double)row[FC_BILINEAR_PLANES * x + 2] - expected) < 1e-6);
        }
    }
}

static void a_reader_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const float planes[FC_BILINEAR_PLANES] = { 1.0F, 2.0F, 3.0F, 4.0F };
    fc_bilinear *reader = NULL;
    const fc_size one = { 1, 1 };
    SWEEP_ALLOCATIONS(fc_bilinear_new(planes, one, (fc_size){ 5, 5 }, &reader, &err),
                      reader == NULL);
    assert_true(fc_bilinear_row(reader, 4)[4 * 4 + 3] == 4.0F);
    fc_bilinear_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_size_gives_the_planes_back),
        cmocka_unit_test(a_ramp_stays_a_ramp_between_the_outer_centres),
        cmocka_unit_test(a_reader_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/bilinear", tests, NULL, NULL);
}
