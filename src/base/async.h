/**
 * Async: one piece of work on a thread of its own, while its owner does something else.
 *
 * Between start and join the work and its context belong to that thread.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/** The work. Runs once; its failure is kept for the join. */
typedef fc_status fc_async_work(void *context, fc_error *err);

/** Lives on the owner's stack. Zeroed: nothing to do, and waiting for it succeeds. */
typedef struct fc_async {
    fc_async_work *work;
    void *context;
    pthread_t thread;
    bool started;
    fc_status status;
    fc_error err;
} fc_async;

/**
 * Begin the work. Without a free thread it is done before this returns.
 *
 * threads   how many the owner may use, itself included; 1: done before this returns
 * context   must live until the join
 */
void fc_async_start(fc_async *async, int32_t threads, fc_async_work *work, void *context);

/** Wait for the work and return its status. Call it after each start; a second call returns the
 * same. */
FC_MUST_CHECK fc_status fc_async_wait(fc_async *async, fc_error *err);
