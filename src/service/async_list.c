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
bool fc_later_knows(fc_later *later, const char *id)
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

void fc_later_tell_key(const fc_service *service, const char *id, bool repeats)
{
    if (repeats) {
        fc_idempotency_finish(service->idempotency, id);
    } else {
        fc_idempotency_release(service->idempotency, id);
    }
}

/* All photos of a batch have ended: so does the batch. */
void fc_later_end_batch(const fc_later *later, const char *id)
{
    fc_service *service = later->service;
    FC_AUTO(fc_photo_batch) batch = NULL;
    fc_error err = { 0 };
    fc_status status = fc_photo_batch_read(service, id, &batch, &err);
    status = status != FC_OK ? status : fc_photo_batch_finish(batch, &err);
    fc_later_tell_key(service, id, status == FC_OK);
    if (status != FC_OK && status != FC_NOT_FOUND) { /* not found: cancelled by its client */
        FC_LOG(FC_LOG_ERROR, "batch not finished", FC_LOG_TEXT("job", id),
               FC_LOG_TEXT("error", err.text));
        fc_job_store_fail(service->store, id, &err);
    }
}

/* The batch ends before the photo is no longer counted: whoever waits until nothing is left finds
 * it recorded. */
void fc_later_remove(fc_later *later, fc_later_job *job)
{
    (void)pthread_mutex_lock(&later->lock);
    unlink_job(later, job);
    const bool last =
        !later->shared && job->what.batch[0] != '\0' && !has_batch(later, job->what.batch);
    (void)pthread_mutex_unlock(&later->lock);
    if (last) {
        fc_later_end_batch(later, job->what.batch);
    }
    fc_webhook_wake(later->service->webhook);
    (void)pthread_mutex_lock(&later->lock);
    later->count--;
    later->flying -= job->flying ? 1 : 0;
    later->hungry = true;
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

int32_t fc_later_window(const fc_later *later)
{
    return WINDOW * fc_worker_pool_stats(later->service->pool).workers;
}
