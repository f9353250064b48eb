/**
 * People looks: what selfie segmentation makes of a whole photo, from several looks: at all of it,
 * at each body and at each face. Any thread.
 */
#pragma once

#include "base/attributes.h"
#include "ops/mask_confidence.h"
#include "pipeline/portrait.h"

/** Faces that are looked at closely: the strongest ones. The whole photo is looked at anyway. */
#define FC_SEGMENT_FACES_MAX 24

/** Whether a face matters: it is at least half as large as the largest one. */
bool fc_people_face_matters(const fc_photo *photo, const fc_face *face);

/**
 * The rough mask of everybody.
 *
 * photo   its preview and faces are used; models->selfie and params.matte_quality as well
 * small   RGB, the preview reduced by:
 * scale   px of `small` per px of the preview, up to 1
 * out     owner: caller. Same size as `small`, 0..1 but for rounding. Untouched on failure
 * doubt   of the close looks, the worst of each; without a face: undecided 0, face 1
 *
 * Where none of the faces that matter is in the mask, all is looked at again in other ways
 * (models/selfie.h), and the best mask is taken; `doubt` stays that of the first looks.
 *
 * Errors: those of the network.
 * Cost: 10 ms, and 20 ms for each face; bounded by FC_SEGMENT_FACES_MAX. Four times that where no
 * mask holds a face.
 */
FC_MUST_CHECK fc_status fc_segment_people(const fc_photo *photo, const fc_image *small,
                                          double scale, fc_plane **out, fc_mask_confidence *doubt,
                                          fc_error *err);
