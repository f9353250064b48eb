#include "store/postgres_pool.h"

#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"
#include "store/postgres_schema.h"

/* After a connection that could not be made: until then all others are told at once. */
#define PAUSE_US INT64_C(1000000)

fc_status fc_pg_pool_open(fc_pg_pool *self, const char *address, fc_error *err)
{
    FC_ASSERT(self != NULL && address != NULL);
    const size_t size = strlen(address) + 1;
    char *copy = NULL;
    FC_TRY(fc_memory_new(size, 1, (void **)&copy, err));
    memcpy(copy, address, size);
    *self = (fc_pg_pool){ .address = copy };
    (void)pthread_mutex_init(&self->lock, NULL);
    (void)pthread_cond_init(&self->given, NULL);
    return FC_OK;
}

void fc_pg_pool_close(fc_pg_pool *self)
{
    if (self->address == NULL) {
        return;
    }
    FC_ASSERT(self->open_count == self->idle_count);
    while (self->idle_count > 0) {
        fc_pg_close(self->idle[--self->idle_count]);
    }
    (void)pthread_cond_destroy(&self->given);
    (void)pthread_mutex_destroy(&self->lock);
    fc_memory_wipe(self->address, strlen(self->address));
    fc_memory_free(self->address);
    self->address = NULL;
}

static fc_status read_clock(fc_pg_pool *self, fc_pg *pg, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
    FC_TRY(fc_pg_ask(pg, &query, &rows, err));
    atomic_store(&self->ahead_us, fc_pg_number(rows, 0, 0) - fc_clock_us());
    return FC_OK;
}

static fc_status connect(fc_pg_pool *self, fc_pg **out, fc_error *err)
{
    FC_AUTO(fc_pg) pg = NULL;
    FC_TRY(fc_pg_connect(self->address, &pg, err));
    FC_TRY(fc_postgres_schema_prepare(pg, err));
    FC_TRY(read_clock(self, pg, err));
    *out = FC_STEAL(pg);
    return FC_OK;
}

/* The last one that was given back and still lives, or NULL. With the lock held. */
static fc_pg *take_idle(fc_pg_pool *self)
{
    while (self->idle_count > 0) {
        fc_pg *pg = self->idle[--self->idle_count];
        if (fc_pg_idles(pg)) {
            return pg;
        }
        fc_pg_close(pg);
        self->open_count--;
    }
    return NULL;
}

/* With the lock held, which is let go meanwhile. */
static fc_status take_new(fc_pg_pool *self, fc_pg **out, fc_error *err)
{
    fc_error why = { 0 };
    self->open_count++;
    (void)pthread_mutex_unlock(&self->lock);
    const fc_status status = connect(self, out, &why);
    (void)pthread_mutex_lock(&self->lock);
    if (status == FC_OK) {
        return FC_OK;
    }
    self->open_count--;
    self->refusal = why;
    self->connect_us = fc_clock_us() + PAUSE_US;
    (void)pthread_cond_signal(&self->given);
    return fc_fail(err, status, "%s", why.text);
}

/* Where no more can be had, those that there are serve all: the server may have no room for others,
 * or be of a newer version by now. With the lock held. */
static fc_status take(fc_pg_pool *self, fc_pg **out, fc_error *err)
{
    for (;;) {
        *out = take_idle(self); /* which closes those that are lost */
        if (*out != NULL) {
            return FC_OK;
        }
        if (self->open_count < FC_PG_POOL_MAX && fc_clock_us() >= self->connect_us) {
            const fc_status status = take_new(self, out, err);
            if (status == FC_OK) {
                return FC_OK;
            }
        } else if (self->open_count > 0) {
            (void)pthread_cond_wait(&self->given, &self->lock);
        } else {
            (void)pthread_cond_broadcast(&self->given); /* nobody will give one back */
            return fc_fail(err, self->refusal.status, "%s", self->refusal.text);
        }
    }
}

fc_status fc_pg_pool_take(fc_pg_pool *self, fc_pg **out, fc_error *err)
{
    *out = NULL;
    (void)pthread_mutex_lock(&self->lock);
    const fc_status status = take(self, out, err);
    (void)pthread_mutex_unlock(&self->lock);
    return status;
}

fc_status fc_pg_pool_give(fc_pg_pool *self, fc_pg *pg, fc_status status)
{
    const bool lives = fc_pg_lives(pg);
    if (!lives) {
        fc_pg_close(pg);
    }
    (void)pthread_mutex_lock(&self->lock);
    if (lives) {
        self->idle[self->idle_count++] = pg;
    } else {
        self->open_count--;
    }
    (void)pthread_cond_signal(&self->given);
    (void)pthread_mutex_unlock(&self->lock);
    return status;
}
