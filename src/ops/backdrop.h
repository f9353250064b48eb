/**
 * Backdrop: the wall behind a person, where there is a plain one, and the colours of the person in
 * front of it: all that keying needs (ops/colour_key.h).
 *
 * The wall is a cubic polynomial in x and y for each channel, fitted robustly to what a mask leaves
 * far outside, and a local correction. That one follows soft shadows: the wall grows from its sure
 * parts through whatever is as smooth and changes slowly, up to the person. All at a coarse grid,
 * because walls are smooth. Pure operation, any thread.
 */
#pragma once

#include <stdbool.h>

#include "image/image.h"

/** Planes of a backdrop: for each cell of the grid. Two groups that ops/bilinear.h reads. */
enum {
    FC_BACKDROP_WALL = 0,   /* R, G, B of the wall, 0..255 */
    FC_BACKDROP_REACH = 3,  /* 1 about the person's outline, where colours decide; 0 far from it */
    FC_BACKDROP_PERSON = 4, /* R, G, B of the person near by */
    FC_BACKDROP_INSIDE = 7, /* the mask, smoothed: 0..1 */
    FC_BACKDROP_PLANES = 8,
};

typedef struct fc_backdrop {
    bool plain;    /* otherwise there are no planes */
    double off;    /* levels: 80 % of what seems wall are closer to the polynomial than this */
    double spread; /* levels: of the wall's px about its colour, 68 % of them */
    fc_size grid;
    float *planes; /* FC_BACKDROP_PLANES of the grid's size, one after the other */
} fc_backdrop;

/** Beyond this `off`, levels, a wall is not plain. */
#define FC_BACKDROP_OFF_MAX 12.0

/**
 * Find out whether there is a plain wall, and how it looks.
 *
 * picture  RGB
 * mask     of the same part at any size, 0..1: roughly the person
 * coverage likewise: 1 where the picture shows the photo and not what lies beyond it; NULL: all
 * face_px  height of the face in px of the picture, above 0; sets all radii
 * out      owner: caller, release with fc_backdrop_free. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: about 0.5 ms, 1 ms with a plain wall; bounded by the grid.
 */
FC_MUST_CHECK fc_status fc_backdrop_find(const fc_image *picture, const fc_plane *mask,
                                         const fc_plane *coverage, double face_px,
                                         fc_backdrop **out, fc_error *err);
void fc_backdrop_free(fc_backdrop *backdrop);
FC_DEFINE_CLEANUP(fc_backdrop, fc_backdrop_free)

/**
 * The first look of fc_backdrop_find alone: whether there may be a plain wall.
 *
 * off   how far from the polynomial it is, levels; 255 where there is nothing to measure
 * out   whether fc_backdrop_find would look closer
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: about 0.2 ms.
 */
FC_MUST_CHECK fc_status fc_backdrop_may_be_plain(const fc_image *picture, const fc_plane *mask,
                                                 const fc_plane *coverage, double face_px,
                                                 double *off, bool *out, fc_error *err);
