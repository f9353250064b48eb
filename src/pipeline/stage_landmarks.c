#include "pipeline/stage_functions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ops/snippet.h"

/* The regression was trained on nearly upright faces: beyond this roll it starts to drift, and its
 * box is turned. Below, dlib's own way (an upright box in the photo) is kept. */
#define ROLL_UPRIGHT_MAX_DEG 20.0

/* A smaller box than this would have no inside, px. */
#define BOX_SIDE_MIN 2.0

/* Side of what the mesh looks at first, in sides of dlib's box: between 1.4 and 1.72 its eye line
 * agrees best with dlib's. */
#define MESH_SIDES 1.6

/* dlib's box sits this share of its side above what the mesh was trained on. */
#define MESH_DOWN 0.016

/* Below this the mesh itself doubts that it sees a face. */
#define MESH_PRESENCE_MIN 0.5

/* A second look at another size than this many times the first is no look at the same face. */
#define MESH_CLOSER_MAX 2.0

/* How much of the points comes from the second look. */
#define SECOND_SHARE (2.0 / 3.0)

/* Of the eyes, in px of what `map` leads to. */
static double roll_of_keypoints(const fc_face *face, fc_similarity map)
{
    const fc_point left = fc_similarity_apply(map, face->keypoints[FC_KEYPOINT_LEFT_EYE]);
    const fc_point right = fc_similarity_apply(map, face->keypoints[FC_KEYPOINT_RIGHT_EYE]);
    return atan2(right.y - left.y, right.x - left.x);
}

/* Patch px -> photo px: the middle of the face's box, moved a little towards the chin, comes to the
 * middle of the patch. */
static fc_similarity place_patch(const fc_face *face, double roll, double scale)
{
    fc_point centre = fc_box_centre(face->dlib_box);
    centre.x -= sin(roll) * MESH_DOWN * face->dlib_box.width;
    centre.y += cos(roll) * MESH_DOWN * face->dlib_box.width;
    fc_similarity map = { scale * cos(roll), scale * sin(roll), 0, 0 };
    const double half = FC_FACE_MESH_SIDE / 2.0;
    const fc_point middle = fc_similarity_apply(map, (fc_point){ half, half });
    map.tx = centre.x - middle.x;
    map.ty = centre.y - middle.y;
    return map;
}

/* dlib's cascade of trees, on the preview as it is. */
static void find_by_trees(fc_portrait *portrait, const fc_face *face)
{
    const fc_photo *photo = portrait->photo;
    const fc_raster *preview = photo->preview;
    const fc_similarity to_raster = fc_similarity_invert(preview->to_photo);
    const double roll = roll_of_keypoints(face, to_raster);
    const bool turned = fabs(roll) > ROLL_UPRIGHT_MAX_DEG * M_PI / 180;
    const fc_point centre = fc_similarity_apply(to_raster, fc_box_centre(face->dlib_box));
    const double side = fmax(face->dlib_box.width * fc_similarity_scale(to_raster), BOX_SIDE_MIN);
    const fc_box box = { centre.x - side / 2, centre.y - side / 2, side, side };
    fc_landmark_model_find(photo->models->dlib, preview->pixels, box, turned ? roll : 0,
                           portrait->landmarks);
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        /* dlib counts from pixel centres. */
        const fc_point at = { portrait->landmarks[i].x + 0.5, portrait->landmarks[i].y + 0.5 };
        portrait->landmarks[i] = fc_similarity_apply(preview->to_photo, at);
    }
}

static fc_status look(const fc_photo *photo, fc_similarity to_photo, bool mirrored,
                      fc_mesh_look *out, fc_error *err)
{
    const fc_raster *preview = photo->preview;
    const fc_similarity to_raster =
        fc_similarity_compose(fc_similarity_invert(preview->to_photo), to_photo);
    FC_AUTO(fc_image) patch = NULL;
    FC_TRY(fc_snippet(preview->pixels, to_raster, FC_FACE_MESH_SIDE, &patch, err));
    FC_TRY(fc_face_mesh_find(photo->models->mesh, patch, mirrored, out, err));
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        out->points[i] = fc_similarity_apply(to_photo, out->points[i]);
    }
    return FC_OK;
}

static bool is_worth_following(const fc_mesh_look *first)
{
    const double scale = fc_similarity_scale(first->closer);
    return first->presence >= MESH_PRESENCE_MIN && scale <= MESH_CLOSER_MAX &&
           scale * MESH_CLOSER_MAX >= 1;
}

/* The mesh, first where the detector has seen the face, then in a mirror where the mesh itself
 * lies: what is wrong in one of the looks is seldom wrong in both. */
static fc_status find_by_mesh(fc_portrait *portrait, const fc_face *face, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const double scale = MESH_SIDES * face->dlib_box.width / FC_FACE_MESH_SIDE;
    const fc_similarity to_photo =
        place_patch(face, roll_of_keypoints(face, FC_SIMILARITY_IDENTITY), scale);
    fc_mesh_look seen;
    FC_TRY(look(photo, to_photo, false, &seen, err));
    if (is_worth_following(&seen)) {
        fc_mesh_look second;
        FC_TRY(look(photo, fc_similarity_compose(to_photo, seen.closer), true, &second, err));
        for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
            seen.points[i].x += SECOND_SHARE * (second.points[i].x - seen.points[i].x);
            seen.points[i].y += SECOND_SHARE * (second.points[i].y - seen.points[i].y);
        }
        seen.presence += SECOND_SHARE * (second.presence - seen.presence);
    }
    memcpy(portrait->landmarks, seen.points, sizeof portrait->landmarks);
    if (seen.presence < MESH_PRESENCE_MIN) {
        fc_warn(&portrait->warnings, "the points of the face are unsure (%.2f)", seen.presence);
    }
    return FC_OK;
}

fc_status fc_stage_landmarks(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_models *models = portrait->photo->models;
    const fc_face *face = &portrait->photo->faces.items[portrait->face_index];
    const bool mesh = models->dlib == NULL;
    report->model = mesh ? "face_landmark" : "shape_predictor_68_face_landmarks";
    report->device = mesh ? fc_face_mesh_device(models->mesh) : "cpu";
    if (portrait->found.has_landmarks) {
        memcpy(portrait->landmarks, portrait->found.landmarks, sizeof portrait->landmarks);
        (void)snprintf(report->note, sizeof report->note, "known");
        return FC_OK;
    }
    if (mesh) {
        FC_TRY(find_by_mesh(portrait, face, err));
    } else {
        find_by_trees(portrait, face);
    }
    memcpy(portrait->found.landmarks, portrait->landmarks, sizeof portrait->landmarks);
    portrait->found.has_landmarks = true;
    (void)snprintf(report->note, sizeof report->note, "face of %.0f px%s", face->dlib_box.width,
                   mesh ? ", 68 of 468 points" : "");
    return FC_OK;
}
