#include "ops/tone_curve.h"

#include <math.h>

#include "base/assert.h"
#include "ops/luma.h"

/* A factor of 1 in the table by luma. */
#define ONE 32768

double fc_roll_off(double linear, double gain)
{
    FC_ASSERT(gain > 0.0);
    if (gain < 1.0) {
        return gain * linear / (1.0 + (gain - 1.0) * linear);
    }
    return gain * linear / sqrt(1.0 + (gain * gain - 1.0) * linear * linear);
}

static void fill_table(uint8_t table[256], const fc_srgb_table *srgb, double gain,
                       const fc_tone_options *options)
{
    for (int level = 0; level < 256; level++) {
        const double x = fc_srgb_encode(fc_roll_off((double)srgb->linear[level], gain));
        const double y = x + options->contrast * x * (1.0 - x) * (x - options->pivot);
        table[level] = (uint8_t)lround(255.0 * fmin(fmax(y, 0.0), 1.0));
    }
}

static void fill_dim(fc_tone_curve *curve, const fc_srgb_table *srgb, double gain)
{
    curve->dims = gain < 1.0;
    for (int luma = 0; luma < 256; luma++) {
        const double x = fmax(luma, 1.0) / 255.0;
        const double linear = (double)srgb->linear[luma > 0 ? luma : 1];
        const double factor = fc_srgb_encode(fc_roll_off(linear, gain)) / x;
        curve->dim[luma] = (uint16_t)lround(ONE * fmin(factor, 1.0));
    }
}

static bool changes_levels(const fc_tone_curve *curve)
{
    bool changes = false;
    for (int level = 0; level < 256; level++) {
        changes |= curve->red[level] != level || curve->green[level] != level ||
                   curve->blue[level] != level;
    }
    return changes;
}

void fc_tone_curve_init(fc_tone_curve *curve, const fc_tone_options *options)
{
    FC_ASSERT(curve != NULL);
    FC_ASSERT(options != NULL);
    FC_ASSERT(options->contrast >= 0.0 && options->contrast <= FC_CONTRAST_MAX);
    FC_ASSERT(options->pivot >= 0.0 && options->pivot <= 1.0);

    fc_srgb_table srgb;
    fc_srgb_table_init(&srgb);
    const double lift = exp2(fmax(options->stops, 0.0));
    fill_table(curve->red, &srgb, lift * options->gains.red, options);
    fill_table(curve->green, &srgb, lift * options->gains.green, options);
    fill_table(curve->blue, &srgb, lift * options->gains.blue, options);
    fill_dim(curve, &srgb, exp2(fmin(options->stops, 0.0)));
    curve->changes = changes_levels(curve);
}

static void look_up_row(const fc_tone_curve *curve, uint8_t *pixel, int32_t width)
{
    for (int32_t x = 0; x < width; x++, pixel += 3) {
        pixel[0] = curve->red[pixel[0]];
        pixel[1] = curve->green[pixel[1]];
        pixel[2] = curve->blue[pixel[2]];
    }
}

static void dim_row(const fc_tone_curve *curve, uint8_t *pixel, int32_t width)
{
    for (int32_t x = 0; x < width; x++, pixel += 3) {
        const int32_t factor = curve->dim[fc_luma(pixel)];
        pixel[0] = (uint8_t)((pixel[0] * factor + ONE / 2) / ONE);
        pixel[1] = (uint8_t)((pixel[1] * factor + ONE / 2) / ONE);
        pixel[2] = (uint8_t)((pixel[2] * factor + ONE / 2) / ONE);
    }
}

void fc_tone_curve_apply_in_place(fc_image *image, const fc_tone_curve *curve)
{
    FC_ASSERT(image != NULL && image->channels == 3);
    FC_ASSERT(curve != NULL);

    for (int32_t y = 0; y < image->size.height; y++) {
        if (curve->changes) {
            look_up_row(curve, fc_image_row(image, y), image->size.width);
        }
        if (curve->dims) {
            dim_row(curve, fc_image_row(image, y), image->size.width);
        }
    }
}
