/**
 * Idle models: releases the networks of heavy models that have not run for a while. The next photo
 * that needs them loads them again and waits for that.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "infer/runtime.h"

typedef struct fc_idle_models fc_idle_models;

/**
 * Begin to watch, on a thread of its own. The runtime must outlive it.
 *
 * idle_us  1.. without a run; 0: nothing is ever released, and `*out` becomes NULL
 *
 * Errors: FC_OUT_OF_MEMORY, also when there is no thread.
 */
FC_MUST_CHECK fc_status fc_idle_models_start(fc_runtime *runtime, int64_t idle_us,
                                             fc_idle_models **out, fc_error *err);

/** End the thread and wait for it; NULL is fine. */
void fc_idle_models_free(fc_idle_models *idle);
FC_DEFINE_CLEANUP(fc_idle_models, fc_idle_models_free)
