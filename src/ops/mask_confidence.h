/** Doubt of a mask: how much of it is undecided, and how much of the face it leaves out. */
#pragma once

#include "image/image.h"

typedef struct fc_mask_confidence {
    double undecided; /* mean of 4 a (1 - a): 0 all decided, 1 all half-way */
    double face;      /* mean over the middle of the face box: 1 all person */
} fc_mask_confidence;

/**
 * Measure a network's mask before it is refined.
 *
 * mask     0..1
 * window   the part that matters, px of the mask; what lies outside the mask is left out
 * face     box in px of the mask, likewise. Only its middle, half as long and wide, counts: the
 *          corners of a face box are background
 *
 * Where nothing can be measured: undecided 0, face 1. Any thread. Cost: one pass, no allocation.
 */
fc_mask_confidence fc_mask_confidence_measure(const fc_plane *mask, fc_box window, fc_box face);
