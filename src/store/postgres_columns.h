/**
 * PostgreSQL columns: many rows as the values of one statement, an array for each column, which it
 * takes apart with "FROM unnest($1::text[], $2::bigint[], $3::bytea[])". One thread at a time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "store/postgres.h"

#define FC_PG_COLUMNS_MAX 16

typedef struct fc_pg_columns {
    const char *types; /* a letter for each: t text[], n bigint[], b bytea[] */
    size_t cells;      /* that were put in, row by row */
    fc_status status;  /* of the first that did not find room */
    fc_error err;
    fc_buffer columns[FC_PG_COLUMNS_MAX];
} fc_pg_columns;

/** Begin with no rows. Release with fc_pg_columns_clear. */
void fc_pg_columns_start(fc_pg_columns *self, const char *types);
void fc_pg_columns_clear(fc_pg_columns *self);

/** Put in the next cell, from left to right; copies. Of which column it is has to fit its type:
 * text is UTF-8. What fails is told by fc_pg_columns_give. */
void fc_pg_columns_text(fc_pg_columns *self, const char *text);
void fc_pg_columns_number(fc_pg_columns *self, int64_t number);
void fc_pg_columns_bytes(fc_pg_columns *self, fc_bytes bytes);

/** Add all columns to a query as its next values, which borrows them. Errors: FC_OUT_OF_MEMORY,
 *  FC_LIMIT_EXCEEDED (256 MB in a column) of any cell. */
FC_MUST_CHECK fc_status fc_pg_columns_give(fc_pg_columns *self, fc_pg_query *query, fc_error *err);
