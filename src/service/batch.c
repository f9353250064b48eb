#include "service/batch.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "http/base64.h"
#include "report/json.h"
#include "service/job_result.h"

/* How long the oldest photo is waited for before the others are looked at. */
#define SLICE_MS 20

void fc_photo_batch_free(fc_photo_batch *batch)
{
    if (batch == NULL) {
        return;
    }
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->items[i].task != NULL) {
            fc_task_cancel(batch->items[i].task);
        }
        fc_task_unref(batch->items[i].task);
        fc_buffer_clear(&batch->items[i].taken);
    }
    fc_memory_free(batch->items);
    fc_shared_unref(batch->backdrop);
    fc_memory_free(batch);
}

static const fc_schema_field BATCH_ITEM[] = {
    { "filename", "string", NULL },
    { "success", "boolean", NULL },
    { "download_url", "string or null", NULL },
    { "error", "string or null", NULL },
    { "error_message", "string or null", NULL },
    { "job_id", "string", NULL },
    { "png_base64", "string or null", NULL },
    { "jpg_base64", "string or null", NULL },
    { 0 },
};

static const fc_schema_field BATCH_ANSWER[] = {
    { "job_id", "string", NULL },
    { "total", "count", NULL },
    { "successful", "count", NULL },
    { "failed", "count", NULL },
    { "processing_time_ms", "count", NULL },
    { "results", "list of BatchItem", NULL },
    { "zip_url", "string or null", NULL },
    { 0 },
};

const fc_schema fc_batch_schemas[] = {
    { "BatchItem", BATCH_ITEM },
    { "BatchAnswer", BATCH_ANSWER },
    { 0 },
};

static fc_status fill_item(fc_photo_batch *batch, const fc_http_request *request,
                           const fc_http_file *file, fc_error *err)
{
    fc_batch_item *item = &batch->items[batch->count];
    char id[FC_JOB_ID_SIZE];
    FC_TRY(fc_job_id_new(id, err));
    item->job = fc_job_start(batch->service, request, id, file->name, FC_JOB_QUEUED);
    memcpy(item->job.batch, batch->job.id, sizeof item->job.batch);
    item->job.number = (int32_t)batch->count + 1;
    item->photo = file->bytes;
    batch->count++;
    return FC_OK;
}

static fc_status fill(fc_photo_batch *batch, const fc_http_request *request, fc_error *err)
{
    FC_TRY(fc_memory_new_zeroed(request->file_count, sizeof *batch->items, (void **)&batch->items,
                                err));
    for (size_t i = 0; i < request->file_count; i++) {
        if (strcmp(request->files[i].field, "files") == 0) {
            FC_TRY(fill_item(batch, request, &request->files[i], err));
        }
    }
    return FC_OK;
}

fc_status fc_photo_batch_new(fc_service *service, const fc_http_request *request,
                             const fc_process_request *order, fc_photo_batch **out, fc_error *err)
{
    FC_ASSERT(service != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_photo_batch) batch = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *batch, (void **)&batch, err));
    batch->service = service;
    batch->form = order->form;
    batch->form.format = FC_FORM_JSON;
    batch->job = fc_job_start(service, request, order->job_id, "", FC_JOB_QUEUED);
    batch->received_us = request->received_us;
    batch->keep_tasks = order->form.return_base64;
    FC_TRY(fill(batch, request, err));
    FC_TRY(fc_backdrop_take(request, order->backdrop, &batch->backdrop, err));
    fc_statistics_batch(service->statistics, batch->count);
    *out = FC_STEAL(batch);
    return FC_OK;
}

/* A photo that cannot be saved is a failure of that photo alone. */
static void log_unsaved(const fc_batch_item *item, const fc_error *err)
{
    FC_LOG(FC_LOG_ERROR, "job not saved", FC_LOG_TEXT("job", item->job.id),
           FC_LOG_TEXT("error", err->text));
}

