/**
 * Outputs of BlazeFace full-range (MediaPipe) to faces. Pure functions, any thread.
 *
 * The network looks at 192 x 192 px and has one anchor in the middle of each 4 x 4 px cell, row by
 * row. Tensors per anchor: 16 regressions in px (box centre from the anchor, box sides, then x and
 * y of six keypoints from the anchor) and one score before the sigmoid.
 */
#pragma once

#include <stdint.h>

#include "models/face.h"

#define FC_BLAZEFACE_SIDE 192
#define FC_BLAZEFACE_STRIDE 4
#define FC_BLAZEFACE_ROW (FC_BLAZEFACE_SIDE / FC_BLAZEFACE_STRIDE)
#define FC_BLAZEFACE_ANCHORS (FC_BLAZEFACE_ROW * FC_BLAZEFACE_ROW)
#define FC_BLAZEFACE_VALUES (4 + 2 * FC_KEYPOINT_COUNT)

/**
 * The candidates that reach a score, unmerged, in px of the network's input; dlib_box is empty.
 * Values that no face can have (not finite, far outside, no area) are left out, so hostile weights
 * cannot do harm further on.
 *
 * regressions   FC_BLAZEFACE_ANCHORS x FC_BLAZEFACE_VALUES
 * scores        FC_BLAZEFACE_ANCHORS
 * score_min     above 0, up to 1
 * out           room for FC_BLAZEFACE_ANCHORS
 *
 * Returns their number. Cost: O(anchors).
 */
int32_t fc_blazeface_decode(const float *regressions, const float *scores, double score_min,
                            fc_face *out);
