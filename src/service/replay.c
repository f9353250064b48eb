#include "service/replay.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/file.h"
#include "base/limits.h"
#include "http/base64.h"
#include "report/json.h"
#include "service/job_result.h"
#include "service/job_view.h"

/* Longest key; the draft's examples have 36 characters. */
#define KEY_LENGTH_MAX 255

fc_status fc_answer_accepted(const fc_service *service, const fc_http_request *request,
                             const char *job_id, fc_http_response *response, fc_error *err)
{
    json_t *view = NULL;
    bool ended = false;
    char path[FC_JOB_PATH_SIZE];
    fc_job_path(job_id, path);
    FC_TRY(fc_job_view(service, request->key_name, job_id, false, &view, &ended, err));
    FC_TRY(fc_http_set_json(response, 202, view, err));
    fc_http_set_header(response, "Location", "%s", path);
    fc_http_set_header(response, "Retry-After", "1");
    fc_http_set_header(response, "Preference-Applied", "respond-async");
    return FC_OK;
}

/* The kept answer, with its pictures where the first one had them: the request is the same one. */
static fc_status repeat_json(const fc_service *service, const fc_form *form, const char *id,
                             json_t *kept, fc_http_response *response, fc_error *err)
{
    FC_AUTO_BUFFER(text, FC_ANSWER_BYTES_MAX);
    if (form->return_base64) {
        FC_TRY(fc_kept_pictures_fill(service, id, kept, err));
    }
    FC_TRY(fc_json_write_line(json_incref(kept), &text, err));
    fc_http_set_body(response, "application/json", &text);
    return FC_OK;
}

static fc_status repeat_picture(const fc_service *service, const fc_form *form, const char *id,
                                const json_t *kept, fc_http_response *response, fc_error *err)
{
    FC_ASSERT(form->format != FC_FORM_JSON);
    const fc_picture_type type = fc_form_picture_type(form);
    FC_AUTO_BUFFER(picture, FC_PORTRAIT_BYTES_MAX);
    FC_TRY(fc_kept_picture_read(service, id, type, 1, &picture, err));
    fc_http_set_body(response, fc_picture_type_media(type), &picture);
    fc_outcome_repeat_headers(kept, response);
    return FC_OK;
}

static fc_status repeat_sync(const fc_service *service, const fc_form *form, const fc_job *job,
                             const fc_buffer *answer, fc_http_response *response, fc_error *err)
{
    json_t *kept = json_loadb((const char *)answer->data, answer->size, 0, NULL);
    fc_status status = FC_OK;
    if (kept == NULL) {
        return fc_fail(err, FC_NOT_FOUND, "Job not found");
    }
    if (form->format == FC_FORM_JSON || json_object_get(kept, "results") != NULL) {
        status = repeat_json(service, form, job->id, kept, response, err);
    } else if (job->state != FC_JOB_SUCCEEDED) {
        fc_http_refuse(response, 400, "%s", job->error);
    } else {
        status = repeat_picture(service, form, job->id, kept, response, err);
    }
    json_decref(kept);
    fc_http_set_header(response, "X-Job-Id", "%s", job->id);
    return status;
}

static fc_status repeat(const fc_service *service, const fc_http_request *request,
                        const fc_process_request *order, const char *id, fc_http_response *response,
                        fc_error *err)
{
    fc_job job = { 0 };
    FC_AUTO_BUFFER(kept, FC_ANSWER_BYTES_MAX);
    FC_TRY(fc_job_find(service, request->key_name, id, &job, &kept, err));
    if (order->asynchronous) {
        FC_TRY(fc_answer_accepted(service, request, id, response, err));
    } else {
        FC_TRY(repeat_sync(service, &order->form, &job, &kept, response, err));
    }
    fc_http_set_header(response, "Idempotency-Replayed", "true");
    return FC_OK;
}

static fc_status wait_for_first(const fc_service *service, const fc_http_request *request,
                                const fc_process_request *order, const char *id,
                                fc_http_response *response, fc_error *err)
{
    if (order->asynchronous && fc_answer_accepted(service, request, id, response, NULL) == FC_OK) {
        return FC_OK;
    }
    (void)err;
    fc_http_refuse(response, 409, "the first request of this Idempotency-Key still runs");
    fc_http_set_header(response, "Retry-After", "1");
    return FC_OK;
}

/* Another node may have had the first request: then this one has no claim. */
static fc_status ask_store(const fc_service *service, const fc_process_request *order,
                           char id[FC_JOB_ID_SIZE], fc_claim *out, fc_error *err)
{
    char key[FC_DIGEST_SIZE];
    char fingerprint[FC_DIGEST_SIZE];
    fc_job_key first = { 0 };
    (void)!fc_idempotency_lookup(service->idempotency, order->job_id, key, fingerprint);
    const fc_status status = fc_job_store_find_key(service->store, key, &first, err);
    if (status == FC_NOT_FOUND) {
        return FC_OK;
    }
    fc_idempotency_release(service->idempotency, order->job_id);
    FC_TRY(status);
    memcpy(id, first.job_id, FC_JOB_ID_SIZE);
    *out = strcmp(first.fingerprint, fingerprint) != 0 ? FC_CLAIM_CONFLICT
           : first.finished_s > 0                      ? FC_CLAIM_REPEAT
                                                       : FC_CLAIM_RUNNING;
    return FC_OK;
}

