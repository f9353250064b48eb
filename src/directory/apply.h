/**
 * Apply: bring the pictures of a plan to its targets. Only what a target does not have already is
 * sent; the order is: picture on the disk, what was there before kept, sent, recorded. So it may be
 * killed at any moment and begun again: a picture is sent once more at most, never a wrong one.
 *
 * Undo takes one step back: it brings back what was there before the last run that delivered
 * something, where that could be read, and where the target still has the picture of ours. A run
 * that was stopped, and those that went on with it, are one step. What cannot be undone is tried
 * again with the step before.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "directory/line.h"
#include "directory/plan_store.h"
#include "directory/target.h"
#include "pipeline/stages.h"

typedef struct fc_apply fc_apply;

typedef struct fc_apply_request {
    const char *folder; /* of the plan, locked by the caller */
    fc_plan_store *store;
    const fc_target_config *targets; /* outlive the apply */
    size_t target_count;
    const char *only; /* key of an account; NULL: all */
    size_t limit;     /* deliveries; 0: all */
    int32_t parallel; /* calls of one target at a time; a class may allow less */
    bool needs_eyes;  /* somebody has looked: deliver those as well */
    bool undo;
    bool dry_run; /* no target is opened */
    const fc_cancel *cancel;
} fc_apply_request;

/** Result of one picture. */
typedef struct fc_apply_result {
    fc_line_state state; /* DELIVERED, UNCHANGED, REFUSED; READY of a dry run: it would be sent */
    char words[FC_REASON_SIZE];
} fc_apply_result;

/**
 * List what there is to do.
 *
 * Errors: FC_NOT_FOUND (`only` has no picture here), FC_INVALID_ARGUMENT (two accounts would go to
 * the same place of a target), FC_IO, those of opening a target.
 */
FC_MUST_CHECK fc_status fc_apply_open(const fc_apply_request *request, fc_apply **out,
                                      fc_error *err);
void fc_apply_free(fc_apply *apply);
FC_DEFINE_CLEANUP(fc_apply, fc_apply_free)

size_t fc_apply_count(const fc_apply *apply);

/** Key of the account and name of the target of one. */
const char *fc_apply_account(const fc_apply *apply, size_t index);
const char *fc_apply_target(const fc_apply *apply, size_t index);

/** Threads that can deliver at a time. */
int32_t fc_apply_threads(const fc_apply *apply);

/**
 * Deliver one. Any thread, each index once.
 *
 * Errors: what ends the run: FC_CANCELLED, FC_IO (a target is lost and does not come back, or the
 * plan cannot be written), FC_STORAGE_FULL, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_apply_deliver(fc_apply *apply, size_t index, fc_apply_result *result,
                                         fc_error *err);

/** At the end, also after a failure: what targets hold back is brought to its place and recorded.
 */
FC_MUST_CHECK fc_status fc_apply_finish(fc_apply *apply, fc_error *err);
