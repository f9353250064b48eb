#include "service/async_job.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "base/memory.h"
#include "http/status.h"
#include "service/async_job_private.h"
#include "service/batch.h"
#include "service/form.h"
#include "service/job_result.h"
#include "service/webhook.h"

/* So long nothing is begun, or claimed, when an end could not be recorded because another program
 * has locked the database, or the store of pictures is not to be used. */
#define LOCKED_PAUSE_US INT64_C(5000000)

/* In the wish of a job with a picture behind the person; its form passes it over. */
#define BACKDROP_LINE "\nbackdrop_bytes="

/* How often the thread looks around; how soon again when the queue had no room. */
#define LOOK_US INT64_C(1000000)
#define ROOM_US INT64_C(20000)

/* A photo that cannot be read: how often it is tried, and how long after each other. */
#define TRIES_MAX 10
#define RETRY_US INT64_C(500000)

/* So long a photo that is tried again after a crash lets the others pass. */
#define POLITE_US INT64_C(60000000)

/* ---- the work -------------------------------------------------------------------------------- */

/* What a worker needs of a job, from the queue to the end. */
typedef struct flight {
    fc_async_job *job;
    fc_form form;
    fc_job record;
    int64_t accepted_ms; /* Unix time */
} flight;

static int64_t now_ms(void)
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A process that may not use the store of pictures any more, or finds it full, must not fail one
 * photo after the other that another process could work on, now or later. */
static bool is_the_stores_fault(const fc_async_jobs *list, const fc_error *why)
{
    return list->shared && (why->status == FC_IO || why->status == FC_STORAGE_FULL) &&
           fc_job_store_probe(list->service->store, NULL) != FC_OK;
}

static void give_up(fc_async_job *job, fc_error *why)
{
    fc_async_jobs *list = job->list;
    if (is_the_stores_fault(list, why)) {
        why->status = FC_BUSY;
    }
    if (why->status == FC_BUSY) { /* the next ones would end like this one */
        (void)pthread_mutex_lock(&list->lock);
        list->pause_us = fc_clock_us() + LOCKED_PAUSE_US;
        (void)pthread_mutex_unlock(&list->lock);
    }
    if (fc_http_code(why->status) >= 500) { /* else it is the photo's fault */
        FC_LOG(FC_LOG_ERROR, "job not done", FC_LOG_TEXT("job", job->what.id),
               FC_LOG_TEXT("error", why->text));
    }
    fc_job_store_fail(list->service->store, job->what.id, why);
    fc_async_jobs_tell_key(list->service, job->what.id, false);
    fc_async_jobs_remove(list, job);
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
    return fc_job_result_save(self->job->list->service->store, &outcome, &self->record, state, err);
}

/* On a worker. What the end of the service cut short is for the next process. */
static void ended(void *context, fc_task *task, fc_job_state state)
{
    flight *self = context;
    fc_async_job *job = self->job;
    const fc_task_result *result = fc_task_outcome(task);
    fc_error err = { 0 };
    if (result->failure.status != FC_STOPPING) {
        const fc_status status = save(self, result, state, &err);
        if (status == FC_OK) {
            fc_async_jobs_tell_key(job->list->service, job->what.id, fc_job_result_repeats(result));
            fc_async_jobs_remove(job->list, job);
        } else if (status == FC_NOT_FOUND) {
            fc_async_jobs_tell_key(job->list->service, job->what.id, false);
            fc_async_jobs_drop(job->list, job);
        } else {
            give_up(job, &err);
        }
    }
    fc_memory_free(self);
}

