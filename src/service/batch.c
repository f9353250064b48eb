#include "service/batch.h"

#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "service/async_job.h"
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
    }
    fc_memory_free(batch->items);
    fc_memory_free(batch);
}

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
    batch->backdrop = order->backdrop;
    batch->form.format = FC_FORM_JSON;
    batch->job = fc_job_start(service, request, order->job_id, "", FC_JOB_QUEUED);
    batch->received_us = request->received_us;
    batch->keep_tasks = order->form.return_base64;
    FC_TRY(fill(batch, request, err));
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

/* Put one more photo into the queue. */
static fc_status begin_next(fc_photo_batch *batch, fc_error *err)
{
    fc_batch_item *item = &batch->items[batch->next];
    fc_error why = { 0 };
    if (fc_photo_check(batch->service, item->photo, &why) == FC_OK) {
        fc_task_request wanted = {
            .deadline_us =
                fc_clock_us() + (int64_t)batch->service->server.request_deadline_s * 1000000,
        };
        memcpy(wanted.job_id, item->job.id, sizeof wanted.job_id);
        FC_TRY(fc_photo_submit(batch->service, &batch->form, item->photo, batch->backdrop, &wanted,
                               &item->task, err));
    } else {
        refuse_item(batch, item, &why);
    }
    batch->next++;
    return FC_OK;
}

static fc_status fill_queue(fc_photo_batch *batch, fc_error *err)
{
    const size_t window = 2 * (size_t)fc_worker_pool_stats(batch->service->pool).workers;
    size_t open = 0;
    for (size_t i = 0; i < batch->next; i++) {
        open += batch->items[i].ended ? 0 : 1;
    }
    for (; open < window && batch->next < batch->count; open++) {
        const fc_status status = begin_next(batch, err);
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
        FC_TRY(fill_queue(batch, err));
        FC_TRY(collect(batch, err));
        if (fc_http_client_gone(request)) {
            return fc_fail(err, FC_CANCELLED, "the client has left");
        }
    }
    return FC_OK;
}
