#include "jobs/wakeup.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/condition.h"
#include "base/memory.h"

struct fc_wakeup {
    atomic_int references;
    pthread_mutex_t lock;
    pthread_cond_t signalled;
    uint64_t count; /* guarded by lock */
};

fc_status fc_wakeup_new(fc_wakeup **out, fc_error *err)
{
    FC_ASSERT(out != NULL);

    fc_wakeup *wakeup = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *wakeup, (void **)&wakeup, err));
    atomic_init(&wakeup->references, 1);
    (void)pthread_mutex_init(&wakeup->lock, NULL); /* cannot fail without attributes */
    fc_condition_init(&wakeup->signalled);
    *out = wakeup;
    return FC_OK;
}

fc_wakeup *fc_wakeup_ref(fc_wakeup *wakeup)
{
    FC_ASSERT(wakeup != NULL);
    (void)atomic_fetch_add(&wakeup->references, 1);
    return wakeup;
}

void fc_wakeup_unref(fc_wakeup *wakeup)
{
    if (wakeup == NULL || atomic_fetch_sub(&wakeup->references, 1) > 1) {
        return;
    }
    (void)pthread_cond_destroy(&wakeup->signalled);
    (void)pthread_mutex_destroy(&wakeup->lock);
    fc_memory_free(wakeup);
}

void fc_wakeup_signal(fc_wakeup *wakeup)
{
    FC_ASSERT(wakeup != NULL);
    (void)pthread_mutex_lock(&wakeup->lock);
    wakeup->count++;
    (void)pthread_cond_broadcast(&wakeup->signalled);
    (void)pthread_mutex_unlock(&wakeup->lock);
}

uint64_t fc_wakeup_count(fc_wakeup *wakeup)
{
    FC_ASSERT(wakeup != NULL);
    (void)pthread_mutex_lock(&wakeup->lock);
    const uint64_t count = wakeup->count;
    (void)pthread_mutex_unlock(&wakeup->lock);
    return count;
}

void fc_wakeup_wait(fc_wakeup *wakeup, uint64_t seen, int64_t until_us)
{
    FC_ASSERT(wakeup != NULL);
    (void)pthread_mutex_lock(&wakeup->lock);
    while (wakeup->count == seen && (until_us == INT64_MAX || fc_clock_us() < until_us)) {
        if (until_us == INT64_MAX) {
            (void)pthread_cond_wait(&wakeup->signalled, &wakeup->lock);
        } else {
            fc_condition_wait_until(&wakeup->signalled, &wakeup->lock, until_us);
        }
    }
    (void)pthread_mutex_unlock(&wakeup->lock);
}
