/** The members of the SQLite store. Only for its own files. */
#pragma once

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "store/blobs.h"
#include "store/job_engine.h"
#include "store/sql.h"

/** The end of a job that the database could not take yet. */
typedef struct fc_owed_ending {
    char id[FC_JOB_ID_SIZE];
    int64_t finished_s;
    fc_error why;
} fc_owed_ending;

typedef struct fc_sqlite_store fc_sqlite_store;

struct fc_sqlite_store {
    fc_job_store base;    /* first */
    fc_blobs *blobs;      /* of the folder */
    char path[PATH_MAX];  /* of the folder, absolute */
    int folder;           /* its descriptor; the same number for as long as the store lives */
    int guard;            /* the lock file's: holds off other processes while it is open */
    pthread_mutex_t lock; /* guards the database and all below */
    fc_status unopened;   /* there was no room to open it, so there is nothing of it; or FC_OK */
    sqlite3 *db;          /* NULL when it could not be opened again */
    bool doubtful;        /* a lock may be left over: the next one gets a new connection */
    bool failed;          /* a use has, and no change was begun since: a lock may be its own */
    bool locked;          /* a thread has waited in vain, and none could write since */
    uint64_t generation;  /* counts the folders: another one may take the place of the first */
    /* Take the folder that has taken the place of the first; with the lock held. */
    fc_status (*move_in)(fc_sqlite_store *store, fc_error *err);
    fc_job_room room;
    fc_job_room coming; /* of photos that are being written and are no records yet */
    fc_owed_ending *owed;
    size_t owed_count;
    size_t owed_capacity; /* at least the number of accepted jobs */

    pthread_mutex_t probe_lock; /* taken before `lock`; guards the last two */
    _Atomic int64_t probed_us;  /* fc_clock_us; 0: never, or something has failed since */
    size_t probed_room;         /* the bytes that were asked for */
    fc_error probed;            /* what came of it */
};

/** A store as job_store.c passes it. */
static inline fc_sqlite_store *fc_sqlite_of(fc_job_store *base)
{
    return (fc_sqlite_store *)base;
}

/* The engine: fc_sqlite_accept and so on. */
#define FC_JOB_CALL(result, name, arguments) result fc_sqlite_##name arguments;
#include "store/job_engine.def"
#undef FC_JOB_CALL
