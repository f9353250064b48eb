#include "ops/srgb.h"

#include <math.h>
#include <stddef.h>

#include "base/assert.h"

/* White point D65: what X and Z of linear (1, 1, 1) are. Y is 1. */
static const double WHITE_X = 0.95047;
static const double WHITE_Z = 1.08883;

/* The straight part of Lab's cube root: below (6/29)^3. */
static const double LAB_SMALL = 216.0 / 24389.0;
static const double LAB_SLOPE = 24389.0 / 27.0;

void fc_srgb_table_init(fc_srgb_table *table)
{
    FC_ASSERT(table != NULL);
    for (int level = 0; level < 256; level++) {
        const double v = level / 255.0;
        table->linear[level] = (float)(v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
}

double fc_srgb_encode(double linear)
{
    const double v = fmin(fmax(linear, 0.0), 1.0);
    return v <= 0.0031308 ? 12.92 * v : 1.055 * pow(v, 1.0 / 2.4) - 0.055;
}

static double lab_root(double t)
{
    return t > LAB_SMALL ? cbrt(t) : (LAB_SLOPE * t + 16.0) / 116.0;
}

static double lab_cube(double f)
{
    const double cube = f * f * f;
    return cube > LAB_SMALL ? cube : (116.0 * f - 16.0) / LAB_SLOPE;
}

double fc_lightness(double luminance)
{
    return 116.0 * lab_root(luminance) - 16.0;
}

fc_lab fc_lab_from_linear(fc_linear_rgb colour)
{
    const double x = 0.4124564 * colour.red + 0.3575761 * colour.green + 0.1804375 * colour.blue;
    const double z = 0.0193339 * colour.red + 0.1191920 * colour.green + 0.9503041 * colour.blue;
    const double fx = lab_root(x / WHITE_X);
    const double fy = lab_root(fc_luminance(colour));
    const double fz = lab_root(z / WHITE_Z);
    return (fc_lab){ 116.0 * fy - 16.0, 500.0 * (fx - fy), 200.0 * (fy - fz) };
}

fc_linear_rgb fc_linear_from_lab(fc_lab colour)
{
    const double fy = (colour.lightness + 16.0) / 116.0;
    const double x = WHITE_X * lab_cube(fy + colour.a / 500.0);
    const double y = lab_cube(fy);
    const double z = WHITE_Z * lab_cube(fy - colour.b / 200.0);
    return (fc_linear_rgb){
        3.2404542 * x - 1.5371385 * y - 0.4985314 * z,
        -0.9692660 * x + 1.8760108 * y + 0.0415560 * z,
        0.0556434 * x - 0.2040259 * y + 1.0572252 * z,
    };
}
