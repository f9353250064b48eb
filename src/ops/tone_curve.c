#include "ops/tone_curve.h"

#include <math.h>

#include "base/assert.h"

double fc_roll_off(double linear, double gain)
{
    FC_ASSERT(gain > 0.0);
    return gain * linear / sqrt(1.0 + (gain * gain - 1.0) * linear * linear);
}

static void fill_table(uint8_t table[256], const fc_srgb_table *srgb, double gain, double contrast,
                       double pivot)
{
    for (int level = 0; level < 256; level++) {
        const double x = fc_srgb_encode(fc_roll_off((double)srgb->linear[level], gain));
        const double y = x + contrast * x * (1.0 - x) * (x - pivot);
        table[level] = (uint8_t)lround(255.0 * fmin(fmax(y, 0.0), 1.0));
    }
}

void fc_tone_curve_init(fc_tone_curve *curve, fc_linear_rgb gains, double contrast, double pivot)
{
    FC_ASSERT(curve != NULL);
    FC_ASSERT(contrast >= 0.0 && contrast <= FC_CONTRAST_MAX);
    FC_ASSERT(pivot >= 0.0 && pivot <= 1.0);

    fc_srgb_table srgb;
    fc_srgb_table_init(&srgb);
    fill_table(curve->red, &srgb, gains.red, contrast, pivot);
    fill_table(curve->green, &srgb, gains.green, contrast, pivot);
    fill_table(curve->blue, &srgb, gains.blue, contrast, pivot);
}

void fc_tone_curve_apply_in_place(fc_image *image, const fc_tone_curve *curve)
{
    FC_ASSERT(image != NULL && image->channels == 3);
    FC_ASSERT(curve != NULL);

    for (int32_t y = 0; y < image->size.height; y++) {
        uint8_t *pixel = fc_image_row(image, y);
        for (int32_t x = 0; x < image->size.width; x++, pixel += 3) {
            pixel[0] = curve->red[pixel[0]];
            pixel[1] = curve->green[pixel[1]];
            pixel[2] = curve->blue[pixel[2]];
        }
    }
}
