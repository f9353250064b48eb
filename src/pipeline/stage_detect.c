#include "pipeline/stage_functions.h"

#include <stdio.h>
#include <string.h>

#include "ops/turn.h"

/* The map from a picture turned clockwise back to the picture as it lay. */
static fc_similarity turned_to_given(fc_size given, int32_t quarter_turns)
{
    switch (quarter_turns) {
    case 1:
        return (fc_similarity){ 0, -1, 0, given.height };
    case 2:
        return (fc_similarity){ -1, 0, given.width, given.height };
    case 3:
        return (fc_similarity){ 0, 1, given.width, 0 };
    default:
        return FC_SIMILARITY_IDENTITY;
    }
}

/* Everything after this stage wants the preview with people upright. */
static fc_status turn_preview(fc_raster *preview, int32_t quarter_turns, fc_error *err)
{
    const fc_similarity back = turned_to_given(preview->pixels->size, quarter_turns);
    fc_image *turned = NULL;
    FC_TRY(fc_turn(preview->pixels, quarter_turns, &turned, err));
    fc_image_free(preview->pixels);
    preview->pixels = turned;
    preview->to_photo = fc_similarity_compose(preview->to_photo, back);
    return FC_OK;
}

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
        FC_TRY(turn_preview(photo->preview, found.quarter_turns, err));
        fc_warn(&photo->warnings, "the photo lies on its side: turned by %d degrees",
                found.quarter_turns * 90);
    }
    photo->faces.count = found.faces.count;
    (void)snprintf(report->note, sizeof report->note, "%d %s, %s", found.faces.count,
                   found.faces.count == 1 ? "face" : "faces", found.way);
    return fc_part_box_is_given(photo->params.face_box) ? add_marked(photo, report, err) : FC_OK;
}
