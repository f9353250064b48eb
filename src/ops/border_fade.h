/**
 * Border fade: lets a cut-out end softly where its photo ends, instead of in a ruler's line across
 * the shoulders. Pure operation, any thread.
 */
#pragma once

#include "image/image.h"

/**
 * Fade an alpha towards the border of the photo that it was made from.
 *
 * alpha     0..1 per canvas px; multiplied in place: 0 on the border, unchanged from `fade_px`
 *           inwards, smooth between
 * to_photo  canvas px -> px of the photo
 * within    the photo, px of it, or a larger box: what does not end there does not fade
 * fade_px   width of the fade in canvas px, above 0
 *
 * Cost: O(pixels near a border); nothing where the canvas lies well inside the photo.
 */
void fc_border_fade_in_place(fc_plane *alpha, fc_similarity to_photo, fc_box within,
                             double fade_px);
