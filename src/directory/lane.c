#include "directory/lane.h"

#include <pthread.h>
#include <time.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"

/* How often a target may ask to wait for one picture, or be lost, before it counts. */
#define WAITS_MAX 12
#define LOSSES_MAX 4

/* Pauses between tries double from here up to there. */
#define PAUSE_MS_MIN 500
#define PAUSE_MS_MAX 60000
#define LOOK_MS 50

#define PARALLEL_MAX 64

struct fc_lane {
    const fc_target_config *config;
    const fc_target_class *class;
    const fc_cancel *cancel;
    int32_t parallel;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t returned;
    fc_target *idle[PARALLEL_MAX];
    int32_t idle_count;
    int32_t open_count;
    fc_target *shared; /* of a class with users_max: the only one, open until the end */
    int32_t user_count;
    int64_t not_before_us; /* a target that asked to wait is left alone by all */
};

static int32_t clamp(int32_t value, int32_t high)
{
    return value < 1 ? 1 : value > high ? high : value;
}

fc_status fc_lane_new(const fc_target_config *config, int32_t parallel, const fc_cancel *cancel,
                      fc_lane **out, fc_error *err)
{
    FC_ASSERT(config != NULL);
    FC_ASSERT(out != NULL);
    fc_lane *lane = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *lane, (void **)&lane, err));
    lane->config = config;
    lane->class = fc_target_class_lookup(config->kind);
    FC_ASSERT(lane->class != NULL);
    lane->cancel = cancel;
    lane->parallel = lane->class->users_max > 0
                         ? lane->class->users_max
                         : clamp(parallel, clamp(lane->class->parallel_max, PARALLEL_MAX));
    (void)pthread_mutex_init(&lane->lock, NULL);
    (void)pthread_cond_init(&lane->returned, NULL);
    *out = lane;
    return FC_OK;
}

void fc_lane_free(fc_lane *lane)
{
    if (lane == NULL) {
        return;
    }
    for (int32_t i = 0; i < lane->idle_count; i++) {
        lane->class->close(lane->idle[i]);
    }
    lane->class->close(lane->shared);
    (void)pthread_cond_destroy(&lane->returned);
    (void)pthread_mutex_destroy(&lane->lock);
    fc_memory_free(lane);
}

int32_t fc_lane_users(const fc_lane *lane)
{
    FC_ASSERT(lane != NULL);
    return lane->parallel;
}

/* Opened with the lock held: until it is, nobody has anything to do. */
static fc_status take_shared(fc_lane *lane, fc_target **out, fc_error *err)
{
    (void)pthread_mutex_lock(&lane->lock);
    while (lane->user_count == lane->parallel) {
        (void)pthread_cond_wait(&lane->returned, &lane->lock);
    }
    const fc_status status =
        lane->shared == NULL ? lane->class->open(lane->config, &lane->shared, err) : FC_OK;
    if (status == FC_OK) {
        lane->user_count++;
        *out = lane->shared;
    }
    (void)pthread_mutex_unlock(&lane->lock);
    return status;
}

fc_status fc_lane_take(fc_lane *lane, fc_target **out, fc_error *err)
{
    FC_ASSERT(lane != NULL);
    FC_ASSERT(out != NULL);
    if (lane->class->users_max > 0) {
        return take_shared(lane, out, err);
    }
    (void)pthread_mutex_lock(&lane->lock);
    while (lane->idle_count == 0 && lane->open_count == lane->parallel) {
        (void)pthread_cond_wait(&lane->returned, &lane->lock);
    }
    const bool opens = lane->idle_count == 0;
    if (opens) {
        lane->open_count++;
    } else {
        *out = lane->idle[--lane->idle_count];
    }
    (void)pthread_mutex_unlock(&lane->lock);
    const fc_status status = opens ? lane->class->open(lane->config, out, err) : FC_OK;
    if (status != FC_OK) {
        (void)pthread_mutex_lock(&lane->lock);
        lane->open_count--;
        (void)pthread_cond_signal(&lane->returned);
        (void)pthread_mutex_unlock(&lane->lock);
    }
    return status;
}