/* What cannot be recorded is worked on all the same: only a crash would not be counted. */
static void began(void *context)
{
    const flight *self = context;
    fc_error err = { 0 };
    if (self->job->list->shared) { /* its claim says so */
        return;
    }
    if (fc_job_store_run(self->job->list->service->store, self->record.id, &err) != FC_OK) {
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
    FC_TRY(fc_buffer_append(out, asked->photo.data + asked->photo.size, size, err));
    fc_buffer_fit(&asked->photo); /* so that it takes what the pool counts */
    return FC_OK;
}

static fc_status submit(const fc_service *service, flight *self, fc_asked_job *asked, fc_error *err)
{
    self->form = fc_form_start(&service->defaults);
    self->record = asked->job;
    self->accepted_ms = asked->accepted_ms;
    FC_TRY(fc_form_read_text(fc_buffer_text(&asked->wish), &self->form, err));
    FC_AUTO_BUFFER(backdrop, 0);
    FC_TRY(split_backdrop(asked, &backdrop, err));
    FC_AUTO(fc_shared) shared = NULL;
    FC_TRY(fc_shared_new(&backdrop, &shared, err));
    FC_TRY(fc_photo_check(service, fc_buffer_bytes(&asked->photo), err));
    fc_task_request request = {
        .photo = asked->photo,
        .backdrop = shared,
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
    shared = NULL;
    return FC_OK;
}

static fc_status begin_job(fc_async_job *job, fc_error *err)
{
    const fc_service *service = job->list->service;
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

/* ---- accepting ------------------------------------------------------------------------------- */

/* What is about to be accepted. */
typedef struct offer {
    fc_job *jobs; /* of a batch, the batch first */
    fc_bytes *photos;
    fc_async_job *waiting; /* one for each photo */
    size_t count;
} offer;

static void offer_clear(offer *self)
{
    while (self->waiting != NULL) {
        fc_async_job *job = self->waiting;
        self->waiting = job->next;
        fc_memory_free(job);
    }
    fc_memory_free(self->jobs);
    fc_memory_free(self->photos);
}

static fc_status add(fc_async_jobs *list, offer *self, const fc_job *job, fc_bytes photo,
                     fc_error *err)
{
    fc_accepted_job what = { .number = job->number, .photo = photo.data != NULL };
    self->jobs[self->count] = *job;
    self->photos[self->count] = photo;
    self->count++;
    if (!what.photo || list->shared) { /* whoever claims it */
        return FC_OK;
    }
    memcpy(what.id, job->id, sizeof what.id);
    memcpy(what.batch, job->batch, sizeof what.batch);
    fc_async_job *waiting = NULL;
    FC_TRY(fc_async_job_new(list, &what, &waiting, err));
    fc_async_job **end = &self->waiting;
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
    return add(service->async_jobs, self, &item, photo_of(file), err);
}

static fc_status fill(fc_service *service, const fc_http_request *request,
                      const fc_process_request *order, bool batch, offer *self, fc_error *err)
{
    const size_t room = request->file_count + 1;
    FC_TRY(fc_memory_new(room, sizeof *self->jobs, (void **)&self->jobs, err));
    FC_TRY(fc_memory_new(room, sizeof *self->photos, (void **)&self->photos, err));
    const char *callback = order->form.callback_url[0] != '\0' ? order->form.callback_url : NULL;
    if (!batch) {
        const fc_http_file *file = fc_http_file_lookup(request, "file");
        fc_job job = fc_job_start(service, request, order->job_id, file->name, FC_JOB_QUEUED);
        job.callback = callback;
        return add(service->async_jobs, self, &job, photo_of(file), err);
    }
    fc_job above = fc_job_start(service, request, order->job_id, "", FC_JOB_QUEUED);
    above.callback = callback;
    FC_TRY(add(service->async_jobs, self, &above, (fc_bytes){ 0 }, err));
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
static fc_status check_queue(fc_async_jobs *list, fc_error *err)
{
    const fc_worker_pool_load load = fc_worker_pool_stats(list->service->pool);
    int32_t waiting = load.queued;
    (void)pthread_mutex_lock(&list->lock);
    for (const fc_async_job *at = list->first; at != NULL; at = at->next) {
        waiting += at->flying || at->what.batch[0] != '\0' ? 0 : 1;
    }
    (void)pthread_mutex_unlock(&list->lock);
    return waiting < load.queue_max
               ? FC_OK
               : fc_fail(err, FC_BUSY, "%d photos are waiting already, at most %d may", waiting,
                         load.queue_max);
}

/* A node that shares its store is one of many that may take them up. */
static void tell_of_more(fc_service *service, const char *id)
{
    fc_async_jobs *list = service->async_jobs;
    if (list->shared) {
        fc_idempotency_release(service->idempotency, id); /* the store has its key */
        (void)pthread_mutex_lock(&list->lock);
        list->hungry = true;
        (void)pthread_cond_signal(&list->news);
        (void)pthread_mutex_unlock(&list->lock);
    }
}

static fc_status accept(fc_service *service, const fc_process_request *order, offer *self,
                        fc_error *err)
{
    FC_AUTO_BUFFER(wish, FC_FORM_TEXT_BYTES_MAX);
    FC_TRY(fc_form_write_text(&order->form, &wish, err));
    if (order->backdrop.size > 0) {
        FC_TRY(fc_buffer_print(&wish, err, "%s%zu\n", &BACKDROP_LINE[1], order->backdrop.size));
    }
    (void)pthread_rwlock_rdlock(&service->async_jobs->intake);
    const fc_status status =
        fc_job_store_accept(service->store, self->jobs, self->photos, self->count, order->backdrop,
                            fc_buffer_text(&wish), err);
    while (status == FC_OK && self->waiting != NULL) {
        fc_async_job *job = self->waiting;
        self->waiting = job->next;
        fc_async_jobs_append(service->async_jobs, job);
    }
    (void)pthread_rwlock_unlock(&service->async_jobs->intake);
    if (status == FC_OK) {
        tell_of_more(service, order->job_id);
    }
    return status;
}

fc_status fc_async_jobs_accept(fc_service *service, const fc_http_request *request,
                               const fc_process_request *order, bool batch, fc_error *err)
{
    FC_ASSERT(service != NULL && service->async_jobs != NULL);
    FC_ASSERT(request != NULL && order != NULL);

    offer self = { 0 };
    FC_TRY(batch ? FC_OK : check_queue(service->async_jobs, err));
    fc_status status = fill(service, request, order, batch, &self, err);
    status = status != FC_OK ? status : accept(service, order, &self, err);
    if (status == FC_OK && batch) {
        fc_statistics_batch(service->statistics, self.count - 1);
    }
    offer_clear(&self);
    return status;
}

/* ---- who is next ----------------------------------------------------------------------------- */

static bool is_suspect(const fc_async_job *job)
{
    return job->what.crashes > 0;
}

static int32_t patience(const fc_async_job *job, int64_t now_us)
{
    return now_us - job->since_us > POLITE_US ? 0 : job->what.crashes;
}

/* Suspects last; of every batch its first photo, then of every batch its second; then the order of
 * acceptance, which is that of the list. A photo alone is a batch of one. */
static bool comes_before(const fc_async_job *a, const fc_async_job *b, int64_t now_us)
{
    const int32_t of_a = patience(a, now_us);
    const int32_t of_b = patience(b, now_us);
    const int32_t number_a = a->what.number > 0 ? a->what.number : 1;
    const int32_t number_b = b->what.number > 0 ? b->what.number : 1;
    return of_a != of_b ? of_a < of_b : number_a < number_b;
}

/* A suspect is alone: should the service crash again, nobody else is blamed. With the lock held. */
static fc_async_job *choose(const fc_async_jobs *list, int64_t now_us)
{
    fc_async_job *next = NULL;
    if (list->flying >= fc_async_jobs_window(list) || now_us < list->pause_us) {
        return NULL;
    }
    for (fc_async_job *at = list->first; at != NULL; at = at->next) {
        if (at->flying && is_suspect(at)) {
            return NULL;
        }
        if (!at->flying && at->retry_us <= now_us &&
            (next == NULL || comes_before(at, next, now_us))) {
            next = at;
        }
    }
    return next != NULL && is_suspect(next) && list->flying > 0 ? NULL : next;
}

/* ---- the thread ------------------------------------------------------------------------------ */

/* It stays in the list and is tried again. With the lock held. */
static void put_back(fc_async_jobs *list, fc_async_job *job, int64_t pause_us)
{
    job->flying = false;
    list->flying--;
    job->retry_us = fc_clock_us() + pause_us;
}

static bool may_pass(const fc_async_job *job, fc_status status)
{
    return (status == FC_IO || status == FC_OUT_OF_MEMORY) && job->tries < TRIES_MAX;
}

/* With the lock held, which is let go in between. */
static void begin(fc_async_jobs *list, fc_async_job *job)
{
    fc_error err = { 0 };
    job->flying = true;
    list->flying++;
    (void)pthread_mutex_unlock(&list->lock);
    const fc_status status = begin_job(job, &err);
    if (status == FC_OK) { /* its worker has it now */
        (void)pthread_mutex_lock(&list->lock);
        return;
    }
    job->tries++;
    const bool again = status == FC_BUSY || status == FC_STOPPING || may_pass(job, status);
    if (status == FC_NOT_FOUND) { /* cancelled, or deleted */
        if (list->shared) {
            (void)(fc_job_store_release(list->service->store, job->what.id, NULL) == FC_OK);
        }
        fc_async_jobs_drop(list, job);
    } else if (!again) {
        give_up(job, &err);
    }
    (void)pthread_mutex_lock(&list->lock);
    if (again) {
        const bool full = status == FC_BUSY || status == FC_STOPPING;
        put_back(list, job, full ? 0 : RETRY_US);
        job->tries -= full ? 1 : 0;
        list->pause_us = full ? fc_clock_us() + ROOM_US : list->pause_us;
    }
}

/* Keys of the processes before, as far as they are still to be kept. Those of a store that is
 * shared are asked for one by one (service/replay.c). */
static fc_status take_up_keys(const fc_service *service, fc_error *err)
{
    const int64_t now_s = (int64_t)time(NULL);
    fc_job_key *keys = NULL;
    size_t count = 0;
    FC_TRY(fc_job_store_keys(service->store, now_s - FC_JOB_KEY_AGE_S, FC_KEYS_MAX, &keys, &count,
                             err));
    for (size_t i = 0; i < count; i++) {
        const int64_t age_s = now_s > keys[i].finished_s ? now_s - keys[i].finished_s : 0;
        fc_idempotency_restore(service->idempotency, keys[i].key, keys[i].fingerprint,
                               keys[i].job_id, keys[i].finished_s > 0 ? age_s : -1);
    }
    fc_memory_free(keys);
    return FC_OK;
}

/* Take up what the store holds and the list does not. */
static fc_status take_up(fc_async_jobs *list, int64_t *resumed, fc_error *err)
{
    fc_accepted_job *jobs = NULL;
    size_t count = 0;
    list->generation = fc_job_store_generation(list->service->store);
    FC_TRY(take_up_keys(list->service, err));
    FC_TRY(fc_job_store_accepted(list->service->store, &jobs, &count, err));
    fc_status status = FC_OK;
    for (size_t i = 0; i < count && status == FC_OK; i++) {
        fc_async_job *job = NULL;
        if (jobs[i].photo && !fc_async_jobs_knows(list, jobs[i].id)) {
            status = fc_async_job_new(list, &jobs[i], &job, err);
            if (status == FC_OK) {
                fc_async_jobs_append(list, job);
                (*resumed)++;
            }
        }
    }
    for (size_t i = 0; i < count && status == FC_OK; i++) {
        if (!jobs[i].photo && !fc_async_jobs_knows(list, jobs[i].id)) {
            fc_async_jobs_end_batch(list, jobs[i].id);
        }
    }
    fc_memory_free(jobs);
    return status;
}

static void tell_resumed(int64_t photos)
{
    if (photos > 0) {
        FC_LOG(FC_LOG_INFO, "jobs resumed", FC_LOG_NUMBER("photos", photos));
    }
}

/* Another folder has other jobs; endings that are owed may be recorded now. */
static void look_around(fc_async_jobs *list)
{
    fc_job_store *store = list->service->store;
    fc_error err = { 0 };
    int64_t resumed = 0;
    (void)fc_job_store_settle(store);
    if (list->shared) {
        return;
    }
    if (fc_job_store_generation(store) == list->generation) {
        return;
    }
    (void)pthread_rwlock_wrlock(&list->intake); /* what is in the store is in the list now */
    const fc_status status = take_up(list, &resumed, &err);
    if (status != FC_OK) {
        list->generation = 0;            /* once more */
        if (status != FC_STORAGE_FULL) { /* that was told at the start, and /ready tells it */
            FC_LOG(FC_LOG_ERROR, "jobs not resumed", FC_LOG_TEXT("error", err.text));
        }
    }
    (void)pthread_rwlock_unlock(&list->intake);
    tell_resumed(resumed);
}

static void *run(void *context)
{
    fc_async_jobs *list = context;
    int64_t look_us = 0;
    (void)pthread_mutex_lock(&list->lock);
    while (!list->over) {
        const int64_t now_us = fc_clock_us();
        if (now_us >= look_us) {
            look_us = now_us + LOOK_US;
            list->hungry = true;
            (void)pthread_mutex_unlock(&list->lock);
            look_around(list);
            (void)pthread_mutex_lock(&list->lock);
        }
        if (list->shared && list->hungry) {
            list->hungry = false;
            (void)pthread_mutex_unlock(&list->lock);
            fc_async_jobs_claim(list);
            (void)pthread_mutex_lock(&list->lock);
        }
        fc_async_job *next = choose(list, now_us);
        if (next != NULL) {
            begin(list, next);
        } else if (!list->shared || !list->hungry) {
            const bool soon =
                list->count > list->flying && list->flying < fc_async_jobs_window(list);
            const int64_t until_us = now_us + (soon ? ROOM_US : LOOK_US);
            fc_condition_wait_until(&list->news, &list->lock,
                                    until_us < look_us ? until_us : look_us);
        }
    }
    (void)pthread_mutex_unlock(&list->lock);
    return NULL;
}

/* ---- start and end --------------------------------------------------------------------------- */

static fc_status start_threads(fc_async_jobs *list, fc_error *err)
{
    list->holds =
        list->shared && pthread_create(&list->holder, NULL, fc_async_jobs_hold, list) == 0;
    list->started =
        list->holds == list->shared && pthread_create(&list->thread, NULL, run, list) == 0;
    return list->started
               ? FC_OK
               : fc_fail(err, FC_OUT_OF_MEMORY, "no thread for jobs that are answered later");
}

fc_status fc_async_jobs_start(fc_service *service, fc_async_jobs **out, fc_error *err)
{
    FC_ASSERT(service != NULL);
    FC_ASSERT(out != NULL);
    fc_async_jobs *list = NULL;
    int64_t resumed = 0;
    if (!fc_job_store_keeps(service->store)) {
        *out = NULL;
        return FC_OK;
    }
    FC_TRY(fc_memory_new_zeroed(1, sizeof *list, (void **)&list, err));
    list->service = service;
    (void)pthread_mutex_init(&list->lock, NULL);
    (void)pthread_mutex_init(&list->claiming, NULL);
    (void)pthread_rwlock_init(&list->intake, NULL);
    fc_condition_init(&list->news);
    fc_condition_init(&list->ended);
    list->shared = fc_job_store_shared(service->store);
    fc_status status = list->shared ? FC_OK : take_up(list, &resumed, err);
    if (status == FC_STORAGE_FULL) { /* the store waits for room, and so does the list */
        list->generation = 0;
        status = FC_OK;
    }
    status = status != FC_OK ? status : start_threads(list, err);
    status = status == FC_OK && list->shared ? fc_async_jobs_listen(list, err) : status;
    if (status != FC_OK) {
        fc_async_jobs_free(list);
        return status;
    }
    tell_resumed(resumed);
    *out = list;
    return FC_OK;
}

void fc_async_jobs_stop(fc_async_jobs *list)
{
    if (list == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&list->lock);
    list->over = true;
    (void)pthread_cond_signal(&list->news);
    (void)pthread_cond_broadcast(&list->ended);
    (void)pthread_mutex_unlock(&list->lock);
    if (list->holds) {
        (void)pthread_join(list->holder, NULL);
        list->holds = false;
    }
    if (list->started) {
        (void)pthread_join(list->thread, NULL);
        list->started = false;
    }
    fc_async_jobs_hush(list);
}

void fc_async_jobs_free(fc_async_jobs *list)
{
    if (list == NULL) {
        return;
    }
    fc_async_jobs_stop(list);
    while (list->first != NULL) {
        fc_async_job *job = list->first;
        list->first = job->next;
        fc_memory_free(job);
    }
    (void)pthread_cond_destroy(&list->ended);
    (void)pthread_cond_destroy(&list->news);
    (void)pthread_rwlock_destroy(&list->intake);
    (void)pthread_mutex_destroy(&list->claiming);
    (void)pthread_mutex_destroy(&list->lock);
    fc_memory_free(list);
}
