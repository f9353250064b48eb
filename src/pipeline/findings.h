/**
 * Findings: what is found out about one face and holds for every portrait of it, whatever size,
 * frame or background is asked for. Whoever makes several portraits of a face hands them on.
 *
 * Each part is made once and never changed again, so that several portraits may read it at the same
 * time. One thread at a time adds to the same findings.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "image/decode.h"
#include "image/image.h"
#include "models/landmarks.h"

/** Reductions that a finer raster can have: 1, 2 and 4. (1/8 is never finer than the preview.) */
#define FC_DETAILS_MAX 3

/** The rough masks that a face can have, by network; selfie's with one look or two. */
typedef enum fc_coarse_kind {
    FC_COARSE_SELFIE_FAST,
    FC_COARSE_SELFIE_FINE,
    FC_COARSE_U2NET,
    FC_COARSE_COUNT,
} fc_coarse_kind;

/** A network's rough mask of the person. */
typedef struct fc_coarse {
    fc_plane *mask;
    fc_box covered; /* the part of the preview that it covers, px of the preview */
} fc_coarse;

typedef struct fc_findings {
    bool keep; /* more portraits will follow: keep what is large as well, with room around it */
    bool has_landmarks;
    fc_point landmarks[FC_LANDMARK_COUNT]; /* px of the photo */
    fc_coarse coarse[FC_COARSE_COUNT];     /* by kind */
    fc_raster *details[FC_DETAILS_MAX];    /* finer than the preview, reduced by 1 << index */
} fc_findings;

/** Release all of it. */
void fc_findings_clear(fc_findings *findings);

/** Bytes of pixels and masks. */
size_t fc_findings_size(const fc_findings *findings);

/**
 * Hand back what was lent: parts that `lent` has beyond `to` are moved to it, all else that does
 * not belong to `to` is released; `lent` is empty afterwards.
 *
 * lent   began as a copy of `to`; other copies may have been handed back meanwhile
 */
void fc_findings_return(fc_findings *to, fc_findings *lent);
