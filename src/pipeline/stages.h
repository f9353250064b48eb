/**
 * The stage table: the whole way from a photo to a portrait, in order, as data.
 *
 * Stages down to "detect" work once on the photo; the others once for each chosen face.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pipeline/portrait.h"

/** Parts that stages need and give. */
enum {
    FC_PART_FILE = 1 << 0,
    FC_PART_FACTS = 1 << 1,
    FC_PART_PREVIEW = 1 << 2,
    FC_PART_FACES = 1 << 3,
    FC_PART_LANDMARKS = 1 << 4,
    FC_PART_FRAME = 1 << 5,
    FC_PART_DETAIL = 1 << 6,
    FC_PART_CANVAS = 1 << 7,
    FC_PART_LOOK = 1 << 8,
    FC_PART_COARSE = 1 << 9,
    FC_PART_MATTE = 1 << 10,
    FC_PART_PERSON = 1 << 11,
    FC_PART_CUTOUT = 1 << 12,
    FC_PART_CHECK = 1 << 13,
    FC_PART_RESULT = 1 << 14,
};

typedef struct fc_stage {
    const char *name;
    const char *purpose;
    uint32_t needs;
    uint32_t gives;
    bool (*wanted)(const fc_photo *photo); /* NULL: always */
    fc_status (*run_photo)(fc_photo *photo, fc_stage_report *report, fc_error *err);
    fc_status (*run_portrait)(fc_portrait *portrait, fc_stage_report *report, fc_error *err);
    bool recalled; /* leads to the person, which may be that of the portrait before */
    bool beside;   /* may run at the same time as the row above, of which it needs nothing and
                    * whose fields of the portrait it leaves alone */
} fc_stage;

extern const fc_stage fc_stages[];
extern const size_t fc_stages_count;

/** Share of the work that is done, 0..1, by number of stages. It never falls from one stage to the
 *  next: the portraits of a photo divide among them what is left after the photo. */
double fc_step_share(fc_step at);

/** Name of one FC_PART_ bit, such as "canvas". */
const char *fc_part_name(uint32_t part);

/** Asked between stages; true stops the work with FC_CANCELLED. */
typedef struct fc_cancel {
    atomic_bool requested;
} fc_cancel;

/**
 * Look at the photo: the stages that come before the faces are treated one by one.
 *
 * photo    given parts filled in, the rest zero
 * cancel   may be NULL
 *
 * Errors: those of the stages; FC_NO_FACE, for a cut-out only when nobody at all is there;
 * FC_CANCELLED.
 */
FC_MUST_CHECK fc_status fc_photo_analyse(fc_photo *photo, const fc_cancel *cancel, fc_error *err);

/**
 * Indices of the faces that photo->params.face asks for, in the order of the results.
 *
 * chosen   room for FC_FACES_MAX
 * count    at least 1 on success
 *
 * Errors: FC_INVALID_ARGUMENT (face 5 asked, 3 found).
 */
FC_MUST_CHECK fc_status fc_photo_choose(const fc_photo *photo, int32_t *chosen, int32_t *count,
                                        fc_error *err);

/**
 * Make the portrait of one face of an analysed photo.
 *
 * portrait   photo and face_index filled in, the rest zero
 * last       where to stop: FC_PART_RESULT for the whole portrait, FC_PART_LANDMARKS and the like
 *            for a part of it
 *
 * Errors: those of the stages; FC_CANCELLED.
 */
FC_MUST_CHECK fc_status fc_portrait_make_until(fc_portrait *portrait, uint32_t last,
                                               const fc_cancel *cancel, fc_error *err);
