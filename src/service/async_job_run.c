/* The list of accepted photos, and the thread that puts them into the queue of the workers. */
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "jobs/condition.h"
#include "service/async_job_private.h"

/* So many photos are in the queue or in work, for each worker: one that runs and one that is next.
 */
#define WINDOW 2

/* How often the thread looks around; how soon again when the queue had no room. */
#define LOOK_US INT64_C(1000000)
#define ROOM_US INT64_C(20000)

/* A photo that cannot be read: how often it is tried, and how long after each other. */
#define TRIES_MAX 10
#define RETRY_US INT64_C(500000)

/* So long a photo that is tried again after a crash lets the others pass. */
#define POLITE_US INT64_C(60000000)

/* ---- the list ----------------------------------------------------------------------------------
 */

fc_status fc_later_job_new(fc_later *later, const fc_accepted_job *what, fc_later_job **out,
                           fc_error *err)
{
    fc_later_job *job = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *job, (void **)&job, err));
    job->later = later;
    job->what = *what;
    job->since_us = fc_clock_us();
    *out = job;
    return FC_OK;
}

void fc_later_append(fc_later *later, fc_later_job *job)
{
    job->next = NULL;
    (void)pthread_mutex_lock(&later->lock);
    if (later->last != NULL) {
        later->last->next = job;
    } else {
        later->first = job;
    }
    later->last = job;
    later->count++;
    (void)pthread_cond_signal(&later->news);
    (void)pthread_mutex_unlock(&later->lock);
}

static bool has_batch(const fc_later *later, const char *id)
{
    for (const fc_later_job *at = later->first; at != NULL; at = at->next) {
        if (strcmp(at->what.batch, id) == 0) {
            return true;
        }
    }
    return false;
}

/* A photo of this id, or one of the batch of this id. */
static bool knows(fc_later *later, const char *id)
{
    bool found = false;
    (void)pthread_mutex_lock(&later->lock);
    for (const fc_later_job *at = later->first; at != NULL && !found; at = at->next) {
        found = strcmp(at->what.id, id) == 0 || strcmp(at->what.batch, id) == 0;
    }
    (void)pthread_mutex_unlock(&later->lock);
    return found;
}

/* With the lock held. */
static void unlink_job(fc_later *later, const fc_later_job *job)
{
    fc_later_job *before = NULL;
    fc_later_job **link = &later->first;
    while (*link != job) {
        before = *link;
        link = &before->next;
    }
    *link = job->next;
    later->last = later->last == job ? before : later->last;
}

/* The batch ends before the photo is no longer counted: whoever waits until nothing is left finds
 * it recorded. */
void fc_later_remove(fc_later *later, fc_later_job *job)
{
    (void)pthread_mutex_lock(&later->lock);
    unlink_job(later, job);
    const bool last = job->what.batch[0] != '\0' && !has_batch(later, job->what.batch);
    (void)pthread_mutex_unlock(&later->lock);
    if (last) {
        fc_later_end_batch(later->service, job->what.batch);
    }
    (void)pthread_mutex_lock(&later->lock);
    later->count--;
    later->flying -= job->flying ? 1 : 0;
    (void)pthread_cond_signal(&later->news);
    (void)pthread_mutex_unlock(&later->lock);
    fc_memory_free(job);
}

int32_t fc_later_count(fc_later *later)
{
    FC_ASSERT(later != NULL);
    (void)pthread_mutex_lock(&later->lock);
    const int32_t count = later->count;
    (void)pthread_mutex_unlock(&later->lock);
    return count;
}

/* ---- who is next -------------------------------------------------------------------------------
 */

static bool is_suspect(const fc_later_job *job)
{
    return job->what.crashes > 0;
}

static int32_t patience(const fc_later_job *job, int64_t now_us)
{
    return now_us - job->since_us > POLITE_US ? 0 : job->what.crashes;
}

/* Suspects last; of every batch its first photo, then of every batch its second; then the order of
 * acceptance, which is that of the list. A photo alone is a batch of one. */
static bool comes_before(const fc_later_job *a, const fc_later_job *b, int64_t now_us)
{
    const int32_t of_a = patience(a, now_us);
    const int32_t of_b = patience(b, now_us);
    const int32_t number_a = a->what.number > 0 ? a->what.number : 1;
    const int32_t number_b = b->what.number > 0 ? b->what.number : 1;
    return of_a != of_b ? of_a < of_b : number_a < number_b;
}

static int32_t window(const fc_later *later)
{
    return WINDOW * fc_worker_pool_stats(later->service->pool).workers;
}

/* A suspect is alone: should the service crash again, nobody else is blamed. With the lock held. */
static fc_later_job *choose(const fc_later *later, int64_t now_us)
{
    fc_later_job *next = NULL;
    if (later->flying >= window(later) || now_us < later->pause_us) {
        return NULL;
    }
    for (fc_later_job *at = later->first; at != NULL; at = at->next) {
        if (at->flying && is_suspect(at)) {
            return NULL;
        }
        if (!at->flying && at->retry_us <= now_us &&
            (next == NULL || comes_before(at, next, now_us))) {
            next = at;
        }
    }
    return next != NULL && is_suspect(next) && later->flying > 0 ? NULL : next;
}

/* ---- the thread --------------------------------------------------------------------------------
 */

/* It stays in the list and is tried again. With the lock held. */
static void put_back(fc_later *later, fc_later_job *job, int64_t pause_us)
{
    job->flying = false;
    later->flying--;
    job->retry_us = fc_clock_us() + pause_us;
}

static bool may_pass(const fc_later_job *job, fc_status status)
{
    return (status == FC_IO || status == FC_OUT_OF_MEMORY) && job->tries < TRIES_MAX;
}

