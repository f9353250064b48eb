#include "cli/batch.h"

#include <pthread.h>
#include <stdbool.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/condition.h"
#include "base/limits.h"
#include "base/memory.h"

#define TICK_MS 250

/** A job between its start and its report. */
typedef struct slot {
    fc_job_report report;
    bool done;
} slot;

/** What the threads share. `lock` guards everything but `batch`; a slot belongs to its worker from
 *  the taking of the job until it is done, then to the reporter. */
typedef struct shared {
    const fc_batch *batch;
    pthread_mutex_t lock;
    pthread_cond_t finished; /* a job was done, or a worker ended */
    pthread_cond_t room;     /* a job was reported, or the batch is stopped */
    slot *slots;             /* job i lies in slot i % FC_BATCH_WINDOW */
    size_t begun;
    size_t reported;
    int32_t working; /* threads */
    bool stopped;
} shared;

static bool is_cancelled(const shared *state)
{
    return atomic_load(&state->batch->cancel->requested);
}

/* Wait for the next job and take it; false at the end of the work. Called with the lock held. */
static bool take_job(shared *state, size_t *index)
{
    while (!state->stopped && state->begun < state->batch->count &&
           state->begun >= state->reported + FC_BATCH_WINDOW) {
        (void)pthread_cond_wait(&state->room, &state->lock);
    }
    if (state->stopped || is_cancelled(state) || state->begun >= state->batch->count) {
        return false;
    }
    *index = state->begun++;
    return true;
}

static void *run_worker(void *context)
{
    shared *state = context;
    const fc_batch *batch = state->batch;
    size_t index = 0;
    (void)pthread_mutex_lock(&state->lock);
    while (take_job(state, &index)) {
        slot *mine = &state->slots[index % FC_BATCH_WINDOW];
        (void)pthread_mutex_unlock(&state->lock);
        batch->work(batch->context, index, &mine->report);
        (void)pthread_mutex_lock(&state->lock);
        mine->done = true;
        (void)pthread_cond_signal(&state->finished);
    }
    state->working--;
    (void)pthread_cond_signal(&state->finished);
    (void)pthread_mutex_unlock(&state->lock);
    return NULL;
}

static void clear_slot(slot *used)
{
    fc_buffer_clear(&used->report.results);
    fc_buffer_clear(&used->report.trace);
    *used = (slot){ 0 };
}

/* Wait until the next job in order is done; false when it never will be. With the lock held. */
static bool await_next(shared *state)
{
    const slot *next = &state->slots[state->reported % FC_BATCH_WINDOW];
    while (!next->done && state->working > 0) {
        const int64_t until_us = fc_clock_us() + INT64_C(1000) * TICK_MS;
        fc_condition_wait_until(&state->finished, &state->lock, until_us);
        if (fc_clock_us() >= until_us) {
            (void)pthread_mutex_unlock(&state->lock);
            state->batch->tick(state->batch->context);
            (void)pthread_mutex_lock(&state->lock);
        }
    }
    return next->done;
}

/* Report the jobs in order until all are, or one report fails. */
static fc_status report_all(shared *state, fc_error *err)
{
    const fc_batch *batch = state->batch;
    fc_status status = FC_OK;
    (void)pthread_mutex_lock(&state->lock);
    while (status == FC_OK && state->reported < batch->count && await_next(state)) {
        slot *next = &state->slots[state->reported % FC_BATCH_WINDOW];
        (void)pthread_mutex_unlock(&state->lock);
        status = batch->report(batch->context, state->reported, &next->report, err);
        clear_slot(next);
        (void)pthread_mutex_lock(&state->lock);
        state->reported++;
        (void)pthread_cond_broadcast(&state->room);
    }
    if (status != FC_OK) {
        state->stopped = true;
        atomic_store(&batch->cancel->requested, true); /* also for the jobs that are running */
        (void)pthread_cond_broadcast(&state->room);
    }
    (void)pthread_mutex_unlock(&state->lock);
    return status;
}

static fc_status run_threads(shared *state, fc_error *err)
{
    pthread_t threads[FC_JOBS_MAX];
    int32_t started = 0;
    state->working = state->batch->threads;
    while (started < state->batch->threads &&
           pthread_create(&threads[started], NULL, run_worker, state) == 0) {
        started++;
    }
    (void)pthread_mutex_lock(&state->lock);
    state->working -= state->batch->threads - started; /* fewer threads do the same work */
    (void)pthread_mutex_unlock(&state->lock);
    if (started == 0) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no thread could be started");
    }
    fc_status status = report_all(state, err);
    for (int32_t i = 0; i < started; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    if (status == FC_OK && state->reported < state->batch->count) {
        status = fc_fail(err, FC_CANCELLED, "interrupted after %zu of %zu photos", state->reported,
                         state->batch->count);
    }
    return status;
}

fc_status fc_batch_run(const fc_batch *batch, fc_error *err)
{
    FC_ASSERT(batch != NULL && batch->cancel != NULL);
    FC_ASSERT(batch->threads >= 1 && batch->threads <= FC_JOBS_MAX);

    shared state = { .batch = batch,
                     .lock = PTHREAD_MUTEX_INITIALIZER,
                     .room = PTHREAD_COND_INITIALIZER };
    const size_t slots = batch->count < FC_BATCH_WINDOW ? batch->count : FC_BATCH_WINDOW;
    FC_TRY(fc_memory_new_zeroed(slots, sizeof *state.slots, (void **)&state.slots, err));
    fc_condition_init(&state.finished);

    const fc_status status = run_threads(&state, err);

    (void)pthread_cond_destroy(&state.finished);
    (void)pthread_cond_destroy(&state.room);
    (void)pthread_mutex_destroy(&state.lock);
    for (size_t i = 0; i < slots; i++) {
        clear_slot(&state.slots[i]);
    }
    fc_memory_free(state.slots);
    return status;
}
