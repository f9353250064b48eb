/** Later: what it is made of, for its own files: the list of accepted photos, and for a store that
 * is shared the claims on it. */
#pragma once

#include <pthread.h>
#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "service/service.h"
#include "store/job_store.h"

/* One accepted photo. Guarded by the lock of its list. */
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
    bool shared;             /* the list is what this process has claimed */
    bool hungry;             /* there may be more to claim: guarded by `lock` */
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

/* ---- async_list.c ---------------------------------------------------------------------------- */

/** A photo for the list. Errors: FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_later_job_new(fc_later *later, const fc_accepted_job *what,
                                         fc_later_job **out, fc_error *err);

/** Put it at the end of the list, which owns it now. */
void fc_later_append(fc_later *later, fc_later_job *job);

/** A photo of this id, or one of the batch of this id. */
bool fc_later_knows(fc_later *later, const char *id);

/** It has ended: out of the list, and freed. Its batch ends with its last photo, unless whoever
 *  claims the batch ends it. Without the lock. */
void fc_later_remove(fc_later *later, fc_later_job *job);

/** All photos of a batch have ended: so does the batch. */
void fc_later_end_batch(const fc_later *later, const char *id);

/** What a key stands for from now on: the answer of its job, or nothing. */
void fc_later_tell_key(const fc_service *service, const char *id, bool repeats);

/** Photos that are in the queue or in work at most. */
int32_t fc_later_window(const fc_later *later);

/* ---- async_claim.c; on the thread of the list ------------------------------------------------ */

/** Claim as many photos as the workers can take soon. None while the service is ending. */
void fc_later_claim(fc_later *later);

/** Go on holding what was claimed. The work on what was lost is broken off: its end would not be
 *  recorded. */
void fc_later_renew(fc_later *later);
