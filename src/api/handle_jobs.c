#include <stdio.h>

#include "api/routes.h"
#include "base/clock.h"
#include "base/memory.h"
#include "report/json.h"
#include "service/job_view.h"
#include "service/service.h"

/* Seconds after which a client may look again. */
#define POLL_S 1

/* How long the ends of cancelled photos are waited for, so that the next look shows them. */
#define ENDS_US INT64_C(1000000)

fc_status fc_handle_job(void *context, const fc_http_request *request, fc_http_response *response,
                        fc_error *err)
{
    const fc_service *service = context;
    json_t *view = NULL;
    bool ended = false;
    fc_error why = { 0 };
    const fc_status status =
        fc_job_view(service, request->key_name, fc_http_path_param(request, "job_id"), true, &view,
                    &ended, &why);
    if (status == FC_NOT_FOUND) {
        fc_http_refuse(response, 404, "Job not found");
        return FC_OK;
    }
    if (status != FC_OK) {
        return fc_fail(err, status, "%s", why.text);
    }
    if (!ended) {
        fc_http_set_header(response, "Retry-After", "%d", POLL_S);
    }
    return fc_http_set_json(response, 200, view, err);
}

static const fc_schema_field MESSAGE[] = {
    { "message", "string", NULL },
    { 0 },
};

const fc_schema fc_message_schemas[] = {
    { "Message", MESSAGE },
    { 0 },
};

/* Ask a task to end. One that has not begun is over at once but for its record, which another
 * thread writes. */
static void cancel_task(fc_task *task, int64_t until_us)
{
    fc_task_cancel(task);
    if (fc_job_state_final(fc_task_read_progress(task).state)) {
        const int64_t rest_us = until_us - fc_clock_us();
        (void)!fc_task_wait(task, rest_us > 0 ? rest_us / 1000 : 0);
    }
}

/* Ask a job, or each photo of a batch, to end. Those that are no task yet end here. */
static fc_status cancel(const fc_service *service, const fc_job *job, fc_error *err)
{
    const fc_error why = { FC_CANCELLED, "cancelled by its client" };
    const fc_job_ending ending = { .state = FC_JOB_CANCELLED, .failure = &why, .frees_key = true };
    const int64_t until_us = fc_clock_us() + ENDS_US;
    fc_job *items = NULL;
    size_t count = 0;
    FC_TRY(fc_job_store_items(service->store, job->id, &items, &count, err));
    fc_status status = FC_OK;
    fc_idempotency_release(service->idempotency, job->id);
    if (count > 0) { /* first the batch: whoever wants to begin its next photo sees that */
        status = fc_job_store_finish(service->store, job->id, &ending, err);
    }
    for (size_t i = 0; i < (count > 0 ? count : 1); i++) {
        const char *id = count > 0 ? items[i].id : job->id;
        FC_AUTO(fc_task) task = fc_worker_pool_lookup(service->pool, id);
        if (task != NULL) {
            cancel_task(task, until_us);
        } else if (status == FC_OK) {
            status = fc_job_store_finish(service->store, id, &ending, err);
        }
        status = status == FC_NOT_FOUND ? FC_OK : status; /* it has ended meanwhile */
    }
    fc_memory_free(items);
    return status;
}

static fc_status cancel_or_delete(const fc_service *service, const fc_http_request *request,
                                  const char *id, const char **done, fc_error *err)
{
    fc_job job = { 0 };
    FC_TRY(fc_job_find(service, request->key_name, id, &job, NULL, err));
    if (!fc_job_state_final(job.state)) {
        *done = "cancelled";
        return cancel(service, &job, err);
    }
    *done = "deleted";
    fc_idempotency_release(service->idempotency, id);
    return fc_job_store_delete(service->store, id, err);
}

/* The contract answers 200 for a job that is not there as well. */
fc_status fc_handle_delete_job(void *context, const fc_http_request *request,
                               fc_http_response *response, fc_error *err)
{
    const char *id = fc_http_path_param(request, "job_id");
    const char *done = "not found";
    fc_error why = { 0 };
    const fc_status status = cancel_or_delete(context, request, id, &done, &why);
    if (status == FC_NOT_FOUND) {
        done = "not found";
    } else if (status != FC_OK) {
        return fc_fail(err, status, "%s", why.text);
    }
    char text[FC_ERROR_TEXT_SIZE];
    (void)snprintf(text, sizeof text, "Job %.128s %s", id, done);
    return fc_http_set_json(response, 200, json_pack("{s:o}", "message", fc_json_text(text)), err);
}
