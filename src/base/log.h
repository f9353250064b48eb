/**
 * Log: one line per event on standard error, as JSON or as text. Only app, http and cli log; the
 * rooms below return what happened.
 *
 * A line is one write, or waits for the log writer (base/log_writer.h) where that was started, so
 * that lines of threads do not mix. Control bytes, quotes and bytes that
 * are no UTF-8 are escaped: nothing in a line can look like another line. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
