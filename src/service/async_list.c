/* The list of accepted photos, in the order in which they were. */
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "service/async_job.h"
#include "service/async_job_private.h"
#include "service/batch.h"
#include "service/webhook.h"

/* So many photos are in the queue or in work, for each worker: one that runs and one that is next.
 */
#define WINDOW 2

fc_status fc_async_job_new(fc_async_jobs *list, const fc_accepted_job *what, fc_async_job **out,
                           fc_error *err)
{
    fc_async_job *job = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *job, (void **)&job, err));
    job->list = list;
    job->what = *what;
    job->since_us = fc_clock_us();
    *out = job;
    return FC_OK;
}

void fc_async_jobs_append(fc_async_jobs *list, fc_async_job *job)
{
    fc_statistics_claim(list->service->statistics,
                        job->what.crashes > 0 ? FC_CLAIM_AGAIN : FC_CLAIM_FIRST);
    job->next = NULL;
    (void)pthread_mutex_lock(&list->lock);
    if (list->last != NULL) {
        list->last->next = job;
    } else {
        list->first = job;
    }
    list->last = job;
    list->count++;
    (void)pthread_cond_signal(&list->news);
    (void)pthread_mutex_unlock(&list->lock);
}

static bool has_batch(const fc_async_jobs *list, const char *id)
{
    for (const fc_async_job *at = list->first; at != NULL; at = at->next) {
        if (strcmp(at->what.batch, id) == 0) {
            return true;
        }
    }
    return false;
}

/* A photo of this id, or one of the batch of this id. */
bool fc_async_jobs_knows(fc_async_jobs *list, const char *id)
{
    bool found = false;
    (void)pthread_mutex_lock(&list->lock);
    for (const fc_async_job *at = list->first; at != NULL && !found; at = at->next) {
        found = strcmp(at->what.id, id) == 0 || strcmp(at->what.batch, id) == 0;
    }
    (void)pthread_mutex_unlock(&list->lock);
    return found;
}

/* With the lock held. */
static void unlink_job(fc_async_jobs *list, const fc_async_job *job)
{
    fc_async_job *before = NULL;
    fc_async_job **link = &list->first;
    while (*link != job) {
        before = *link;
        link = &before->next;
    }
    *link = job->next;
    list->last = list->last == job ? before : list->last;
}

void fc_async_jobs_tell_key(const fc_service *service, const char *id, bool repeats)
{
    if (repeats) {
        fc_idempotency_finish(service->idempotency, id);
    } else {
        fc_idempotency_release(service->idempotency, id);
    }
}

/* All photos of a batch have ended: so does the batch. */
void fc_async_jobs_end_batch(const fc_async_jobs *list, const char *id)
{
    fc_service *service = list->service;
    FC_AUTO(fc_photo_batch) batch = NULL;
    fc_error err = { 0 };
    fc_status status = fc_photo_batch_read(service, id, &batch, &err);
    status = status != FC_OK ? status : fc_photo_batch_finish(batch, &err);
    fc_async_jobs_tell_key(service, id, status == FC_OK);
    if (status != FC_OK && status != FC_NOT_FOUND) { /* not found: cancelled by its client */
        FC_LOG(FC_LOG_ERROR, "batch not finished", FC_LOG_TEXT("job", id),
               FC_LOG_TEXT("error", err.text));
        fc_job_store_fail(service->store, id, &err);
    }
}

/* The batch ends before the photo is no longer counted: whoever waits until nothing is left finds
 * it recorded. */
void fc_async_jobs_remove(fc_async_jobs *list, fc_async_job *job)
{
    (void)pthread_mutex_lock(&list->lock);
    unlink_job(list, job);
    const bool last =
        !list->shared && job->what.batch[0] != '\0' && !has_batch(list, job->what.batch);
    (void)pthread_mutex_unlock(&list->lock);
    if (last) {
        fc_async_jobs_end_batch(list, job->what.batch);
    }
    fc_webhook_wake(list->service->webhook);
    (void)pthread_mutex_lock(&list->lock);
    list->count--;
    list->flying -= job->flying ? 1 : 0;
    list->hungry = true;
    (void)pthread_cond_signal(&list->news);
    (void)pthread_mutex_unlock(&list->lock);
    fc_memory_free(job);
}

void fc_async_jobs_drop(fc_async_jobs *list, fc_async_job *job)
{
    fc_statistics_claim(list->service->statistics, FC_CLAIM_LOST);
    fc_async_jobs_remove(list, job);
}

int32_t fc_async_jobs_count(fc_async_jobs *list)
{
    FC_ASSERT(list != NULL);
    (void)pthread_mutex_lock(&list->lock);
    const int32_t count = list->count;
    (void)pthread_mutex_unlock(&list->lock);
    return count;
}

int32_t fc_async_jobs_window(const fc_async_jobs *list)
{
    return WINDOW * fc_worker_pool_stats(list->service->pool).workers;
}