/* What is no picture ends at once. */
static void refuse_item(fc_photo_batch *batch, fc_batch_item *item, const fc_error *why)
{
    fc_error err = { 0 };
    const fc_job_ending ending = { .state = FC_JOB_FAILED, .failure = why };
    item->failure = *why;
    item->job.state = FC_JOB_FAILED;
    item->ended = true;
    batch->ended++;
    if (fc_job_store_save(batch->service->store, &item->job, &ending, &err) != FC_OK) {
        log_unsaved(item, &err);
    }
}

/* The photo is handed over; where the queue is full it waits in `taken` for the next time. All
 * share the backdrop. */
static fc_status submit(const fc_photo_batch *batch, const fc_http_request *request,
                        fc_batch_item *item, fc_task_request *wanted, fc_error *err)
{
    FC_AUTO(fc_shared) backdrop = fc_shared_ref(batch->backdrop);
    FC_TRY(fc_photo_take(request, item->photo, &item->taken, err));
    wanted->photo = item->taken;
    wanted->backdrop = backdrop;
    FC_TRY(fc_worker_pool_submit(batch->service->pool, wanted, &item->task, err));
    item->photo = (fc_bytes){ 0 };
    item->taken = FC_BUFFER(0);
    backdrop = NULL;
    return FC_OK;
}

/* Put one more photo into the queue. */
static fc_status begin_next(fc_photo_batch *batch, const fc_http_request *request, fc_error *err)
{
    fc_batch_item *item = &batch->items[batch->next];
    fc_error why = { 0 };
    if (fc_photo_check(batch->service, item->photo, &why) == FC_OK) {
        fc_task_request wanted = {
            .params = batch->form.params,
            .outputs = fc_form_outputs(&batch->form),
            .deadline_us =
                fc_clock_us() + (int64_t)batch->service->server.request_deadline_s * 1000000,
        };
        memcpy(wanted.job_id, item->job.id, sizeof wanted.job_id);
        FC_TRY(submit(batch, request, item, &wanted, err));
    } else {
        refuse_item(batch, item, &why);
    }
    batch->next++;
    return FC_OK;
}

static fc_status fill_queue(fc_photo_batch *batch, const fc_http_request *request, fc_error *err)
{
    const size_t window = 2 * (size_t)fc_worker_pool_stats(batch->service->pool).workers;
    size_t open = 0;
    for (size_t i = 0; i < batch->next; i++) {
        open += batch->items[i].ended ? 0 : 1;
    }
    for (; open < window && batch->next < batch->count; open++) {
        const fc_status status = begin_next(batch, request, err);
        if (status == FC_BUSY && batch->next > 0) {
            return FC_OK; /* it goes on when others make room */
        }
        FC_TRY(status);
    }
    return FC_OK;
}

static fc_status save_item(fc_photo_batch *batch, fc_batch_item *item, fc_error *err)
{
    const fc_task_result *result = fc_task_outcome(item->task);
    const fc_job_result outcome = {
        .result = result,
        .form = &batch->form,
        .job_id = item->job.id,
        .name = item->job.name,
        .time_us = result->waited_us + result->worked_us,
        .links = fc_job_store_keeps(batch->service->store),
    };
    item->job.state = result->failure.status == FC_OK          ? FC_JOB_SUCCEEDED
                      : result->failure.status == FC_CANCELLED ? FC_JOB_CANCELLED
                                                               : FC_JOB_FAILED;
    return fc_job_result_save(batch->service->store, &outcome, &item->job, item->job.state, err);
}

/* Errors: FC_STOPPING: the service has ended the photo, and with it the batch. */
static fc_status end_item(fc_photo_batch *batch, fc_batch_item *item, fc_error *err)
{
    const fc_task_result *result = fc_task_outcome(item->task);
    fc_error why = { 0 };
    item->ended = true;
    batch->ended++;
    if (result->failure.status == FC_STOPPING) {
        return fc_fail(err, FC_STOPPING, "%s", result->failure.text);
    }
    item->failure = result->failure;
    item->has_png = result->portrait_count > 0 && result->portraits[0].png.size > 0;
    if (save_item(batch, item, &why) != FC_OK) {
        item->failure = why;
        log_unsaved(item, &why);
    }
    if (!batch->keep_tasks) {
        fc_task_unref(item->task);
        item->task = NULL;
    }
    return FC_OK;
}

