#include "image/tone_map.h"

#include <math.h>
#include <stdlib.h>

#include "support/fc_test.h"

static fc_tone_map *map_of(int32_t transfer, int32_t bits, bool has_alpha)
{
    fc_error err = { 0 };
    fc_tone_map *map = NULL;
    const fc_colour_space space = { .model = FC_COLOUR_RGB,
                                    .has_alpha = has_alpha,
                                    .primaries = FC_CICP_PRIMARIES_BT2020,
                                    .transfer = transfer };
    ASSERT_OK(fc_tone_map_new(&space, bits, &map, &err), err);
    return map;
}

/* Stored value of a light in cd/m2 (SMPTE ST 2084). */
static uint16_t pq(double light)
{
    const double m1 = 0.1593017578125;
    const double y = pow(light / 10000, m1);
    const double value = pow((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y), 78.84375);
    return (uint16_t)(value * 65535 + 0.5);
}

static uint8_t grey_of(const fc_tone_map *map, uint16_t value)
{
    const uint16_t pixel[3] = { value, value, value };
    uint8_t rgb[3];
    fc_tone_map_row(map, pixel, rgb, 1);
    assert_true(abs(rgb[0] - rgb[1]) <= 1 && abs(rgb[0] - rgb[2]) <= 1);
    return rgb[1];
}

static void light_below_white_keeps_its_place(void **state)
{
    (void)state;
    FC_AUTO(fc_tone_map) map = map_of(FC_CICP_TRANSFER_PQ, 16, false);
    assert_int_equal(grey_of(map, 0), 0);
    assert_true(abs(grey_of(map, pq(203 * 0.2140)) - 128) <= 1); /* half of sRGB */
    assert_true(abs(grey_of(map, pq(203 * 0.0185)) - 37) <= 1);
}

static void highlights_roll_off_and_never_fall(void **state)
{
    (void)state;
    FC_AUTO(fc_tone_map) map = map_of(FC_CICP_TRANSFER_PQ, 16, false);
    int before = -1;
    for (uint32_t value = 0; value <= 65535; value += 51) {
        const int grey = grey_of(map, (uint16_t)value);
        assert_true(grey >= before);
        before = grey;
    }
    assert_true(grey_of(map, pq(203)) < 250);
    assert_true(grey_of(map, pq(203)) > 225);
    assert_int_equal(grey_of(map, pq(1000)), 255);
    assert_int_equal(grey_of(map, pq(9000)), 255);
}

/* BT.2408: diffuse white of HLG is stored as 75 %. */
static void hlg_white_is_where_broadcasters_put_it(void **state)
{
    (void)state;
    FC_AUTO(fc_tone_map) hlg = map_of(FC_CICP_TRANSFER_HLG, 16, false);
    FC_AUTO(fc_tone_map) pqs = map_of(FC_CICP_TRANSFER_PQ, 16, false);
    assert_true(abs(grey_of(hlg, 49151) - grey_of(pqs, pq(203))) <= 2);
    assert_int_equal(grey_of(hlg, 0), 0);
    assert_int_equal(grey_of(hlg, 65535), 255);
}

static void alpha_and_eight_bits_come_through(void **state)
{
    (void)state;
    FC_AUTO(fc_tone_map) map = map_of(FC_CICP_TRANSFER_HLG, 8, true);
    const uint8_t pixels[8] = { 128, 128, 128, 7, 255, 255, 255, 255 };
    uint8_t rgba[8];
    fc_tone_map_row(map, pixels, rgba, 2);
    assert_int_equal(rgba[3], 7);
    assert_int_equal(rgba[4], 255);
    assert_int_equal(rgba[7], 255);
}

static void linear_floats_are_cut_at_white(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_tone_map) map = NULL;
    const fc_colour_space space = { .model = FC_COLOUR_RGB };
    ASSERT_OK(fc_tone_map_new(&space, 32, &map, &err), err);
    const float pixels[9] = { 0.2140F, 0.2140F, 0.2140F, -1.0F, 1.0F, 7.0F, NAN, INFINITY, 0 };
    uint8_t rgb[9];
    fc_tone_map_row(map, pixels, rgb, 3);
    assert_true(abs(rgb[0] - 128) <= 1);
    assert_int_equal(rgb[3], 0);
    assert_int_equal(rgb[4], 255);
    assert_int_equal(rgb[5], 255);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(light_below_white_keeps_its_place),
        cmocka_unit_test(highlights_roll_off_and_never_fall),
        cmocka_unit_test(hlg_white_is_where_broadcasters_put_it),
        cmocka_unit_test(alpha_and_eight_bits_come_through),
        cmocka_unit_test(linear_floats_are_cut_at_white),
    };
    return cmocka_run_group_tests_name("image/tone_map", tests, NULL, NULL);
}
