#include "report/answer.h"

#include <math.h>

#include "base/assert.h"
#include "report/check_answer.h"
#include "report/documents.h"
#include "report/json.h"

/* The contract's sentence: clients show it. */
#define NO_FACE_MESSAGE "No face could be detected in the image"

const fc_schema_field fc_answer_fields[] = {
    { "success", "boolean", "true when there is a portrait" },
    { "job_id", "string or null", "name of the job; null on the command line" },
    { "processing_time_ms", "count", "from reading the photo to this answer" },
    { "result", "Result or null",
      "face_detected, face_count, face_position (the face's box in the photo as a person "
      "sees it, px: x, y, width, height), output_size (width, height), file_size_bytes, document "
      "(how far the rule of a preset is met; only with one), check (docs/check.md; where it was "
      "asked for); null without a portrait" },
    { "download_url", "string or null", "null on the command line" },
    { "png_url", "string or null", "null on the command line" },
    { "jpg_url", "string or null", "null on the command line" },
    { "png_base64", "string or null", "null on the command line" },
    { "jpg_base64", "string or null", "null on the command line" },
    { "error", "string or null", "null, or the name of the failure (docs/errors.md)" },
    { "error_message", "string or null", "null, or one line for a person" },
    { "input", "string or null", "the photo, as it was named" },
    { "number", "count",
      "of this portrait among those of its photo, from 1; 0 without a portrait" },
    { "outputs", "Outputs",
      "the files that were written, null for those that were not: png, jpg, matte" },
    { "jpeg_quality", "integer or null", "that fitted into max_jpeg_kb; null without a JPEG" },
    { "face", "count or null",
      "index in `faces` of the face of this portrait; null without a portrait" },
    { "faces", "list of Face",
      "every face of the photo by falling score: box (px), score (0..1) and six points "
      "[x, y]" },
    { "stages", "list of Stage",
      "what was done, in order: name, ran, ms, model and device (null where no network "
      "ran), note" },
    { "warnings", "list of string", "one line each for what was done differently than asked" },
    { 0 },
};

static const fc_schema_field BOX[] = {
    { "x", "number", NULL },
    { "y", "number", NULL },
    { "width", "number", NULL },
    { "height", "number", NULL },
    { 0 },
};

static const fc_schema_field SIZE[] = {
    { "width", "count", NULL },
    { "height", "count", NULL },
    { 0 },
};

static const fc_schema_field KEYPOINTS[] = {
    { "left_eye", "list of 2 number", NULL },
    { "right_eye", "list of 2 number", NULL },
    { "nose", "list of 2 number", NULL },
    { "mouth", "list of 2 number", NULL },
    { "left_ear", "list of 2 number", NULL },
    { "right_ear", "list of 2 number", NULL },
    { 0 },
};

static const fc_schema_field FACE[] = {
    { "box", "Box", NULL },
    { "score", "share", NULL },
    { "points", "Keypoints", NULL },
    { 0 },
};

static const fc_schema_field STAGE[] = {
    { "name", "string", NULL },
    { "ran", "boolean", NULL },
    { "ms", "number", NULL },
    { "model", "string or null", NULL },
    { "device", "string or null", NULL },
    { "note", "string or null", NULL },
    { 0 },
};

static const fc_schema_field RESULT[] = {
    { "face_detected", "boolean", NULL },
    { "face_count", "count", NULL },
    { "face_position", "Box", NULL },
    { "output_size", "Size", NULL },
    { "file_size_bytes", "count", NULL },
    { "document?", "Document", "of a preset" },
    { "check?", "Check", "where it was asked for" },
    { 0 },
};

static const fc_schema_field OUTPUTS[] = {
    { "png", "string or null", NULL },
    { "jpg", "string or null", NULL },
    { "matte", "string or null", NULL },
    { 0 },
};

