/**
 * Log: one line per event on standard error, as JSON or as text. Only app, http and cli log; the
 * rooms below return what happened.
 *
 * A line is one write, or waits for the log writer where that was started, so that lines of threads
 * do not mix. Control bytes, quotes and bytes that are no UTF-8 are escaped: nothing in a line can
 * look like another line. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

typedef enum fc_log_level {
    FC_LOG_DEBUG,
    FC_LOG_INFO,
    FC_LOG_WARNING,
    FC_LOG_ERROR,
} fc_log_level;

/** A named value of an event: text, or a number where text is NULL. */
typedef struct fc_log_pair {
    const char *name;
    const char *text;
    int64_t number;
} fc_log_pair;

#define FC_LOG_TEXT(name, value) ((fc_log_pair){ (name), (value), 0 })
#define FC_LOG_NUMBER(name, value) ((fc_log_pair){ (name), NULL, (value) })

/** Events below the level are dropped from now on. At start: FC_LOG_INFO. */
void fc_log_set_level(fc_log_level level);

/** Lines are JSON objects (true) or text (false, as at start). */
void fc_log_set_json(bool json);

/** Write an event. `message` is a constant; what varies goes into pairs. */
void fc_log_write(fc_log_level level, const char *message, const fc_log_pair *pairs, size_t count);

/** FC_LOG(FC_LOG_INFO, "listening", FC_LOG_NUMBER("port", port)); at least one pair. */
#define FC_LOG(level, message, ...)                                                                \
    fc_log_write((level), (message), (const fc_log_pair[]){ __VA_ARGS__ },                         \
                 sizeof((const fc_log_pair[]){ __VA_ARGS__ }) / sizeof(fc_log_pair))

/* ---- log writer ------------------------------------------------------------------------------ */

/*
 * Log writer: lines are written by a thread of its own, so that nobody who logs ever waits for
 * whoever should read them. A log that is not read (a full pipe, a stopped terminal) loses lines
 * instead; how many is counted, and said in the log as soon as it flows again.
 *
 * Start and stop by one thread; the rest: any thread.
 */

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
