#include "support/fc_photo.h"

#include <stdio.h>
#include <stdlib.h>

const fc_decode_limits fc_photo_limits = {
    .formats = UINT32_MAX,
    .pixels_max = INT64_C(100000000),
    .decoded_max = INT64_C(1) << 30,
};

const uint8_t fc_photo_quadrants[4][3] = {
    { 200, 40, 40 }, { 40, 160, 60 }, { 40, 60, 200 }, { 220, 200, 60 }
};

fc_mapping *fc_photo_open(const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "tests/data/image/%s", name);
    fc_error err = { 0 };
    fc_mapping *file = NULL;
    ASSERT_OK(fc_mapping_new(path, (size_t)1 << 20, &file, &err), err);
    return file;
}

fc_raster *fc_photo_decode(fc_bytes file)
{
    fc_error err = { 0 };
    fc_photo_facts facts = { 0 };
    ASSERT_OK(fc_decode_probe(file, &fc_photo_limits, &facts, &err), err);
    const fc_decode_request request = { .shrink = 1, .background = { 255, 255, 255 } };
    fc_raster *raster = NULL;
    ASSERT_OK(fc_decode(file, &facts, &request, &raster, &err), err);
    assert_int_equal(raster->pixels->channels, 3);
    assert_int_equal(raster->pixels->size.width, facts.size.width);
    assert_int_equal(raster->pixels->size.height, facts.size.height);
    return raster;
}

void fc_photo_assert_colour(const fc_image *image, int32_t x, int32_t y, const uint8_t colour[3],
                            int tolerance)
{
    const uint8_t *pixel = fc_image_row(image, y) + (size_t)x * (size_t)image->channels;
    for (int c = 0; c < 3; c++) {
        if (abs(pixel[c] - colour[c]) > tolerance) {
            fail_msg("pixel %d, %d is (%u, %u, %u), not (%u, %u, %u) within %d", (int)x, (int)y,
                     pixel[0], pixel[1], pixel[2], colour[0], colour[1], colour[2], tolerance);
        }
    }
}

void fc_photo_assert_quadrants(const fc_image *image, int tolerance)
{
    for (int32_t i = 0; i < 4; i++) {
        const int32_t x = image->size.width * (1 + 2 * (i % 2)) / 4;
        const int32_t y = image->size.height * (1 + 2 * (i / 2)) / 4;
        fc_photo_assert_colour(image, x, y, fc_photo_quadrants[i], tolerance);
    }
}
