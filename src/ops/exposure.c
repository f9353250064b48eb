#include "ops/exposure.h"

#include <math.h>

#include "base/assert.h"

/* Luminance of lightness 76. */
#define BRIGHT_ENOUGH 0.5

/* Share of the missing stops that a strength of 1 makes up. */
#define LIFT_SHARE 0.75

/* Burnt shares of the inner face where lowering starts and where it is complete. A high-key
 * portrait of pale skin reaches the first in its red channel without being a mistake. */
#define BURNT_SOME 0.2
#define BURNT_MUCH 0.5

/* Fewer samples than this prove nothing. */
#define SAMPLES_MIN 64

/* Stops that bring a luminance to BRIGHT_ENOUGH along the tone curve, which rolls off: solved from
 * y = g x / sqrt(1 + (g^2 - 1) x^2). */
static double stops_to_bright_enough(double luminance)
{
    const double x = fmax(luminance, 1e-6);
    const double y = BRIGHT_ENOUGH;
    return log2(y / x * sqrt((1.0 - x * x) / (1.0 - y * y)));
}

double fc_exposure_stops(const fc_person_stats *stats, double strength)
{
    FC_ASSERT(stats != NULL);
    FC_ASSERT(strength >= 0.0);

    if (stats->person_samples < SAMPLES_MIN || stats->face_samples < SAMPLES_MIN) {
        return 0.0;
    }
    if (stats->bright < BRIGHT_ENOUGH) {
        const double missing = stops_to_bright_enough(stats->bright);
        return fmin(missing * fmin(LIFT_SHARE * strength, 1.0), FC_EXPOSURE_LIFT_MAX * strength);
    }
    const double burnt = (stats->face_burnt - BURNT_SOME) / (BURNT_MUCH - BURNT_SOME);
    const double lower = FC_EXPOSURE_LOWER_MAX * strength * fmin(fmax(burnt, 0.0), 1.0);
    return lower > 0.0 ? -lower : 0.0;
}
