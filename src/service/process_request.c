#include "service/process_request.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "http/headers.h"
#include "image/format.h"

/* How often a waiting handler looks whether its client is still there; how long each look takes
 * once it has left. */
#define SLICE_MS 50
#define END_SLICE_MS 1000

/* The field of a picture behind the person. */
#define BACKDROP "background_file"

/* A preset comes first: all that is sent beside it counts more. A background comes last: it counts
 * more than its channels. Whatever the order in which they were sent. (Pages made from openapi.json
 * send the channels always.) */
#define TURNS 3
static size_t turn_of(const char *name)
{
    const fc_option *option = fc_option_lookup(fc_params_options(), name);
    const bool first = option != NULL && option->kind == FC_OPTION_PRESET;
    const bool last = option != NULL && option->kind == FC_OPTION_BACKGROUND;
    return first ? 0 : last ? 2 : 1;
}

static fc_status take_pairs(fc_form *form, const char *place, fc_http_pairs pairs, json_t *problems,
                            fc_error *err)
{
    for (size_t i = 0; i < TURNS * pairs.count; i++) {
        const fc_http_pair *pair = &pairs.items[i % pairs.count];
        if (turn_of(pair->name) == i / pairs.count) {
            FC_TRY(fc_form_set(form, place, pair->name, pair->value, problems, err));
        }
    }
    return FC_OK;
}

/* NULL where none came: a page sends an empty file for a field that nobody has filled in. */
static const fc_http_file *find_backdrop(const fc_http_request *request)
{
    const fc_http_file *file = fc_http_file_lookup(request, BACKDROP);
    return file != NULL && file->bytes.size > 0 ? file : NULL;
}

/* A text instead of the file would be a background that nobody sees. */
static fc_status refuse_text_backdrop(const fc_http_pairs *pairs, const char *place,
                                      json_t *problems, fc_error *err)
{
    for (size_t i = 0; i < pairs->count; i++) {
        if (strcmp(pairs->items[i].name, BACKDROP) == 0 && pairs->items[i].value[0] != '\0') {
            FC_TRY(fc_form_expect_file(place, BACKDROP, problems, err));
        }
    }
    return FC_OK;
}

static fc_status take_fields(const fc_http_request *request, const char *field, fc_form *form,
                             json_t *problems, fc_error *err)
{
    if (problems == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an answer");
    }
    FC_TRY(take_pairs(form, "query", request->query, problems, err));
    FC_TRY(take_pairs(form, "body", request->fields, problems, err));
    FC_TRY(refuse_text_backdrop(&request->query, "query", problems, err));
    FC_TRY(refuse_text_backdrop(&request->fields, "body", problems, err));
    fc_params_settle(&form->params);
    fc_form_take_language(form, fc_http_header(request, "Accept-Language"));
    const bool is_behind = find_backdrop(request) != NULL;
    if (form->params.background.kind == FC_BACKGROUND_PICTURE && !is_behind) {
        FC_TRY(fc_form_miss("body", BACKDROP, problems, err));
    }
    return field == NULL || fc_http_file_lookup(request, field) != NULL
               ? FC_OK
               : fc_form_miss("body", field, problems, err);
}

/* The picture behind the person; sent, it is the background, whatever the field says. */
static fc_status take_backdrop(const fc_service *service, const fc_http_request *request,
                               fc_process_request *order, fc_error *err)
{
    const fc_http_file *file = find_backdrop(request);
    if (file == NULL) {
        return FC_OK;
    }
    if (order->form.params.plain) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "plain keeps the photo's own background; leave out " BACKDROP);
    }
    fc_error why = { 0 };
    if (fc_photo_check(service, file->bytes, &why) != FC_OK) {
        return fc_fail(err, why.status, BACKDROP ": %.200s", why.text);
    }
    order->form.params.background = fc_background_of(FC_BACKGROUND_PICTURE);
    order->backdrop = file->bytes;
    return FC_OK;
}

fc_status fc_process_request_read(const fc_service *service, const fc_http_request *request,
                                  const char *field, fc_process_request *order,
                                  fc_http_response *response, bool *refused, fc_error *err)
{
    FC_ASSERT(order != NULL);
    FC_ASSERT(refused != NULL);

    json_t *problems = json_array();
    const fc_status status = take_fields(request, field, &order->form, problems, err);
    *refused = status == FC_OK && json_array_size(problems) > 0;
    if (*refused) {
        fc_http_refuse_fields(response, problems);
        return FC_OK;
    }
    json_decref(problems);
    FC_TRY(status);
    FC_TRY(fc_params_check(&order->form.params, err));
    FC_TRY(fc_service_admit(service, request, err));
    FC_TRY(take_backdrop(service, request, order, err));
    order->deadline_us = fc_photo_deadline_us(service, request);
    order->asynchronous =
        fc_job_store_keeps(service->store) && fc_http_lists(request, "Prefer", "respond-async");
    return fc_job_id_new(order->job_id, err);
}

fc_status fc_photo_check(const fc_service *service, fc_bytes photo, fc_error *err)
{
    const fc_format format = fc_format_sniff(photo);
    if (format != FC_FORMAT_UNKNOWN && (service->formats & FC_FORMAT_BIT(format)) != 0) {
        return FC_OK;
    }
    char list[FC_FORMATS_TEXT_SIZE];
    fc_formats_print(service->formats, list);
    return fc_fail(err, FC_UNSUPPORTED_FORMAT, "Invalid format. Allowed: %s", list);
}

