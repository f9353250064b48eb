/** Job repair: clears up after a crash when a folder is opened. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "store/sqlite_store_private.h"

/** After a crash: files without a record, records without their files, jobs that were not done. */
FC_MUST_CHECK fc_status fc_sqlite_repair(fc_sqlite_store *store, fc_error *err);
