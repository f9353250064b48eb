/**
 * PostgreSQL pool: the connections of a process to its database, few of them: made when they are
 * wanted, kept until they are lost. One that the server has closed meanwhile is not given out. Any
 * thread, but fc_pg_pool_close.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "store/postgres.h"

/** Connections of a process at most; whoever wants one more waits. */
#define FC_PG_POOL_MAX 4

typedef struct fc_pg_pool {
    char *address; /* may hold a password */
    pthread_mutex_t lock;
    pthread_cond_t given; /* back */
    fc_pg *idle[FC_PG_POOL_MAX];
    size_t idle_count;
    size_t open_count;        /* with those that are given out */
    int64_t connect_us;       /* fc_clock_us; not tried again before */
    fc_error refusal;         /* what became of the last try that failed */
    _Atomic int64_t ahead_us; /* the database's Unix time less fc_clock_us, as last known */
} fc_pg_pool;

/** Begin without a connection; copies the address. Errors: FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_pg_pool_open(fc_pg_pool *self, const char *address, fc_error *err);
/** All connections have been given back; one that was never opened is fine. */
void fc_pg_pool_close(fc_pg_pool *self);

/** A connection to a database that has its tables, for fc_pg_pool_give; where no more can be had,
 * one that somebody gives back. A thread takes one at a time. Errors, where there is none: those of
 * fc_pg_connect and fc_postgres_schema_prepare; for a second the last one is told again.
 */
FC_MUST_CHECK fc_status fc_pg_pool_take(fc_pg_pool *self, fc_pg **out, fc_error *err);

/** Give one back, which may be lost. Returns `status`. */
FC_MUST_CHECK fc_status fc_pg_pool_give(fc_pg_pool *self, fc_pg *pg, fc_status status);
