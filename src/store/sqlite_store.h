/** SQLite store: the job store of one process, with a folder. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "store/job_engine.h"

/** As fc_job_store_open, with keep_hours above 0. */
FC_MUST_CHECK fc_status fc_sqlite_open(const char *folder, int32_t keep_hours, fc_job_store **out,
                                       fc_error *err);
