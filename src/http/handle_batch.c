#include <pthread.h>

#include "base/assert.h"
#include "base/log.h"
#include "http/batch.h"
#include "http/outcome.h"
#include "http/replay.h"
#include "http/routes.h"
#include "http/service.h"

/* Batches that nobody waits for: each has a thread, and its photos in memory. */
#define LATER_MAX 4

static void log_failure(const fc_photo_batch *batch, const fc_error *err)
{
    if (err->status != FC_CANCELLED && err->status != FC_NOT_FOUND) {
        FC_LOG(FC_LOG_ERROR, "batch not finished", FC_LOG_TEXT("job", batch->job.id),
               FC_LOG_TEXT("error", err->text));
    }
}

static void *run_later(void *context)
{
    fc_photo_batch *batch = context;
    atomic_int *running = &batch->service->batches_later;
    fc_error err = { 0 };
    fc_status status = fc_photo_batch_run(batch, NULL, &err);
    status = status != FC_OK ? status : fc_photo_batch_finish(batch, &err);
    if (status == FC_OK) {
        fc_idempotency_finish(batch->service->idempotency, batch->job.id);
    } else {
        fc_idempotency_release(batch->service->idempotency, batch->job.id);
        log_failure(batch, &err);
    }
    fc_photo_batch_free(batch);
    atomic_fetch_sub(running, 1);
    return NULL;
}

/* Takes the batch over, also on failure. */
static fc_status start_later(fc_photo_batch *batch, fc_error *err)
{
    atomic_int *running = &batch->service->batches_later;
    pthread_t thread;
    fc_status status = FC_OK;
    if (atomic_fetch_add(running, 1) >= LATER_MAX) {
        status = fc_fail(err, FC_BUSY, "%d batches are worked on already", LATER_MAX);
    } else if (pthread_create(&thread, NULL, run_later, batch) != 0) {
        status = fc_fail(err, FC_BUSY, "no thread for one more batch");
    }
    if (status == FC_OK) {
        (void)pthread_detach(thread);
        return FC_OK;
    }
    atomic_fetch_sub(running, 1);
    (void)(fc_job_store_delete(batch->service->store, batch->job.id, NULL) == FC_OK);
    fc_photo_batch_free(batch);
    return status;
}

static fc_status run_now(fc_photo_batch *batch, const fc_http_request *request,
                         fc_http_response *response, fc_error *err)
{
    FC_TRY(fc_photo_batch_run(batch, request, err));
    FC_TRY(fc_photo_batch_finish(batch, err));
    fc_idempotency_finish(batch->service->idempotency, batch->job.id);
    FC_AUTO_BUFFER(answer, FC_ANSWER_BYTES_MAX);
    FC_TRY(fc_photo_batch_answer(batch, batch->form.return_base64, &answer, err));
    fc_http_set_body(response, "application/json", &answer);
    fc_http_set_header(response, "X-Job-Id", "%s", batch->job.id);
    return FC_OK;
}

static fc_status process(fc_service *service, const fc_http_request *request, const fc_order *order,
                         fc_http_response *response, fc_error *err)
{
    FC_AUTO(fc_photo_batch) batch = NULL;
    FC_TRY(fc_photo_batch_new(service, request, order, order->asynchronous, &batch, err));
    if (order->asynchronous) {
        FC_TRY(start_later(FC_STEAL(batch), err));
        return fc_answer_accepted(service, request, order->job_id, response, err);
    }
    const fc_status status = run_now(batch, request, response, err);
    if (status != FC_OK) { /* nobody knows its id */
        (void)(fc_job_store_delete(service->store, order->job_id, NULL) == FC_OK);
    }
    return status;
}

fc_status fc_handle_batch(void *context, const fc_http_request *request, fc_http_response *response,
                          fc_error *err)
{
    fc_service *service = context;
    fc_order order = { .form = fc_form_start(&service->defaults) };
    bool answered = false;
    fc_error why = { 0 };
    order.form.return_base64 = true;
    fc_status status = fc_order_read(service, request, "files", &order, response, &answered, &why);
    if (status == FC_OK && !answered) {
        status = fc_replay(service, request, &order, response, &answered, &why);
    }
    if (status == FC_OK && !answered) {
        status = process(service, request, &order, response, &why);
        if (status != FC_OK) {
            fc_idempotency_release(service->idempotency, order.job_id);
        }
    }
    return status == FC_OK ? FC_OK : fc_service_refuse(service, &why, response, err);
}
