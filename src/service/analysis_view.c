#include "service/analysis_view.h"

#include "base/assert.h"
#include "pipeline/stages.h"
#include "report/answer.h"
#include "report/json.h"

static const fc_schema_field ANALYSED_FACE[] = {
    { "number", "count", "from the left: the value of `face` that chooses it" },
    { "box", "Box", NULL },
    { "score", "share", NULL },
    { "points", "list of 68 list of 2 number", NULL },
    { 0 },
};

static const fc_schema_field ANALYSIS[] = {
    { "token", "string or null", NULL },
    { "expires_in_s", "count or null", NULL },
    { "size", "Size", NULL },
    { "face_count", "count", NULL },
    { "faces", "list of AnalysedFace", NULL },
    { "largest", "count or null", "number of the largest face" },
    { "warnings", "list of string", NULL },
    { "processing_time_ms", "count", NULL },
    { "error", "string or null", NULL },
    { "error_message", "string or null", NULL },
    { 0 },
};

const fc_schema fc_analysis_schemas[] = {
    { "AnalysedFace", ANALYSED_FACE },
    { "Analysis", ANALYSIS },
    { 0 },
};

static json_t *pack_points(const fc_point *points)
{
    json_t *list = json_array();
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        list = fc_json_append(list, json_pack("[o, o]", fc_json_rounded(points[i].x, 2),
                                              fc_json_rounded(points[i].y, 2)));
    }
    return list;
}

static json_t *pack_face(const fc_portrait *portrait, int32_t number)
{
    const fc_face *face = &portrait->photo->faces.items[portrait->face_index];
    const fc_box box = face->dlib_box;
    return json_pack("{s:i, s:{s:o, s:o, s:o, s:o}, s:o, s:o}", "number", number, "box", "x",
                     fc_json_rounded(box.x, 2), "y", fc_json_rounded(box.y, 2), "width",
                     fc_json_rounded(box.width, 2), "height", fc_json_rounded(box.height, 2),
                     "score", fc_json_rounded(face->score, 4), "points",
                     pack_points(portrait->landmarks));
}

/* The number of the face that is taken when nothing is said. */
static json_t *pack_largest(const fc_task_result *result)
{
    fc_photo photo = result->photo;
    photo.params.face = FC_FACE_LARGEST;
    int32_t chosen[FC_FACES_MAX];
    int32_t count = 0;
    fc_error err = { 0 };
    const fc_status status = fc_photo_choose(&photo, chosen, &count, &err);
    FC_ASSERT(status == FC_OK);
    int32_t at = 0;
    while (result->portraits[at].face_index != chosen[0]) {
        at++;
    }
    return json_integer(at + 1);
}

json_t *fc_analysis_view(const fc_analysis_facts *facts)
{
    FC_ASSERT(facts != NULL);
    const fc_task_result *result = facts->result;
    const bool found = facts->token != NULL;
    json_t *faces = json_array();
    for (int32_t i = 0; i < result->portrait_count; i++) {
        faces = fc_json_append(faces, pack_face(&result->portraits[i], i + 1));
    }
    const fc_error *failure = &result->failure;
    return json_pack("{s:o, s:o, s:{s:i, s:i}, s:i, s:o, s:o, s:o, s:I, s:o, s:o}", "token",
                     fc_json_text(facts->token), "expires_in_s",
                     found ? json_integer(facts->expires_in_s) : json_null(), "size", "width",
                     result->photo.facts.size.width, "height", result->photo.facts.size.height,
                     "face_count", result->portrait_count, "faces", faces, "largest",
                     found ? pack_largest(result) : json_null(), "warnings",
                     fc_answer_append_warnings(json_array(), &result->photo.warnings),
                     "processing_time_ms", (json_int_t)(facts->time_us / 1000), "error",
                     fc_json_text(found ? NULL : fc_status_lookup(failure->status)->slug),
                     "error_message", fc_json_text(found ? NULL : failure->text));
}

void fc_analysis_refuse(fc_http_response *response, fc_analysis_state state)
{
    FC_ASSERT(state != FC_ANALYSIS_THERE);
    if (state == FC_ANALYSIS_GONE) {
        fc_http_refuse(response, 410, "The analysis is gone: analyse the photo again");
    } else {
        fc_http_refuse(response, 404, "Analysis not found");
    }
}