/* With the lock held, which is let go in between. */
static void begin(fc_later *later, fc_later_job *job)
{
    fc_error err = { 0 };
    job->flying = true;
    later->flying++;
    (void)pthread_mutex_unlock(&later->lock);
    const fc_status status = fc_later_begin(job, &err);
    if (status == FC_OK) { /* its worker has it now */
        (void)pthread_mutex_lock(&later->lock);
        return;
    }
    job->tries++;
    const bool again = status == FC_BUSY || status == FC_STOPPING || may_pass(job, status);
    if (status == FC_NOT_FOUND) { /* cancelled, or deleted */
        fc_later_remove(later, job);
    } else if (!again) {
        fc_later_give_up(job, &err);
    }
    (void)pthread_mutex_lock(&later->lock);
    if (again) {
        const bool full = status == FC_BUSY || status == FC_STOPPING;
        put_back(later, job, full ? 0 : RETRY_US);
        job->tries -= full ? 1 : 0;
        later->pause_us = full ? fc_clock_us() + ROOM_US : later->pause_us;
    }
}

/* Take up what the store holds and the list does not. */
static fc_status take_up(fc_later *later, int64_t *resumed, fc_error *err)
{
    fc_accepted_job *jobs = NULL;
    size_t count = 0;
    later->generation = fc_job_store_generation(later->service->store);
    FC_TRY(fc_job_store_accepted(later->service->store, &jobs, &count, err));
    fc_status status = FC_OK;
    for (size_t i = 0; i < count && status == FC_OK; i++) {
        fc_later_job *job = NULL;
        if (jobs[i].photo && !knows(later, jobs[i].id)) {
            status = fc_later_job_new(later, &jobs[i], &job, err);
            if (status == FC_OK) {
                fc_later_append(later, job);
                (*resumed)++;
            }
        }
    }
    for (size_t i = 0; i < count && status == FC_OK; i++) {
        if (!jobs[i].photo && !knows(later, jobs[i].id)) {
            fc_later_end_batch(later->service, jobs[i].id);
        }
    }
    fc_memory_free(jobs);
    return status;
}

/* Another folder has other jobs; endings that are owed may be recorded now. */
static void look_around(fc_later *later)
{
    fc_job_store *store = later->service->store;
    fc_error err = { 0 };
    int64_t resumed = 0;
    (void)fc_job_store_settle(store);
    if (fc_job_store_generation(store) == later->generation) {
        return;
    }
    (void)pthread_rwlock_wrlock(&later->intake); /* what is in the store is in the list now */
    if (take_up(later, &resumed, &err) != FC_OK) {
        later->generation = 0; /* once more */
        FC_LOG(FC_LOG_ERROR, "jobs not resumed", FC_LOG_TEXT("error", err.text));
    }
    (void)pthread_rwlock_unlock(&later->intake);
}

static void *run(void *context)
{
    fc_later *later = context;
    int64_t look_us = 0;
    (void)pthread_mutex_lock(&later->lock);
    while (!later->over) {
        const int64_t now_us = fc_clock_us();
        if (now_us >= look_us) {
            look_us = now_us + LOOK_US;
            (void)pthread_mutex_unlock(&later->lock);
            look_around(later);
            (void)pthread_mutex_lock(&later->lock);
        }
        fc_later_job *next = choose(later, now_us);
        if (next != NULL) {
            begin(later, next);
        } else {
            const bool soon = later->count > later->flying && later->flying < window(later);
            const int64_t until_us = now_us + (soon ? ROOM_US : LOOK_US);
            fc_condition_wait_until(&later->news, &later->lock,
                                    until_us < look_us ? until_us : look_us);
        }
    }
    (void)pthread_mutex_unlock(&later->lock);
    return NULL;
}

/* ---- start and end ------------------------------------------------------------------------------
 */

fc_status fc_later_start(fc_service *service, fc_later **out, fc_error *err)
{
    FC_ASSERT(service != NULL);
    FC_ASSERT(out != NULL);
    fc_later *later = NULL;
    int64_t resumed = 0;
    if (!fc_job_store_keeps(service->store)) {
        *out = NULL;
        return FC_OK;
    }
    FC_TRY(fc_memory_new_zeroed(1, sizeof *later, (void **)&later, err));
    later->service = service;
    (void)pthread_mutex_init(&later->lock, NULL);
    (void)pthread_rwlock_init(&later->intake, NULL);
    fc_condition_init(&later->news);
    fc_status status = take_up(later, &resumed, err);
    if (status == FC_OK && pthread_create(&later->thread, NULL, run, later) != 0) {
        status = fc_fail(err, FC_OUT_OF_MEMORY, "no thread for jobs that are answered later");
    }
    if (status != FC_OK) {
        fc_later_free(later);
        return status;
    }
    later->started = true;
    if (resumed > 0) {
        FC_LOG(FC_LOG_INFO, "jobs resumed", FC_LOG_NUMBER("photos", resumed));
    }
    *out = later;
    return FC_OK;
}

void fc_later_stop(fc_later *later)
{
    if (later == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&later->lock);
    later->over = true;
    (void)pthread_cond_signal(&later->news);
    (void)pthread_mutex_unlock(&later->lock);
    if (later->started) {
        (void)pthread_join(later->thread, NULL);
        later->started = false;
    }
}

void fc_later_free(fc_later *later)
{
    if (later == NULL) {
        return;
    }
    fc_later_stop(later);
    while (later->first != NULL) {
        fc_later_job *job = later->first;
        later->first = job->next;
        fc_memory_free(job);
    }
    (void)pthread_cond_destroy(&later->news);
    (void)pthread_rwlock_destroy(&later->intake);
    (void)pthread_mutex_destroy(&later->lock);
    fc_memory_free(later);
}
