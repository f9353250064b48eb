#include "pipeline/stage_functions.h"

#include <stdio.h>
#include <string.h>

#include "ops/turn.h"

static fc_face face_in_photo(fc_similarity to_photo, fc_face face)
{
    face.box = fc_similarity_apply_box(to_photo, face.box);
    face.dlib_box = fc_similarity_apply_box(to_photo, face.dlib_box);
    for (int i = 0; i < FC_KEYPOINT_COUNT; i++) {
        face.keypoints[i] = fc_similarity_apply(to_photo, face.keypoints[i]);
    }
    return face;
}

static bool is_known(const fc_faces *faces, fc_box marked)
{
    for (int32_t i = 0; i < faces->count; i++) {
        if (fc_box_iou(faces->items[i].dlib_box, marked) >= FC_FACE_OVERLAP_MAX) {
            return true;
        }
    }
    return false;
}

/* By falling score; where there is no room, the weakest goes. */
static void insert(fc_faces *faces, fc_face face)
{
    int32_t at = faces->count < FC_FACES_MAX ? faces->count++ : FC_FACES_MAX - 1;
    for (; at > 0 && faces->items[at - 1].score < face.score; at--) {
        faces->items[at] = faces->items[at - 1];
    }
    faces->items[at] = face;
}

/* The face that a person has marked, where it was not found: by a close look, or as it is given. */
static fc_status add_marked(fc_photo *photo, fc_stage_report *report, fc_error *err)
{
    const fc_box marked = fc_photo_marked_box(photo);
    if (is_known(&photo->faces, marked)) {
        return FC_OK;
    }
    const fc_raster *preview = photo->preview;
    const fc_box box = fc_similarity_apply_box(fc_similarity_invert(preview->to_photo), marked);
    fc_face face = fc_face_of_box(box);
    bool found = false;
    FC_TRY(fc_face_detector_find_in(photo->models->detector, preview->pixels, box, &face, &found,
                                    err));
    insert(&photo->faces, face_in_photo(preview->to_photo, face));
    const size_t length = strlen(report->note);
    (void)snprintf(report->note + length, sizeof report->note - length, ", one %s",
                   found ? "where it was marked" : "as it was marked");
    return FC_OK;
}

fc_status fc_stage_detect(fc_photo *photo, fc_stage_report *report, fc_error *err)
{
    report->model = "face_detection_full_range";
    report->device = fc_face_detector_device(photo->models->detector);

    fc_detection found = { 0 };
    FC_TRY(fc_face_detector_find(photo->models->detector, photo->preview->pixels, &found, err));
    for (int32_t i = 0; i < found.faces.count; i++) {
        photo->faces.items[i] = face_in_photo(photo->preview->to_photo, found.faces.items[i]);
    }
    if (found.quarter_turns != 0) {
        /* Everything after this stage wants the preview with people upright. */
        FC_TRY(fc_turn_raster(photo->preview, found.quarter_turns, err));
        photo->preview_turns = found.quarter_turns;
        fc_warn(&photo->warnings, "the photo lies on its side: turned by %d degrees",
                found.quarter_turns * 90);
    }
    photo->faces.count = found.faces.count;
    char looks[24] = "";
    if (found.looks > 1) {
        (void)snprintf(looks, sizeof looks, ", %d looks", found.looks);
    }
    (void)snprintf(report->note, sizeof report->note, "%d %s, %s%s", found.faces.count,
                   found.faces.count == 1 ? "face" : "faces", found.way, looks);
    return fc_part_box_is_given(photo->params.face_box) ? add_marked(photo, report, err) : FC_OK;
}
