#include "ops/white_balance.h"

#include <math.h>

#include "base/assert.h"

/* The sector of skin colours. */
#define HUE_LOW_DEG 35.0
#define HUE_HIGH_DEG 65.0
#define CHROMA_MIN 14.0
#define CHROMA_MAX 30.0

/* Of the way to the sector, at strength 1 and at most. */
#define SHARE 0.7
#define SHARE_MAX 1.0

/* Spread of b* on skin in one light, and the one that only two coloured lights give. */
#define SPREAD_USUAL 10.0
#define SPREAD_MIXED 20.0

#define SAMPLES_MIN 64
#define RADIANS_PER_DEGREE 0.017453292519943295

typedef struct chroma_point {
    double a;
    double b;
} chroma_point;

static double clamp(double value, double low, double high)
{
    return fmin(fmax(value, low), high);
}

/* Nearest point on one straight edge of the sector. */
static chroma_point nearest_on_edge(chroma_point from, double hue_deg)
{
    const double hue = hue_deg * RADIANS_PER_DEGREE;
    const double along = clamp(from.a * cos(hue) + from.b * sin(hue), CHROMA_MIN, CHROMA_MAX);
    return (chroma_point){ along * cos(hue), along * sin(hue) };
}

static chroma_point nearest_in_sector(chroma_point from)
{
    const double hue_deg = atan2(from.b, from.a) / RADIANS_PER_DEGREE;
    if (hue_deg >= HUE_LOW_DEG && hue_deg <= HUE_HIGH_DEG) {
        const double chroma = hypot(from.a, from.b);
        const double scale = clamp(chroma, CHROMA_MIN, CHROMA_MAX) / fmax(chroma, 1e-6);
        return (chroma_point){ from.a * scale, from.b * scale };
    }
    const chroma_point low = nearest_on_edge(from, HUE_LOW_DEG);
    const chroma_point high = nearest_on_edge(from, HUE_HIGH_DEG);
    const double to_low = hypot(low.a - from.a, low.b - from.b);
    const double to_high = hypot(high.a - from.a, high.b - from.b);
    return to_low < to_high ? low : high;
}

/* Largest factor, up or down, among the gains. */
static double largest_factor(fc_linear_rgb gains)
{
    const double red = fabs(log(gains.red));
    const double green = fabs(log(gains.green));
    const double blue = fabs(log(gains.blue));
    return exp(fmax(red, fmax(green, blue)));
}

/* All gains are drawn in together: cutting only the largest one would leave another tint. */
static fc_linear_rgb limit_gains(fc_linear_rgb gains, double limit)
{
    const double largest = largest_factor(gains);
    if (largest <= limit) {
        return gains;
    }
    const double power = log(limit) / log(largest);
    return (fc_linear_rgb){ pow(gains.red, power), pow(gains.green, power),
                            pow(gains.blue, power) };
}

static double ratio(double wanted, double measured)
{
    return fmax(wanted, 1e-4) / fmax(measured, 1e-4);
}

fc_linear_rgb fc_white_balance_gains(const fc_person_stats *stats, double strength)
{
    FC_ASSERT(stats != NULL);
    FC_ASSERT(strength >= 0.0);

    const double mixed =
        clamp((stats->skin_spread - SPREAD_USUAL) / (SPREAD_MIXED - SPREAD_USUAL), 0.0, 1.0);
    const double share = fmin(SHARE * strength, SHARE_MAX) * (1.0 - mixed);
    if (stats->skin_samples < SAMPLES_MIN || stats->monochrome || share <= 0.0) {
        return (fc_linear_rgb){ 1.0, 1.0, 1.0 };
    }
    const chroma_point from = { stats->skin.a, stats->skin.b };
    const chroma_point to = nearest_in_sector(from);
    if (hypot(to.a - from.a, to.b - from.b) < 0.5) { /* the measurement is no finer */
        return (fc_linear_rgb){ 1.0, 1.0, 1.0 };
    }
    fc_lab aim = stats->skin;
    aim.a += share * (to.a - from.a);
    aim.b += share * (to.b - from.b);
    const fc_linear_rgb measured = fc_linear_from_lab(stats->skin);
    const fc_linear_rgb wanted = fc_linear_from_lab(aim);
    const fc_linear_rgb gains = { ratio(wanted.red, measured.red),
                                  ratio(wanted.green, measured.green),
                                  ratio(wanted.blue, measured.blue) };
    return limit_gains(gains, pow(FC_WHITE_BALANCE_GAIN_MAX, sqrt(strength)));
}
