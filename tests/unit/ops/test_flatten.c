#include "ops/flatten.h"

#include <math.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/patterns.h"

/* All 2^24 cases of colour, background and alpha would take a while; these are 2^16 a background.
 */
static void every_colour_and_alpha_is_rounded_to_nearest(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) rgba = fc_pattern_flat((fc_size){ 256, 256 }, 4, 0);
    for (int32_t y = 0; y < 256; y++) {
        for (int32_t x = 0; x < 256; x++) {
            fc_image_row(rgba, y)[x * 4] = (uint8_t)x;
            fc_image_row(rgba, y)[x * 4 + 3] = (uint8_t)y;
        }
    }
    for (int level = 0; level < 256; level += 17) {
        const uint8_t background[3] = { (uint8_t)level, 10, 20 };
        FC_AUTO(fc_image) rgb = NULL;
        ASSERT_OK(fc_flatten(rgba, background, &rgb, &err), err);
        for (int32_t y = 0; y < 256; y++) {
            for (int32_t x = 0; x < 256; x++) {
                assert_int_equal(fc_image_row(rgb, y)[x * 3],
                                 lround((x * y + level * (255 - y)) / 255.0));
            }
        }
    }
}

static void nothing_shows_the_background_and_everything_hides_it(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) rgba = fc_pattern_noise((fc_size){ 2, 1 }, 4, 5);
    rgba->data[3] = 0;
    rgba->data[7] = 255;
    FC_AUTO(fc_image) rgb = NULL;
    const uint8_t background[3] = { 1, 2, 3 };
    ASSERT_OK(fc_flatten(rgba, background, &rgb, &err), err);
    assert_memory_equal(rgb->data, background, 3);
    assert_memory_equal(rgb->data + 3, rgba->data + 4, 3);
}

static void a_picture_shows_through_as_a_colour_does(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const uint8_t colour[3] = { 17, 99, 240 };
    FC_AUTO(fc_image) rgba = fc_pattern_noise((fc_size){ 33, 7 }, 4, 5);
    FC_AUTO(fc_image) ground = fc_pattern_flat((fc_size){ 33, 7 }, 3, 0);
    FC_AUTO(fc_image) wanted = NULL;
    for (int32_t i = 0; i < 33 * 7; i++) {
        for (int c = 0; c < 3; c++) {
            fc_image_row(ground, i / 33)[i % 33 * 3 + c] = colour[c];
        }
    }
    ASSERT_OK(fc_flatten(rgba, colour, &wanted, &err), err);
    fc_flatten_onto(rgba, ground);
    for (int32_t y = 0; y < 7; y++) {
        assert_memory_equal(fc_image_row(ground, y), fc_image_row(wanted, y), 33 * 3);
    }
}

static void flatten_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) rgba = fc_pattern_noise((fc_size){ 5, 4 }, 4, 5);
    FC_AUTO(fc_image) rgb = NULL;
    SWEEP_ALLOCATIONS(fc_flatten(rgba, (const uint8_t[3]){ 0 }, &rgb, &err), rgb == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_colour_and_alpha_is_rounded_to_nearest),
        cmocka_unit_test(nothing_shows_the_background_and_everything_hides_it),
        cmocka_unit_test(a_picture_shows_through_as_a_colour_does),
        cmocka_unit_test(flatten_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/flatten", tests, NULL, NULL);
}
