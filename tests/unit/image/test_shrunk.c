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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_of_pixels_become_their_mean_smaller_ones_at_the_edges),
        cmocka_unit_test(sixteen_bits_become_eight),
        cmocka_unit_test(the_background_shows_through_before_pixels_are_mixed),
        cmocka_unit_test(a_picture_that_is_wholly_transparent_is_told),
        cmocka_unit_test(a_row_that_cannot_be_read_is_told),
        cmocka_unit_test(making_them_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/shrunk", tests, NULL, NULL);
}
