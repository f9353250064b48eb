/** Job ids: 128 random bits, so that a portrait cannot be found by guessing. Any thread. */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"

/** 32 hexadecimal digits and the final zero. */
#define FC_JOB_ID_SIZE 33

/** Draw a new id. Errors: FC_IO when the system has no random numbers; then unchanged. */
FC_MUST_CHECK fc_status fc_job_id_new(char id[FC_JOB_ID_SIZE], fc_error *err);

/** True for [0-9a-f]{32} and nothing else. Check an id from outside with it before any other use.
 */
FC_MUST_CHECK bool fc_job_id_valid(const char *id);
