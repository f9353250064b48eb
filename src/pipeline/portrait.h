/**
 * The photo and the portraits made from it: what travels along the stage table.
 *
 * A photo is one input file with the results that hold for all of it; a portrait is one face of it.
 * Parts are filled in by the stages in the order of pipeline/stages.c and are NULL or zero before.
 * One thread at a time, with its helpers; the models are shared by all.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/crew.h"
#include "base/error.h"
#include "base/limits.h"
#include "check/check.h"
#include "config/options.h"
#include "image/decode.h"
#include "image/image.h"
#include "models/codeformer.h"
#include "models/face_detector.h"
#include "models/face_mesh.h"
#include "models/iris.h"
#include "models/landmarks.h"
#include "models/selfie.h"
#include "models/u2net.h"
#include "pipeline/cutout.h"
#include "pipeline/face_cache.h"
#include "pipeline/frame.h"

/**
 * The models, loaded once and shared by every thread: const fc_u2net_model *u2net and so on. Owned
 * by the engine. NULL where an optional one is not installed; without `landmarks` there is a
 * `mesh`.
 */
typedef struct fc_models {
#define FC_MODEL(field, type, name, role, file, need, use, licence, purpose, notice)               \
    const type *field;
#include "models/model_files.def"
#undef FC_MODEL
    fc_crew *crew; /* helps with each photo; NULL: one thread */
    /* While a thread loads them; else NULL. */
    fc_status (*await)(void *context, bool all, fc_error *err);
    void *await_context;
} fc_models;

/** Wait until the detector, or all that are wanted, are there, before they are looked for. Errors:
 *  why they cannot be loaded. */
FC_MUST_CHECK static inline fc_status fc_models_await(const fc_models *models, bool all,
                                                      fc_error *err)
{
    return models->await != NULL ? models->await(models->await_context, all, err) : FC_OK;
}

/** Outputs. Combine with |. */
enum {
    FC_OUTPUT_PNG = 1 << 0,
    FC_OUTPUT_JPEG = 1 << 1,
    FC_OUTPUT_MATTE = 1 << 2,  /* the alpha of the whole photo, grey PNG in photo coordinates */
    FC_OUTPUT_WEBP = 1 << 3,   /* the picture of the PNG, with loss */
    FC_OUTPUT_CUTOUT = 1 << 4, /* instead of portraits: the people of the whole photo */
    FC_OUTPUT_CHECK = 1 << 5,  /* instead of portraits: how well the photo suits a document */
    FC_OUTPUT_LOOK = 1 << 6,   /* with a portrait: of the check the eyes and sharpness alone */
};

/** What one stage did, for --trace, logs and the `stages` of an answer. */
typedef struct fc_stage_report {
    const char *name;
    const char *model;  /* NULL when no network ran */
    const char *device; /* NULL when no network ran */
    int64_t time_us;
    bool ran;
    char note[96]; /* what was measured or chosen; may be empty */
} fc_stage_report;

/** Rows of the stage table, and so of every report. */
#define FC_STAGES_MAX 20

/** One line for the user about something that was done differently than asked. */
typedef struct fc_warnings {
    char items[FC_WARNINGS_MAX][FC_ERROR_TEXT_SIZE];
    int32_t count;
} fc_warnings;

/** Whether a photo's warnings are told once it has ended so: about one that failed only the failure
 *  is; but why nobody is seen may be among them. */
static inline bool fc_warnings_told(fc_status status)
{
    return status == FC_OK || status == FC_NO_FACE;
}

/** Where the work on a photo is: one value of eight bytes, so that others never see half of it. */
typedef struct fc_step {
    int16_t stage;     /* row of the stage table; -1 before the first */
    int16_t portrait;  /* that is being made, from 0 */
    int32_t portraits; /* that are made of this photo; 0: not known yet */
} fc_step;