void fc_lane_give_back(fc_lane *lane, fc_target *target, bool spoilt)
{
    FC_ASSERT(lane != NULL);
    FC_ASSERT(target != NULL);
    const bool shared = lane->class->users_max > 0; /* goes on for the others */
    if (spoilt && !shared) {
        lane->class->close(target);
    }
    (void)pthread_mutex_lock(&lane->lock);
    if (shared) {
        lane->user_count--;
    } else if (spoilt) {
        lane->open_count--;
    } else {
        lane->idle[lane->idle_count++] = target;
    }
    (void)pthread_cond_signal(&lane->returned);
    (void)pthread_mutex_unlock(&lane->lock);
}

/* ---- patience -------------------------------------------------------------------------------- */

fc_status fc_lane_await(fc_lane *lane, fc_error *err)
{
    FC_ASSERT(lane != NULL);
    const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };
    for (;;) {
        (void)pthread_mutex_lock(&lane->lock);
        const int64_t not_before_us = lane->not_before_us;
        (void)pthread_mutex_unlock(&lane->lock);
        if (fc_clock_us() >= not_before_us) {
            return FC_OK;
        }
        if (lane->cancel != NULL && atomic_load(&lane->cancel->requested)) {
            return fc_fail(err, FC_CANCELLED, "interrupted");
        }
        (void)nanosleep(&pause, NULL);
    }
}

static void hold_off(fc_lane *lane, int64_t pause_us)
{
    const int64_t until_us = fc_clock_us() + pause_us;
    (void)pthread_mutex_lock(&lane->lock);
    lane->not_before_us = until_us > lane->not_before_us ? until_us : lane->not_before_us;
    (void)pthread_mutex_unlock(&lane->lock);
}

/* Doubling, and up to a quarter more by the clock's last digits, so that programs that were asked
 * to wait at one time do not come back at one time. */
static int64_t pause_us(int try)
{
    const int64_t doubled = (int64_t)PAUSE_MS_MIN << (try < 8 ? try : 8);
    const int64_t pause = doubled > PAUSE_MS_MAX ? PAUSE_MS_MAX : doubled;
    return 1000 * (pause + pause * (fc_clock_us() % 256) / 1024);
}

fc_status fc_lane_read(fc_lane *lane, fc_target *target, const fc_account *account, fc_buffer *out,
                       fc_error *err)
{
    FC_ASSERT(lane != NULL);
    FC_ASSERT(target != NULL);
    for (int waits = 0;; waits++) {
        fc_error why = { 0 };
        FC_TRY(fc_lane_await(lane, err));
        const fc_status status = lane->class->read(target, account, out, &why);
        if (status == FC_OK) {
            return FC_OK;
        }
        if (status != FC_BUSY || waits == WAITS_MAX) {
            return fc_fail(err, status, "%s", why.text);
        }
        hold_off(lane, pause_us(waits));
    }
}

static fc_status connect_again(fc_lane *lane, fc_target **taken, fc_error *err)
{
    fc_target *gone = *taken;
    *taken = NULL;
    fc_lane_give_back(lane, gone, true);
    FC_TRY(fc_lane_await(lane, err));
    return fc_lane_take(lane, taken, err);
}

fc_status fc_lane_deliver(fc_lane *lane, const fc_account *account,
                          const fc_target_picture *picture, fc_target **taken, fc_delivery *result,
                          fc_error *err)
{
    FC_ASSERT(lane != NULL);
    FC_ASSERT(taken != NULL && *taken != NULL);
    int waits = 0;
    int losses = 0;
    for (;;) {
        *result = (fc_delivery){ .cancel = lane->cancel, .state = FC_DELIVERY_DONE };
        FC_TRY(fc_lane_await(lane, err));
        FC_TRY(lane->class->deliver(*taken, account, picture, result, err));
        if (result->state == FC_DELIVERY_DONE || result->state == FC_DELIVERY_REFUSED) {
            return FC_OK;
        }
        if (result->state == FC_DELIVERY_LATER) {
            if (++waits == WAITS_MAX) {
                result->state = FC_DELIVERY_REFUSED; /* with its words */
                return FC_OK;
            }
            hold_off(lane, result->wait_ms > 0 ? 1000 * result->wait_ms : pause_us(waits - 1));
            continue;
        }
        if (++losses == LOSSES_MAX) {
            return fc_fail(err, FC_IO, "%s", result->text);
        }
        hold_off(lane, pause_us(losses - 1));
        FC_TRY(connect_again(lane, taken, err));
    }
}
