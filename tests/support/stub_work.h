/**
 * Work without models, for tests of the worker pool: a photo is one letter that says what comes of
 * it.
 *
 *   q  one portrait at once     s  a portrait after 20 ms   t  two portraits
 *   f  fails                    n  no face                  l  weighs 1001 bytes
 *   w  waits until it is cancelled, or until `open` is set  b  weighs 60 bytes, then like s
 *
 * Where a cut-out is asked for, it is one of 40 x 30 px whose file says "cutout" (of a pair, the
 * other one "alpha").
 *
 * Behind the first bytes of a JPEG (for whoever asks for a picture) the letter counts as well.
 *
 * All others weigh 2 bytes; the pool has 100. All of this fails the test when something goes wrong.
 */
#pragma once

#include <stdatomic.h>

#include "jobs/worker_pool.h"

typedef struct fc_stub_work {
    atomic_bool open;
    atomic_int running;
    atomic_int most_running;
    atomic_int done;
    _Atomic(const uint8_t *) backdrop; /* where the last one lay that was worked with */
    atomic_int backdrops;              /* how often it lay elsewhere than before */
    void (*after_portrait)(struct fc_stub_work *stub, int32_t number); /* on the worker; or NULL */
    fc_worker_pool *pool;                                              /* for it */
} fc_stub_work;

/** The functions of the pool. */
fc_work fc_stub_functions(fc_stub_work *stub);

/** A pool with this work; `statistics` may be NULL. */
fc_worker_pool *fc_stub_pool(fc_stub_work *stub, int32_t workers, int32_t queue_max,
                             fc_statistics *statistics);

/** Submit a photo of one letter. */
fc_status fc_stub_submit(fc_worker_pool *pool, fc_task_request request, char what, fc_task **out,
                         fc_error *err);

/** The same without any wishes. */
fc_task *fc_stub_task(fc_worker_pool *pool, char what);

/** The bytes of such a photo that look like a JPEG: four, as long as the program lives. */
fc_bytes fc_stub_photo(char what);

/** Wait until so many workers have a task. */
void fc_stub_await_busy(fc_worker_pool *pool, int32_t busy);

/** Wait until the task is in a stage: the third of the table. */
void fc_stub_await_stage(fc_task *task);

void fc_stub_sleep_ms(long time_ms);