static fc_status collect(fc_photo_batch *batch, fc_error *err)
{
    bool waited = false;
    for (size_t i = 0; i < batch->next; i++) {
        fc_batch_item *item = &batch->items[i];
        if (!item->ended && fc_task_wait(item->task, waited ? 0 : SLICE_MS)) {
            FC_TRY(end_item(batch, item, err));
        } else if (!item->ended) {
            waited = true;
        }
    }
    if (!waited && batch->next < batch->count) { /* the queue had no room for any of ours */
        const struct timespec pause = { .tv_nsec = SLICE_MS * 1000000L };
        (void)nanosleep(&pause, NULL);
    }
    return FC_OK;
}

fc_status fc_photo_batch_run(fc_photo_batch *batch, const fc_http_request *request, fc_error *err)
{
    FC_ASSERT(batch != NULL);

    while (batch->ended < batch->count) {
        FC_TRY(fill_queue(batch, request, err));
        FC_TRY(collect(batch, err));
        if (fc_http_client_gone(request)) {
            return fc_fail(err, FC_CANCELLED, "the client has left");
        }
    }
    return FC_OK;
}

/* ---- a batch that was accepted --------------------------------------------------------------- */

static fc_status status_of(const char *slug)
{
    for (int i = 0; i < fc_status_count(); i++) {
        if (strcmp(fc_status_lookup((fc_status)i)->slug, slug) == 0) {
            return (fc_status)i;
        }
    }
    return FC_IO;
}

static void read_item(const fc_job *job, fc_batch_item *item)
{
    item->job = *job;
    item->ended = true;
    if (job->state != FC_JOB_SUCCEEDED) {
        item->failure.status = status_of(job->error);
        (void)snprintf(item->failure.text, sizeof item->failure.text, "%s", job->message);
    }
}

/* Pictures come by photo, and of each in order. */
static void note_pictures(fc_photo_batch *batch, const fc_stored_picture *pictures, size_t count)
{
    size_t item = 0;
    for (size_t i = 0; i < count; i++) {
        while (item < batch->count && strcmp(batch->items[item].job.id, pictures[i].job_id) != 0) {
            item++;
        }
        if (item < batch->count && pictures[i].type == FC_PICTURE_PNG) {
            batch->items[item].has_png = true;
        }
    }
}

static fc_status read_items(fc_photo_batch *batch, const fc_job *jobs, size_t count, fc_error *err)
{
    FC_TRY(fc_memory_new_zeroed(count, sizeof *batch->items, (void **)&batch->items, err));
    for (size_t i = 0; i < count; i++) {
        read_item(&jobs[i], &batch->items[i]);
    }
    batch->count = batch->ended = batch->next = count;
    fc_stored_picture *pictures = NULL;
    size_t picture_count = 0;
    FC_TRY(fc_job_store_pictures(batch->service->store, batch->job.id, &pictures, &picture_count,
                                 err));
    note_pictures(batch, pictures, picture_count);
    fc_memory_free(pictures);
    return FC_OK;
}

/* On the clock of the batch that is answered at once. */
static int64_t received_us(int64_t accepted_ms)
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_REALTIME, &now);
    const int64_t age_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 - accepted_ms * 1000;
    return fc_clock_us() - (age_us > 0 ? age_us : 0);
}

fc_status fc_photo_batch_read(fc_service *service, const char *id, fc_photo_batch **out,
                              fc_error *err)
{
    FC_ASSERT(service != NULL);
    FC_ASSERT(out != NULL);
    fc_asked_job asked = { 0 };
    FC_AUTO(fc_photo_batch) batch = NULL;
    fc_job *jobs = NULL;
    size_t count = 0;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *batch, (void **)&batch, err));
    FC_TRY(fc_job_store_load(service->store, id, &asked, err));
    batch->service = service;
    batch->job = asked.job;
    batch->received_us = received_us(asked.accepted_ms);
    batch->accepted = true;
    fc_asked_job_clear(&asked);
    FC_TRY(fc_job_store_items(service->store, id, &jobs, &count, err));
    const fc_status status = read_items(batch, jobs, count, err);
    fc_memory_free(jobs);
    FC_TRY(status);
    *out = FC_STEAL(batch);
    return FC_OK;
}

