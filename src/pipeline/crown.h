/** Crown: where a head ends at the top, hair included, as the rough mask of the person tells. */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "pipeline/portrait.h"

typedef struct fc_crown_place {
    double above_eyes; /* from the middle of the eyes straight up, px of the photo */
    bool seen;         /* else nothing of the mask is there, and above_eyes is 0 */
    bool cut;          /* the photo ends before the head does */
} fc_crown_place;

/**
 * Look up along the middle third of the face until the person ends.
 *
 * portrait   landmarks are there. Its rough mask is asked for where it is not known yet, and kept
 *            for the stage `segment`
 * eyes       the middle between both, px of the photo
 * up         unit vector from chin to brow, in the photo
 * width      of the face, px of the photo
 *
 * Errors: those of the networks.
 */
FC_MUST_CHECK fc_status fc_crown_find(fc_portrait *portrait, fc_point eyes, fc_point up,
                                      double width, fc_crown_place *out, fc_error *err);
