#include "service/job_result.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "http/base64.h"
#include "pipeline/document.h"
#include "report/answer.h"
#include "report/json.h"
#include "service/process_request.h"

/* Pictures of one job: each portrait in each type. */
#define PICTURES_MAX (FC_FACES_MAX * FC_PICTURE_TYPES_COUNT)

void fc_job_result_link(const char *job_id, fc_picture_type type, int32_t number,
                        char link[FC_LINK_SIZE])
{
    const char *name = fc_picture_type_name(type);
    if (number == 1) {
        (void)snprintf(link, FC_LINK_SIZE, "/api/v1/download/%s/%s", job_id, name);
    } else {
        (void)snprintf(link, FC_LINK_SIZE, "/api/v1/download/%s/%s?number=%d", job_id, name,
                       number);
    }
}

/* Links of one portrait, alive as long as the facts that point to them. */
typedef struct links {
    char png[FC_LINK_SIZE];
    char jpeg[FC_LINK_SIZE];
} links;

static const fc_schema_field ANSWER[] = {
    { "portraits?", "list of Answer", "of `face=all`: one for each face" },
    { 0 },
};

const fc_schema fc_job_result_schemas[] = {
    { "Answer", ANSWER },
    { 0 },
};

static void describe(const fc_job_result *outcome, int32_t index, links *space,
                     fc_answer_facts *facts)
{
    const fc_portrait *portrait = &outcome->result->portraits[index];
    facts->number = index + 1;
    facts->count = outcome->result->portrait_count;
    if (outcome->links && portrait->png.size > 0) {
        fc_job_result_link(outcome->job_id, FC_PICTURE_PNG, index + 1, space->png);
        facts->png_url = space->png;
    }
    if (outcome->links && portrait->jpeg.size > 0) {
        fc_job_result_link(outcome->job_id, FC_PICTURE_JPEG, index + 1, space->jpeg);
        facts->jpeg_url = space->jpeg;
    }
}

static fc_answer_facts start_facts(const fc_job_result *outcome)
{
    return (fc_answer_facts){
        .input = outcome->name[0] != '\0' ? outcome->name : NULL,
        .job_id = outcome->job_id,
        .language = outcome->form != NULL ? fc_form_language(outcome->form) : NULL,
        .time_us = outcome->time_us,
    };
}

/*
 * Copy a line of JSON up to a key that is null, with the text of a picture in its place; `rest` is
 * what comes behind. Quotes inside of texts are escaped, so that nothing but the key looks like it.
 * Jansson would look at each of half a million characters several times.
 */
static fc_status append_filled(const char **rest, const char *key, const fc_buffer *picture,
                               fc_buffer *out, fc_error *err)
{
    if (picture->size == 0) {
        return FC_OK;
    }
    const char *at = strstr(*rest, key);
    FC_ASSERT(at != NULL);
    at += strlen(key) - strlen("null");
    FC_TRY(fc_buffer_append(out, *rest, (size_t)(at - *rest), err));
    FC_TRY(fc_buffer_append(out, "\"", 1, err));
    FC_TRY(fc_base64_encode(fc_buffer_bytes(picture), out, err));
    *rest = at + strlen("null");
    return fc_buffer_append(out, "\"", 1, err);
}

static fc_status answer_portrait(const fc_job_result *outcome, int32_t index, bool base64,
                                 fc_buffer *out, fc_error *err)
{
    const fc_portrait *portrait = &outcome->result->portraits[index];
    links space;
    fc_answer_facts facts = start_facts(outcome);
    describe(outcome, index, &space, &facts);
    FC_AUTO_BUFFER(line, FC_ANSWER_BYTES_MAX);
    FC_TRY(fc_answer_portrait(portrait, &facts, &line, err));
    const char *rest = fc_buffer_text(&line);
    if (base64) { /* in the order of the keys */
        FC_TRY(append_filled(&rest, "\"png_base64\":null", &portrait->png, out, err));
        FC_TRY(append_filled(&rest, "\"jpg_base64\":null", &portrait->jpeg, out, err));
    }
    return fc_buffer_append(out, rest, strlen(rest), err);
}

/* Reopen the object that ends the buffer, so that a key can be added. */
static void reopen(fc_buffer *out)
{
    FC_ASSERT(out->size >= 2 && memcmp(out->data + out->size - 2, "}\n", 2) == 0);
    out->size -= 2;
}

static fc_status append_portraits(const fc_job_result *outcome, bool base64, fc_buffer *out,
                                  fc_error *err)
{
    reopen(out);
    FC_TRY(fc_buffer_print(out, err, ",\"portraits\":["));
    for (int32_t i = 0; i < outcome->result->portrait_count; i++) {
        FC_TRY(i > 0 ? fc_buffer_append(out, ",", 1, err) : FC_OK);
        FC_TRY(answer_portrait(outcome, i, base64, out, err));
        out->size--; /* the end of the line */
    }
    return fc_buffer_append(out, "]}\n", 3, err);
}

