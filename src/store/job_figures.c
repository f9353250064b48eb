#include "store/job_figures.h"

#include <pthread.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"

/* Where the database takes long to answer it is not asked again before so many times that time. */
#define TIMES 50

struct fc_job_figures {
    fc_job_store *store;
    int64_t every_us;
    pthread_mutex_t lock; /* guards all below */
    int64_t next_us;      /* fc_clock_us; not asked before */
    fc_job_totals jobs;
    fc_job_backlog backlog;
    fc_error failure; /* of the last try */
};

fc_status fc_job_figures_new(fc_job_store *store, int64_t every_us, fc_job_figures **out,
                             fc_error *err)
{
    FC_ASSERT(store != NULL && every_us >= 0);
    FC_ASSERT(out != NULL);
    fc_job_figures *figures = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *figures, (void **)&figures, err));
    figures->store = store;
    figures->every_us = every_us;
    (void)pthread_mutex_init(&figures->lock, NULL);
    *out = figures;
    return FC_OK;
}

void fc_job_figures_free(fc_job_figures *figures)
{
    if (figures != NULL) {
        (void)pthread_mutex_destroy(&figures->lock);
        fc_memory_free(figures);
    }
}

static fc_status ask(fc_job_figures *figures, fc_error *err)
{
    FC_TRY(fc_job_store_count(figures->store, &figures->jobs, err));
    return fc_job_store_backlog(figures->store, &figures->backlog, err);
}

/* With the lock held. */
static void ask_again(fc_job_figures *figures)
{
    const int64_t begin_us = fc_clock_us();
    figures->failure = (fc_error){ 0 };
    figures->failure.status = ask(figures, &figures->failure);
    const int64_t end_us = fc_clock_us();
    const int64_t pause_us = (end_us - begin_us) * TIMES;
    figures->next_us = end_us + (pause_us > figures->every_us ? pause_us : figures->every_us);
}

fc_status fc_job_figures_read(fc_job_figures *figures, fc_job_totals *jobs, fc_job_backlog *backlog,
                              fc_error *err)
{
    FC_ASSERT(figures != NULL);
    FC_ASSERT(jobs != NULL && backlog != NULL);
    (void)pthread_mutex_lock(&figures->lock);
    if (fc_clock_us() >= figures->next_us) {
        ask_again(figures);
    }
    const fc_error failure = figures->failure;
    const fc_job_totals kept = figures->jobs;
    const fc_job_backlog waits = figures->backlog;
    (void)pthread_mutex_unlock(&figures->lock);
    if (failure.status != FC_OK) {
        return fc_fail(err, failure.status, "%s", failure.text);
    }
    fc_job_totals now = kept;
    if (!fc_job_store_shared(figures->store)) { /* SQLite keeps them in memory */
        FC_TRY(fc_job_store_count(figures->store, &now, err));
    }
    *jobs = now;
    *backlog = waits;
    return FC_OK;
}
