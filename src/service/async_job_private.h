/** What later.h is made of: shared by later.c and async_job_run.c, for nobody else. */
#pragma once

#include <pthread.h>
#include <stdbool.h>

#include "service/async_job.h"

/** One accepted photo. Guarded by the lock of its list. */
typedef struct fc_later_job {
    fc_later *later;
    fc_accepted_job what;
    int64_t since_us;
    int64_t retry_us; /* not before */
    int32_t tries;    /* that could not read its photo */
    bool flying;      /* in the queue of the workers, or in work */
    struct fc_later_job *next;
} fc_later_job;

struct fc_later {
    fc_service *service;
    pthread_t thread;
    bool started;
    pthread_rwlock_t intake; /* read: while a job is in the store and not in the list yet */
    pthread_mutex_t lock;    /* taken before those of store and pool, never while they are held */
    pthread_cond_t news;
    fc_later_job *first; /* in the order of acceptance */
    fc_later_job *last;
    int32_t count;
    int32_t flying;
    int64_t pause_us;    /* nothing is put into the queue before */
    uint64_t generation; /* of the store's folder that the list was made from; its thread's */
    bool over;
};

/** Put a job at the end of the list, which takes it over. */
void fc_later_append(fc_later *later, fc_later_job *job);

/** A new one. Errors: FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_later_job_new(fc_later *later, const fc_accepted_job *what,
                                         fc_later_job **out, fc_error *err);

/** A photo has ended: it leaves the list, and with the last one of its batch ends the batch.
 *  Without the lock. */
void fc_later_remove(fc_later *later, fc_later_job *job);

/** Put a job into the queue of the workers. Errors: those of loading, checking, submitting. */
FC_MUST_CHECK fc_status fc_later_begin(fc_later_job *job, fc_error *err);

/** It cannot be worked on: it ends as failed, whatever the disk says. */
void fc_later_give_up(fc_later_job *job, const fc_error *why);

/** All photos of a batch have ended: so does the batch. */
void fc_later_end_batch(fc_service *service, const char *id);
