/** Async jobs: what they are made of, for their own files: the list of accepted photos, and for a
 *  store that is shared the claims on it. */
#pragma once

#include <pthread.h>
#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "service/service.h"
#include "store/job_store.h"

/* One accepted photo. Guarded by the lock of its list. */
typedef struct fc_async_job {
    fc_async_jobs *list;
    fc_accepted_job what;
    int64_t since_us;
    int64_t retry_us; /* not before */
    int32_t tries;    /* that could not read its photo */
    bool flying;      /* in the queue of the workers, or in work */
    struct fc_async_job *next;
} fc_async_job;

struct fc_async_jobs {
    fc_service *service;
    pthread_t thread;
    bool started;
    pthread_t holder;   /* renews claims, where the store is shared */
    pthread_t listener; /* hears what other nodes have accepted */
    bool holds;
    bool listens;
    bool shared;             /* the list is what this process has claimed */
    bool hungry;             /* there may be more to claim: guarded by `lock` */
    pthread_rwlock_t intake; /* read: while a job is in the store and not in the list yet */
    pthread_mutex_t lock;    /* taken before those of store and pool, never while they are held */
    pthread_cond_t news;
    pthread_cond_t ended;     /* `over` is set: for holder and listener */
    pthread_mutex_t claiming; /* taken before `lock`: by who claims, and who renews */
    fc_async_job *first;      /* in the order of acceptance */
    fc_async_job *last;
    int32_t count;
    int32_t flying;
    int64_t pause_us;    /* nothing is put into the queue before */
    uint64_t generation; /* of the store's folder that the list was made from; its thread's */
    bool over;
};

/* ---- async_list.c ---------------------------------------------------------------------------- */

/** A photo for the list. Errors: FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_async_job_new(fc_async_jobs *list, const fc_accepted_job *what,
                                         fc_async_job **out, fc_error *err);

/** Put it at the end of the list, which owns it now. */
void fc_async_jobs_append(fc_async_jobs *list, fc_async_job *job);

/** A photo of this id, or one of the batch of this id. */
bool fc_async_jobs_knows(fc_async_jobs *list, const char *id);

/** It has ended: out of the list, and freed. Its batch ends with its last photo, unless whoever
 *  claims the batch ends it. Without the lock. */
void fc_async_jobs_remove(fc_async_jobs *list, fc_async_job *job);

/** It was deleted or cancelled meanwhile, or is another process's: out of the list, and counted. */
void fc_async_jobs_drop(fc_async_jobs *list, fc_async_job *job);

/** All photos of a batch have ended: so does the batch. */
void fc_async_jobs_end_batch(const fc_async_jobs *list, const char *id);

/** What a key stands for from now on: the answer of its job, or nothing. */
void fc_async_jobs_tell_key(const fc_service *service, const char *id, bool repeats);

/** Photos that are in the queue or in work at most. */
int32_t fc_async_jobs_window(const fc_async_jobs *list);

/* ---- async_claim.c --------------------------------------------------------------------------- */

/** Claim as many photos as the workers can take soon. None while the service is ending. On the
 *  thread of the list. */
void fc_async_jobs_claim(fc_async_jobs *list);

/** Go on holding what was claimed. The work on what was lost is broken off: its end would not be
 *  recorded. */
void fc_async_jobs_renew(fc_async_jobs *list);

/** A thread that does so until the list is over: that of the list may wait for photos that a store
 *  of pictures does not give, for longer than a claim holds. */
void *fc_async_jobs_hold(void *list);

/** Start the thread that hears what other nodes have accepted, and tells them. Errors:
 *  FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_async_jobs_listen(fc_async_jobs *list, fc_error *err);

/** End it; `over` is set. */
void fc_async_jobs_hush(fc_async_jobs *list);
