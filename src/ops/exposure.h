/**
 * Exposure: how many stops brighter or darker a portrait should be.
 *
 * The rule never looks at how light or dark the skin is. Whatever the skin, a well exposed person
 * shows something bright somewhere: eye whites, teeth, cloth, a glint on the nose. On the photos
 * that this was tuned on, the brightest half per cent of the person reaches a lightness of 78 to
 * 98 when well exposed, and 41 to 64 when 1.5 stops too dark. So:
 *
 * - dark: when that half per cent stays below a lightness of 76, most of the distance is made up,
 *   at most FC_EXPOSURE_LIFT_MAX stops. A bright background does not hide a backlit person,
 *   because only the person is measured.
 * - burnt: when more than a fifth of the inner face has a clipped channel, lower by up to
 *   FC_EXPOSURE_LOWER_MAX stops. What is white stays white; the tone curve sees to that.
 * - otherwise: nothing at all.
 */
#pragma once

#include "ops/person_stats.h"

#define FC_EXPOSURE_LIFT_MAX 1.2
#define FC_EXPOSURE_LOWER_MAX 0.45

/**
 * Stops to apply: 0 leaves the picture alone, 1 doubles the light.
 *
 * strength   1 is natural, 2 is strong, which doubles the limits and goes the whole distance
 */
double fc_exposure_stops(const fc_person_stats *stats, double strength);
