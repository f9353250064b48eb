/**
 * Helper: the service's side of one helper process, from its start to its end.
 *
 * One thread at a time. Releasing it ends the process, whatever that does.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "sandbox/sandbox.h"

typedef struct fc_helper fc_helper;

/** What a helper may use. */
typedef struct fc_helper_limits {
    int64_t bytes; /* of memory, beside what the program takes before it works */
    int32_t cpu_s; /* of processor time, all together */
} fc_helper_limits;

/**
 * Take a helper that is ready, or make one; fc_sandbox_is_on.
 *
 * limits   are those of fc_helper_limits_first until fc_helper_allow
 *
 * Errors: FC_BUSY (FC_HELPERS_MAX / 2 are at work), FC_OUT_OF_MEMORY, FC_MODEL_UNAVAILABLE (its
 * makers were killed).
 */
FC_MUST_CHECK fc_status fc_helper_new(fc_helper **out, fc_error *err);

/** End it. NULL is fine. */
void fc_helper_free(fc_helper *helper);
FC_DEFINE_CLEANUP(fc_helper, fc_helper_free)

/** What it may use before it is allowed more: enough to read the head of a file. */
fc_helper_limits fc_helper_limits_first(void);

/** Raise its limits. Errors: those of fc_helper_receive. */
FC_MUST_CHECK fc_status fc_helper_allow(fc_helper *helper, fc_helper_limits limits, fc_error *err);

/** What is asked from now on is to be answered within this time: fc_helper_receive. */
void fc_helper_expect(fc_helper *helper, int64_t within_ms);

/**
 * Send a packet of the work.
 *
 * file   copied into memory that the helper can map: the descriptor comes with the packet. Without
 *        bytes: none does
 *
 * Errors: FC_OUT_OF_MEMORY; those of fc_helper_receive.
 */
FC_MUST_CHECK fc_status fc_helper_send(fc_helper *helper, const void *data, size_t size,
                                       fc_bytes file, fc_error *err);

/**
 * Take a packet of exactly this size.
 *
 * Errors: where the helper was ended. FC_CORRUPT_IMAGE: it crashed, lied, or did what it may not;
 * FC_LIMIT_EXCEEDED: it was too slow; FC_OUT_OF_MEMORY: it was lost (fc_helper_is_lost).
 */
FC_MUST_CHECK fc_status fc_helper_receive(fc_helper *helper, void *data, size_t size,
                                          fc_error *err);

/** What it shows: FC_SANDBOX_WINDOW_BYTES that may change at any moment. */
const uint8_t *fc_helper_window(const fc_helper *helper);

/** Say that what it answered cannot be. Always FC_CORRUPT_IMAGE. */
FC_MUST_CHECK fc_status fc_helper_accuse(fc_helper *helper, fc_error *err);

/** Whether it ended without a fault of its own, so that another one may do better. */
bool fc_helper_is_lost(const fc_helper *helper);
