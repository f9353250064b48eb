/** People: which px of a photo belong to anybody, at a small scale. Any thread. */
#pragma once

#include "base/attributes.h"
#include "pipeline/portrait.h"

/** Longest side at which people are told from the rest, px. */
#define FC_PEOPLE_SIDE_MAX 640

typedef struct fc_people {
    fc_image *small; /* RGB: the photo at that scale, people upright */
    fc_plane *mask;  /* same size, 0..1 */
    double face_px;  /* height of a usual face at that scale; reckoned from the mask without any */
} fc_people;

/**
 * Look for people in an analysed photo: at the whole of it, at each body and at each face.
 *
 * photo   its preview and faces are used; models and params.matte_quality as well
 * out     release with fc_people_clear. Untouched on failure
 *
 * Errors: FC_NO_FACE (nobody is there), FC_MODEL_UNAVAILABLE, FC_OUT_OF_MEMORY.
 * Cost: about 100 ms, and 25 ms for each face beyond the first; bounded by FC_PEOPLE_LOOKS_MAX.
 */
FC_MUST_CHECK fc_status fc_people_find(const fc_photo *photo, fc_people *out, fc_error *err);

void fc_people_clear(fc_people *people);

/** Faces that are looked at closely: the strongest ones. The whole photo is looked at anyway. */
#define FC_PEOPLE_LOOKS_MAX 24
