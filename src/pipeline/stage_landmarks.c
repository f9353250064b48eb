#include "pipeline/stage_functions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ops/grey.h"
#include "ops/warp.h"

/* The patch around the face: its box in the middle half, at most this many px a side of the box.
 * The cascade compares single pixels, so a finer face brings nothing but work: against dlib on the
 * whole photo the points of 12 faces are off by 1.26 % of the eye distance, with 256 px and three
 * sides by 1.28 %. No point looks further than 0.4 sides beyond the box. */
#define BOX_SIDE_MAX 160.0
#define PATCH_SIDES 2.0

/* The regression was trained on nearly upright faces: beyond this roll it starts to drift, and the
 * patch is turned first. Below, dlib's own way (an upright box in the photo) is kept. */
#define ROLL_UPRIGHT_MAX_DEG 20.0

static double roll_of_keypoints(const fc_face *face)
{
    const fc_point left = face->keypoints[FC_KEYPOINT_LEFT_EYE];
    const fc_point right = face->keypoints[FC_KEYPOINT_RIGHT_EYE];
    const double roll = atan2(right.y - left.y, right.x - left.x);
    return fabs(roll) > ROLL_UPRIGHT_MAX_DEG * M_PI / 180 ? roll : 0;
}

/* Patch px -> photo px: the face box, turned upright, fills the middle of the patch. */
static fc_similarity place_patch(const fc_face *face, double box_px, double patch_px)
{
    const fc_point centre = fc_box_centre(face->dlib_box);
    const double scale = face->dlib_box.width / box_px;
    const double roll = roll_of_keypoints(face);
    fc_similarity map = { scale * cos(roll), scale * sin(roll), 0, 0 };
    const fc_point middle = fc_similarity_apply(map, (fc_point){ patch_px / 2, patch_px / 2 });
    map.tx = centre.x - middle.x;
    map.ty = centre.y - middle.y;
    return map;
}

fc_status fc_stage_landmarks(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const fc_raster *preview = photo->preview;
    const fc_face *face = &photo->faces.items[portrait->face_index];
    report->model = "shape_predictor_68_face_landmarks";
    report->device = "cpu";
    if (portrait->found.has_landmarks) {
        memcpy(portrait->landmarks, portrait->found.landmarks, sizeof portrait->landmarks);
        (void)snprintf(report->note, sizeof report->note, "known");
        return FC_OK;
    }

    const double raster_px = face->dlib_box.width / fc_similarity_scale(preview->to_photo);
    const double box_px = fmin(fmax(round(raster_px), 16), BOX_SIDE_MAX);
    const int32_t side = (int32_t)ceil(box_px * PATCH_SIDES);
    const fc_similarity to_photo = place_patch(face, box_px, side);
    const fc_similarity to_raster =
        fc_similarity_compose(fc_similarity_invert(preview->to_photo), to_photo);

    FC_AUTO(fc_image) patch = NULL;
    FC_AUTO(fc_plane) coverage = NULL;
    FC_AUTO(fc_image) grey = NULL;
    FC_TRY(fc_warp(preview->pixels, to_raster, (fc_size){ side, side }, &patch, &coverage, err));
    FC_TRY(fc_grey(patch, &grey, err));
    const fc_box box = { (side - box_px) / 2, (side - box_px) / 2, box_px, box_px };
    fc_landmark_model_find(photo->models->landmarks, grey, box, portrait->landmarks);

    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        /* dlib counts from pixel centres. */
        const fc_point at = { portrait->landmarks[i].x + 0.5, portrait->landmarks[i].y + 0.5 };
        portrait->landmarks[i] = fc_similarity_apply(to_photo, at);
    }
    memcpy(portrait->found.landmarks, portrait->landmarks, sizeof portrait->landmarks);
    portrait->found.has_landmarks = true;
    (void)snprintf(report->note, sizeof report->note, "face of %.0f px", face->dlib_box.width);
    return FC_OK;
}