fc_status fc_job_result_answer(const fc_job_result *outcome, bool base64, fc_buffer *out,
                               fc_error *err)
{
    FC_ASSERT(outcome != NULL);
    FC_ASSERT(out != NULL);

    const fc_task_result *result = outcome->result;
    if (result->failure.status != FC_OK) {
        const fc_answer_facts facts = start_facts(outcome);
        return fc_answer_failure(&result->photo, &result->failure, &facts, out, err);
    }
    FC_TRY(answer_portrait(outcome, 0, base64, out, err));
    return outcome->form->params.face == FC_FACE_ALL ? append_portraits(outcome, base64, out, err)
                                                     : FC_OK;
}

/* Behind the `used` bytes of a text, for as long as whole stages fit; how many there are then. */
static size_t print_stages(const fc_stage_report *reports, char *text, size_t size, size_t used)
{
    for (int i = 0; i < FC_STAGES_MAX; i++) {
        if (reports[i].name == NULL || !reports[i].ran) {
            continue;
        }
        const size_t room = size - used;
        const int length = snprintf(text + used, room, ", %s;dur=%.1f", reports[i].name,
                                    (double)reports[i].time_us / 1000.0);
        if ((size_t)length >= room) {
            text[used] = '\0';
            break;
        }
        used += (size_t)length;
    }
    return used;
}

void fc_job_result_timing(const fc_job_result *outcome, fc_http_response *response)
{
    char text[FC_HTTP_RESPONSE_HEADER_SIZE];
    const fc_task_result *result = outcome->result;
    size_t used =
        (size_t)snprintf(text, sizeof text, "queue;dur=%.1f", (double)result->waited_us / 1000.0);
    used = print_stages(result->photo.reports, text, sizeof text, used);
    if (result->portrait_count > 0) {
        (void)print_stages(result->portraits[0].reports, text, sizeof text, used);
    }
    fc_http_set_header(response, "Server-Timing", "%s", text);
}

fc_status fc_job_result_describe_picture(const fc_job_result *outcome, fc_http_response *response,
                                         fc_error *err)
{
    const fc_error *failure = &outcome->result->failure;
    if (failure->status != FC_OK) {
        return fc_fail(err, failure->status, "%s", failure->text);
    }
    FC_TRY(fc_job_result_picture(outcome, response, err));
    fc_job_result_timing(outcome, response);
    return FC_OK;
}

const fc_buffer *fc_portrait_picture(const fc_portrait *portrait, fc_picture_type type)
{
    FC_ASSERT((unsigned)type < FC_PICTURE_TYPES_COUNT);
    return type == FC_PICTURE_PNG    ? &portrait->png
           : type == FC_PICTURE_JPEG ? &portrait->jpeg
                                     : &portrait->webp;
}

static fc_status set_picture(const fc_buffer *picture, const char *type, fc_http_response *response,
                             fc_error *err)
{
    FC_AUTO_BUFFER(copy, FC_PORTRAIT_BYTES_MAX);
    FC_TRY(fc_buffer_append(&copy, picture->data, picture->size, err));
    fc_http_set_body(response, type, &copy);
    return FC_OK;
}

/* What the headers of a picture tell about it. */
static const char *const HEADERS[] = { "X-Face-Count", "X-Width", "X-Height",
                                       "X-Frame",      "X-Check", "X-Document" };

/* Bytes of X-Check where nothing passed, with the final zero. */
#define FC_MEASURE(id, ...) +(sizeof "; " #id "=fail" - 1)
enum {
    CHECK_SIZE = sizeof "fail"
#include "check/measures.def"
};
#undef FC_MEASURE
_Static_assert(CHECK_SIZE <= FC_HTTP_RESPONSE_HEADER_SIZE, "the header holds all measures");

/* "warn; yaw=warn; background=fail": the whole, then what did not pass. */
static json_t *pack_check(const fc_check *check)
{
    char text[CHECK_SIZE];
    int used = snprintf(text, sizeof text, "%s", fc_check_state_name(check->overall));
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        const fc_check_state state = check->items[i].state;
        if (state == FC_CHECK_WARN || state == FC_CHECK_FAIL) {
            used += snprintf(text + used, sizeof text - (size_t)used, "; %s=%s",
                             fc_measure_lookup((fc_measure_id)i)->id, fc_check_state_name(state));
        }
    }
    return json_string(text);
}

/* Where the head lies in the picture of a preset, in its unit, and whether the photo reaches far
 * enough: "head_height=30.12; eye_line=31.20; top_margin=4.10; fits_photo=true". */
