/**
 * Log writer: the program's log, one line per event on standard error, as JSON or as text. The
 * program hands it to base/log.h.
 *
 * A line is one write. Where the writer's own thread was started, lines go through it, so that
 * logging never waits for the reader. A log that is not read (a full pipe, a stopped terminal)
 * loses lines instead; how many is counted, and said in the log as soon as it flows again. Control
 * bytes, quotes and bytes that are no UTF-8 are escaped: nothing in a line can look like another
 * line.
 *
 * Start and stop by one thread; the rest: any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "base/log.h"

/** The listener for fc_log_set that writes lines. */
void fc_log_print(fc_log_level level, const char *message, const fc_log_pair *pairs, size_t count);

/** Events below the level are dropped from now on. At start: FC_LOG_INFO. */
void fc_log_set_level(fc_log_level level);

/** Lines are JSON objects (true) or text (false, as at start). */
void fc_log_set_json(bool json);

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

/** Write the waiting lines, for at most `timeout_ms`, and end. False: the time was over; then the
 * thread is abandoned and later lines are dropped. */
bool fc_log_writer_stop(int32_t timeout_ms);

/** A whole line. False: there is no writer, the line is the caller's to write. */
FC_MUST_CHECK bool fc_log_writer_take(const char *line, size_t size);

/** Lines that were lost since the program began. */
uint64_t fc_log_lines_lost(void);