fc_job fc_job_start(const fc_service *service, const fc_http_request *request, const char *id,
                    const char *name, fc_job_state state)
{
    fc_job job = { .state = state };
    (void)snprintf(job.id, sizeof job.id, "%s", id);
    (void)snprintf(job.owner, sizeof job.owner, "%s", request->key_name);
    (void)snprintf(job.name, sizeof job.name, "%.*s", FC_JOB_NAME_SIZE - 1, name);
    (void)fc_idempotency_lookup(service->idempotency, id, job.key, job.fingerprint);
    return job;
}

static void digest_options(fc_digest *digest, fc_options options, const void *target)
{
    for (size_t i = 0; i < options.count; i++) {
        char text[FC_OPTION_TEXT_SIZE];
        fc_option_print(&options.rows[i], target, text, sizeof text);
        fc_digest_add(digest, (fc_bytes){ (const uint8_t *)text, strlen(text) + 1 });
    }
}

void fc_process_request_fingerprint(const fc_http_request *request, const fc_form *form,
                                    char text[FC_DIGEST_SIZE])
{
    fc_digest digest;
    fc_digest_start(&digest);
    fc_digest_add(&digest, (fc_bytes){ (const uint8_t *)request->path, strlen(request->path) + 1 });
    digest_options(&digest, fc_params_options(), &form->params);
    digest_options(&digest, fc_form_options(), form);
    for (size_t i = 0; i < request->file_count; i++) {
        char photo[FC_DIGEST_SIZE];
        fc_digest_of(request->files[i].bytes, photo);
        fc_digest_add(&digest, (fc_bytes){ (const uint8_t *)photo, sizeof photo });
    }
    fc_digest_finish(&digest, text);
}

uint32_t fc_form_outputs(const fc_form *form)
{
    switch (form->format) {
    case FC_FORM_PNG:
        return FC_OUTPUT_PNG;
    case FC_FORM_JPEG:
        return FC_OUTPUT_JPEG;
    case FC_FORM_WEBP:
        return FC_OUTPUT_WEBP;
    default: /* the contract: without the oval no PNG; but what is see-through needs one */
        return form->params.use_oval_mask ||
                       form->params.background.kind == FC_BACKGROUND_TRANSPARENT
                   ? FC_OUTPUT_PNG | FC_OUTPUT_JPEG
                   : FC_OUTPUT_JPEG;
    }
}

fc_picture_type fc_form_picture_type(const fc_form *form)
{
    return form->format == FC_FORM_JPEG   ? FC_PICTURE_JPEG
           : form->format == FC_FORM_WEBP ? FC_PICTURE_WEBP
                                          : FC_PICTURE_PNG;
}

int64_t fc_photo_deadline_us(const fc_service *service, const fc_http_request *request)
{
    return request->received_us + (int64_t)service->server.request_deadline_s * 1000000;
}

fc_status fc_photo_take(const fc_http_request *request, fc_bytes bytes, fc_buffer *out,
                        fc_error *err)
{
    FC_ASSERT(request != NULL && out != NULL);
    for (size_t i = 0; i < request->file_count && out->data == NULL && bytes.size > 0; i++) {
        if (request->files[i].bytes.data == bytes.data) {
            *out = fc_http_file_take(request, &request->files[i]);
        }
    }
    if (out->data != NULL || bytes.size == 0) {
        return FC_OK;
    }
    *out = FC_BUFFER(bytes.size);
    return fc_buffer_append(out, bytes.data, bytes.size, err);
}

fc_status fc_backdrop_take(const fc_http_request *request, fc_bytes bytes, fc_shared **out,
                           fc_error *err)
{
    FC_AUTO_BUFFER(taken, 0);
    FC_TRY(fc_photo_take(request, bytes, &taken, err));
    return fc_shared_new(&taken, out, err);
}

static fc_status submit(const fc_service *service, const fc_http_request *request, fc_bytes photo,
                        fc_bytes backdrop, fc_task_request *wanted, fc_task **out, fc_error *err)
{
    FC_TRY(fc_photo_take(request, photo, &wanted->photo, err));
    if (wanted->backdrop == NULL) {
        FC_TRY(fc_backdrop_take(request, backdrop, &wanted->backdrop, err));
    }
    return fc_worker_pool_submit(service->pool, wanted, out, err);
}

fc_status fc_photo_submit(const fc_service *service, const fc_http_request *request, fc_bytes photo,
                          fc_bytes backdrop, fc_task_request *wanted, fc_task **out, fc_error *err)
{
    FC_ASSERT(service != NULL && wanted != NULL);
    const fc_status status = submit(service, request, photo, backdrop, wanted, out, err);
    fc_buffer_clear(&wanted->photo); /* both are empty where the task has them now */
    fc_shared_unref(wanted->backdrop);
    wanted->backdrop = NULL;
    return status;
}

fc_status fc_photo_wait(const fc_http_request *request, fc_task *task, fc_error *err)
{
    while (!fc_task_wait(task, SLICE_MS)) {
        if (fc_http_client_gone(request)) {
            fc_task_cancel(task);
            return fc_fail(err, FC_CANCELLED, "the client has left");
        }
    }
    return FC_OK;
}

fc_status fc_photo_wait_for_end(const fc_http_request *request, fc_task *task, fc_error *err)
{
    const fc_status status = fc_photo_wait(request, task, err);
    while (!fc_task_wait(task, END_SLICE_MS)) {
    }
    return status;
}
