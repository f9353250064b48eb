/**
 * PostgreSQL group: threads that want the same kind of change make it together. While one of them
 * is at the database, those that come gather, and the next one makes the changes of all with one
 * statement and one commit. Who is alone does not wait.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"
#include "store/postgres_store.h"

/** Changes that are made together at most. */
#define FC_PG_GROUP_MAX 64

/** What one thread wants: the first field of a struct that says so. */
typedef struct fc_pg_member {
    struct fc_pg_member *next;
    pthread_cond_t turn;
    bool leads;    /* its thread is the next one to be at the database */
    bool ended;    /* `status` and `err` say how */
    bool doubtful; /* out: the connection was lost, and nobody knows whether it was made */
    fc_status status;
    fc_error err;
} fc_pg_member;

/**
 * Make the changes of all members, or of none, in one transaction.
 * Sets the status of each where that is not FC_OK: such a one is left out. Where it fails as a
 * whole and the connection lives, it is called again for each member alone.
 */
typedef fc_status fc_pg_change(fc_postgres_store *store, fc_pg *pg, fc_pg_member **members,
                               size_t count, fc_error *err);

/** Have a change made. `self` is zeroed but for what is behind it. Errors: those
 *  of the change, and of fc_pg_pool_take. */
FC_MUST_CHECK fc_status fc_pg_group_join(fc_postgres_store *store, fc_pg_group *group,
                                         fc_pg_change *change, fc_pg_member *self, fc_error *err);
