/**
 * Idempotency: a client that repeats a request under the same key (Idempotency-Key) gets the job
 * of the first one, and its photo is not worked on twice.
 *
 * The table lives in memory and is bounded: when it is full, the oldest finished entry makes room.
 * Keys are kept as digests; the job store keeps them with their jobs, so that the next process can
 * take them in again. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/digest.h"
#include "base/error.h"
#include "jobs/job_id.h"

typedef struct fc_idempotency fc_idempotency;

/** Result of a claim. */
typedef enum fc_claim {
    FC_CLAIM_NEW,      /* first of its key: go to work, then finish or release */
    FC_CLAIM_REPEAT,   /* the job is done: answer with it */
    FC_CLAIM_RUNNING,  /* the first request still runs */
    FC_CLAIM_CONFLICT, /* the key was used for another request */
} fc_claim;

/**
 * entries_max   at least 1
 * keep_s        age at which finished entries expire
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_idempotency_new(size_t entries_max, int64_t keep_s, fc_idempotency **out,
                                           fc_error *err);
void fc_idempotency_free(fc_idempotency *table);
FC_DEFINE_CLEANUP(fc_idempotency, fc_idempotency_free)

/**
 * Claim a key for a request.
 *
 * owner         whom the key belongs to: equal keys of two owners are two keys
 * fingerprint   digest of body and parameters (base/digest.h)
 * job_id        in: the id of the new job; out, unless FC_CLAIM_NEW or FC_CLAIM_CONFLICT: of the
 *               first one
 *
 * Errors: FC_BUSY when every entry belongs to a running request.
 */
FC_MUST_CHECK fc_status fc_idempotency_claim(fc_idempotency *table, const char *owner,
                                             const char *key, const char *fingerprint,
                                             char job_id[FC_JOB_ID_SIZE], fc_claim *out,
                                             fc_error *err);

/** The job of a claim is done: from now on the key gives its result. */
void fc_idempotency_finish(fc_idempotency *table, const char *job_id);

/** Forget the key of a job that was refused, has failed, or was deleted. Unknown ids are fine. */
void fc_idempotency_release(fc_idempotency *table, const char *job_id);

/**
 * The digests that a job's request was claimed with, as fc_idempotency_restore takes them.
 *
 * False: it has no key; then both are "".
 */
bool fc_idempotency_lookup(fc_idempotency *table, const char *job_id, char key[FC_DIGEST_SIZE],
                           char fingerprint[FC_DIGEST_SIZE]);

/**
 * Restore a key of an earlier process. A key that is there already stays as it is; when the table
 * is full, the new one is left out.
 *
 * age_s   since its job has ended; below 0: it has not
 */
void fc_idempotency_restore(fc_idempotency *table, const char *key, const char *fingerprint,
                            const char *job_id, int64_t age_s);
