/** Face outline: the part of a photo that is surely face. Any thread. */
#pragma once

#include "models/face.h"
#include "ops/outline.h"

/**
 * Chin, cheeks, brows and some of the forehead, drawn in a little, so that no background lies
 * within, also of a turned head.
 *
 * landmarks   FC_LANDMARK_COUNT points, px of the photo; NULL, or not where the face is: only the
 *             middle of its box counts
 *
 * Returns px of the photo.
 */
fc_outline fc_face_outline(const fc_face *face, const fc_point *landmarks);