/* ---- the answer ------------------------------------------------------------------------------ */

/* The picture as text, null where there is none; NULL when memory ran out. */
static json_t *pack_base64(const fc_buffer *picture)
{
    FC_AUTO_BUFFER(text, 2 * FC_PORTRAIT_BYTES_MAX);
    if (picture == NULL || picture->size == 0) {
        return json_null();
    }
    if (fc_base64_encode(fc_buffer_bytes(picture), &text, NULL) != FC_OK) {
        return NULL;
    }
    return json_string(fc_buffer_text(&text));
}

static json_t *pack_link(const fc_photo_batch *batch, const fc_batch_item *item)
{
    char link[FC_LINK_SIZE];
    if (item->failure.status != FC_OK || !fc_job_store_keeps(batch->service->store)) {
        return json_null();
    }
    fc_job_result_link(item->job.id, item->has_png ? FC_PICTURE_PNG : FC_PICTURE_JPEG, 1, link);
    return json_string(link);
}

static json_t *pack_item(const fc_photo_batch *batch, const fc_batch_item *item, bool base64)
{
    const bool failed = item->failure.status != FC_OK;
    const fc_portrait *portrait = NULL;
    if (base64 && !failed && item->task != NULL) {
        portrait = &fc_task_outcome(item->task)->portraits[0];
    }
    return json_pack(
        "{s:o, s:b, s:o, s:o, s:o, s:s, s:o, s:o}", "filename", fc_json_text(item->job.name),
        "success", !failed, "download_url", pack_link(batch, item), "error",
        fc_json_text(failed ? fc_status_lookup(item->failure.status)->slug : NULL), "error_message",
        fc_json_text(failed ? item->failure.text : NULL), "job_id", item->job.id, "png_base64",
        pack_base64(portrait != NULL ? &portrait->png : NULL), "jpg_base64",
        pack_base64(portrait != NULL ? &portrait->jpeg : NULL));
}

static size_t count_successes(const fc_photo_batch *batch)
{
    size_t count = 0;
    for (size_t i = 0; i < batch->count; i++) {
        count += batch->items[i].failure.status == FC_OK ? 1 : 0;
    }
    return count;
}

fc_status fc_photo_batch_answer(const fc_photo_batch *batch, bool base64, fc_buffer *out,
                                fc_error *err)
{
    FC_ASSERT(batch != NULL);

    json_t *results = json_array();
    for (size_t i = 0; i < batch->count; i++) {
        results = fc_json_append(results, pack_item(batch, &batch->items[i], base64));
    }
    const size_t successes = count_successes(batch);
    const bool kept = fc_job_store_keeps(batch->service->store) && successes > 0;
    return fc_json_write_line(
        json_pack("{s:s, s:I, s:I, s:I, s:I, s:o, s:o}", "job_id", batch->job.id, "total",
                  (json_int_t)batch->count, "successful", (json_int_t)successes, "failed",
                  (json_int_t)(batch->count - successes), "processing_time_ms",
                  (json_int_t)(batch->time_us / 1000), "results", results, "zip_url",
                  kept ? json_sprintf("/api/v1/download/%s/zip", batch->job.id) : json_null()),
        out, err);
}

fc_status fc_photo_batch_finish(fc_photo_batch *batch, fc_error *err)
{
    FC_ASSERT(batch != NULL);
    batch->time_us = fc_clock_us() - batch->received_us; /* once: all answers tell the same */
    FC_AUTO_BUFFER(answer, FC_ANSWER_BYTES_MAX);
    FC_TRY(fc_photo_batch_answer(batch, false, &answer, err));
    const fc_job_ending ending = {
        .state = count_successes(batch) > 0 ? FC_JOB_SUCCEEDED : FC_JOB_FAILED,
        .answer = fc_buffer_bytes(&answer),
    };
    fc_job job = batch->job;
    job.state = ending.state;
    return batch->accepted ? fc_job_store_finish(batch->service->store, job.id, &ending, err)
                           : fc_job_store_save(batch->service->store, &job, &ending, err);
}
