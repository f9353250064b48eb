/**
 * Vibrance: a little more colour where there is little, and none on skin.
 *
 * The colour of each pixel, taken as its differences to luma, is scaled by 1 + amount w. The
 * weight w falls to 0 with rising chroma, so strong colours gain nothing, and with nearness to
 * the hue of skin, so that faces of all tones keep theirs. Greys stay grey exactly. Any thread.
 */
#pragma once

#include "image/image.h"

#define FC_VIBRANCE_MAX 0.5

/** Raise the colour of an RGB picture. amount 0 (nothing) .. FC_VIBRANCE_MAX. Cost: 2 ns a px. */
void fc_vibrance_in_place(fc_image *image, double amount);
