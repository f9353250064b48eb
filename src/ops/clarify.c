#include "ops/clarify.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "ops/box_blur.h"
#include "ops/luma.h"
#include "ops/u8_clamp.h"

/* Chosen by how many of 35 faces that a network missed it then found: 31 blurred and faint ones by
 * the first, scratched and noisy ones by the second, 33 by one of them. */
#define SHARPEN_RADIUS (10.0 / 256)
#define SHARPEN_BY 3.0F
#define SMOOTH_RADIUS (2.0 / 256)

#define CLIPPED_SHARE 0.01

/* A flat picture is not stretched without end, levels. */
#define RANGE_MIN 8.0F

static size_t pixels_of(fc_size size)
{
    return (size_t)size.width * (size_t)size.height;
}

static int32_t radius_of(fc_size size, double share)
{
    return (int32_t)fmax(round(share * size.width), 1);
}

/* Three planes, one a channel. */
static void split(const fc_image *picture, float *planes)
{
    const size_t count = pixels_of(picture->size);
    for (int32_t y = 0; y < picture->size.height; y++) {
        const uint8_t *pixel = fc_image_row(picture, y);
        float *to = planes + (size_t)y * (size_t)picture->size.width;
        for (int32_t x = 0; x < picture->size.width; x++, pixel += 3) {
            to[x] = pixel[0];
            to[count + (size_t)x] = pixel[1];
            to[2 * count + (size_t)x] = pixel[2];
        }
    }
}

static void join(const float *planes, fc_image *picture)
{
    const size_t count = pixels_of(picture->size);
    for (int32_t y = 0; y < picture->size.height; y++) {
        uint8_t *pixel = fc_image_row(picture, y);
        const float *from = planes + (size_t)y * (size_t)picture->size.width;
        for (int32_t x = 0; x < picture->size.width; x++, pixel += 3) {
            pixel[0] = (uint8_t)(fc_clamp(from[x], 0, 255) + 0.5F);
            pixel[1] = (uint8_t)(fc_clamp(from[count + (size_t)x], 0, 255) + 0.5F);
            pixel[2] = (uint8_t)(fc_clamp(from[2 * count + (size_t)x], 0, 255) + 0.5F);
        }
    }
}

/* The level below which this share of the pixels lies. */
static float level_at(const size_t histogram[256], double share, size_t count)
{
    size_t below = 0;
    for (int level = 0; level < 256; level++) {
        below += histogram[level];
        if ((double)below > share * (double)count) {
            return (float)level;
        }
    }
    return 255.0F;
}

static void stretch(float *planes, fc_size size)
{
    const size_t count = pixels_of(size);
    size_t histogram[256] = { 0 };
    for (size_t i = 0; i < count; i++) {
        const uint8_t pixel[3] = { (uint8_t)planes[i], (uint8_t)planes[count + i],
                                   (uint8_t)planes[2 * count + i] };
        histogram[fc_luma(pixel)]++;
    }
    const float low = level_at(histogram, CLIPPED_SHARE, count);
    const float high = level_at(histogram, 1 - CLIPPED_SHARE, count);
    const float by = 255.0F / fmaxf(high - low, RANGE_MIN);
    for (size_t i = 0; i < 3 * count; i++) {
        planes[i] = fc_clamp((planes[i] - low) * by, 0, 255);
    }
}

static fc_status sharpen(float *planes, fc_size size, fc_error *err)
{
    const size_t count = 3 * pixels_of(size);
    FC_AUTO(fc_floats) around = NULL;
    FC_TRY(fc_memory_new(count, sizeof(float), (void **)&around, err));
    memcpy(around, planes, count * sizeof(float));
    FC_TRY(fc_box_blur_in_place(around, 3, size, radius_of(size, SHARPEN_RADIUS), err));
    for (size_t i = 0; i < count; i++) {
        planes[i] += SHARPEN_BY * (planes[i] - around[i]);
    }
    return FC_OK;
}

fc_status fc_clarify_in_place(fc_image *picture, fc_clarify kind, fc_error *err)
{
    FC_ASSERT(picture != NULL);
    FC_ASSERT(picture->channels == 3);

    const fc_size size = picture->size;
    FC_AUTO(fc_floats) planes = NULL;
    FC_TRY(fc_memory_new(3 * pixels_of(size), sizeof(float), (void **)&planes, err));
    split(picture, planes);
    if (kind == FC_CLARIFY_NOISY) {
        const int32_t radius_px = radius_of(size, SMOOTH_RADIUS);
        FC_TRY(fc_box_blur_in_place(planes, 3, size, radius_px, err));
        FC_TRY(fc_box_blur_in_place(planes, 3, size, radius_px, err));
    }
    stretch(planes, size);
    if (kind == FC_CLARIFY_BLURRED) {
        FC_TRY(sharpen(planes, size, err));
    }
    join(planes, picture);
    return FC_OK;
}
