#include "jobs/job_state.h"

#include "base/assert.h"

const char *fc_job_state_name(fc_job_state state)
{
    static const char *const NAMES[FC_JOB_STATES_COUNT] = { "queued", "running", "succeeded",
                                                            "failed", "cancelled" };
    FC_ASSERT((unsigned)state < FC_JOB_STATES_COUNT);
    return NAMES[state];
}
