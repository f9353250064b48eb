#include "app/idle_models.h"

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "base/assert.h"
#include "base/log.h"
#include "base/memory.h"

/* How late what is idle may be released: a share of the idle time, within bounds. */
#define LOOKS 3
#define LOOK_US_MIN INT64_C(1000)
#define LOOK_US_MAX INT64_C(20000000)

struct fc_idle_models {
    fc_runtime *runtime;
    int64_t idle_us;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool over; /* guarded by lock */
};

static struct timespec next_look(int64_t idle_us)
{
    const int64_t share = idle_us / LOOKS;
    const int64_t wait_us = share < LOOK_US_MIN   ? LOOK_US_MIN
                            : share > LOOK_US_MAX ? LOOK_US_MAX
                                                  : share;
    struct timespec until = { 0 };
    (void)clock_gettime(CLOCK_REALTIME, &until);
    const int64_t ns = until.tv_nsec + wait_us % 1000000 * 1000;
    until.tv_sec += wait_us / 1000000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    return until;
}

static void *watch(void *context)
{
    fc_idle_models *idle = context;
    (void)pthread_mutex_lock(&idle->lock);
    while (!idle->over) {
        const struct timespec until = next_look(idle->idle_us);
        (void)pthread_cond_timedwait(&idle->ended, &idle->lock, &until);
        const int32_t released =
            idle->over ? 0 : fc_runtime_release_idle(idle->runtime, idle->idle_us);
        if (released > 0) {
            FC_LOG(FC_LOG_INFO, "idle models released", FC_LOG_NUMBER("networks", released));
        }
    }
    (void)pthread_mutex_unlock(&idle->lock);
    return NULL;
}

fc_status fc_idle_models_start(fc_runtime *runtime, int64_t idle_us, fc_idle_models **out,
                               fc_error *err)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(idle_us >= 0);
    FC_ASSERT(out != NULL);

    fc_idle_models *idle = NULL;
    if (idle_us > 0) {
        FC_TRY(fc_memory_new_zeroed(1, sizeof *idle, (void **)&idle, err));
        idle->runtime = runtime;
        idle->idle_us = idle_us;
        (void)pthread_mutex_init(&idle->lock, NULL); /* neither can fail without attributes */
        (void)pthread_cond_init(&idle->ended, NULL);
        if (pthread_create(&idle->thread, NULL, watch, idle) != 0) {
            fc_memory_free(idle);
            return fc_fail(err, FC_OUT_OF_MEMORY, "no thread to watch for idle models");
        }
    }
    *out = idle;
    return FC_OK;
}

void fc_idle_models_free(fc_idle_models *idle)
{
    if (idle == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&idle->lock);
    idle->over = true;
    (void)pthread_cond_signal(&idle->ended);
    (void)pthread_mutex_unlock(&idle->lock);
    (void)pthread_join(idle->thread, NULL);
    (void)pthread_cond_destroy(&idle->ended);
    (void)pthread_mutex_destroy(&idle->lock);
    fc_memory_free(idle);
}
