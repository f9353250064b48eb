/** The landmark model in memory. All other files use models/landmarks.h. */
#pragma once

#include <stdint.h>

#include "base/limits.h"

/** Trees are complete: a split at each of 15 inner nodes, numbered by level, then 16 leaves. */
#define FC_LANDMARK_DEPTH 4
#define FC_LANDMARK_SPLITS ((1 << FC_LANDMARK_DEPTH) - 1)
#define FC_LANDMARK_LEAVES (1 << FC_LANDMARK_DEPTH)

/** x and y of each point. */
#define FC_LANDMARK_COORDINATES (2 * FC_LANDMARK_COUNT)

/** Trees of one cascade; the published file has 15 cascades of 500. */
#define FC_LANDMARK_TREES_MAX 4096

/** Pixels that one cascade may sample: their values lie on the evaluator's stack. */
#define FC_LANDMARK_PIXELS_MAX 1024

/** Go left where grey(pixel_a) - grey(pixel_b) > threshold. */
typedef struct fc_landmark_split {
    uint16_t pixel_a; /* 0 .. pixel_count - 1 */
    uint16_t pixel_b;
    float threshold; /* grey levels */
} fc_landmark_split;

/**
 * Coordinates are shares of the face box, x0, y0, x1, y1 and so on, each within +-1024, so that
 * no sum of them leaves the range of a float.
 */
typedef struct fc_landmark_model {
    int32_t cascade_count;
    int32_t tree_count;  /* of each cascade */
    int32_t pixel_count; /* of each cascade */
    float initial[FC_LANDMARK_COORDINATES];
    fc_landmark_split *splits; /* [cascade][tree][FC_LANDMARK_SPLITS] */
    float *leaves;             /* [cascade][tree][leaf][FC_LANDMARK_COORDINATES] */
    uint8_t *anchors;          /* [cascade][pixel]: the point that the pixel lies near */
    float *deltas;             /* [cascade][pixel][2]: from there, in the initial shape's frame */
} fc_landmark_model;
