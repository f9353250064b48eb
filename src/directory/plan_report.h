/**
 * Plan report: shows a plan to people: report.html, a contact sheet that works from the disk,
 * without a network or scripts, and plan.csv. Both are written again from state.sqlite, lines that
 * a person has to look at first.
 */
#pragma once

#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"
#include "config/profile.h"
#include "directory/line.h"
#include "directory/plan_store.h"
#include "directory/target.h"

typedef struct fc_plan_report {
    const char *folder;
    fc_plan_store *store;
    const fc_profile *const *profiles; /* of the plan */
    size_t profile_count;
    const fc_target_config *targets; /* may be none */
    size_t target_count;
    size_t counts[FC_LINE_STATES_COUNT]; /* found: lines in each state */
} fc_plan_report;

/** Write both files and count. Errors: FC_IO, FC_STORAGE_FULL, FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_plan_report_write(fc_plan_report *report, fc_error *err);
