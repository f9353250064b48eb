/**
 * Plan: a folder in which everybody's picture is made, and in which a person can look at what would
 * be delivered. Nothing outside of it is touched. Made again, only what changed is worked on.
 *
 *   pictures/PROFILE/ACCOUNT.jpg   photos/ACCOUNT.jpg (small)   previous/STEP-TARGET/ACCOUNT.jpg
 *   report.html   plan.csv (directory/plan_report.h)   state.sqlite (directory/plan_store.h)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"
#include "config/profile.h"
#include "directory/look.h"
#include "directory/match.h"
#include "directory/plan_store.h"
#include "directory/roster.h"

/** Only the owner may look into a folder of photos. */
#define FC_PLAN_FOLDER_MODE 0700

typedef struct fc_plan fc_plan;

typedef struct fc_plan_request {
    const char *folder;
    const fc_roster *roster; /* outlives the plan, and so do the photos */
    const fc_match_photo *photos;
    size_t photo_count;
    bool id_in_name;
    bool newest;
    fc_params params; /* what no profile says */
    const fc_profile *profiles[FC_PLAN_PROFILES_MAX];
    size_t profile_count; /* at least 1 */
    size_t file_bytes_max;
    const char *only; /* key of an account; NULL: all */
    size_t limit;     /* pictures to make; 0: all */
} fc_plan_request;

/**
 * Match, write down what belongs together, and find out what has to be made. A folder is a plan of
 * one program at a time.
 *
 * Errors: FC_BUSY (another program plans here), FC_IO, FC_STORAGE_FULL, FC_OUT_OF_MEMORY,
 * FC_NOT_FOUND (`only` is no account).
 */
FC_MUST_CHECK fc_status fc_plan_open(const fc_plan_request *request, fc_plan **out, fc_error *err);
void fc_plan_free(fc_plan *plan);
FC_DEFINE_CLEANUP(fc_plan, fc_plan_free)

/** The state of the plan. */
fc_plan_store *fc_plan_state(const fc_plan *plan);

/** Photos that have to be looked at, and the name of one. */
size_t fc_plan_count(const fc_plan *plan);
const char *fc_plan_photo(const fc_plan *plan, size_t index);

/**
 * Look at a photo and keep the result. Any thread, each index once.
 *
 * Errors: those of fc_look_at, FC_IO and FC_STORAGE_FULL (of the folder of the plan). What is wrong
 * with the photo is no error.
 */
FC_MUST_CHECK fc_status fc_plan_make(fc_plan *plan, size_t index, const fc_engine *engine,
                                     const fc_cancel *cancel, const fc_look_admission *admission,
                                     fc_error *err);

/** Once all are made: remove pictures without an account. Errors: FC_IO. */
FC_MUST_CHECK fc_status fc_plan_tidy(fc_plan *plan, fc_error *err);

/** Path of a file of an account, such as ("pictures/ad", "jdoe"). Errors: FC_IO (too long). */
FC_MUST_CHECK fc_status fc_plan_path(const char *folder, const char *place, const char *key,
                                     char *path, size_t size, fc_error *err);

/** Make a folder of a plan unless it exists: "" for its own, "pictures", "pictures/ad". Errors:
 * FC_IO (also too long). */
FC_MUST_CHECK fc_status fc_plan_make_folder(const char *folder, const char *place, fc_error *err);

/**
 * Open and lock the folder of a plan until the descriptor is closed.
 *
 * Errors: FC_BUSY, FC_IO.
 */
FC_MUST_CHECK fc_status fc_plan_lock(const char *folder, int *descriptor, fc_error *err);
