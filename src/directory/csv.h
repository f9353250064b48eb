/**
 * CSV: rows of a table as spreadsheets and directories write them (RFC 4180), read in place: fields
 * are unquoted where they lie, so that a table is one block of memory. One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"

/** Fields of a row, and bytes of a table. */
#define FC_CSV_FIELDS_MAX 256
#define FC_CSV_BYTES_MAX ((size_t)256 << 20)

typedef struct fc_csv {
    char *at; /* the rest to read, ended by a zero byte */
    char separator;
    size_t line; /* of `at`, from 1 */
} fc_csv;

/** One row: borrowed from the text. */
typedef struct fc_csv_row {
    char *fields[FC_CSV_FIELDS_MAX];
    size_t count;
    size_t line; /* where it begins */
} fc_csv_row;

/**
 * Begin to read.
 *
 * text   UTF-8 with a final zero byte; is changed
 *
 * The separator is the one of comma, semicolon, tab and | that the first line has most of outside
 * of quotes; a first line "sep=;", as Excel knows it, names it.
 */
fc_csv fc_csv_start(char *text);

/**
 * The next row that is not empty; lines end in LF, CRLF or CR. `more`: whether there was one.
 *
 * Errors: FC_INVALID_ARGUMENT (a quote that is never closed, text behind a closed one, more than
 * FC_CSV_FIELDS_MAX fields), with the line.
 */
FC_MUST_CHECK fc_status fc_csv_next(fc_csv *csv, fc_csv_row *row, bool *more, fc_error *err);
