#include "ops/guided_filter.h"

#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "ops/bilinear.h"
#include "ops/box_blur.h"
#include "ops/symmetric3.h"

/*
 * Planes of the window means. Once the fit is made, the first four hold it: the slopes over R, G
 * and B, and the constant.
 */
enum { R, G, B, MASK, RR, RG, RB, GG, GB, BB, R_MASK, G_MASK, B_MASK, PLANE_COUNT };
enum { FIT_COUNT = FC_BILINEAR_PLANES };

/* Colours are taken about mid-grey: smaller numbers, so less is lost in E[xy] - E[x] E[y]. */
static inline float centred(uint8_t value)
{
    return (float)value * (1.0F / 255.0F) - 0.5F;
}

/* The products whose window means give means, variances and covariances. */
FC_WIDE static void make_products(const fc_image *guide, const fc_plane *mask, float *planes)
{
    const size_t width = (size_t)guide->size.width;
    const size_t step = width * (size_t)guide->size.height;
    for (int32_t y = 0; y < guide->size.height; y++) {
        const uint8_t *colours = fc_image_row(guide, y);
        const float *values = fc_plane_row(mask, y);
        float *at = planes + (size_t)y * width;
        for (size_t x = 0; x < width; x++, at++) {
            const float r = centred(colours[3 * x]);
            const float g = centred(colours[3 * x + 1]);
            const float b = centred(colours[3 * x + 2]);
            at[R * step] = r;
            at[G * step] = g;
            at[B * step] = b;
            at[MASK * step] = values[x];
            at[RR * step] = r * r;
            at[RG * step] = r * g;
            at[RB * step] = r * b;
            at[GG * step] = g * g;
            at[GB * step] = g * b;
            at[BB * step] = b * b;
            at[R_MASK * step] = r * values[x];
            at[G_MASK * step] = g * values[x];
            at[B_MASK * step] = b * values[x];
        }
    }
}

/* Px whose windows are fitted in one go, aside from the planes: the compiler then sees that what is
 * written is not what is still to be read. */
#define BLOCK 64

/* The fits of `count` windows from their means; `means` walks by `step` from plane to plane. */
FC_WIDE static void fit_block(const float *means, size_t step, size_t count, double epsilon,
                              float fit[FIT_COUNT][BLOCK])
{
    for (size_t i = 0; i < count; i++) {
        const float *at = means + i;
        const double r = (double)at[R * step];
        const double g = (double)at[G * step];
        const double b = (double)at[B * step];
        const double mask = (double)at[MASK * step];
        const fc_symmetric3 covariance = {
            .rr = (double)at[RR * step] - r * r,
            .rg = (double)at[RG * step] - r * g,
            .rb = (double)at[RB * step] - r * b,
            .gg = (double)at[GG * step] - g * g,
            .gb = (double)at[GB * step] - g * b,
            .bb = (double)at[BB * step] - b * b,
        };
        const double r_mask = (double)at[R_MASK * step] - r * mask;
        const double g_mask = (double)at[G_MASK * step] - g * mask;
        const double b_mask = (double)at[B_MASK * step] - b * mask;
        const fc_symmetric3 inverse = fc_symmetric3_invert(covariance, epsilon);
        const double slope_r = inverse.rr * r_mask + inverse.rg * g_mask + inverse.rb * b_mask;
        const double slope_g = inverse.rg * r_mask + inverse.gg * g_mask + inverse.gb * b_mask;
        const double slope_b = inverse.rb * r_mask + inverse.gb * g_mask + inverse.bb * b_mask;
        fit[0][i] = (float)slope_r;
        fit[1][i] = (float)slope_g;
        fit[2][i] = (float)slope_b;
        fit[3][i] = (float)(mask - slope_r * r - slope_g * g - slope_b * b);
    }
}

/* Turn the window means into the fits. */
static void fit_windows(float *planes, size_t count, double epsilon)
{
    float fit[FIT_COUNT][BLOCK];
    for (size_t i = 0; i < count; i += BLOCK) {
        const size_t block = count - i < BLOCK ? count - i : BLOCK;
        fit_block(planes + i, count, block, epsilon, fit);
        for (size_t plane = 0; plane < FIT_COUNT; plane++) {
            memcpy(planes + plane * count + i, fit[plane], block * sizeof(float));
        }
    }
}

/* The fit of each px applied to its colour. */
FC_WIDE void fc_guided_row(const float *restrict fit, const uint8_t *restrict colours, size_t count,
                           float *restrict out)
{
    for (size_t x = 0; x < count; x++) {
        out[x] = fit[FIT_COUNT * x] * centred(colours[3 * x]) +
                 fit[FIT_COUNT * x + 1] * centred(colours[3 * x + 1]) +
                 fit[FIT_COUNT * x + 2] * centred(colours[3 * x + 2]) + fit[FIT_COUNT * x + 3];
    }
}

/* The fit, brought to the scale of the target, applied to the target's colours. */
static fc_status evaluate(const float *planes, fc_size size, const fc_image *target, fc_plane **out,
                          fc_error *err)
{
    FC_AUTO(fc_plane) result = NULL;
    FC_AUTO(fc_bilinear) reader = NULL;
    FC_TRY(fc_plane_new(target->size, &result, err));
    FC_TRY(fc_bilinear_new(planes, size, target->size, &reader, err));
    for (int32_t y = 0; y < target->size.height; y++) {
        fc_guided_row(fc_bilinear_row(reader, y), fc_image_row(target, y),
                      (size_t)target->size.width, fc_plane_row(result, y));
    }
    *out = FC_STEAL(result);
    return FC_OK;
}

fc_status fc_guided_fit(const fc_image *guide, const fc_plane *mask, int32_t radius_px,
                        double epsilon, float **out, fc_error *err)
{
    FC_ASSERT(guide != NULL);
    FC_ASSERT(guide->channels == 3);
    FC_ASSERT(mask->size.width == guide->size.width);
    FC_ASSERT(mask->size.height == guide->size.height);
    FC_ASSERT(epsilon > 0.0);
    FC_ASSERT(out != NULL);

    const fc_size size = guide->size;
    const size_t count = (size_t)size.width * (size_t)size.height;
    FC_AUTO(fc_floats) planes = NULL;
    FC_TRY(fc_memory_new(count, PLANE_COUNT * sizeof(float), (void **)&planes, err));
    make_products(guide, mask, planes);
    FC_TRY(fc_box_blur_in_place(planes, PLANE_COUNT, size, radius_px, err));
    fit_windows(planes, count, epsilon);
    FC_TRY(fc_box_blur_in_place(planes, FIT_COUNT, size, radius_px, err));
    *out = FC_STEAL(planes);
    return FC_OK;
}

fc_status fc_guided_filter(const fc_image *guide, const fc_plane *mask, int32_t radius_px,
                           double epsilon, const fc_image *target, fc_plane **out, fc_error *err)
{
    FC_ASSERT(target != NULL);
    FC_ASSERT(target->channels == 3);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_floats) fit = NULL;
    FC_TRY(fc_guided_fit(guide, mask, radius_px, epsilon, &fit, err));
    return evaluate(fit, guide->size, target, out, err);
}
