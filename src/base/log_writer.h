/**
 * Log writer: lines are written by a thread of its own, so that nobody who logs ever waits for
 * whoever should read them. A log that is not read (a full pipe, a stopped terminal) loses lines
 * instead; how many is counted, and said in the log as soon as it flows again.
 *
 * Start and stop by one thread; the rest: any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

/** Bytes of lines that wait to be written. */
#define FC_LOG_WAITING_BYTES ((size_t)256 << 10)

/**
 * Lines go through the thread from now on.
 *
 * descriptor   borrowed; stays open until the writer has stopped
 *
 * Errors: FC_OUT_OF_MEMORY (no thread).
 */
FC_MUST_CHECK fc_status fc_log_writer_start(int descriptor, fc_error *err);

/** Write what waits, at most for `timeout_ms`, and end. False: the time was over; then the thread
 *  is left to itself and lines are dropped from now on. */
bool fc_log_writer_stop(int32_t timeout_ms);

/** A whole line. False: there is no writer, the line is the caller's to write. */
FC_MUST_CHECK bool fc_log_writer_take(const char *line, size_t size);

/** Lines that were lost since the program began. */
uint64_t fc_log_lines_lost(void);
