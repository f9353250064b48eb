#include "ops/reduce.h"

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/patterns.h"

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* Written as the definition reads. */
static uint8_t slow_mean(const fc_image *source, fc_blocks blocks, int32_t column, int32_t row,
                         int32_t channel)
{
    const int32_t left = blocks.left + column * blocks.factor.width;
    const int32_t top = blocks.top + row * blocks.factor.height;
    const int32_t right = min_int(left + blocks.factor.width, source->size.width);
    const int32_t bottom = min_int(top + blocks.factor.height, source->size.height);
    int64_t sum = 0;
    for (int32_t y = top; y < bottom; y++) {
        for (int32_t x = left; x < right; x++) {
            sum += fc_image_row(source, y)[x * source->channels + channel];
        }
    }
    const int64_t area = (int64_t)(right - left) * (bottom - top);
    return (uint8_t)((sum + area / 2) / area);
}

static void means_are_those_of_the_definition(void **state)
{
    (void)state;
    fc_error err = { 0 };
    uint32_t seed = 11;
    for (int round = 0; round < 60; round++) {
        const int32_t channels = (const int32_t[]){ 1, 3, 4 }[round % 3];
        const fc_size size = { 1 + (int32_t)(fc_pattern_random(&seed) % 300),
                               1 + (int32_t)(fc_pattern_random(&seed) % 300) };
        FC_AUTO(fc_image) source = fc_pattern_noise(size, channels, seed);
        fc_blocks blocks = {
            .left = (int32_t)(fc_pattern_random(&seed) % (uint32_t)size.width),
            .top = (int32_t)(fc_pattern_random(&seed) % (uint32_t)size.height),
            .factor = { 1 + (int32_t)(fc_pattern_random(&seed) %
                                      (round % 2 == 0 ? 6 : FC_REDUCE_FACTOR_MAX)),
                        1 + (int32_t)(fc_pattern_random(&seed) % 20) },
        };
        blocks.count =
            (fc_size){ (size.width - blocks.left + blocks.factor.width - 1) / blocks.factor.width,
                       (size.height - blocks.top + blocks.factor.height - 1) /
                           blocks.factor.height };
        FC_AUTO(fc_image) means = NULL;
        ASSERT_OK(fc_reduce(source, blocks, &means, &err), err);
        for (int32_t y = 0; y < blocks.count.height; y++) {
            for (int32_t i = 0; i < blocks.count.width * channels; i++) {
                assert_int_equal(fc_image_row(means, y)[i],
                                 slow_mean(source, blocks, i / channels, y, i % channels));
            }
        }
    }
}

/* 256 rows of 255 are the most that 16 bits hold. */
static void white_stays_white_at_the_largest_factor(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_flat((fc_size){ 512, 300 }, 3, 255);
    FC_AUTO(fc_image) means = NULL;
    const fc_blocks blocks = { 0, 0, { 256, 256 }, { 2, 2 } };
    ASSERT_OK(fc_reduce(source, blocks, &means, &err), err);
    FC_AUTO(fc_image) white = fc_pattern_flat((fc_size){ 2, 2 }, 3, 255);
    fc_pattern_assert_alike(means, white, 0);
}

/* Blocks of up to 256 px are divided by way of a product: the largest and the odd ones too. */
static void flat_colours_stay_in_blocks_of_every_small_area(void **state)
{
    (void)state;
    fc_error err = { 0 };
    for (int32_t side = 1; side <= 20; side++) {
        for (int32_t level = 0; level <= 255; level += 5) {
            FC_AUTO(fc_image)
            source = fc_pattern_flat((fc_size){ 3 * side, 20 }, 3, (uint8_t)level);
            FC_AUTO(fc_image) means = NULL;
            const fc_blocks blocks = {
                0, 0, { side, 256 / side < 20 ? 256 / side : 20 }, { 3, 1 }
            };
            ASSERT_OK(fc_reduce(source, blocks, &means, &err), err);
            FC_AUTO(fc_image) flat = fc_pattern_flat((fc_size){ 3, 1 }, 3, (uint8_t)level);
            fc_pattern_assert_alike(means, flat, 0);
        }
    }
}

static void reduce_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_noise((fc_size){ 8, 6 }, 3, 1);
    FC_AUTO(fc_image) means = NULL;
    const fc_blocks blocks = { 0, 0, { 2, 2 }, { 4, 3 } };
    SWEEP_ALLOCATIONS(fc_reduce(source, blocks, &means, &err), means == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_are_those_of_the_definition),
        cmocka_unit_test(white_stays_white_at_the_largest_factor),
        cmocka_unit_test(flat_colours_stay_in_blocks_of_every_small_area),
        cmocka_unit_test(reduce_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/reduce", tests, NULL, NULL);
}
