#include "support/patterns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/fc_test.h"

uint32_t fc_pattern_random(uint32_t *seed)
{
    /* xorshift32 (Marsaglia 2003); the state must not be 0. */
    uint32_t value = *seed != 0 ? *seed : 1;
    value ^= value << 13;
    value ^= value >> 17;
    value ^= value << 5;
    *seed = value;
    return value;
}

static fc_image *new_image(fc_size size, int32_t channels)
{
    fc_error err = { 0 };
    fc_image *image = NULL;
    ASSERT_OK(fc_image_new(size, channels, &image, &err), err);
    return image;
}

fc_image *fc_pattern_noise(fc_size size, int32_t channels, uint32_t seed)
{
    fc_image *image = new_image(size, channels);
    for (size_t i = 0; i < (size_t)size.height * image->stride; i++) {
        image->data[i] = (uint8_t)(fc_pattern_random(&seed) >> 24);
    }
    return image;
}

fc_image *fc_pattern_flat(fc_size size, int32_t channels, uint8_t value)
{
    fc_image *image = new_image(size, channels);
    memset(image->data, value, (size_t)size.height * image->stride);
    return image;
}

fc_image *fc_pattern_mirrored(const fc_image *image)
{
    const size_t pixel = (size_t)image->channels;
    fc_image *mirrored = new_image(image->size, image->channels);
    for (int32_t y = 0; y < image->size.height; y++) {
        const uint8_t *from = fc_image_row(image, y);
        uint8_t *to = fc_image_row(mirrored, y) + pixel * (size_t)image->size.width;
        for (int32_t x = 0; x < image->size.width; x++, from += pixel) {
            to -= pixel;
            memcpy(to, from, pixel);
        }
    }
    return mirrored;
}

fc_image *fc_pattern_zone_plate(fc_size size, double finest_px)
{
    fc_image *image = new_image(size, 3);
    /* The phase k r^2 turns by 2 k r a pixel; that is one period of finest_px at the side. */
    const double k = M_PI / (finest_px * size.width / 2.0);
    for (int32_t y = 0; y < size.height; y++) {
        for (int32_t x = 0; x < size.width; x++) {
            const double dx = x + 0.5 - size.width / 2.0;
            const double dy = y + 0.5 - size.height / 2.0;
            const double level = 127.5 + 110 * cos(k * (dx * dx + dy * dy));
            memset(fc_image_row(image, y) + x * 3, (int)lround(level), 3);
        }
    }
    return image;
}

double fc_pattern_mean(const fc_image *image)
{
    const int32_t values = image->size.width * image->channels;
    double sum = 0;
    for (int32_t y = 0; y < image->size.height; y++) {
        for (int32_t i = 0; i < values; i++) {
            sum += fc_image_row(image, y)[i];
        }
    }
    return sum / values / image->size.height;
}

void fc_pattern_assert_alike(const fc_image *a, const fc_image *b, int tolerance)
{
    assert_int_equal(a->size.width, b->size.width);
    assert_int_equal(a->size.height, b->size.height);
    assert_int_equal(a->channels, b->channels);
    for (int32_t y = 0; y < a->size.height; y++) {
        for (int32_t i = 0; i < a->size.width * a->channels; i++) {
            const int left = fc_image_row(a, y)[i];
            const int right = fc_image_row(b, y)[i];
            if (abs(left - right) > tolerance) {
                fail_msg("row %d, value %d: %d and %d", y, i, left, right);
            }
        }
    }
}
