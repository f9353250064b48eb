#include "jobs/job_id.h"

#include <string.h>

#include "base/assert.h"
#include "base/random.h"

_Static_assert(FC_JOB_ID_SIZE == FC_RANDOM_NAME_SIZE, "an id is a random name");

fc_status fc_job_id_new(char id[FC_JOB_ID_SIZE], fc_error *err)
{
    FC_ASSERT(id != NULL);

    return fc_random_name(id, err);
}

bool fc_job_id_valid(const char *id)
{
    return id != NULL && strnlen(id, FC_JOB_ID_SIZE) == FC_JOB_ID_SIZE - 1 &&
           strspn(id, "0123456789abcdef") == FC_JOB_ID_SIZE - 1;
}
