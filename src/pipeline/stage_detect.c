#include "pipeline/stage_functions.h"

#include <stdio.h>

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
    return FC_OK;
}
