/** PostgreSQL schema: the tables of the job store, in a schema of their own called "facecraft". */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "store/postgres.h"

/**
 * Make the tables where there are none, and bring older ones up to date. Several processes may do
 * so at a time: one works, the others wait.
 *
 * Errors: FC_IO (a schema of this name belongs to something else, is of a newer version, or may not
 * be made by this user; the server is older than version 13); those of fc_pg_ask. Then the database
 * is as it was.
 */
FC_MUST_CHECK fc_status fc_postgres_schema_prepare(fc_pg *pg, fc_error *err);
