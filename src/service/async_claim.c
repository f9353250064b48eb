/* A store that is shared: its photos are claimed before they are worked on. */
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "service/async_job.h"
#include "service/async_job_private.h"
#include "service/webhook.h"

/* Put a claimed photo into the list; a batch has ended with its photos. */
static void take_claimed(fc_later *later, const fc_accepted_job *what)
{
    fc_later_job *job = NULL;
    if (!what->photo) {
        fc_later_end_batch(later, what->id);
        fc_webhook_wake(later->service->webhook);
    } else if (fc_later_job_new(later, what, &job, NULL) == FC_OK) {
        fc_later_append(later, job);
    } else { /* another process may have memory */
        (void)(fc_job_store_release(later->service->store, what->id, NULL) == FC_OK);
    }
}

/* As many photos as the workers can take soon. None while the service is ending. */
void fc_later_claim(fc_later *later)
{
    fc_error err = { 0 };
    fc_accepted_job *jobs = NULL;
    size_t count = 0;
    const int32_t room = fc_later_window(later) - fc_later_count(later);
    if (room <= 0 || atomic_load(&later->service->draining_us) != 0) {
        return;
    }
    if (fc_job_store_claim(later->service->store, (size_t)room, &jobs, &count, &err) != FC_OK) {
        FC_LOG(FC_LOG_ERROR, "no jobs claimed", FC_LOG_TEXT("error", err.text));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        take_claimed(later, &jobs[i]);
    }
    fc_memory_free(jobs);
}

/* A photo that waits here and is somebody else's now, or nobody's: out of the list. */
static void drop_waiting(fc_later *later, const char *id)
{
    fc_later_job *found = NULL;
    (void)pthread_mutex_lock(&later->lock);
    for (fc_later_job *at = later->first; at != NULL; at = at->next) {
        found = !at->flying && strcmp(at->what.id, id) == 0 ? at : found;
    }
    (void)pthread_mutex_unlock(&later->lock);
    if (found != NULL) { /* only this thread makes it fly */
        fc_later_remove(later, found);
    }
}

/* Go on holding what was claimed. The work on what was lost is broken off: its end would not be
 * recorded. */
void fc_later_renew(fc_later *later)
{
    fc_error err = { 0 };
    fc_accepted_job *lost = NULL;
    size_t count = 0;
    if (fc_job_store_renew(later->service->store, &lost, &count, &err) != FC_OK) {
        FC_LOG(FC_LOG_ERROR, "claims not renewed", FC_LOG_TEXT("error", err.text));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        FC_AUTO(fc_task) task = fc_worker_pool_lookup(later->service->pool, lost[i].id);
        if (task != NULL) {
            fc_task_cancel(task);
        }
        drop_waiting(later, lost[i].id);
    }
    fc_memory_free(lost);
}

/* Workers may take photos out of the list meanwhile: the ids are copied under its lock. What they
 * end all the same is recorded, unless somebody else has it by then. */
void fc_later_let_go(fc_later *later)
{
    char(*ids)[FC_JOB_ID_SIZE] = NULL;
    size_t count = 0;
    if (later == NULL || !later->shared) {
        return;
    }
    (void)pthread_mutex_lock(&later->lock);
    if (fc_memory_new((size_t)later->count + 1, sizeof *ids, (void **)&ids, NULL) == FC_OK) {
        for (const fc_later_job *at = later->first; at != NULL; at = at->next) {
            memcpy(ids[count++], at->what.id, sizeof ids[0]);
        }
    }
    (void)pthread_mutex_unlock(&later->lock);
    for (size_t i = 0; i < count; i++) {
        (void)(fc_job_store_release(later->service->store, ids[i], NULL) == FC_OK);
    }
    fc_memory_free(ids);
}
