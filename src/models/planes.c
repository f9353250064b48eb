#include "models/planes.h"

#include "base/assert.h"
#include "base/attributes.h"

FC_WIDE static void fill_row(const uint8_t *restrict row, size_t width, fc_levels levels,
                             float *restrict red, float *restrict green, float *restrict blue)
{
    for (size_t x = 0; x < width; x++) {
        red[x] = (float)row[3 * x] * levels.factor + levels.shift;
        green[x] = (float)row[3 * x + 1] * levels.factor + levels.shift;
        blue[x] = (float)row[3 * x + 2] * levels.factor + levels.shift;
    }
}

FC_WIDE static void mirror_row(float *row, size_t width)
{
    for (size_t x = 0; x < width / 2; x++) {
        const float left = row[x];
        row[x] = row[width - 1 - x];
        row[width - 1 - x] = left;
    }
}

void fc_planes_fill(const fc_image *picture, fc_levels levels, bool mirrored, float *out)
{
    FC_ASSERT(picture != NULL && picture->channels == 3);
    FC_ASSERT(out != NULL);
    const size_t width = (size_t)picture->size.width;
    const size_t plane = width * (size_t)picture->size.height;
    for (int32_t y = 0; y < picture->size.height; y++) {
        float *row = out + (size_t)y * width;
        fill_row(fc_image_row(picture, y), width, levels, row, row + plane, row + 2 * plane);
        for (size_t i = 0; mirrored && i < 3; i++) {
            mirror_row(row + i * plane, width);
        }
    }
}
