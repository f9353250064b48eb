#include "ops/blur_behind.h"

#include <math.h>

#include "base/assert.h"
#include "base/memory.h"
#include "ops/bilinear.h"
#include "ops/box_blur.h"
#include "ops/srgb.h"

/* Three box blurs in a row look like a Gaussian. */
#define BOXES 3

/* Sigma of the blur in blocks: block means leave nothing to see of their edges then. */
#define SIGMA_BLOCKS 3.0

/* A trace of the whole background's mean, for where none of it is near. */
#define TRACE 1e-4F

#define PLANES FC_BILINEAR_PLANES

/* Four planes, one after the other: weighted linear red, green, blue, and the weight. */
typedef struct light_blocks {
    float *values;
    fc_size size;
} light_blocks;

/* The mean of one block, k x k px as far as the picture goes. */
static void mean_of_block(const fc_image *rgba, const fc_srgb_table *table, fc_size at, int32_t k,
                          float mean[PLANES])
{
    const int32_t right =
        (at.width + 1) * k < rgba->size.width ? (at.width + 1) * k : rgba->size.width;
    const int32_t below =
        (at.height + 1) * k < rgba->size.height ? (at.height + 1) * k : rgba->size.height;
    float sum[PLANES] = { 0 };
    int32_t count = 0;
    for (int32_t y = at.height * k; y < below; y++) {
        const uint8_t *px = fc_image_row(rgba, y) + (ptrdiff_t)4 * at.width * k;
        for (int32_t x = at.width * k; x < right; x++, px += 4, count++) {
            const float weight = (float)px[3] / 255;
            for (int c = 0; c < 3; c++) {
                sum[c] += weight * table->linear[px[c]];
            }
            sum[3] += weight;
        }
    }
    for (int c = 0; c < PLANES; c++) {
        mean[c] = sum[c] / (float)count;
    }
}

static void gather(const fc_image *rgba, int32_t k, light_blocks *to)
{
    fc_srgb_table table;
    fc_srgb_table_init(&table);
    const size_t plane = (size_t)to->size.width * (size_t)to->size.height;
    for (int32_t y = 0; y < to->size.height; y++) {
        for (int32_t x = 0; x < to->size.width; x++) {
            float mean[PLANES];
            mean_of_block(rgba, &table, (fc_size){ x, y }, k, mean);
            const size_t at = (size_t)y * (size_t)to->size.width + (size_t)x;
            for (size_t c = 0; c < PLANES; c++) {
                to->values[c * plane + at] = mean[c];
            }
        }
    }
}

/* From weighted light to levels of sRGB, 0..255. */
static void settle(light_blocks *light, const float mean[3])
{
    const size_t plane = (size_t)light->size.width * (size_t)light->size.height;
    for (size_t i = 0; i < plane; i++) {
        const float weight = light->values[3 * plane + i] + TRACE;
        for (size_t c = 0; c < 3; c++) {
            float *value = &light->values[c * plane + i];
            *value = (float)(255 * fc_srgb_encode((*value + TRACE * mean[c]) / weight));
        }
    }
}

static void mean_of_all(const light_blocks *light, float mean[3])
{
    const size_t plane = (size_t)light->size.width * (size_t)light->size.height;
    double sum[PLANES] = { 0 };
    for (size_t c = 0; c < PLANES; c++) {
        for (size_t i = 0; i < plane; i++) {
            sum[c] += light->values[c * plane + i];
        }
    }
    for (int c = 0; c < 3; c++) {
        mean[c] = sum[3] > 0 ? (float)(sum[c] / sum[3]) : 0.5F;
    }
}

static fc_status blur(light_blocks *light, double sigma, fc_error *err)
{
    const int32_t radius = (int32_t)lround((sqrt(12 * sigma * sigma / BOXES + 1) - 1) / 2);
    float mean[3];
    mean_of_all(light, mean);
    for (int i = 0; i < BOXES; i++) {
        FC_TRY(fc_box_blur_in_place(light->values, PLANES, light->size, radius, err));
    }
    settle(light, mean);
    return FC_OK;
}

static fc_status enlarge(const light_blocks *light, fc_size size, int32_t k, fc_image **out,
                         fc_error *err)
{
    const fc_size whole = { light->size.width * k, light->size.height * k };
    FC_AUTO(fc_bilinear) reader = NULL;
    FC_AUTO(fc_image) picture = NULL;
    FC_TRY(fc_bilinear_new(light->values, light->size, whole, &reader, err));
    FC_TRY(fc_image_new(size, 3, &picture, err));
    for (int32_t y = 0; y < size.height; y++) {
        const float *from = fc_bilinear_span(reader, y, 0, size.width);
        uint8_t *to = fc_image_row(picture, y);
        for (int32_t x = 0; x < size.width; x++, from += PLANES, to += 3) {
            for (int c = 0; c < 3; c++) {
                to[c] = (uint8_t)(from[c] + 0.5F);
            }
        }
    }
    *out = FC_STEAL(picture);
    return FC_OK;
}

fc_status fc_blur_behind(const fc_image *rgba, double sigma_px, fc_image **out, fc_error *err)
{
    FC_ASSERT(rgba != NULL && rgba->channels == 4);
    FC_ASSERT(sigma_px > 0 && out != NULL);

    const int32_t k = sigma_px > SIGMA_BLOCKS ? (int32_t)(sigma_px / SIGMA_BLOCKS) : 1;
    light_blocks light = { .size = { (rgba->size.width + k - 1) / k,
                                     (rgba->size.height + k - 1) / k } };
    const size_t count = PLANES * (size_t)light.size.width * (size_t)light.size.height;
    FC_TRY(fc_memory_new(count, sizeof *light.values, (void **)&light.values, err));
    gather(rgba, k, &light);
    fc_status status = blur(&light, sigma_px / k, err);
    status = status == FC_OK ? enlarge(&light, rgba->size, k, out, err) : status;
    fc_memory_free(light.values);
    return status;
}
