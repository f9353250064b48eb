#include "cli/parallel.h"

#include "base/assert.h"
#include "base/clock.h"
#include "base/condition.h"
#include "base/limits.h"

#define LOOK_US 100000

int32_t fc_parallel_jobs(const fc_system_limits *container, int32_t asked, size_t photos)
{
    FC_ASSERT(container != NULL);
    FC_ASSERT(photos > 0);

    int32_t jobs = asked > 0 ? asked : container->processors;
    jobs = jobs > FC_JOBS_MAX ? FC_JOBS_MAX : jobs;
    return (size_t)jobs > photos ? (int32_t)photos : jobs;
}

int32_t fc_parallel_jobs_in_memory(const fc_system_limits *container, int32_t jobs, int64_t bytes)
{
    FC_ASSERT(container != NULL);
    FC_ASSERT(jobs >= 1);
    FC_ASSERT(bytes > 0);
    const int64_t fit = container->memory_bytes / 2 / bytes;
    return fit >= jobs ? jobs : fit < 1 ? 1 : (int32_t)fit;
}

void fc_memory_share_start(fc_memory_share *share, const fc_system_limits *container)
{
    FC_ASSERT(share != NULL);
    FC_ASSERT(container != NULL);

    *share = (fc_memory_share){ .lock = PTHREAD_MUTEX_INITIALIZER,
                                .bytes_max = container->memory_bytes / 2,
                                .alone_max = container->memory_bytes };
    fc_condition_init(&share->room);
}

void fc_memory_share_end(fc_memory_share *share)
{
    (void)pthread_cond_destroy(&share->room);
    (void)pthread_mutex_destroy(&share->lock);
}

static bool fits(const fc_memory_share *share, int64_t bytes)
{
    return share->used == 0 || bytes <= share->bytes_max - share->used;
}

/* With the lock held; false when the work is cancelled meanwhile. A turn that comes is taken all
 * the same, so that the next one is called. */
static bool await_turn(fc_memory_share *share, int64_t bytes, const fc_cancel *cancel)
{
    const uint64_t ticket = share->next_ticket++;
    bool cancelled = false;
    while (share->called != ticket || (!cancelled && !fits(share, bytes))) {
        fc_condition_wait_until(&share->room, &share->lock, fc_clock_us() + LOOK_US);
        cancelled = cancel != NULL && atomic_load(&cancel->requested);
    }
    share->called++;
    (void)pthread_cond_broadcast(&share->room);
    return !cancelled;
}

fc_status fc_memory_share_take(fc_memory_share *share, int64_t bytes, const fc_cancel *cancel,
                               fc_error *err)
{
    FC_ASSERT(share != NULL);
    FC_ASSERT(bytes >= 0);

    if (bytes > share->alone_max) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "the work would take %.0f MB of memory, %.0f MB are there",
                       (double)bytes / 1048576.0, (double)share->alone_max / 1048576.0);
    }
    (void)pthread_mutex_lock(&share->lock);
    const bool admitted = await_turn(share, bytes, cancel);
    share->used += admitted ? bytes : 0;
    (void)pthread_mutex_unlock(&share->lock);
    return admitted ? FC_OK : fc_fail(err, FC_CANCELLED, "interrupted");
}

void fc_memory_share_return(fc_memory_share *share, int64_t bytes)
{
    FC_ASSERT(share != NULL);
    (void)pthread_mutex_lock(&share->lock);
    FC_ASSERT(share->used >= bytes);
    share->used -= bytes;
    (void)pthread_cond_broadcast(&share->room);
    (void)pthread_mutex_unlock(&share->lock);
}
