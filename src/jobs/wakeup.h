/**
 * Wake-up: a thread waits on it until others have work for it.
 *
 * It is shared by counting references, so that a waker need not know whether the sleeper still
 * exists. Any thread; no other lock is taken while its lock is held.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

typedef struct fc_wakeup fc_wakeup;

/** Errors: FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_wakeup_new(fc_wakeup **out, fc_error *err);

/** Another reference to the same one. */
fc_wakeup *fc_wakeup_ref(fc_wakeup *wakeup);
/** Give a reference back; the last one releases it. NULL is fine. */
void fc_wakeup_unref(fc_wakeup *wakeup);
FC_DEFINE_CLEANUP(fc_wakeup, fc_wakeup_unref)

/** Wake the threads that wait, and those that are about to. */
void fc_wakeup_signal(fc_wakeup *wakeup);

/** How often it was signalled. Read before looking for something to do. */
uint64_t fc_wakeup_count(fc_wakeup *wakeup);

/** Wait until it was signalled more often than `seen`, or the time (fc_clock_us) has come;
 * INT64_MAX: it never comes. */
void fc_wakeup_wait(fc_wakeup *wakeup, uint64_t seen, int64_t until_us);
