/**
 * Face template: where CodeFormer's training put eyes, nose and mouth in its square of 512 px.
 *
 * The five points are those of dlib's 68 that the network's authors name as a stand-in for the
 * RetinaFace ones. Pure functions, any thread.
 */
#pragma once

#include <stdbool.h>

#include "base/limits.h"
#include "image/geometry.h"

/** Distance between the centres of the eyes in the square, px. */
#define FC_FACE_TEMPLATE_EYES_PX 124.66

/**
 * Fit a face: the map from its own px to px of the square, by least squares over the five points.
 *
 * landmarks   any px; the map goes from there
 * out         untouched where there is no such map: the points lie in one spot or are no numbers
 */
bool fc_face_template_place(const fc_point landmarks[FC_LANDMARK_COUNT], fc_similarity *out);

/** Distance between the centres of the eyes, px of the points. */
double fc_face_template_eyes_px(const fc_point landmarks[FC_LANDMARK_COUNT]);
