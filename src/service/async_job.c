/* Accepting jobs, and what becomes of each of them. */
#include "service/async_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "http/status.h"
#include "service/async_job_private.h"
#include "service/batch.h"
#include "service/form_text.h"
#include "service/job_result.h"

/* So long nothing is begun when an end could not be recorded because another program has locked
 * the database. */
#define LOCKED_PAUSE_US INT64_C(5000000)

/* In the wish of a job with a picture behind the person; its form passes it over. */
#define BACKDROP_LINE "\nbackdrop_bytes="

/* What a worker needs of a job, from the queue to the end. */
typedef struct flight {
    fc_later_job *job;
    fc_form form;
    fc_job record;
    int64_t accepted_ms; /* Unix time */
} flight;

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

/* ---- the work ----------------------------------------------------------------------------------
 */

static int64_t now_ms(void)
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void tell_key(const fc_service *service, const char *id, bool repeats)
{
    if (repeats) {
        fc_idempotency_finish(service->idempotency, id);
    } else {
        fc_idempotency_release(service->idempotency, id);
    }
}

void fc_later_give_up(fc_later_job *job, const fc_error *why)
{
    fc_later *later = job->later;
    if (why->status == FC_BUSY) { /* the next ones would end like this one */
        (void)pthread_mutex_lock(&later->lock);
        later->pause_us = fc_clock_us() + LOCKED_PAUSE_US;
        (void)pthread_mutex_unlock(&later->lock);
    }
    if (fc_http_code(why->status) >= 500) { /* else it is the photo's fault */
        FC_LOG(FC_LOG_ERROR, "job not done", FC_LOG_TEXT("job", job->what.id),
               FC_LOG_TEXT("error", why->text));
    }
    fc_job_store_fail(later->service->store, job->what.id, why);
    tell_key(later->service, job->what.id, false);
    fc_later_remove(later, job);
}

static fc_status save(const flight *self, const fc_task_result *result, fc_job_state state,
                      fc_error *err)
{
    const int64_t time_ms = now_ms() - self->accepted_ms;
    const fc_job_result outcome = {
        .result = result,
        .form = &self->form,
        .job_id = self->record.id,
        .name = self->record.name,
        .time_us = time_ms > 0 ? time_ms * 1000 : 0,
        .links = true,
    };
    return fc_job_result_save(self->job->later->service->store, &outcome, &self->record, state,
                              err);
}

/* On a worker. What the end of the service cut short is for the next process. */
static void ended(void *context, fc_task *task, fc_job_state state)
{
    flight *self = context;
    fc_later_job *job = self->job;
    const fc_task_result *result = fc_task_outcome(task);
    fc_error err = { 0 };
    if (result->failure.status != FC_STOPPING) {
        const fc_status status = save(self, result, state, &err);
        if (status == FC_OK || status == FC_NOT_FOUND) {
            tell_key(job->later->service, job->what.id,
                     status == FC_OK && fc_job_result_repeats(result));
            fc_later_remove(job->later, job);
        } else {
            fc_later_give_up(job, &err);
        }
    }
    fc_memory_free(self);
}

/* What cannot be recorded is worked on all the same: only a crash would not be counted. */
static void began(void *context)
{
    const flight *self = context;
    fc_error err = { 0 };
    if (fc_job_store_run(self->job->later->service->store, self->record.id, &err) != FC_OK) {
        FC_LOG(FC_LOG_WARNING, "start of a job not recorded", FC_LOG_TEXT("job", self->record.id),
               FC_LOG_TEXT("error", err.text));
    }
}

/* The picture behind the person is kept behind the photo, and a line of the wish tells its size. */
static fc_status split_backdrop(fc_asked_job *asked, fc_buffer *out, fc_error *err)
{
    const char *line = strstr(fc_buffer_text(&asked->wish), BACKDROP_LINE);
    if (line == NULL) {
        return FC_OK;
    }
    const size_t size = (size_t)strtoull(line + strlen(BACKDROP_LINE), NULL, 10);
    if (size > asked->photo.size) {
        return fc_fail(err, FC_IO,
                       "the photo cannot be read: it is shorter than what comes with it");
    }
    *out = FC_BUFFER(size);
    asked->photo.size -= size;
    return fc_buffer_append(out, asked->photo.data + asked->photo.size, size, err);
}

