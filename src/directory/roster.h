/**
 * Roster: the accounts that should get a picture, from a CSV file or from the list of a target. One
 * thread at a time; read-only it may be shared.
 */
#pragma once

#include <stddef.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "directory/account.h"
#include "directory/text_file.h"

/** Accounts of a roster. */
#define FC_ROSTER_ACCOUNTS_MAX 1000000

typedef struct fc_roster {
    fc_account *accounts;
    size_t count;
    fc_text_encoding encoding;
    char separator;
    fc_buffer text; /* that the accounts point into, with `keys` of rows that have none */
    fc_buffer *own; /* of a roster that was listed: a block for each account */
    size_t own_count;
} fc_roster;

/**
 * Read a CSV file. Columns are known by the names of FC_ACCOUNT_COLUMNS, or by what `map` says.
 *
 * path   "-": standard input
 * map    "photo=Bilddatei,id=Personalnummer", or ""
 *
 * Each row that is not empty becomes an account, also one whose key is "".
 *
 * Errors: FC_IO, FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY, FC_INVALID_ARGUMENT (text or table are none;
 * no column names an account; two columns mean the same; a column of `map` is not there).
 */
FC_MUST_CHECK fc_status fc_roster_read(const char *path, const char *map, fc_roster *out,
                                       fc_error *err);

/** The same from the bytes of a file. */
FC_MUST_CHECK fc_status fc_roster_parse(fc_bytes file, const char *map, fc_roster *out,
                                        fc_error *err);

/** Add a copy of an account, as an fc_target_visit does. `roster` is the context. */
FC_MUST_CHECK fc_status fc_roster_add(void *roster, const fc_account *account, fc_error *err);

void fc_roster_clear(fc_roster *roster);