static fc_status claim(const fc_service *service, const fc_http_request *request,
                       const fc_process_request *order, const char *key, char id[FC_JOB_ID_SIZE],
                       fc_claim *out, fc_error *err)
{
    char fingerprint[FC_DIGEST_SIZE];
    fc_process_request_fingerprint(request, &order->form, fingerprint);
    memcpy(id, order->job_id, FC_JOB_ID_SIZE);
    FC_TRY(fc_idempotency_claim(service->idempotency, request->key_name, key, fingerprint, id, out,
                                err));
    return *out == FC_CLAIM_NEW && fc_job_store_shared(service->store)
               ? ask_store(service, order, id, out, err)
               : FC_OK;
}

fc_status fc_replay(const fc_service *service, const fc_http_request *request,
                    const fc_process_request *order, fc_http_response *response, bool *answered,
                    fc_error *err)
{
    FC_ASSERT(answered != NULL);

    const char *key = fc_http_header(request, "Idempotency-Key");
    *answered = false;
    if (key == NULL || !fc_job_store_keeps(service->store)) {
        return FC_OK;
    }
    if (key[0] == '\0' || strlen(key) > KEY_LENGTH_MAX) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "Idempotency-Key has %zu characters, allowed: 1 to %d", strlen(key),
                       KEY_LENGTH_MAX);
    }
    char id[FC_JOB_ID_SIZE];
    fc_claim state = FC_CLAIM_NEW;
    FC_TRY(claim(service, request, order, key, id, &state, err));
    if (state == FC_CLAIM_REPEAT) {
        const fc_status status = repeat(service, request, order, id, response, err);
        if (status != FC_NOT_FOUND) {
            *answered = status == FC_OK;
            return status;
        }
        fc_idempotency_release(service->idempotency, id); /* deleted or expired: work anew */
        FC_TRY(claim(service, request, order, key, id, &state, err));
    }
    if (state == FC_CLAIM_NEW) {
        return FC_OK;
    }
    *answered = true;
    if (state == FC_CLAIM_CONFLICT) {
        fc_http_refuse(response, 422, "this Idempotency-Key was used for another request");
        return FC_OK;
    }
    return wait_for_first(service, request, order, id, response, err);
}

/* ---- kept pictures --------------------------------------------------------------------------- */

fc_status fc_kept_picture_read(const fc_service *service, const char *id, fc_picture_type type,
                               int32_t number, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    int descriptor = -1;
    fc_stored_picture picture = { 0 };
    FC_TRY(fc_job_store_open_picture(service->store, id, type, number, &descriptor, &picture, err));
    const size_t before = out->size;
    const fc_status status = fc_file_read_rest(descriptor, out, err);
    (void)close(descriptor);
    const size_t bytes = out->size - before;
    return status == FC_OK && bytes != (size_t)picture.bytes
               ? fc_fail(err, FC_IO, "a portrait has %zu bytes instead of %" PRId64, bytes,
                         picture.bytes)
               : status;
}

/* Base64 is not kept beside the pictures: it is made again. `found` is set when there is one. */
static fc_status add_base64(const fc_service *service, const char *id, fc_picture_type type,
                            int32_t number, const char *key, json_t *answer, bool *found,
                            fc_error *err)
{
    FC_AUTO_BUFFER(picture, FC_PORTRAIT_BYTES_MAX);
    FC_AUTO_BUFFER(text, 2 * FC_PORTRAIT_BYTES_MAX);
    const fc_status status = fc_kept_picture_read(service, id, type, number, &picture, err);
    if (status == FC_NOT_FOUND) {
        return FC_OK; /* not every portrait has both types */
    }
    FC_TRY(status);
    FC_TRY(fc_base64_encode(fc_buffer_bytes(&picture), &text, err));
    *found = true;
    return json_object_set_new(answer, key, json_string(fc_buffer_text(&text))) == 0
               ? FC_OK
               : fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an answer");
}

static fc_status fill_portrait(const fc_service *service, const char *id, int32_t number,
                               json_t *answer, fc_error *err)
{
    bool found = false;
    if (id == NULL || !json_is_true(json_object_get(answer, "success"))) {
        return FC_OK;
    }
    FC_TRY(add_base64(service, id, FC_PICTURE_PNG, number, "png_base64", answer, &found, err));
    FC_TRY(add_base64(service, id, FC_PICTURE_JPEG, number, "jpg_base64", answer, &found, err));
    return found ? FC_OK : fc_fail(err, FC_NOT_FOUND, "Job not found");
}

fc_status fc_kept_pictures_fill(const fc_service *service, const char *id, json_t *answer,
                                fc_error *err)
{
    FC_ASSERT(service != NULL);
    FC_ASSERT(answer != NULL);
    json_t *results = json_object_get(answer, "results");
    json_t *portraits = json_object_get(answer, "portraits");
    for (size_t i = 0; i < json_array_size(results); i++) {
        json_t *result = json_array_get(results, i);
        const char *item = json_string_value(json_object_get(result, "job_id"));
        FC_TRY(fill_portrait(service, item, 1, result, err));
    }
    if (results == NULL) {
        FC_TRY(fill_portrait(service, id, 1, answer, err));
    }
    for (size_t i = 0; i < json_array_size(portraits); i++) {
        FC_TRY(fill_portrait(service, id, (int32_t)i + 1, json_array_get(portraits, i), err));
    }
    return FC_OK;
}
