#include "image/shrunk.h"

#include "base/memory.h"
#include "support/fc_test.h"

enum { WIDTH = 5, HEIGHT = 3 };

/* A picture in memory, of any layout. */
typedef struct stored_rows {
    fc_rows rows;
    const void *pixels[HEIGHT];
    int32_t fails_at; /* row that cannot be read, -1 for none */
} stored_rows;

static fc_status read_stored(fc_rows *rows, int32_t y, const void **pixels, fc_error *err)
{
    const stored_rows *self = (const stored_rows *)rows;
    if (y == self->fails_at) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "row %d is missing", (int)y);
    }
    *pixels = self->pixels[y];
    return FC_OK;
}

static stored_rows store(int32_t bits, int32_t channels, const void *row)
{
    return (stored_rows){ .rows = { .size = { WIDTH, HEIGHT },
                                    .channels = channels,
                                    .bits = bits,
                                    .read = read_stored },
                          .pixels = { row, row, row },
                          .fails_at = -1 };
}

/* One row as it is, to RGB; whether nothing of it can be seen. */
static bool read_one(const void *row, int32_t bits, int32_t channels, const uint8_t *background,
                     uint8_t *rgb, int32_t width)
{
    fc_error err = { 0 };
    stored_rows stored = store(bits, channels, row);
    stored.rows.size = (fc_size){ width, 1 };
    FC_AUTO(fc_shrunk_rows) shrunk = NULL;
    ASSERT_OK(fc_shrunk_rows_new(&stored.rows, 1, background, &shrunk, &err), err);
    fc_rgb_rows *rows = fc_shrunk_rows_read(shrunk);
    ASSERT_OK(rows->read(rows, 0, rgb, &err), err);
    return fc_shrunk_rows_invisible(shrunk);
}

static const uint8_t GREY[WIDTH] = { 0, 3, 10, 20, 200 };

static void boxes_of_pixels_become_their_mean_smaller_ones_at_the_edges(void **state)
{
    (void)state;
    fc_error err = { 0 };
    stored_rows stored = store(8, 1, GREY);
    FC_AUTO(fc_shrunk_rows) shrunk = NULL;
    ASSERT_OK(fc_shrunk_rows_new(&stored.rows, 2, NULL, &shrunk, &err), err);
    fc_rgb_rows *rows = fc_shrunk_rows_read(shrunk);
    assert_int_equal(rows->size.width, 3);
    assert_int_equal(rows->size.height, 2);
    for (int32_t y = 0; y < 2; y++) {
        uint8_t rgb[9] = { 0 };
        ASSERT_OK(rows->read(rows, y, rgb, &err), err);
        static const uint8_t MEANS[9] = { 2, 2, 2, 15, 15, 15, 200, 200, 200 };
        assert_memory_equal(rgb, MEANS, sizeof MEANS);
    }
    assert_false(fc_shrunk_rows_invisible(shrunk));
}

static void sixteen_bits_become_eight(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const uint16_t WIDE[WIDTH * 3] = { 0, 257, 65535, 128, 129, 514 };
    stored_rows stored = store(16, 3, WIDE);
    FC_AUTO(fc_shrunk_rows) shrunk = NULL;
    ASSERT_OK(fc_shrunk_rows_new(&stored.rows, 1, NULL, &shrunk, &err), err);
    uint8_t rgb[WIDTH * 3] = { 0 };
    fc_rgb_rows *rows = fc_shrunk_rows_read(shrunk);
    ASSERT_OK(rows->read(rows, 0, rgb, &err), err);
    assert_memory_equal(rgb, ((const uint8_t[]){ 0, 1, 255, 0, 1, 2 }), 6);
}

static void the_background_shows_through_before_pixels_are_mixed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const uint8_t GREY_ALPHA[WIDTH * 2] = { 100, 255, 7, 0 };
    static const uint8_t BACKGROUND[3] = { 200, 50, 0 };
    stored_rows stored = store(8, 2, GREY_ALPHA);
    FC_AUTO(fc_shrunk_rows) shrunk = NULL;
    ASSERT_OK(fc_shrunk_rows_new(&stored.rows, 2, BACKGROUND, &shrunk, &err), err);
    uint8_t rgb[9] = { 0 };
    fc_rgb_rows *rows = fc_shrunk_rows_read(shrunk);
    ASSERT_OK(rows->read(rows, 0, rgb, &err), err);
    assert_memory_equal(rgb, ((const uint8_t[]){ 150, 75, 50, 200, 50, 0 }), 6);
    assert_false(fc_shrunk_rows_invisible(shrunk));
}

static void a_picture_that_is_wholly_transparent_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const uint8_t CLEAR[WIDTH * 4] = { 1, 2, 3, 0, 4, 5, 6, 0 };
    stored_rows stored = store(8, 4, CLEAR);
    FC_AUTO(fc_shrunk_rows) shrunk = NULL;
    ASSERT_OK(fc_shrunk_rows_new(&stored.rows, 4, NULL, &shrunk, &err), err);
    uint8_t rgb[6] = { 0 };
    fc_rgb_rows *rows = fc_shrunk_rows_read(shrunk);
    ASSERT_OK(rows->read(rows, 0, rgb, &err), err);
    assert_true(fc_shrunk_rows_invisible(shrunk));
}