const fc_schema fc_answer_schemas[] = {
    { "Box", BOX },
    { "Size", SIZE },
    { "Keypoints", KEYPOINTS },
    { "Face", FACE },
    { "Stage", STAGE },
    { "Result", RESULT },
    { "Outputs", OUTPUTS },
    { "Answer", fc_answer_fields },
    { 0 },
};

static json_t *pack_point(fc_point point)
{
    return json_pack("[o, o]", fc_json_rounded(point.x, 2), fc_json_rounded(point.y, 2));
}

static json_t *pack_box(fc_box box)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "x", fc_json_rounded(box.x, 2), "y",
                     fc_json_rounded(box.y, 2), "width", fc_json_rounded(box.width, 2), "height",
                     fc_json_rounded(box.height, 2));
}

static json_t *pack_face(const fc_face *face)
{
    const fc_point *points = face->keypoints;
    return json_pack("{s:o, s:o, s:{s:o, s:o, s:o, s:o, s:o, s:o}}", "box",
                     pack_box(face->dlib_box), "score", fc_json_rounded(face->score, 4), "points",
                     "left_eye", pack_point(points[FC_KEYPOINT_LEFT_EYE]), "right_eye",
                     pack_point(points[FC_KEYPOINT_RIGHT_EYE]), "nose",
                     pack_point(points[FC_KEYPOINT_NOSE]), "mouth",
                     pack_point(points[FC_KEYPOINT_MOUTH]), "left_ear",
                     pack_point(points[FC_KEYPOINT_LEFT_EAR]), "right_ear",
                     pack_point(points[FC_KEYPOINT_RIGHT_EAR]));
}

static json_t *pack_faces(const fc_photo *photo)
{
    json_t *list = json_array();
    for (int32_t i = 0; photo != NULL && i < photo->faces.count; i++) {
        list = fc_json_append(list, pack_face(&photo->faces.items[i]));
    }
    return list;
}

static json_t *append_stages(json_t *list, const fc_stage_report *reports)
{
    for (int i = 0; i < FC_STAGES_MAX; i++) {
        const fc_stage_report *report = &reports[i];
        if (report->name != NULL) {
            const double time_ms = (double)report->time_us / 1000.0;
            list = fc_json_append(list, json_pack("{s:o, s:b, s:o, s:o, s:o, s:o}", "name",
                                                  fc_json_text(report->name), "ran", report->ran,
                                                  "ms", fc_json_rounded(time_ms, 3), "model",
                                                  fc_json_text(report->model), "device",
                                                  fc_json_text(report->device), "note",
                                                  fc_json_text(report->note)));
        }
    }
    return list;
}

json_t *fc_answer_append_warnings(json_t *list, const fc_warnings *warnings)
{
    for (int32_t i = 0; i < warnings->count; i++) {
        list = fc_json_append(list, fc_json_text(warnings->items[i]));
    }
    return list;
}

/* The contract's rule: the PNG's size with the oval, else the JPEG's; where only one was made,
 * its own. */
static size_t file_size(const fc_portrait *portrait)
{
    const bool png = portrait->png.size > 0 &&
                     (portrait->photo->params.use_oval_mask || portrait->jpeg.size == 0);
    return png ? portrait->png.size : portrait->jpeg.size;
}

/* The contract has these keys; a preset adds one. */
static json_t *pack_result(const fc_portrait *portrait, const char *language)
{
    const fc_box face = portrait->frame.face_in_photo;
    const fc_size canvas = portrait->frame.canvas;
    json_t *result = json_pack(
        "{s:b, s:i, s:{s:I, s:I, s:I, s:I}, s:{s:i, s:i}, s:I}", "face_detected", 1, "face_count",
        portrait->photo->faces.count, "face_position", "x", (json_int_t)llround(face.x), "y",
        (json_int_t)llround(face.y), "width", (json_int_t)llround(face.width), "height",
        (json_int_t)llround(face.height), "output_size", "width", canvas.width, "height",
        canvas.height, "file_size_bytes", (json_int_t)file_size(portrait));
    if (portrait->photo->params.preset != 0 &&
        json_object_set_new(result, "document", fc_documents_pack_portrait(portrait)) != 0) {
        json_decref(result);
        return NULL;
    }
    if (portrait->check.made &&
        json_object_set_new(result, "check", fc_check_json(&portrait->check, language)) != 0) {
        json_decref(result);
        return NULL;
    }
    return result;
}

