/** A tiny landmark model file, whole or damaged in one place. */
#pragma once

#include "base/bytes.h"

/** What the file says. Start with FC_PREDICTOR and change one value to damage it. */
typedef struct fc_predictor {
    int version;
    int coordinates; /* of the initial shape and each leaf */
    int cascades;
    int trees; /* of each cascade */
    int splits;
    int leaves;
    int pixels;  /* sampled by each cascade */
    int pixel_a; /* what every split compares: with pixel 1 */
    int threshold;
    int anchor_of_1; /* pixel 0 lies at point 0 */
    int exponent;    /* of the initial shape's coordinates */
} fc_predictor;

/**
 * Valid. Point i starts at (i % 8, i / 8) / 8 of the box. Every split compares pixel 0 at point 0
 * with pixel 1 at point 67; leaf k moves all points by k / 16 to the right.
 */
#define FC_PREDICTOR ((fc_predictor){ 1, 136, 1, 1, 15, 16, 2, 0, 10, 67, -3 })

/** Write the file into an empty buffer. Fails the test. */
void fc_predictor_write(const fc_predictor *predictor, fc_buffer *out);
