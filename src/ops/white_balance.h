/**
 * White balance: gains that take a colour cast off the skin.
 *
 * Skin of all tones lies in one narrow sector of the Lab plane: blood and melanin both absorb
 * blue first, so people differ in lightness and chroma far more than in hue. Faces of all skin
 * tones in good light lie mostly within hue 35 to 65 degrees and chroma 14 to 30.
 *
 * Inside the sector nothing happens. Outside, the skin moves part of the way to the nearest point
 * of the sector at the same luminance. Neither happens to a black-and-white photo, to a face lit
 * in two colours (the b* values spread too wide), or where no face was measured.
 */
#pragma once

#include "ops/person_stats.h"

/** Farthest that a gain may be from 1 at strength 1: 1 / 1.6 .. 1.6. */
#define FC_WHITE_BALANCE_GAIN_MAX 1.6

/**
 * Gains for linear light, each 1 where nothing is to be done.
 *
 * strength   1 is natural: 70 % of the way; 2 is strong: the whole way and wider limits
 */
fc_linear_rgb fc_white_balance_gains(const fc_person_stats *stats, double strength);
