/** PostgreSQL store: the job store of several processes, on any number of machines: what it is made
 *  of, for its own files. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "base/attributes.h"
#include "base/error.h"
#include "store/blobs.h"
#include "store/job_engine.h"
#include "store/postgres.h"

/** Times by the clock of the database; tests make them shorter after opening. */
typedef struct fc_postgres_times {
    int32_t claim_s;  /* so long a claim holds without being renewed */
    int32_t doomed_s; /* so long whoever announces a blob may take to write and record it */
    int32_t taken_s;  /* so long whoever removes blobs may take */
} fc_postgres_times;

/** Digits of a token, with the final zero. */
#define FC_TOKEN_SIZE 17

/** A job that this process has claimed. */
typedef struct fc_claim_held {
    char id[FC_JOB_ID_SIZE];
    int64_t epoch;
} fc_claim_held;

typedef struct fc_postgres_store {
    fc_job_store base; /* first */
    fc_blobs *blobs;   /* owned */
    char *address;     /* may hold a password */
    fc_postgres_times times;
    pthread_mutex_t lock;
    fc_pg *pg;          /* guarded by `lock`, as is all below; NULL before the first connection */
    int64_t connect_us; /* fc_clock_us; not tried again before */
    _Atomic int64_t ahead_us; /* the database's Unix time less fc_clock_us; not guarded */
    fc_claim_held *held;
    size_t held_count;
    int64_t renewed_us; /* when the claims were renewed last */
    fc_job_room room;
    fc_job_room kept;    /* of all processes, as it was at `measured_us` and what came since */
    int64_t measured_us; /* 0: never */

    pthread_mutex_t probe_lock; /* taken before `lock`; guards both below */
    int64_t probed_us;          /* fc_clock_us; 0: never */
    fc_error probed;
} fc_postgres_store;

/** A store as job_store.c passes it. */
static inline fc_postgres_store *fc_postgres_of(fc_job_store *base)
{
    return (fc_postgres_store *)base;
}

/**
 * Open the store of a database. It is connected to at once, and again whenever that is lost.
 *
 * address      postgresql://user@host/database
 * blobs        where photos and portraits are, the same for all processes; belongs to the store
 *              from now on, also after a failure
 * keep_hours   above 0
 *
 * Errors: those of fc_pg_connect and fc_postgres_schema_prepare.
 */
FC_MUST_CHECK fc_status fc_postgres_open(const char *address, fc_blobs *blobs, int32_t keep_hours,
                                         fc_job_store **out, fc_error *err);

/** Take the lock, with a connection. Errors: FC_BUSY (the database is away), FC_OUT_OF_MEMORY; then
 *  the lock is not held. */
FC_MUST_CHECK fc_status fc_postgres_enter(fc_postgres_store *store, fc_error *err);

/** Give the lock back; returns `status`. */
FC_MUST_CHECK fc_status fc_postgres_leave(fc_postgres_store *store, fc_status status);

/** fc_pg_ask, with the lock held for this statement alone. Errors: also those of fc_postgres_enter.
 */
FC_MUST_CHECK fc_status fc_postgres_ask(fc_postgres_store *store, const fc_pg_query *query,
                                        fc_pg_rows **rows, fc_error *err);

/* ---- claims; with the lock held -------------------------------------------------------------- */

/** The epoch in which this process holds a job; -1 where it does not. */
int64_t fc_postgres_epoch(const fc_postgres_store *store, const char *id);
void fc_postgres_forget(fc_postgres_store *store, const char *id);

/* ---- blobs that are to go -------------------------------------------------------------------- */

/** A list of names: "{a,b}", as a parameter of text[]. */
FC_MUST_CHECK fc_status fc_names_add(fc_buffer *names, const char *name, fc_error *err);
FC_MUST_CHECK fc_status fc_names_end(fc_buffer *names, fc_error *err);

/** Bytes that a list of names may have. */
#define FC_NAMES_BYTES_MAX ((size_t)1 << 20)

/** Remove the blobs of these names and strike them off the list of the doomed. What cannot be done
 *  is left to fc_postgres_sweep. Without the lock. */
void fc_postgres_dispose(fc_postgres_store *store, const char *names);

/** Remove blobs whose time has come. Without the lock. */
FC_MUST_CHECK fc_status fc_postgres_sweep(fc_postgres_store *store, fc_error *err);

/* The engine: fc_postgres_accept and so on. */
#define FC_JOB_CALL(result, name, arguments) result fc_postgres_##name arguments;
#include "store/job_engine.def"
#undef FC_JOB_CALL
