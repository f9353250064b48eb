#include "app/job_id.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include "base/assert.h"

#define RANDOM_BYTES ((FC_JOB_ID_SIZE - 1) / 2)

fc_status fc_job_id_new(char id[FC_JOB_ID_SIZE], fc_error *err)
{
    FC_ASSERT(id != NULL);

    uint8_t random[RANDOM_BYTES];
    ssize_t count = 0;
    do { /* so few bytes come at once or not at all */
        count = getrandom(random, sizeof random, 0);
    } while (count < 0 && errno == EINTR);
    if (count != (ssize_t)sizeof random) {
        return fc_fail(err, FC_IO, "the system gives no random numbers");
    }
    for (size_t i = 0; i < sizeof random; i++) {
        id[2 * i] = "0123456789abcdef"[random[i] >> 4];
        id[2 * i + 1] = "0123456789abcdef"[random[i] & 15];
    }
    id[FC_JOB_ID_SIZE - 1] = '\0';
    return FC_OK;
}

bool fc_job_id_valid(const char *id)
{
    return id != NULL && strnlen(id, FC_JOB_ID_SIZE) == FC_JOB_ID_SIZE - 1 &&
           strspn(id, "0123456789abcdef") == FC_JOB_ID_SIZE - 1;
}
