#include "support/degrade.h"

#include <math.h>

#include "base/memory.h"
#include "ops/box_blur.h"
#include "support/fc_test.h"
#include "support/pictures.h"

static uint8_t to_level(double value)
{
    return (uint8_t)lround(fmin(fmax(value, 0.0), 255.0));
}

/* Three box blurs are nearly a Gaussian one. */
void fc_degrade_blur(fc_image *image, double sigma_px)
{
    fc_error err = { 0 };
    const size_t count = (size_t)image->size.width * (size_t)image->size.height;
    FC_AUTO(fc_floats) plane = NULL;
    ASSERT_OK(fc_memory_new(count, sizeof(float), (void **)&plane, &err), err);
    for (int channel = 0; channel < 3; channel++) {
        float *value = plane;
        for (int32_t y = 0; y < image->size.height; y++) {
            for (int32_t x = 0; x < image->size.width; x++) {
                *value++ = (float)fc_image_row(image, y)[3 * x + channel];
            }
        }
        for (int i = 0; i < 3; i++) {
            ASSERT_OK(fc_box_blur_in_place(plane, 1, image->size, (int32_t)lround(sigma_px), &err),
                      err);
        }
        value = plane;
        for (int32_t y = 0; y < image->size.height; y++) {
            for (int32_t x = 0; x < image->size.width; x++) {
                fc_image_row(image, y)[3 * x + channel] = to_level((double)*value++);
            }
        }
    }
}

void fc_degrade_expose(fc_image *image, double stops, double noise, uint32_t seed)
{
    uint8_t levels[256];
    for (int i = 0; i < 256; i++) {
        levels[i] = to_level(255 * pow(pow(i / 255.0, 2.2) * pow(2, stops), 1 / 2.2));
    }
    for (int32_t y = 0; y < image->size.height; y++) {
        for (int32_t i = 0; i < 3 * image->size.width; i++) {
            fc_image_row(image, y)[i] = levels[fc_image_row(image, y)[i]];
        }
    }
    fc_test_add_noise(image, noise, seed);
}

void fc_degrade_fade(fc_image *image, double contrast)
{
    for (int32_t y = 0; y < image->size.height; y++) {
        for (int32_t i = 0; i < 3 * image->size.width; i++) {
            uint8_t *level = &fc_image_row(image, y)[i];
            *level = to_level(128 + contrast * (*level - 128));
        }
    }
}

static void scratch(fc_image *image, uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    const int32_t from = (int32_t)((*seed >> 8) % (uint32_t)image->size.width);
    const int32_t width = 1 + (int32_t)(*seed >> 28) % 3;
    const int32_t by = (int32_t)((*seed >> 12) % 210U) - 90;
    for (int32_t y = 0; y < image->size.height; y++) {
        for (int32_t x = from; x < from + width && x < image->size.width; x++) {
            for (int channel = 0; channel < 3; channel++) {
                uint8_t *level = &fc_image_row(image, y)[3 * x + channel];
                *level = to_level(*level + by);
            }
        }
    }
}

void fc_degrade_age(fc_image *image, bool brown, double grain, uint32_t seed)
{
    static const double BROWN[3] = { 0.79, 0.68, 0.51 };
    for (int32_t y = 0; y < image->size.height; y++) {
        uint8_t *pixel = fc_image_row(image, y);
        for (int32_t x = 0; x < image->size.width; x++, pixel += 3) {
            const double grey = 0.3 * pixel[0] + 0.59 * pixel[1] + 0.11 * pixel[2];
            for (int channel = 0; channel < 3; channel++) {
                pixel[channel] = to_level(brown ? 30 + BROWN[channel] * grey : grey);
            }
        }
    }
    fc_test_add_noise(image, grain, seed);
    for (int i = 0; i < 25; i++) {
        scratch(image, &seed);
    }
}
