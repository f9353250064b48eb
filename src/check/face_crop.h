/**
 * Face crop: the small crop of a photo that is measured, with FC_CHECK_EYES px between the eyes,
 * and the values that all measures share: points, planes of light, and the place of the face. Made
 * once, then constant.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/limits.h"
#include "image/decode.h"
#include "models/face.h"
#include "models/face_mesh.h"
#include "models/iris.h"
#include "ops/srgb.h"

/** px between the eyes in the crop. */
#define FC_CHECK_EYES 64

/** Sides of the crop, px, and where the middle between the eyes lies in it. */
#define FC_CHECK_WIDTH 256
#define FC_CHECK_HEIGHT 320
#define FC_CHECK_EYES_DOWN 136

/** Input of a crop. */
typedef struct fc_check_input {
    fc_bytes file;
    fc_photo_facts facts;
    const fc_faces *faces; /* px of the photo */
    int32_t face;          /* which of them */
    const fc_raster *preview;
    const fc_image *pixels;    /* as fc_check_place lays it, RGB */
    const fc_plane *coverage;  /* of the crop: share of each px that lies in the photo */
    const fc_plane *matte;     /* of the crop: share of each px that is the person; NULL: unknown */
    fc_similarity to_photo;    /* crop px -> photo px */
    const fc_face_mesh *mesh;  /* not NULL */
    bool face_alone;           /* measure eyes and sharpness, and nothing else */
    const fc_iris_model *iris; /* NULL: gaze and pupils are not checked, lids by the mesh */
} fc_check_input;

/** Map from crop px to photo px, from the 68 points of the face, which must not all coincide. */
fc_similarity fc_check_place(const fc_point points[FC_LANDMARK_COUNT]);

/** A crop, and all that is measured on it. */
typedef struct fc_face_crop {
    const fc_check_input *input;
    fc_mesh_point mesh[FC_FACE_MESH_POINTS]; /* px of the crop */
    fc_point eyes[2];                        /* middle of the corners; left in the picture first */
    fc_point middle;                         /* between the eyes */
    double apart;                            /* of the eyes */
    double chin_down;                        /* from `middle` to the chin, straight down */
    fc_srgb_table srgb;
    fc_plane *light; /* luminance, linear, 0..255 */
    fc_plane *face;  /* 1 inside of the oval of the mesh and of the photo, else 0 */
    fc_plane *skin;  /* the face without eyes, brows, nostrils and mouth */
} fc_face_crop;

/**
 * Look at a crop.
 *
 * input   borrowed as long as `out` lives
 * out     owner: caller. Untouched on failure
 *
 * Errors: FC_MODEL_UNAVAILABLE, FC_OUT_OF_MEMORY. Cost: about 2 ms.
 */
FC_MUST_CHECK fc_status fc_face_crop_new(const fc_check_input *input, fc_face_crop **out,
                                         fc_error *err);

/** The same where the mesh is known, px of the crop: no network runs, and `input->mesh` may be
 * NULL. Errors: FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_face_crop_of_mesh(const fc_check_input *input,
                                             const fc_mesh_point mesh[FC_FACE_MESH_POINTS],
                                             fc_face_crop **out, fc_error *err);
void fc_face_crop_free(fc_face_crop *crop);
FC_DEFINE_CLEANUP(fc_face_crop, fc_face_crop_free)

static inline fc_point fc_face_crop_point(const fc_face_crop *crop, int index)
{
    return (fc_point){ (double)crop->mesh[index].x, (double)crop->mesh[index].y };
}

/** Linear light of a pixel. */
static inline fc_linear_rgb fc_face_crop_linear(const fc_face_crop *crop, const uint8_t *pixel)
{
    return fc_srgb_decode(&crop->srgb, pixel);
}

/** Mean linear light of a square of the crop, as far as it lies in it; `side` px. */
fc_linear_rgb fc_face_crop_mean(const fc_face_crop *crop, fc_point centre, double side);