static fc_status submit(const fc_service *service, flight *self, fc_asked_job *asked, fc_error *err)
{
    self->form = fc_form_start(&service->defaults);
    self->record = asked->job;
    self->accepted_ms = asked->accepted_ms;
    FC_TRY(fc_form_read_text(fc_buffer_text(&asked->wish), &self->form, err));
    FC_AUTO_BUFFER(backdrop, 0);
    FC_TRY(split_backdrop(asked, &backdrop, err));
    FC_TRY(fc_photo_check(service, fc_buffer_bytes(&asked->photo), err));
    fc_task_request request = {
        .photo = asked->photo,
        .backdrop = backdrop,
        .params = self->form.params,
        .outputs = fc_form_outputs(&self->form),
        .work_us_max = (int64_t)service->server.request_deadline_s * 1000000,
        .began = began,
        .ended = ended,
        .context = self,
    };
    memcpy(request.job_id, self->record.id, sizeof request.job_id);
    FC_TRY(fc_worker_pool_submit(service->pool, &request, NULL, err));
    asked->photo = FC_BUFFER(0); /* the task has both now */
    backdrop = FC_BUFFER(0);
    return FC_OK;
}

fc_status fc_later_begin(fc_later_job *job, fc_error *err)
{
    const fc_service *service = job->later->service;
    flight *self = NULL;
    fc_asked_job asked = { 0 };
    FC_TRY(fc_job_store_load(service->store, job->what.id, &asked, err));
    fc_status status = fc_memory_new_zeroed(1, sizeof *self, (void **)&self, err);
    if (status == FC_OK) {
        self->job = job;
        status = submit(service, self, &asked, err);
    }
    fc_asked_job_clear(&asked);
    if (status != FC_OK) {
        fc_memory_free(self);
    }
    return status;
}

void fc_later_end_batch(fc_service *service, const char *id)
{
    FC_AUTO(fc_photo_batch) batch = NULL;
    fc_error err = { 0 };
    fc_status status = fc_photo_batch_read(service, id, &batch, &err);
    status = status != FC_OK ? status : fc_photo_batch_finish(batch, &err);
    tell_key(service, id, status == FC_OK);
    if (status != FC_OK && status != FC_NOT_FOUND) { /* not found: cancelled by its client */
        FC_LOG(FC_LOG_ERROR, "batch not finished", FC_LOG_TEXT("job", id),
               FC_LOG_TEXT("error", err.text));
        fc_job_store_fail(service->store, id, &err);
    }
}

/* ---- accepting ---------------------------------------------------------------------------------
 */

/* What is about to be accepted. */
typedef struct offer {
    fc_job *jobs; /* of a batch, the batch first */
    fc_bytes *photos;
    fc_later_job *waiting; /* one for each photo */
    size_t count;
} offer;

static void offer_clear(offer *self)
{
    while (self->waiting != NULL) {
        fc_later_job *job = self->waiting;
        self->waiting = job->next;
        fc_memory_free(job);
    }
    fc_memory_free(self->jobs);
    fc_memory_free(self->photos);
}

static fc_status add(fc_later *later, offer *self, const fc_job *job, fc_bytes photo, fc_error *err)
{
    fc_accepted_job what = { .number = job->number, .photo = photo.data != NULL };
    self->jobs[self->count] = *job;
    self->photos[self->count] = photo;
    self->count++;
    if (!what.photo) {
        return FC_OK;
    }
    memcpy(what.id, job->id, sizeof what.id);
    memcpy(what.batch, job->batch, sizeof what.batch);
    fc_later_job *waiting = NULL;
    FC_TRY(fc_later_job_new(later, &what, &waiting, err));
    fc_later_job **end = &self->waiting;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = waiting;
    return FC_OK;
}

/* An empty file is a photo as well: one that no type fits. */
static fc_bytes photo_of(const fc_http_file *file)
{
    static const uint8_t nothing[1];
    return (fc_bytes){ file->bytes.data != NULL ? file->bytes.data : nothing, file->bytes.size };
}

