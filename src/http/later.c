#include "http/later.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "http/outcome.h"

/* What the worker needs when the request is long gone. */
typedef struct later {
    const fc_service *service;
    fc_form form;
    fc_job job;
    int64_t received_us;
} later;

fc_job fc_job_start(const fc_http_request *request, const char *id, const char *name,
                    fc_job_state state)
{
    fc_job job = { .state = state };
    (void)snprintf(job.id, sizeof job.id, "%s", id);
    (void)snprintf(job.owner, sizeof job.owner, "%s", request->key_name);
    (void)snprintf(job.name, sizeof job.name, "%.*s", FC_JOB_NAME_SIZE - 1, name);
    return job;
}

static void ended(void *context, fc_task *task, fc_job_state state)
{
    later *self = context;
    const fc_task_result *result = fc_task_outcome(task);
    const fc_outcome outcome = {
        .result = result,
        .form = &self->form,
        .job_id = self->job.id,
        .name = self->job.name,
        .time_us = fc_clock_us() - self->received_us,
        .links = true,
    };
    fc_error err = { 0 };
    const fc_status status =
        fc_outcome_save(self->service->store, &outcome, &self->job, state, &err);
    if (status == FC_OK && fc_outcome_repeats(result)) {
        fc_idempotency_finish(self->service->idempotency, self->job.id);
    } else {
        fc_idempotency_release(self->service->idempotency, self->job.id);
    }
    if (status != FC_OK && status != FC_NOT_FOUND) {
        FC_LOG(FC_LOG_ERROR, "job not saved", FC_LOG_TEXT("job", self->job.id),
               FC_LOG_TEXT("error", err.text));
    }
    fc_memory_free(self);
}

static fc_status submit(later *self, const fc_http_file *file, fc_error *err)
{
    fc_task_request task = { .ended = ended, .context = self };
    memcpy(task.job_id, self->job.id, sizeof task.job_id);
    FC_TRY(fc_job_store_begin(self->service->store, &self->job, 1, err));
    const fc_status status =
        fc_photo_submit(self->service, &self->form, file->bytes, &task, NULL, err);
    if (status != FC_OK) {
        (void)(fc_job_store_delete(self->service->store, self->job.id, NULL) == FC_OK);
    }
    return status;
}

fc_status fc_process_later(const fc_service *service, const fc_http_request *request,
                           const fc_order *order, const fc_http_file *file, fc_error *err)
{
    later *self = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *self, (void **)&self, err));
    self->service = service;
    self->form = order->form;
    self->job = fc_job_start(request, order->job_id, file->name, FC_JOB_QUEUED);
    self->received_us = request->received_us;
    const fc_status status = submit(self, file, err);
    if (status != FC_OK) {
        fc_memory_free(self);
    }
    return status;
}