static json_t *pack_document(const fc_portrait *portrait)
{
    const fc_preset *preset = fc_preset_at(portrait->photo->params.preset);
    const fc_document *document = &portrait->frame.document;
    return preset == NULL
               ? json_null()
               : json_sprintf("head_height=%.2f; eye_line=%.2f; top_margin=%.2f; fits_photo=%s",
                              document->head, document->eye_line, document->top,
                              fc_document_fits_photo(preset, document) ? "true" : "false");
}

static json_t *pack_headers(const fc_job_result *outcome)
{
    const fc_portrait *portrait = &outcome->result->portraits[0];
    const fc_size canvas = portrait->frame.canvas;
    const fc_similarity map = portrait->frame.to_photo;
    const fc_check *check = &portrait->check;
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o}", HEADERS[0],
        json_sprintf("%d", outcome->result->photo.faces.count), HEADERS[1],
        json_sprintf("%d", canvas.width), HEADERS[2], json_sprintf("%d", canvas.height), HEADERS[3],
        json_sprintf("%.9g,%.9g,%.9g,%.9g", map.a, map.b, map.tx, map.ty), HEADERS[4],
        check->made ? pack_check(check) : json_null(), HEADERS[5], pack_document(portrait));
}

static void set_headers(const json_t *headers, fc_http_response *response)
{
    for (size_t i = 0; i < sizeof HEADERS / sizeof HEADERS[0]; i++) {
        const char *value = json_string_value(json_object_get(headers, HEADERS[i]));
        if (value != NULL) {
            fc_http_set_header(response, HEADERS[i], "%s", value);
        }
    }
}

fc_status fc_job_result_picture(const fc_job_result *outcome, fc_http_response *response,
                                fc_error *err)
{
    FC_ASSERT(outcome->result->portrait_count > 0);

    const fc_picture_type type = fc_form_picture_type(outcome->form);
    FC_TRY(set_picture(fc_portrait_picture(&outcome->result->portraits[0], type),
                       fc_picture_type_media(type), response, err));
    json_t *headers = pack_headers(outcome);
    set_headers(headers, response);
    json_decref(headers);
    return headers != NULL ? FC_OK : fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an answer");
}

void fc_outcome_repeat_headers(const json_t *kept, fc_http_response *response)
{
    set_headers(json_object_get(kept, "headers"), response);
}

/* Where the picture itself was asked for, its headers are kept with the answer. */
static fc_status append_headers(const fc_job_result *outcome, fc_buffer *out, fc_error *err)
{
    if (outcome->form->format == FC_FORM_JSON || outcome->result->failure.status != FC_OK) {
        return FC_OK;
    }
    reopen(out);
    FC_TRY(fc_buffer_print(out, err, ",\"headers\":"));
    FC_TRY(fc_json_write_line(pack_headers(outcome), out, err));
    out->size--; /* the end of the line */
    return fc_buffer_append(out, "}\n", 2, err);
}

/* Of a photo that failed at its third face, the first two are no result. */
static size_t list_pictures(const fc_task_result *result, fc_job_picture *pictures)
{
    size_t count = 0;
    if (result->failure.status != FC_OK) {
        return 0;
    }
    for (int32_t i = 0; i < result->portrait_count; i++) {
        for (int k = 0; k < FC_PICTURE_TYPES_COUNT; k++) {
            const fc_picture_type type = (fc_picture_type)k;
            const fc_buffer *picture = fc_portrait_picture(&result->portraits[i], type);
            if (picture->size > 0) {
                FC_ASSERT(count < PICTURES_MAX);
                pictures[count++] = (fc_job_picture){ type, i + 1, fc_buffer_bytes(picture) };
            }
        }
    }
    return count;
}

fc_status fc_job_result_save(fc_job_store *store, const fc_job_result *outcome, const fc_job *job,
                             fc_job_state state, fc_error *err)
{
    if (!fc_job_store_keeps(store)) {
        return FC_OK;
    }
    const fc_task_result *result = outcome->result;
    FC_AUTO_BUFFER(answer, FC_ANSWER_BYTES_MAX);
    FC_TRY(fc_job_result_answer(outcome, false, &answer, err));
    FC_TRY(append_headers(outcome, &answer, err));
    fc_job_picture pictures[PICTURES_MAX];
    const fc_job_ending ending = {
        .state = state,
        .failure = result->failure.status != FC_OK ? &result->failure : NULL,
        .answer = fc_buffer_bytes(&answer),
        .pictures = pictures,
        .picture_count = list_pictures(result, pictures),
        .frees_key = !fc_job_result_repeats(result),
    };
    return fc_job_state_final(job->state) ? fc_job_store_save(store, job, &ending, err)
                                          : fc_job_store_finish(store, job->id, &ending, err);
}

bool fc_job_result_repeats(const fc_task_result *result)
{
    return result->failure.status == FC_OK || result->failure.status == FC_NO_FACE;
}
