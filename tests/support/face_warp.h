/** Face warp: move parts of a face on a photo, for tests of what is measured on faces. */
#pragma once

#include <stdint.h>

#include "image/image.h"

/** What lies at `from` comes to `to`, px. */
typedef struct fc_face_move {
    fc_point from;
    fc_point to;
} fc_face_move;

/**
 * Move points of a picture; between them the moves are blended, and further away than a few
 * `reach_px` nothing moves. RGB in place. Fails the test when memory ends.
 */
void fc_face_warp(fc_image *image, const fc_face_move *moves, int32_t count, double reach_px);

/** Move a place of one column, px: what lies between `top` and `from` comes to lie between `top`
 * and `to`, and what lies between `from` and `bottom` between `to` and `bottom`. top < to < bottom.
 */
void fc_face_squeeze(fc_image *image, int32_t x, double top, double from, double to, double bottom);

/** Move what lies between `left` and `right` of one row aside: by `by` px in the middle, by nothing
 *  at the ends. */
void fc_face_slide(fc_image *image, int32_t y, double left, double right, double by);
