#include "pipeline/stage_functions.h"

#include <stdio.h>

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
    (void)snprintf(report->note, sizeof report->note, "%d %s, %s", found.faces.count,
                   found.faces.count == 1 ? "face" : "faces", found.way);
    return FC_OK;
}
