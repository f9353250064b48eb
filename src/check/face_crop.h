/**
 * Face crop: the crop with what all measures share - points, planes of light, and where the face
 * is. Made once, constant then.
 */
#pragma once

#include "base/attributes.h"
#include "check/check.h"
#include "ops/outline.h"
#include "ops/srgb.h"

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

/** Errors: FC_MODEL_UNAVAILABLE, FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_face_crop_new(const fc_check_input *input, fc_face_crop **out,
                                         fc_error *err);
void fc_face_crop_free(fc_face_crop *crop);
FC_DEFINE_CLEANUP(fc_face_crop, fc_face_crop_free)

static inline fc_point fc_face_crop_point(const fc_face_crop *crop, int index)
{
    return (fc_point){ (double)crop->mesh[index].x, (double)crop->mesh[index].y };
}

static inline double fc_point_distance(fc_point a, fc_point b)
{
    return hypot(b.x - a.x, b.y - a.y);
}

/** Linear light of a pixel. */
static inline fc_linear_rgb fc_face_crop_linear(const fc_face_crop *crop, const uint8_t *pixel)
{
    return (fc_linear_rgb){ (double)crop->srgb.linear[pixel[0]],
                            (double)crop->srgb.linear[pixel[1]],
                            (double)crop->srgb.linear[pixel[2]] };
}

/** Mean linear light of a square of the crop, as far as it lies in it; `side` px. */
fc_linear_rgb fc_face_crop_mean(const fc_face_crop *crop, fc_point centre, double side);

/** Distance of two colours, CIE 1976. */
static inline double fc_lab_distance(fc_lab a, fc_lab b)
{
    return sqrt((a.lightness - b.lightness) * (a.lightness - b.lightness) +
                (a.a - b.a) * (a.a - b.a) + (a.b - b.b) * (a.b - b.b));
}
