/* What processes tell each other, so that nobody has to look all the time: that there is something
 * to claim. It is told on a connection of its own, after the fact: a commit that tells something
 * waits for all others that do. What is lost on the way is found by whoever looks a second later.
 */
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/postgres_store.h"

/* Who accepts a hundred photos a second tells it twenty times. */
#define TELL_EVERY_US INT64_C(50000)

/* A wait without news. */
#define WAIT_MS 10000

static const char LISTEN[] = "SET synchronous_commit = off; LISTEN facecraft_accepted";
static const char NOTIFY[] = "NOTIFY facecraft_accepted";

fc_status fc_postgres_news_open(fc_pg_news *self, fc_error *err)
{
    *self = (fc_pg_news){ .bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
    return self->bell >= 0 ? FC_OK : fc_fail(err, FC_OUT_OF_MEMORY, "no descriptor for a signal");
}

void fc_postgres_news_close(fc_pg_news *self)
{
    fc_pg_close(self->pg);
    if (self->bell > 0) {
        (void)close(self->bell);
    }
}

/* A bell that rings too often rings. */
void fc_postgres_ring(fc_job_store *base)
{
    const uint64_t one = 1;
    (void)!write(fc_postgres_of(base)->news.bell, &one, sizeof one);
}

void fc_postgres_tell(fc_postgres_store *store)
{
    if (!atomic_exchange(&store->news.owed, true)) {
        fc_postgres_ring(&store->base);
    }
}

static fc_status listen(fc_postgres_store *store, fc_error *err)
{
    fc_pg_close(store->news.pg);
    store->news.pg = NULL;
    FC_TRY(fc_pg_connect(store->pool.address, &store->news.pg, err));
    return fc_pg_run(store->news.pg, LISTEN, err);
}

/* How long may be waited until something is to be told. */
static fc_status tell(fc_pg_news *self, int *wait_ms, fc_error *err)
{
    const int64_t now_us = fc_clock_us();
    *wait_ms = WAIT_MS;
    if (now_us < self->tell_us) {
        *wait_ms = (int)((self->tell_us - now_us) / 1000) + 1;
    } else if (atomic_exchange(&self->owed, false)) {
        self->tell_us = now_us + TELL_EVERY_US;
        FC_TRY(fc_pg_run(self->pg, NOTIFY, err));
    }
    return FC_OK;
}

fc_status fc_postgres_await(fc_job_store *base, bool *news, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    fc_pg_news *self = &store->news;
    int wait_ms = 0;
    uint64_t rings = 0;
    if (!fc_pg_lives(self->pg)) { /* nobody knows what was told meanwhile */
        *news = true;
        return listen(store, err);
    }
    FC_TRY(tell(self, &wait_ms, err));
    FC_TRY(fc_pg_await(self->pg, self->bell, wait_ms, news, err));
    (void)!read(self->bell, &rings, sizeof rings);
    return FC_OK;
}