/* The contract's keys, in its order. `result` is taken over. */
static json_t *pack_contract(const fc_answer_facts *facts, json_t *result, const fc_error *failure)
{
    const bool failed = failure != NULL;
    const char *message = !failed                         ? NULL
                          : failure->status == FC_NO_FACE ? NO_FACE_MESSAGE
                                                          : failure->text;
    return json_pack("{s:b, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "success", !failed,
                     "job_id", fc_json_text(facts->job_id), "processing_time_ms",
                     (json_int_t)(facts->time_us / 1000), "result", result, "download_url",
                     fc_json_text(facts->download_url), "png_url", fc_json_text(facts->png_url),
                     "jpg_url", fc_json_text(facts->jpeg_url), "png_base64", json_null(),
                     "jpg_base64", json_null(), "error",
                     fc_json_text(failed ? fc_status_lookup(failure->status)->slug : NULL),
                     "error_message", fc_json_text(message));
}

/* What goes beyond the contract. `portrait` may be NULL, then also `photo`. */
static json_t *pack_details(const fc_photo *photo, const fc_portrait *portrait,
                            const fc_answer_facts *facts)
{
    json_t *stages = json_array();
    json_t *warnings = json_array();
    if (photo != NULL) {
        stages = append_stages(stages, photo->reports);
        warnings = fc_answer_append_warnings(warnings, &photo->warnings);
    }
    if (portrait != NULL) {
        stages = append_stages(stages, portrait->reports);
        warnings = fc_answer_append_warnings(warnings, &portrait->warnings);
    }
    const bool jpeg = portrait != NULL && portrait->jpeg.size > 0;
    return json_pack("{s:o, s:i, s:{s:o, s:o, s:o}, s:o, s:o, s:o, s:o, s:o}", "input",
                     fc_json_text(facts->input), "number", facts->number, "outputs", "png",
                     fc_json_text(facts->png_path), "jpg", fc_json_text(facts->jpeg_path), "matte",
                     fc_json_text(facts->matte_path), "jpeg_quality",
                     jpeg ? json_integer(portrait->jpeg_quality) : json_null(), "face",
                     portrait != NULL ? json_integer(portrait->face_index) : json_null(), "faces",
                     pack_faces(photo), "stages", stages, "warnings", warnings);
}

static fc_status write_answer(json_t *contract, json_t *details, fc_buffer *out, fc_error *err)
{
    if (contract == NULL || details == NULL || json_object_update(contract, details) != 0) {
        json_decref(contract);
        contract = NULL;
    }
    json_decref(details);
    return fc_json_write_line(contract, out, err);
}

fc_status fc_answer_portrait(const fc_portrait *portrait, const fc_answer_facts *facts,
                             fc_buffer *out, fc_error *err)
{
    FC_ASSERT(portrait != NULL);
    FC_ASSERT(portrait->photo != NULL);
    FC_ASSERT(facts != NULL);
    const char *language = facts->language != NULL ? facts->language : "en";
    return write_answer(pack_contract(facts, pack_result(portrait, language), NULL),
                        pack_details(portrait->photo, portrait, facts), out, err);
}

fc_status fc_answer_failure(const fc_photo *photo, const fc_error *failure,
                            const fc_answer_facts *facts, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(failure != NULL && failure->status != FC_OK);
    FC_ASSERT(facts != NULL);
    return write_answer(pack_contract(facts, json_null(), failure),
                        pack_details(photo, NULL, facts), out, err);
}
