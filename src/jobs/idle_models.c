#include "jobs/idle_models.h"

#include <pthread.h>
#include <stdbool.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/condition.h"
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

static int64_t next_look_us(int64_t idle_us)
{
    const int64_t share = idle_us / LOOKS;
    return fc_clock_us() + (share < LOOK_US_MIN   ? LOOK_US_MIN
                            : share > LOOK_US_MAX ? LOOK_US_MAX
                                                  : share);
}

static void *watch(void *context)
{
    fc_idle_models *idle = context;
    (void)pthread_mutex_lock(&idle->lock);
    while (!idle->over) {
        fc_condition_wait_until(&idle->ended, &idle->lock, next_look_us(idle->idle_us));
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
        (void)pthread_mutex_init(&idle->lock, NULL); /* cannot fail without attributes */
        fc_condition_init(&idle->ended);
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
