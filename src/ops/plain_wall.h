/**
 * Plain wall: the wall behind a person, where there is a plain one, and the colours of the person
 * in front of it: all that keying needs (ops/colour_key.h).
 *
 * The wall is a cubic polynomial in x and y for each channel, fitted robustly to what a mask leaves
 * far outside, and a local correction. That one follows soft shadows: the wall grows from its sure
 * parts through whatever is as smooth and changes slowly, up to the person. All at a coarse grid,
 * because walls are smooth. Pure operation, any thread.
 */
#pragma once

#include <stdbool.h>

#include "image/image.h"

/** Planes of a wall: for each cell of the grid. Two groups that ops/bilinear.h reads. */
enum {
    FC_PLAIN_WALL_COLOUR = 0, /* R, G, B of the wall, 0..255 */
    FC_PLAIN_WALL_REACH = 3, /* 1 about the person's outline, where colours decide; 0 far from it */
    FC_PLAIN_WALL_PERSON = 4, /* R, G, B of the person near by */
    FC_PLAIN_WALL_INSIDE = 7, /* the mask, smoothed: 0..1 */
    FC_PLAIN_WALL_PLANES = 8,
};

typedef struct fc_plain_wall {
    double off;    /* levels: 80 % of the sure wall are closer to the polynomial than this */
    double spread; /* levels: of the wall's px about its colour, 68 % of them */
    fc_size grid;
    float *planes; /* FC_PLAIN_WALL_PLANES of the grid's size, one after the other */
} fc_plain_wall;

/**
 * Find out whether there is a plain wall, and how it looks.
 *
 * picture  RGB
 * mask     of the same part at any size, 0..1: roughly the person
 * coverage likewise: 1 where the picture shows the photo and not what lies beyond it; NULL: all
 * face_px  height of the face in px of the picture, above 0; sets all radii
 * out      owner: caller, release with fc_plain_wall_free. NULL where there is no plain wall.
 *          Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: about 0.3 ms, 2 ms with a plain wall; bounded by the grid.
 */
FC_MUST_CHECK fc_status fc_plain_wall_find(const fc_image *picture, const fc_plane *mask,
                                           const fc_plane *coverage, double face_px,
                                           fc_plain_wall **out, fc_error *err);
void fc_plain_wall_free(fc_plain_wall *wall);
FC_DEFINE_CLEANUP(fc_plain_wall, fc_plain_wall_free)

/**
 * A quick look, which tells most photos that have no plain wall.
 *
 * off   levels: 80 % of the sure wall are closer to the polynomial than this; 255 where there is
 *       nothing to measure
 * out   false: there is no plain wall; true: fc_plain_wall_find has to look
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: about 0.3 ms.
 */
FC_MUST_CHECK fc_status fc_plain_wall_possible(const fc_image *picture, const fc_plane *mask,
                                               const fc_plane *coverage, double face_px,
                                               double *off, bool *out, fc_error *err);
