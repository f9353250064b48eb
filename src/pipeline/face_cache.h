/**
 * Face cache: results for one face that hold for every portrait of it, whatever size, frame or
 * background is asked for. Whoever makes several portraits of a face hands them on.
 *
 * Each part but check, restored face and person is made once and never changed again, so that
 * several portraits may read it at the same time. One thread at a time adds to the same cache.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "check/check.h"
#include "config/options.h"
#include "image/decode.h"
#include "image/image.h"
#include "models/landmarks.h"
#include "pipeline/frame.h"

/** Reductions that a finer raster can have: 1, 2 and 4. (1/8 is never finer than the preview.) */
#define FC_DETAILS_MAX 3

/** The rough masks that a face can have, by network; selfie's by the way it looks. */
typedef enum fc_rough_mask_kind {
    FC_ROUGH_MASK_SELFIE_FAST,    /* once */
    FC_ROUGH_MASK_SELFIE_FINE,    /* twice */
    FC_ROUGH_MASK_SELFIE_BLURRED, /* these two only where the others leave the face out */
    FC_ROUGH_MASK_SELFIE_NOISY,
    FC_ROUGH_MASK_U2NET,
    FC_ROUGH_MASK_COUNT,
} fc_rough_mask_kind;

/** A network's rough mask of the person. */
typedef struct fc_rough_mask {
    fc_plane *mask;
    fc_box covered; /* the part of the preview that it covers, px of the preview */
} fc_rough_mask;

/** The person of the last portrait, as far as background and oval have no part in it. */
typedef struct fc_person {
    fc_image *colours; /* NULL: none is known */
    fc_plane *matte;
    fc_image *ground; /* the background to blur behind it, or NULL */
    fc_frame frame;
    fc_params params; /* that it was made with */
    bool uncut;       /* the background is in it: the person could not be told from it */
} fc_person;

/** The last face that was restored. The network gives the same for the same, so it is known by what
 *  went in: whatever options led there, a face that looks the same is the same. */
typedef struct fc_restored {
    fc_image *face;      /* what the network was given; NULL: none is known */
    fc_image *repainted; /* what it made of that */
    double fidelity;     /* that it was asked for */
} fc_restored;

typedef struct fc_face_cache {
    bool keep; /* more portraits will follow: keep large parts as well, with room around them */
    bool has_landmarks;
    fc_point landmarks[FC_LANDMARK_COUNT]; /* px of the photo */
    bool has_check;
    fc_check_values check;                     /* whatever document is asked for */
    double check_scale;                        /* photo px a px of the raster that it was made of */
    fc_rough_mask_kind check_mask;             /* by which it told the person */
    fc_rough_mask coarse[FC_ROUGH_MASK_COUNT]; /* by kind */
    fc_raster *details[FC_DETAILS_MAX];        /* finer than the preview, reduced by 1 << index */

    /* These belong to one portrait at a time: a cache that lends them has them no more. */
    fc_restored restored;
    fc_person person;
} fc_face_cache;

/** Release all of it. */
void fc_face_cache_clear(fc_face_cache *cache);

/** Bytes of pixels and masks. */
size_t fc_face_cache_size(const fc_face_cache *cache);

/** Lend everything to a portrait. `from` keeps all but restored face and person. */
fc_face_cache fc_face_cache_checkout(fc_face_cache *from);

/** Whether a person made with some params is right for others: they differ in background, oval and
 *  kind of file at most; and both or neither keep the photo's own background, or blur it. */
bool fc_person_fits(const fc_person *person, const fc_params *params);

void fc_person_clear(fc_person *person);

/** Whether a face was restored before from the same pixels with the same fidelity. */
bool fc_restored_fits(const fc_restored *restored, const fc_image *face, double fidelity);

void fc_restored_clear(fc_restored *restored);

/**
 * Hand back what was lent: parts that `lent` has beyond `to` are moved to it, all else that does
 * not belong to `to` is released; `lent` is empty afterwards. Of two persons, and of two restored
 * faces, the lent one stays.
 *
 * lent   began as a copy of `to`; other copies may have been handed back meanwhile
 */
void fc_face_cache_checkin(fc_face_cache *to, fc_face_cache *lent);