static void a_row_that_cannot_be_read_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    stored_rows stored = store(8, 1, GREY);
    stored.fails_at = 1;
    FC_AUTO(fc_shrunk_rows) shrunk = NULL;
    ASSERT_OK(fc_shrunk_rows_new(&stored.rows, 2, NULL, &shrunk, &err), err);
    uint8_t rgb[9] = { 0 };
    fc_rgb_rows *rows = fc_shrunk_rows_read(shrunk);
    ASSERT_FAILS(FC_CORRUPT_IMAGE, rows->read(rows, 0, rgb, &err), err);
    assert_string_equal(err.text, "row 1 is missing");
}

static void making_them_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    stored_rows stored = store(16, 4, GREY);
    FC_AUTO(fc_shrunk_rows) shrunk = NULL;
    SWEEP_ALLOCATIONS(fc_shrunk_rows_new(&stored.rows, 2, NULL, &shrunk, &err), shrunk == NULL);
}

static const uint8_t BACKGROUND[3] = { 10, 100, 200 };

static void sixteen_bits_are_rounded_to_the_nearest(void **state)
{
    (void)state;
    for (uint32_t value = 0; value <= UINT16_MAX; value++) {
        const uint16_t wide = (uint16_t)value;
        uint8_t grey[3];
        (void)read_one(&wide, 16, 1, NULL, grey, 1);
        const uint8_t narrow = grey[0];
        const int exact_times_2 = (int)(value * 2 * 255 / 65535);
        assert_int_equal(narrow, (exact_times_2 + 1) / 2);
    }
}

static void opaque_and_clear_are_exact(void **state)
{
    (void)state;
    for (int value = 0; value <= 255; value++) {
        const uint8_t pixels[8] = { (uint8_t)value, 1, 2, 255, (uint8_t)value, 1, 2, 0 };
        uint8_t rgb[6] = { 0 };
        (void)read_one(pixels, 8, 4, BACKGROUND, rgb, 2);
        const uint8_t expected[6] = { (uint8_t)value, 1, 2, 10, 100, 200 };
        assert_memory_equal(rgb, expected, sizeof expected);
    }
}

static void every_blend_is_the_nearest_value(void **state)
{
    (void)state;
    for (int alpha = 0; alpha <= 255; alpha++) {
        const uint8_t pixel[2] = { 77, (uint8_t)alpha };
        uint8_t rgb[3] = { 0 };
        (void)read_one(pixel, 8, 2, BACKGROUND, rgb, 1);
        for (int c = 0; c < 3; c++) {
            const double exact = (77.0 * alpha + BACKGROUND[c] * (255.0 - alpha)) / 255;
            assert_true(rgb[c] >= exact - 0.5 && rgb[c] <= exact + 0.5);
        }
    }
}

static void grey_is_spread_and_rgb_is_copied(void **state)
{
    (void)state;
    uint8_t rgb[6] = { 0 };
    (void)read_one((const uint8_t[]){ 5, 250 }, 8, 1, BACKGROUND, rgb, 2);
    assert_memory_equal(rgb, ((const uint8_t[]){ 5, 5, 5, 250, 250, 250 }), 6);
    (void)read_one((const uint8_t[]){ 1, 2, 3, 4, 5, 6 }, 8, 3, BACKGROUND, rgb, 2);
    assert_memory_equal(rgb, ((const uint8_t[]){ 1, 2, 3, 4, 5, 6 }), 6);
}

static void without_a_background_alpha_is_ignored(void **state)
{
    (void)state;
    uint8_t rgb[3] = { 0 };
    (void)read_one((const uint8_t[]){ 1, 2, 3, 0 }, 8, 4, NULL, rgb, 1);
    assert_memory_equal(rgb, ((const uint8_t[]){ 1, 2, 3 }), 3);
    (void)read_one((const uint8_t[]){ 9, 0 }, 8, 2, NULL, rgb, 1);
    assert_memory_equal(rgb, ((const uint8_t[]){ 9, 9, 9 }), 3);
}

static bool is_clear(const void *row, int32_t bits, int32_t channels, int32_t width)
{
    uint8_t rgb[6];
    return read_one(row, bits, channels, NULL, rgb, width);
}

static void row_without_any_alpha_is_clear(void **state)
{
    (void)state;
    assert_true(is_clear("\1\0\2\0", 8, 2, 2));
    assert_false(is_clear("\1\0\2\1", 8, 2, 2));
    assert_false(is_clear("\1\2\3\1\1\2\3\0", 8, 4, 2));
    const uint16_t wide[] = { 9, 0, 9, 256 };
    assert_true(is_clear(wide, 16, 2, 1));
    assert_false(is_clear(wide, 16, 2, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_of_pixels_become_their_mean_smaller_ones_at_the_edges),
        cmocka_unit_test(sixteen_bits_become_eight),
        cmocka_unit_test(the_background_shows_through_before_pixels_are_mixed),
        cmocka_unit_test(a_picture_that_is_wholly_transparent_is_told),
        cmocka_unit_test(a_row_that_cannot_be_read_is_told),
        cmocka_unit_test(making_them_survives_every_allocation_failure),
        cmocka_unit_test(sixteen_bits_are_rounded_to_the_nearest),
        cmocka_unit_test(opaque_and_clear_are_exact),
        cmocka_unit_test(every_blend_is_the_nearest_value),
        cmocka_unit_test(without_a_background_alpha_is_ignored),
        cmocka_unit_test(grey_is_spread_and_rgb_is_copied),
        cmocka_unit_test(row_without_any_alpha_is_clear),
    };
    return cmocka_run_group_tests_name("image/shrunk", tests, NULL, NULL);
}
