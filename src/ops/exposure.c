#include "ops/exposure.h"

#include <math.h>

#include "base/assert.h"

/* Luminance of lightness 74. */
#define BRIGHT_ENOUGH 0.468

/* Share of the missing stops that a strength of 1 makes up. */
#define LIFT_SHARE 0.7

/* Burnt shares of the inner face where lowering starts and where it is complete. */
#define BURNT_SOME 0.05
#define BURNT_MUCH 0.55

/* Fewer samples than this prove nothing. */
#define SAMPLES_MIN 64

double fc_exposure_stops(const fc_person_stats *stats, double strength)
{
    FC_ASSERT(stats != NULL);
    FC_ASSERT(strength >= 0.0);

    if (stats->person_samples < SAMPLES_MIN || stats->face_samples < SAMPLES_MIN) {
        return 0.0;
    }
    if (stats->bright < BRIGHT_ENOUGH) {
        const double missing = log2(BRIGHT_ENOUGH / fmax(stats->bright, 1e-6));
        return fmin(missing * fmin(LIFT_SHARE * strength, 1.0), FC_EXPOSURE_LIFT_MAX * strength);
    }
    const double burnt = (stats->face_burnt - BURNT_SOME) / (BURNT_MUCH - BURNT_SOME);
    const double lower = FC_EXPOSURE_LOWER_MAX * strength * fmin(fmax(burnt, 0.0), 1.0);
    return lower > 0.0 ? -lower : 0.0;
}
