/**
 * Directory runs: what `facecraft directory plan`, `apply` and `watch` do, with threads, progress
 * and the last words. At start only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "config/options.h"

/* What --match allows beyond whole names. */
#define FC_DIRECTORY_MATCHES(WORD)                                                                 \
    WORD(FC_MATCH_NAMES, "names")                                                                  \
    WORD(FC_MATCH_ID_IN_NAME, "id-in-name")
enum { FC_DIRECTORY_MATCHES(FC_WORD_CONSTANT) };

/** Exit codes in addition to those of the statuses. */
#define FC_EXIT_NEEDS_EYES 20
#define FC_EXIT_REFUSED 21

typedef struct fc_directory_flags {
    char photos[FC_OPTION_TEXT_SIZE];
    char to[FC_OPTION_TEXT_SIZE];
    char profile[FC_OPTION_TEXT_SIZE];
    char output[FC_OPTION_TEXT_SIZE];
    char map[FC_OPTION_TEXT_SIZE];
    char only[FC_OPTION_TEXT_SIZE];
    fc_choice match;
    int32_t limit;
    int32_t jobs;
    int32_t parallel;
    bool newest;
    bool needs_eyes;
    bool dry_run;
    bool undo;
    bool json;
    bool quiet;
} fc_directory_flags;

typedef struct fc_directory {
    const fc_directory_flags *flags;
    const fc_params *params;
    const fc_settings *settings;
} fc_directory;

/** Make or renew a plan. `roster`: NULL takes what the target lists. Errors: those of the rooms
 *  below. */
FC_MUST_CHECK fc_status fc_directory_plan(const fc_directory *self, const char *roster,
                                          int *exit_code, fc_error *err);

/** Deliver what a plan says, or take it back. */
FC_MUST_CHECK fc_status fc_directory_apply(const fc_directory *self, const char *plan,
                                           int *exit_code, fc_error *err);

/** Plan and apply now, and again whenever photos or roster change, until a signal ends it. */
FC_MUST_CHECK fc_status fc_directory_watch(const fc_directory *self, const char *photos,
                                           const char *roster, int *exit_code, fc_error *err);
