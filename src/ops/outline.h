/** Outline: what a mask holds inside a closed line, and making it whole there. Any thread. */
#pragma once

#include "image/image.h"

#define FC_OUTLINE_POINTS_MAX 64

/** A closed outline, px; its corners in order, the last one joined to the first. */
typedef struct fc_outline {
    fc_point points[FC_OUTLINE_POINTS_MAX];
    int32_t count; /* from 3 */
} fc_outline;

/** An ellipse, `roll_rad` turned clockwise. */
fc_outline fc_outline_ellipse(fc_point centre, double half_width, double half_height,
                              double roll_rad);

/** Each point by a map. */
fc_outline fc_outline_apply(fc_similarity map, const fc_outline *outline);

/** Mean of a mask over the pixels whose centres lie inside; `otherwise` where there are none. */
double fc_outline_mean(const fc_plane *mask, const fc_outline *outline, double otherwise);

/** Set to 1 the values inside that are below `least`. Cost: O(rows inside x corners + pixels). */
void fc_outline_raise(fc_plane *mask, const fc_outline *outline, double least);
