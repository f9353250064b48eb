#include "image/raster.h"

#include <stdlib.h>

#include "base/memory.h"
#include "support/fc_test.h"

static const uint8_t BLACK[3] = { 0, 0, 0 };

/* Rows whose pixels tell where they are: red is the column, green the row, blue their sum. */
typedef struct drawn_rows {
    fc_rows rows;
    uint8_t pixels[3 * 256];
    int32_t fails_at; /* row that cannot be read, -1 for none */
} drawn_rows;

static fc_status read_drawn(fc_rows *rows, int32_t y, const void **pixels, fc_error *err)
{
    drawn_rows *self = (drawn_rows *)rows;
    if (y == self->fails_at) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "row %d is missing", (int)y);
    }
    for (int32_t x = 0; x < rows->size.width; x++) {
        self->pixels[3 * x] = (uint8_t)x;
        self->pixels[3 * x + 1] = (uint8_t)y;
        self->pixels[3 * x + 2] = (uint8_t)(x + y);
    }
    *pixels = self->pixels;
    return FC_OK;
}

static drawn_rows draw(int32_t width, int32_t height)
{
    return (drawn_rows){
        .rows = { .size = { width, height }, .channels = 3, .bits = 8, .read = read_drawn },
        .fails_at = -1
    };
}

static void every_pixel_lands_where_its_orientation_says(void **state)
{
    (void)state;
    fc_error err = { 0 };
    bool invisible = false;
    for (int32_t exif = 1; exif <= 8; exif++) {
        const fc_orientation orientation = fc_orientation_lookup(exif);
        drawn_rows drawn = draw(37, 21);
        FC_AUTO(fc_image) upright = NULL;
        ASSERT_OK(fc_raster_fill(&drawn.rows, 1, orientation, BLACK, &invisible, &upright, &err),
                  err);
        for (int32_t y = 0; y < upright->size.height; y++) {
            for (int32_t x = 0; x < upright->size.width; x++) {
                const fc_box at = fc_orientation_box_to_stored(orientation, upright->size,
                                                               (fc_box){ x, y, 1, 1 });
                const uint8_t *pixel = fc_image_row(upright, y) + 3 * x;
                assert_int_equal(pixel[0], (int)at.x);
                assert_int_equal(pixel[1], (int)at.y);
            }
        }
    }
}

static void shrunk_pixels_are_means_of_their_boxes(void **state)
{
    (void)state;
    fc_error err = { 0 };
    bool invisible = false;
    for (int32_t shrink = 1; shrink <= 8; shrink++) {
        drawn_rows drawn = draw(37, 21);
        FC_AUTO(fc_image) image = NULL;
        ASSERT_OK(fc_raster_fill(&drawn.rows, shrink, fc_orientation_lookup(1), BLACK, &invisible,
                                 &image, &err),
                  err);
        assert_int_equal(image->size.width, (37 + shrink - 1) / shrink);
        assert_int_equal(image->size.height, (21 + shrink - 1) / shrink);
        for (int32_t y = 0; y < image->size.height; y++) {
            for (int32_t x = 0; x < image->size.width; x++) {
                const int32_t last_x = x * shrink + shrink > 37 ? 36 : x * shrink + shrink - 1;
                const int32_t last_y = y * shrink + shrink > 21 ? 20 : y * shrink + shrink - 1;
                const double mean_x = (x * shrink + last_x) / 2.0;
                const double mean_y = (y * shrink + last_y) / 2.0;
                const uint8_t *pixel = fc_image_row(image, y) + 3 * x;
                assert_true(pixel[0] >= mean_x - 0.5 && pixel[0] <= mean_x + 0.5);
                assert_true(pixel[1] >= mean_y - 0.5 && pixel[1] <= mean_y + 0.5);
                assert_true(abs(pixel[2] - pixel[0] - pixel[1]) <= 1);
            }
        }
    }
}

static void unreadable_row_ends_the_work(void **state)
{
    (void)state;
    fc_error err = { 0 };
    bool invisible = false;
    drawn_rows drawn = draw(8, 30);
    drawn.fails_at = 29;
    fc_image *image = NULL;
    ASSERT_FAILS(
        FC_CORRUPT_IMAGE,
        fc_raster_fill(&drawn.rows, 2, fc_orientation_lookup(6), BLACK, &invisible, &image, &err),
        err);
    assert_string_equal(err.text, "row 29 is missing");
    assert_null(image);
}

static void raster_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    bool invisible = false;
    drawn_rows drawn = draw(5, 4);
    FC_AUTO(fc_image) image = NULL;
    SWEEP_ALLOCATIONS(
        fc_raster_fill(&drawn.rows, 2, fc_orientation_lookup(8), BLACK, &invisible, &image, &err),
        image == NULL);
}

/* One row of grey and alpha. */
static fc_status read_alpha(fc_rows *rows, int32_t y, const void **pixels, fc_error *err)
{
    (void)y;
    (void)err;
    *pixels = ((drawn_rows *)rows)->pixels;
    return FC_OK;
}

static void a_picture_that_alpha_hides_wholly_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    for (uint8_t alpha = 0; alpha < 2; alpha++) {
        drawn_rows drawn = draw(2, 3);
        drawn.rows.channels = 2;
        drawn.rows.read = read_alpha;
        drawn.pixels[0] = 100;
        drawn.pixels[3] = alpha;
        bool invisible = false;
        FC_AUTO(fc_image) image = NULL;
        ASSERT_OK(fc_raster_fill(&drawn.rows, 1, fc_orientation_lookup(1), BLACK, &invisible,
                                 &image, &err),
                  err);
        assert_int_equal(invisible, alpha == 0);
        assert_int_equal(fc_image_row(image, 0)[0], 0);
        FC_AUTO(fc_image) shown = NULL;
        ASSERT_OK(fc_raster_fill(&drawn.rows, 1, fc_orientation_lookup(1), NULL, &invisible, &shown,
                                 &err),
                  err);
        assert_int_equal(fc_image_row(shown, 0)[0], 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pixel_lands_where_its_orientation_says),
        cmocka_unit_test(shrunk_pixels_are_means_of_their_boxes),
        cmocka_unit_test(a_picture_that_alpha_hides_wholly_is_told),
        cmocka_unit_test(unreadable_row_ends_the_work),
        cmocka_unit_test(raster_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/raster", tests, NULL, NULL);
}
