#include "image/heif_colour.h"

#include <stdlib.h>

#include "support/fc_test.h"

enum { WIDTH = 300 };

static const fc_heif_target RGB8 = { .bits = 8, .colours = 3, .channels = 3 };

/* A picture of two rows whose planes are full of one value each. */
typedef struct flat {
    uint16_t wide[3][2 * WIDTH];
    uint8_t narrow[3][2 * WIDTH];
    fc_heif_picture picture;
} flat;

static void fill(flat *at, int32_t bits, int32_t y, int32_t cb, int32_t cr)
{
    const int32_t values[3] = { y, cb, cr };
    at->picture = (fc_heif_picture){ .size = { WIDTH, 2 }, .sampling = { .bits = bits } };
    for (int plane = 0; plane < 3; plane++) {
        for (int i = 0; i < 2 * WIDTH; i++) {
            at->wide[plane][i] = (uint16_t)values[plane];
            at->narrow[plane][i] = (uint8_t)values[plane];
        }
        at->picture.planes[plane] = bits > 8 ? (const uint8_t *)at->wide[plane] : at->narrow[plane];
        at->picture.strides[plane] = bits > 8 ? 2 * WIDTH : WIDTH;
    }
}

static void assert_rgb(const flat *at, fc_heif_code_points points, int32_t red, int32_t green,
                       int32_t blue)
{
    uint8_t row[3 * WIDTH] = { 0 };
    const fc_heif_conversion by = fc_heif_conversion_new(&at->picture, &points, &RGB8);
    fc_heif_convert(&at->picture, &by, &RGB8, 0, 1, WIDTH, row);
    for (int x = 0; x < WIDTH; x++) {
        if (abs(row[3 * x] - red) > 1 || abs(row[3 * x + 1] - green) > 1 ||
            abs(row[3 * x + 2] - blue) > 1) {
            fail_msg("matrix %d: %d, %d, %d; not %d, %d, %d", (int)points.matrix, row[3 * x],
                     row[3 * x + 1], row[3 * x + 2], (int)red, (int)green, (int)blue);
        }
    }
}

/* Pure red by each matrix: Y = Kr, Cb = -Kr / (2 (1 - Kb)), Cr = 0.5. */
static void red_is_red_by_every_matrix(void **state)
{
    (void)state;
    static const struct {
        int32_t matrix;
        double red;
        double blue;
    } MATRICES[] = { { 1, 0.2126, 0.0722 }, { 2, 0.299, 0.114 },   { 4, 0.30, 0.11 },
                     { 5, 0.299, 0.114 },   { 6, 0.299, 0.114 },   { 7, 0.212, 0.087 },
                     { 9, 0.2627, 0.0593 }, { 12, 0.2290, 0.0793 } };
    for (size_t i = 0; i < sizeof MATRICES / sizeof MATRICES[0]; i++) {
        const double luma = MATRICES[i].red;
        const double cb = -luma / (2 * (1 - MATRICES[i].blue));
        flat at;
        fill(&at, 8, (int32_t)(255 * luma + 0.5), (int32_t)(128 + 255 * cb + 0.5), 255);
        assert_rgb(&at, (fc_heif_code_points){ 12, 13, MATRICES[i].matrix, true }, 255, 0, 0);
        fill(&at, 10, (int32_t)(64 + 876 * luma + 0.5), (int32_t)(512 + 896 * cb + 0.5), 960);
        assert_rgb(&at, (fc_heif_code_points){ 12, 13, MATRICES[i].matrix, false }, 255, 0, 0);
    }
}

static void limited_range_is_stretched(void **state)
{
    (void)state;
    const fc_heif_code_points limited = { 1, 13, 1, false };
    flat at;
    fill(&at, 8, 16, 128, 128);
    assert_rgb(&at, limited, 0, 0, 0);
    fill(&at, 8, 235, 128, 128);
    assert_rgb(&at, limited, 255, 255, 255);
    fill(&at, 8, 255, 128, 128); /* beyond white */
    assert_rgb(&at, limited, 255, 255, 255);
    fill(&at, 8, 0, 128, 128);
    assert_rgb(&at, limited, 0, 0, 0);
}

static void identity_holds_green_blue_red(void **state)
{
    (void)state;
    flat at;
    fill(&at, 8, 10, 20, 30);
    assert_rgb(&at, (fc_heif_code_points){ 1, 13, 0, true }, 30, 10, 20);
    fill(&at, 8, 16, 235, 126);
    assert_rgb(&at, (fc_heif_code_points){ 1, 13, 0, false }, 128, 0, 255);
}

static void ycgco_is_sums_and_differences(void **state)
{
    (void)state;
    flat at;
    fill(&at, 8, 100, 128 + 20, 128 + 30);
    assert_rgb(&at, (fc_heif_code_points){ 1, 13, 8, true }, 110, 120, 50);
}

static void all_ones_of_any_depth_are_white(void **state)
{
    (void)state;
    const fc_heif_target grey = { .bits = 16, .colours = 1, .channels = 2 };
    for (int32_t bits = 8; bits <= 16; bits += 2) {
        flat at;
        fill(&at, bits, (1 << bits) - 1, 0, 0);
        at.picture.sampling.is_grey = true;
        const fc_heif_code_points points = { 1, 13, 6, true };
        const fc_heif_conversion by = fc_heif_conversion_new(&at.picture, &points, &grey);
        uint16_t row[2 * 4] = { 0, 7, 0, 7, 0, 7, 0, 7 };
        fc_heif_convert(&at.picture, &by, &grey, 1, 0, 4, row);
        for (int x = 0; x < 4; x++) {
            assert_int_equal(row[2 * x], 65535);
            assert_int_equal(row[2 * x + 1], 7); /* not its own */
        }
    }
}

/* Chroma of half width: pixels 2 and 3 share a sample, wherever the row begins. */
static void chroma_is_repeated(void **state)
{
    (void)state;
    flat at;
    fill(&at, 8, 128, 128, 128);
    at.picture.sampling.shift_x = 1;
    at.picture.sampling.shift_y = 1;
    at.narrow[2][1] = 228;
    const fc_heif_code_points points = { 1, 13, 6, true };
    const fc_heif_conversion by = fc_heif_conversion_new(&at.picture, &points, &RGB8);
    uint8_t row[3 * 3];
    fc_heif_convert(&at.picture, &by, &RGB8, 1, 1, 3, row);
    assert_int_equal(row[0], 128);
    assert_int_equal(row[3], 255);
    assert_int_equal(row[6], 255);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(red_is_red_by_every_matrix),
        cmocka_unit_test(limited_range_is_stretched),
        cmocka_unit_test(identity_holds_green_blue_red),
        cmocka_unit_test(ycgco_is_sums_and_differences),
        cmocka_unit_test(all_ones_of_any_depth_are_white),
        cmocka_unit_test(chroma_is_repeated),
    };
    return cmocka_run_group_tests_name("image/heif_colour", tests, NULL, NULL);
}