static fc_status add_item(fc_service *service, const fc_http_request *request,
                          const fc_process_request *order, const fc_http_file *file, int32_t number,
                          offer *self, fc_error *err)
{
    char id[FC_JOB_ID_SIZE];
    FC_TRY(fc_job_id_new(id, err));
    fc_job item = fc_job_start(service, request, id, file->name, FC_JOB_QUEUED);
    memcpy(item.batch, order->job_id, sizeof item.batch);
    item.number = number;
    return add(service->later, self, &item, photo_of(file), err);
}

static fc_status fill(fc_service *service, const fc_http_request *request,
                      const fc_process_request *order, bool batch, offer *self, fc_error *err)
{
    const size_t room = request->file_count + 1;
    FC_TRY(fc_memory_new(room, sizeof *self->jobs, (void **)&self->jobs, err));
    FC_TRY(fc_memory_new(room, sizeof *self->photos, (void **)&self->photos, err));
    if (!batch) {
        const fc_http_file *file = fc_http_file_lookup(request, "file");
        const fc_job job = fc_job_start(service, request, order->job_id, file->name, FC_JOB_QUEUED);
        return add(service->later, self, &job, photo_of(file), err);
    }
    const fc_job above = fc_job_start(service, request, order->job_id, "", FC_JOB_QUEUED);
    FC_TRY(add(service->later, self, &above, (fc_bytes){ 0 }, err));
    int32_t number = 1;
    for (size_t i = 0; i < request->file_count; i++) {
        if (strcmp(request->files[i].field, "files") == 0) {
            FC_TRY(add_item(service, request, order, &request->files[i], number++, self, err));
        }
    }
    return FC_OK;
}

/* A single photo waits in no longer a queue than one that is answered at once. Those of a batch
 * are few in the queue at a time. */
static fc_status check_queue(fc_later *later, fc_error *err)
{
    const fc_worker_pool_load load = fc_worker_pool_stats(later->service->pool);
    int32_t waiting = load.queued;
    (void)pthread_mutex_lock(&later->lock);
    for (const fc_later_job *at = later->first; at != NULL; at = at->next) {
        waiting += at->flying || at->what.batch[0] != '\0' ? 0 : 1;
    }
    (void)pthread_mutex_unlock(&later->lock);
    return waiting < load.queue_max
               ? FC_OK
               : fc_fail(err, FC_BUSY, "%d photos are waiting already, at most %d may", waiting,
                         load.queue_max);
}

static fc_status accept(fc_service *service, const fc_process_request *order, offer *self,
                        fc_error *err)
{
    FC_AUTO_BUFFER(wish, FC_FORM_TEXT_BYTES_MAX);
    FC_TRY(fc_form_write_text(&order->form, &wish, err));
    if (order->backdrop.size > 0) {
        FC_TRY(fc_buffer_print(&wish, err, "%s%zu\n", &BACKDROP_LINE[1], order->backdrop.size));
    }
    (void)pthread_rwlock_rdlock(&service->later->intake);
    const fc_status status =
        fc_job_store_accept(service->store, self->jobs, self->photos, self->count, order->backdrop,
                            fc_buffer_text(&wish), err);
    while (status == FC_OK && self->waiting != NULL) {
        fc_later_job *job = self->waiting;
        self->waiting = job->next;
        fc_later_append(service->later, job);
    }
    (void)pthread_rwlock_unlock(&service->later->intake);
    return status;
}

fc_status fc_later_accept(fc_service *service, const fc_http_request *request,
                          const fc_process_request *order, bool batch, fc_error *err)
{
    FC_ASSERT(service != NULL && service->later != NULL);
    FC_ASSERT(request != NULL && order != NULL);

    offer self = { 0 };
    FC_TRY(batch ? FC_OK : check_queue(service->later, err));
    fc_status status = fill(service, request, order, batch, &self, err);
    status = status != FC_OK ? status : accept(service, order, &self, err);
    if (status == FC_OK && batch) {
        fc_statistics_batch(service->statistics, self.count - 1);
    }
    offer_clear(&self);
    return status;
}
