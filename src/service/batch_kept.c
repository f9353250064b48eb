/* A batch that was accepted, read from the store once its photos have ended. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"
#include "service/batch.h"

static fc_status status_of(const char *slug)
{
    for (int i = 0; i < fc_status_count(); i++) {
        if (strcmp(fc_status_lookup((fc_status)i)->slug, slug) == 0) {
            return (fc_status)i;
        }
    }
    return FC_IO;
}

static void fill_item(const fc_job *job, fc_batch_item *item)
{
    item->job = *job;
    item->ended = true;
    if (job->state != FC_JOB_SUCCEEDED) {
        item->failure.status = status_of(job->error);
        (void)snprintf(item->failure.text, sizeof item->failure.text, "%s", job->message);
    }
}

/* Pictures come by photo, and of each in order. */
static void note_pictures(fc_photo_batch *batch, const fc_stored_picture *pictures, size_t count)
{
    size_t item = 0;
    for (size_t i = 0; i < count; i++) {
        while (item < batch->count && strcmp(batch->items[item].job.id, pictures[i].job_id) != 0) {
            item++;
        }
        if (item < batch->count && pictures[i].type == FC_PICTURE_PNG) {
            batch->items[item].has_png = true;
        }
    }
}

static fc_status fill(fc_photo_batch *batch, const fc_job *jobs, size_t count, fc_error *err)
{
    FC_TRY(fc_memory_new_zeroed(count, sizeof *batch->items, (void **)&batch->items, err));
    for (size_t i = 0; i < count; i++) {
        fill_item(&jobs[i], &batch->items[i]);
    }
    batch->count = batch->ended = batch->next = count;
    fc_stored_picture *pictures = NULL;
    size_t picture_count = 0;
    FC_TRY(fc_job_store_pictures(batch->service->store, batch->job.id, &pictures, &picture_count,
                                 err));
    note_pictures(batch, pictures, picture_count);
    fc_memory_free(pictures);
    return FC_OK;
}

/* On the clock of the batch that is answered at once. */
static int64_t received_us(int64_t accepted_ms)
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_REALTIME, &now);
    const int64_t age_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 - accepted_ms * 1000;
    return fc_clock_us() - (age_us > 0 ? age_us : 0);
}

fc_status fc_photo_batch_read(fc_service *service, const char *id, fc_photo_batch **out,
                              fc_error *err)
{
    FC_ASSERT(service != NULL);
    FC_ASSERT(out != NULL);
    fc_asked_job asked = { 0 };
    FC_AUTO(fc_photo_batch) batch = NULL;
    fc_job *jobs = NULL;
    size_t count = 0;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *batch, (void **)&batch, err));
    FC_TRY(fc_job_store_load(service->store, id, &asked, err));
    batch->service = service;
    batch->job = asked.job;
    batch->received_us = received_us(asked.accepted_ms);
    batch->accepted = true;
    fc_asked_job_clear(&asked);
    FC_TRY(fc_job_store_items(service->store, id, &jobs, &count, err));
    const fc_status status = fill(batch, jobs, count, err);
    fc_memory_free(jobs);
    FC_TRY(status);
    *out = FC_STEAL(batch);
    return FC_OK;
}
