/** Job engine: a database behind the job store, as a table of functions. For engines and
 *  job_store.c; all others call store/job_store.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "store/job_record.h"

typedef struct fc_job_store fc_job_store;

/** The calls of job_engine.def. Any thread, but close. */
typedef struct fc_job_engine {
    const char *name;
    bool shared; /* by several processes */
#define FC_JOB_CALL(result, name, arguments) result(*name) arguments;
#include "store/job_engine.def"
#undef FC_JOB_CALL
} fc_job_engine;

/** What every engine's store begins with. */
struct fc_job_store {
    const fc_job_engine *engine; /* NULL when nothing is kept */
    int32_t keep_hours;          /* 0: nothing */
    _Atomic size_t refused;      /* bytes of the last job if it did not fit, else 0 */
};
