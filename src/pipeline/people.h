/** People: which px of a photo belong to anybody, at a small scale. Any thread. */
#pragma once

#include "base/attributes.h"
#include "ops/plain_wall.h"
#include "pipeline/portrait.h"
#include "pipeline/segmenter.h"

/** Longest side at which people are segmented, px. */
#define FC_PEOPLE_SIDE_MAX 640

typedef struct fc_people {
    fc_image *small;     /* RGB: the photo at that scale, people upright */
    fc_plane *mask;      /* same size, 0..1 */
    fc_plain_wall *wall; /* plain wall behind them; NULL: none */
    double face_px; /* height of a usual face at that scale; estimated from the mask without any */
    fc_segmenter_choice choice; /* the network whose mask it is, and why */
} fc_people;

/**
 * Look for people in an analysed photo, by the network that params.matte asks for. `auto` looks by
 * selfie segmentation at the whole photo, at each body and at each face; where that mask is in
 * doubt at any face, or where there is no face to judge it by, u2net looks at the whole photo
 * instead, if it is installed.
 *
 * photo   its preview and faces are used; models, params.matte and params.matte_quality as well
 * out     release with fc_people_clear. Untouched on failure
 *
 * Errors: FC_NO_FACE (nobody is there, or the mask leaves out every face that matters),
 * FC_MODEL_UNAVAILABLE (u2net is asked for and not installed), FC_OUT_OF_MEMORY. Cost: about 100
 * ms, and 25 ms for each face beyond the first; with u2net 0.7 s.
 */
FC_MUST_CHECK fc_status fc_people_find(const fc_photo *photo, fc_people *out, fc_error *err);

void fc_people_clear(fc_people *people);