typedef struct fc_photo {
    /* Given. */
    fc_bytes file;
    fc_params params;
    fc_decode_limits limits;
    uint32_t outputs;    /* FC_OUTPUT_... */
    fc_cutout_plan plan; /* of FC_OUTPUT_CUTOUT; its backdrop is also that of a portrait */
    const fc_models *models;
    _Atomic fc_step *step; /* told before each stage; or NULL */
    int32_t portrait;      /* that is made next, from 0, and how many there are: only for `step` */
    int32_t portraits;

    /* Found. */
    fc_photo_facts facts;  /* probe */
    fc_decoder *decoder;   /* probe, or who estimated before; until the first face is cut out */
    fc_raster *preview;    /* decode: reduced where the file allows it; turned upright by detect */
    int32_t preview_turns; /* detect: quarter turns clockwise that it took */
    fc_faces faces;        /* detect: in px of the upright full-scale photo */
    fc_cutout cutout;      /* cutout */
    fc_stage_report reports[FC_STAGES_MAX];
    fc_warnings warnings;
} fc_photo;

typedef struct fc_portrait {
    fc_photo *photo;
    int32_t face_index; /* in photo->faces */

    /* What may be lent, and is then taken back before the portrait is cleared. */
    fc_face_cache found;

    fc_point landmarks[FC_LANDMARK_COUNT]; /* landmarks: px of the photo */
    bool looked;                           /* look: the first rough mask was made for it */
    fc_rough_mask_kind coarse;             /* segment: which of the rough masks counts */
    bool uncut;              /* segment: none holds the face, so the background stays */
    fc_rough_mask own;       /* select: the rough mask without others; NULL mask: none is near */
    fc_plane *others;        /* select: share of others, 0..1, of what `own` covers; or NULL */
    fc_frame frame;          /* frame */
    const fc_raster *raster; /* detail: where the canvas is sampled; `detail`, found or preview */
    fc_raster *detail;       /* detail: the face's surroundings at better scale; or NULL */
    fc_check check;          /* check */
    fc_image *canvas;        /* warp, then enhance: RGB */
    fc_plane *coverage;      /* warp: share of each px that lies in the photo */
    fc_plane *matte;         /* matte: share of each px that is the person */
    bool keyed;              /* matte: by colour, before a plain wall */
    fc_image *person;        /* foreground: RGB, the person's own colours also at soft edges */
    fc_image *ground;        /* foreground: RGBA, what is to be blurred and how surely it is
                              * background; NULL where nothing is */
    bool recalled;           /* frame, person, matte and ground are those of the portrait before */
    fc_image *cutout;        /* compose: RGBA, oval and all */
    fc_image *flat;          /* compose: RGB or, where that is asked for, grey, on the background */
    fc_buffer png;           /* encode */
    fc_buffer jpeg;          /* encode */
    fc_buffer webp;          /* encode */
    fc_buffer matte_png;     /* photo_matte */
    int32_t jpeg_quality;
    fc_stage_report reports[FC_STAGES_MAX];
    fc_warnings warnings;
} fc_portrait;

/** The rough mask that counts: without the others where some were left out. */
static inline const fc_rough_mask *fc_portrait_rough_mask(const fc_portrait *portrait)
{
    return portrait->own.mask != NULL ? &portrait->own : &portrait->found.coarse[portrait->coarse];
}

/** Release everything that was made; the given parts are left alone. NULL is fine. */
void fc_photo_clear(fc_photo *photo);
void fc_portrait_clear(fc_portrait *portrait);

/** Release all pixels and masks of a portrait; its files and results stay. */
void fc_portrait_drop_pixels(fc_portrait *portrait);

/** End the decoder, and with it a process and what it keeps. */
void fc_photo_end_decoding(fc_photo *photo);

/** The square of params.face_box, px of the photo: as large as the box, about its middle. */
fc_box fc_photo_marked_box(const fc_photo *photo);

/**
 * Decode by the decoder of the photo; once that has ended, by one of its own.
 *
 * Errors: those of fc_decode.
 */
FC_MUST_CHECK fc_status fc_photo_decode_part(const fc_photo *photo,
                                             const fc_decode_request *request, fc_raster **out,
                                             fc_error *err);

/** Release the raster that the canvas was sampled from, where it is the portrait's own. */
void fc_portrait_drop_detail(fc_portrait *portrait);

/** Add a line; beyond FC_WARNINGS_MAX it is dropped. */
FC_PRINTF(2, 3) void fc_warn(fc_warnings *warnings, const char *format, ...);
