/**
 * Crew: threads that help with a photo while processors are idle.
 *
 * Who works on a photo joins the crew. From then on helpers take parts of its work, as long as
 * fewer threads are at work than there are processors; otherwise, and outside of a crew, everything
 * is done by the caller itself. Nothing waits for a helper that has not begun: what nobody has
 * taken when its result is needed, the caller takes back. Results do not depend on who did what.
 *
 * Helpers are made when first needed, by the thread that needs one, whose priority they have; then
 * they are kept, asleep, for the next work. They run wherever the thread that made the crew might,
 * but not on the processor of who calls them. Any thread, but for the end: when nobody uses the
 * crew.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

/** Threads that share one loop, at most: more gain little. */
#define FC_CREW_LOOP_MAX 8

typedef struct fc_crew fc_crew;

/**
 * Found a crew. No thread is made yet.
 *
 * processors   threads that may be at work at a time, those that joined included, 1..FC_JOBS_MAX
 * each         of them on the work of one that joined, itself included, 1..processors
 * out          owner: caller, release with fc_crew_free. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_crew_new(int32_t processors, int32_t each, fc_crew **out, fc_error *err);

/** End the helpers and release. NULL is fine. */
void fc_crew_free(fc_crew *crew);
FC_DEFINE_CLEANUP(fc_crew, fc_crew_free)

/** One that joined, with all who work for it. On the joining thread's stack. */
typedef struct fc_crew_member {
    fc_crew *crew;
    struct fc_crew_member *before; /* what the thread worked for when it joined */
    int32_t working;               /* threads; guarded by the crew */
} fc_crew_member;

/** From now on the calling thread works with this crew; NULL: alone. Until fc_crew_leave, in turn.
 */
void fc_crew_join(fc_crew *crew, fc_crew_member *member);
void fc_crew_leave(fc_crew_member *member);

/** A piece of work. Runs once. */
typedef fc_status fc_crew_work(void *context, fc_error *err);

/** What was handed over; on the stack of who waits for it. Zeroed: nothing, and waiting for it
 * succeeds. */
typedef struct fc_crew_task {
    fc_crew_work *work;
    void *context;
    fc_crew_member *member;
    struct fc_crew_task *next;
    int state;
    fc_status status;
    fc_error err;
} fc_crew_task;

/**
 * Hand a piece of work to a helper, if one may be at work; else it is left for fc_crew_wait.
 *
 * context   belongs to the work until fc_crew_wait
 */
void fc_crew_start(fc_crew_task *task, fc_crew_work *work, void *context);

/** Do the work, if nobody has begun it, or wait for its end. Returns its status; a second call
 * returns the same. Call it after each start, whatever has failed in between. */
FC_MUST_CHECK fc_status fc_crew_wait(fc_crew_task *task, fc_error *err);

/** A part of a loop: rows first..end-1. */
typedef fc_status fc_crew_band(void *context, int32_t first, int32_t end, fc_error *err);

/**
 * Do a loop over rows, helpers taking part.
 *
 * rows   1 or more
 * band   rows that are worth being handed over, some 100 us of work; 1 or more
 * work   runs on several threads at once, each with rows of its own; its result for a row must not
 *        depend on where a part begins. Alone: once, for all rows
 *
 * Errors: that of a part that failed; others may then be left out.
 */
FC_MUST_CHECK fc_status fc_crew_rows(int32_t rows, int32_t band, fc_crew_band *work, void *context,
                                     fc_error *err);
