/**
 * Status and error: how every function of Facecraft reports what went wrong.
 *
 * The status says what kind of failure it is, the error carries one line of text for a person.
 * An fc_error lives on the caller's stack: no allocation, no thread-local state, no mixing of two
 * requests' messages. The function that detects a failure calls fc_fail once; every caller above
 * uses FC_TRY.
 */
#pragma once

#include "base/attributes.h"

typedef enum fc_status {
#define FC_STATUS(name, slug, exit_code, meaning) FC_##name,
#include "base/status.def"
#undef FC_STATUS
} fc_status;

/** Longest error text in bytes, with its final zero. Longer texts are cut. */
#define FC_ERROR_TEXT_SIZE 256

typedef struct fc_error {
    fc_status status;
    char text[FC_ERROR_TEXT_SIZE];
} fc_error;

/** One row of the status table. */
typedef struct fc_status_info {
    const char *name;    /* as in C, without FC_ */
    const char *slug;    /* as in answers and logs */
    const char *meaning; /* one clause, for the documentation */
    int exit_code;       /* what the command line ends with */
} fc_status_info;

/** The row of a status. Never NULL; any thread. */
const fc_status_info *fc_status_lookup(fc_status status);

/** Number of statuses: valid values are 0..fc_status_count()-1. */
int fc_status_count(void);

/**
 * Record a failure and return its status, so that `return fc_fail(err, ...)` is one line.
 *
 * The text is one line: what was found, then what is allowed. No "failed to", no server paths.
 * `err` may be NULL when the caller does not want the text. `status` is never FC_OK.
 */
FC_MUST_CHECK FC_COLD FC_PRINTF(3, 4) fc_status
    fc_fail(fc_error *err, fc_status status, const char *format, ...);

/** Return from the enclosing function when a call does not end well. */
#define FC_TRY(call)                                                                               \
    do {                                                                                           \
        const fc_status fc_try_status = (call);                                                    \
        if (fc_try_status != FC_OK) {                                                              \
            return fc_try_status;                                                                  \
        }                                                                                          \
    } while (0)
