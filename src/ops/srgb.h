/**
 * sRGB and CIE Lab: between encoded levels, linear light and perceived colour (D65 white).
 *
 * Formulas of IEC 61966-2-1 and CIE 15. Pure functions, any thread.
 */
#pragma once

#include <math.h>
#include <stdint.h>

/** Linear light 0..1 of each of the 256 levels. Cost: 256 powers; make it once per picture. */
typedef struct fc_srgb_table {
    float linear[256];
} fc_srgb_table;

/** Linear light, each 0..1 for colours of sRGB. */
typedef struct fc_linear_rgb {
    double red;
    double green;
    double blue;
} fc_linear_rgb;

/** Lightness 0..100, and the red-green and yellow-blue axes, about -100..100. */
typedef struct fc_lab {
    double lightness;
    double a;
    double b;
} fc_lab;

void fc_srgb_table_init(fc_srgb_table *table);

/** Linear light of an RGB pixel. */
static inline fc_linear_rgb fc_srgb_decode(const fc_srgb_table *table, const uint8_t *pixel)
{
    return (fc_linear_rgb){ (double)table->linear[pixel[0]], (double)table->linear[pixel[1]],
                            (double)table->linear[pixel[2]] };
}

/** Encode linear light as a share of full level, 0..1 to 0..1. Values outside are clamped. */
double fc_srgb_encode(double linear);

/** Relative luminance, 0..1 for colours of sRGB. */
static inline double fc_luminance(fc_linear_rgb colour)
{
    return 0.2126 * colour.red + 0.7152 * colour.green + 0.0722 * colour.blue;
}

/** Lightness L* of a luminance 0..1. */
double fc_lightness(double luminance);

fc_lab fc_lab_from_linear(fc_linear_rgb colour);

/** Back again; may lie outside 0..1 where sRGB has no such colour. */
fc_linear_rgb fc_linear_from_lab(fc_lab colour);

/** Distance of two colours, CIE 1976. */
static inline double fc_lab_distance(fc_lab one, fc_lab other)
{
    const double lightness = one.lightness - other.lightness;
    const double a = one.a - other.a;
    const double b = one.b - other.b;
    return sqrt(lightness * lightness + a * a + b * b);
}
