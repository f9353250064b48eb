/* A store that is shared: its photos are claimed before they are worked on. */
#include <string.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "base/memory.h"
#include "service/async_job.h"
#include "service/async_job_private.h"
#include "service/webhook.h"

/* How often the store is asked to renew claims; it knows how often it must. */
#define RENEW_US INT64_C(500000)

/* Put a claimed photo into the list. */
static void take_photo(fc_async_jobs *list, const fc_accepted_job *what)
{
    fc_async_job *job = NULL;
    if (fc_async_job_new(list, what, &job, NULL) == FC_OK) {
        fc_async_jobs_append(list, job);
    } else { /* another process may have memory */
        (void)(fc_job_store_release(list->service->store, what->id, NULL) == FC_OK);
    }
}

static fc_status claim(fc_async_jobs *list, size_t room, fc_accepted_job **jobs, size_t *count,
                       fc_error *err)
{
    (void)pthread_mutex_lock(&list->claiming);
    const fc_status status = fc_job_store_claim(list->service->store, room, jobs, count, err);
    for (size_t i = 0; status == FC_OK && i < *count; i++) {
        if ((*jobs)[i].photo) {
            take_photo(list, &(*jobs)[i]);
        }
    }
    (void)pthread_mutex_unlock(&list->claiming);
    return status;
}

static bool is_paused(fc_async_jobs *list)
{
    (void)pthread_mutex_lock(&list->lock);
    const bool paused = fc_clock_us() < list->pause_us;
    (void)pthread_mutex_unlock(&list->lock);
    return paused;
}

/* As many photos as the workers can take soon. None while the service is ending, or while it could
 * not work on them. A batch has ended with its photos. */
void fc_async_jobs_claim(fc_async_jobs *list)
{
    fc_error err = { 0 };
    fc_accepted_job *jobs = NULL;
    size_t count = 0;
    const int32_t room = fc_async_jobs_window(list) - fc_async_jobs_count(list);
    if (room <= 0 || atomic_load(&list->service->draining_us) != 0 || is_paused(list)) {
        return;
    }
    if (claim(list, (size_t)room, &jobs, &count, &err) != FC_OK) {
        FC_LOG(FC_LOG_ERROR, "no jobs claimed", FC_LOG_TEXT("error", err.text));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (!jobs[i].photo) {
            fc_async_jobs_end_batch(list, jobs[i].id);
            fc_webhook_wake(list->service->webhook);
        }
    }
    fc_memory_free(jobs);
}

/* A photo that is somebody else's now, or nobody's: out of the list where it waits. The work on it
 * is broken off: its end would not be recorded. */
static void drop(fc_async_jobs *list, const char *id)
{
    FC_AUTO(fc_task) task = fc_worker_pool_lookup(list->service->pool, id);
    fc_async_job *waiting = NULL;
    bool works = false;
    if (task != NULL) {
        fc_task_cancel(task);
    }
    (void)pthread_mutex_lock(&list->lock);
    for (fc_async_job *at = list->first; at != NULL; at = at->next) {
        if (strcmp(at->what.id, id) == 0) {
            works = at->flying;
            waiting = at->flying ? NULL : at;
        }
    }
    if (waiting != NULL) { /* nobody else takes it */
        waiting->flying = true;
        list->flying++;
    }
    (void)pthread_mutex_unlock(&list->lock);
    if (waiting != NULL) {
        fc_async_jobs_drop(list, waiting);
    }
    if (!works) {
        (void)(fc_job_store_release(list->service->store, id, NULL) == FC_OK);
    }
}

/* Nothing is claimed meanwhile: a job that was lost and claimed again would be dropped. */
void fc_async_jobs_renew(fc_async_jobs *list)
{
    fc_error err = { 0 };
    fc_accepted_job *lost = NULL;
    size_t count = 0;
    (void)pthread_mutex_lock(&list->claiming);
    if (fc_job_store_renew(list->service->store, &lost, &count, &err) != FC_OK) {
        FC_LOG(FC_LOG_ERROR, "claims not renewed", FC_LOG_TEXT("error", err.text));
    }
    for (size_t i = 0; i < count; i++) {
        drop(list, lost[i].id);
    }
    (void)pthread_mutex_unlock(&list->claiming);
    fc_memory_free(lost);
}

void *fc_async_jobs_hold(void *context)
{
    fc_async_jobs *list = context;
    (void)pthread_mutex_lock(&list->lock);
    while (!list->over) {
        (void)pthread_mutex_unlock(&list->lock);
        fc_async_jobs_renew(list);
        (void)pthread_mutex_lock(&list->lock);
        if (!list->over) {
            fc_condition_wait_until(&list->ended, &list->lock, fc_clock_us() + RENEW_US);
        }
    }
    (void)pthread_mutex_unlock(&list->lock);
    return NULL;
}

/* Workers may take photos out of the list meanwhile: the ids are copied under its lock. What they
 * end all the same is recorded, unless somebody else has it by then. */
void fc_async_jobs_let_go(fc_async_jobs *list)
{
    char(*ids)[FC_JOB_ID_SIZE] = NULL;
    size_t count = 0;
    if (list == NULL || !list->shared) {
        return;
    }
    (void)pthread_mutex_lock(&list->lock);
    if (fc_memory_new((size_t)list->count + 1, sizeof *ids, (void **)&ids, NULL) == FC_OK) {
        for (const fc_async_job *at = list->first; at != NULL; at = at->next) {
            memcpy(ids[count++], at->what.id, sizeof ids[0]);
        }
    }
    (void)pthread_mutex_unlock(&list->lock);
    for (size_t i = 0; i < count; i++) {
        (void)(fc_job_store_release(list->service->store, ids[i], NULL) == FC_OK);
    }
    fc_memory_free(ids);
}

/* ---- what other nodes have accepted ---------------------------------------------------------- */

/* How soon a database that is away is tried again. */
#define AWAY_US INT64_C(1000000)

static void *listen(void *context)
{
    fc_async_jobs *list = context;
    (void)pthread_mutex_lock(&list->lock);
    while (!list->over) {
        bool news = false;
        (void)pthread_mutex_unlock(&list->lock);
        const fc_status status = fc_job_store_await(list->service->store, &news, NULL);
        (void)pthread_mutex_lock(&list->lock);
        if (status != FC_OK && !list->over) {
            fc_condition_wait_until(&list->ended, &list->lock, fc_clock_us() + AWAY_US);
        } else if (news) {
            list->hungry = true;
            (void)pthread_cond_signal(&list->news);
        }
    }
    (void)pthread_mutex_unlock(&list->lock);
    return NULL;
}

fc_status fc_async_jobs_listen(fc_async_jobs *list, fc_error *err)
{
    list->listens = pthread_create(&list->listener, NULL, listen, list) == 0;
    return list->listens ? FC_OK
                         : fc_fail(err, FC_OUT_OF_MEMORY, "no thread for news of other nodes");
}

void fc_async_jobs_hush(fc_async_jobs *list)
{
    if (list->listens) {
        (void)pthread_cond_signal(&list->ended);
        fc_job_store_ring(list->service->store);
        (void)pthread_join(list->listener, NULL);
        list->listens = false;
    }
}
