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
#include "store/postgres_pool.h"

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
    bool ends; /* its end is being recorded: then it is not there to be renewed, and not lost */
} fc_claim_held;

/** Changes of one kind that wait to be made together (store/postgres_group.h). */
typedef struct fc_pg_group {
    pthread_mutex_t lock; /* guards all below */
    struct fc_pg_member *first;
    struct fc_pg_member *last;
    bool led; /* one of them is at the database, or about to */
} fc_pg_group;

/** What processes tell each other (postgres_news.c). */
typedef struct fc_pg_news {
    int bell;         /* eventfd: ends the wait of fc_postgres_await */
    atomic_bool owed; /* this process has accepted something that others have not been told of */
    fc_pg *pg;        /* its own connection; this and what is below is of the thread that waits */
    int64_t tell_us;  /* fc_clock_us; others are told again not before */
} fc_pg_news;

/** Where claims look for jobs. Before `place`, in the order of claims, there was nothing when it
 * was looked for last. */
typedef struct fc_claim_search {
    struct {
        int64_t crashes;
        int64_t turn;
        int64_t serial;
    } place;
    int64_t front_us; /* fc_clock_us; from then on a claim begins at the very front again */
    int64_t reap_us;  /* from then on a claim looks for what others have lost first */
} fc_claim_search;

typedef struct fc_postgres_store {
    fc_job_store base; /* first */
    fc_blobs *blobs;   /* owned */
    fc_postgres_times times;
    fc_pg_pool pool;
    fc_pg_group announcing;
    fc_pg_group accepting;
    fc_pg_group ending;
    fc_pg_group saving;
    fc_pg_news news;

    pthread_mutex_t lock; /* guards all below; not held while the database is asked */
    fc_claim_held *held;
    size_t held_count;
    int64_t renewed_us; /* when the claims were renewed last */
    fc_claim_search search;
    fc_job_room room;
    fc_job_room kept;   /* of all processes, as it was measured last, and what came since */
    int64_t measure_us; /* from then on it is measured again */
    fc_buffer removed;  /* names of blobs that are gone and still on the list of the doomed */

    pthread_mutex_t probe_lock; /* guards all below; held for a whole probe */
    int64_t probed_us;          /* fc_clock_us; 0: never */
    size_t probed_room;         /* the bytes that were asked for */
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

/** fc_pg_ask on one of its connections. Errors: also those of fc_pg_pool_take. */
FC_MUST_CHECK fc_status fc_postgres_ask(fc_postgres_store *store, const fc_pg_query *query,
                                        fc_pg_rows **rows, fc_error *err);

/* ---- claims (postgres_claim.c) --------------------------------------------------------------- */

/** The epoch in which this process holds a job; -1 where it does not. */
int64_t fc_postgres_epoch(fc_postgres_store *store, const char *id);
/** The same, and its end is being recorded from now on. */
int64_t fc_postgres_epoch_to_end(fc_postgres_store *store, const char *id);
/** It is not renewed any more. */
void fc_postgres_forget(fc_postgres_store *store, const char *id);

/** Errors: FC_OUT_OF_MEMORY (no descriptor). */
FC_MUST_CHECK fc_status fc_postgres_news_open(fc_pg_news *self, fc_error *err);
void fc_postgres_news_close(fc_pg_news *self);

/** There is something to claim: whoever waits in another process is told of it. */
void fc_postgres_tell(fc_postgres_store *store);

/* ---- blobs that are to go (postgres_doomed.c) ------------------------------------------------ */

/** A list of names: "{a,b}", as a parameter of text[]. */
FC_MUST_CHECK fc_status fc_names_add(fc_buffer *names, const char *name, fc_error *err);
FC_MUST_CHECK fc_status fc_names_end(fc_buffer *names, fc_error *err);

/** Bytes that a list of names may have. */
#define FC_NAMES_BYTES_MAX ((size_t)1 << 20)

/** Blobs that somebody is about to write. */
typedef struct fc_announcement {
    const char *names; /* a list */
    const char *ends;  /* the accepted job that they belong to, or NULL */
    fc_job_room more;  /* what they take of the room for accepted photos */
} fc_announcement;

/** Put the names of blobs on the list of the doomed until their record is there: should this
 * process die before, they are removed in an hour. Errors: FC_NOT_FOUND (`ends` is not this
 * process's to end), FC_BUSY, FC_LIMIT_EXCEEDED (no room), those of fc_pg_ask. */
FC_MUST_CHECK fc_status fc_postgres_announce(fc_postgres_store *store, const fc_announcement *what,
                                             fc_error *err);

/** Remove the blobs of these names, and strike them off the list of the doomed with the next
 *  statement that has to do with it. What cannot be done is left to fc_postgres_sweep. Without the
 *  lock. */
void fc_postgres_dispose(fc_postgres_store *store, const char *names);

/** Remove blobs whose time has come. */
FC_MUST_CHECK fc_status fc_postgres_sweep(fc_postgres_store *store, fc_error *err);

/** Whether so many more find room (postgres_accept.c). */
FC_MUST_CHECK fc_status fc_postgres_find_room(fc_postgres_store *store, fc_pg *pg, fc_job_room more,
                                              fc_error *err);

/* The engine: fc_postgres_accept and so on. */
#define FC_JOB_CALL(result, name, arguments) result fc_postgres_##name arguments;
#include "store/job_engine.def"
#undef FC_JOB_CALL
