/** Job states, as clients see them. Any thread. */
#pragma once

#include <stdbool.h>

typedef enum fc_job_state {
    FC_JOB_QUEUED,
    FC_JOB_RUNNING,
    FC_JOB_SUCCEEDED,
    FC_JOB_FAILED,
    FC_JOB_CANCELLED,
} fc_job_state;

#define FC_JOB_STATES_COUNT 5

/** "queued", "running", "succeeded", "failed", "cancelled". */
const char *fc_job_state_name(fc_job_state state);

/** True for the three states that never change again. */
static inline bool fc_job_state_final(fc_job_state state)
{
    return state >= FC_JOB_SUCCEEDED;
}
