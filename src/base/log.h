/**
 * Log: events for the operator of the program. They go to a listener that the program sets
 * (report/log_writer.h is that of `facecraft`); without a listener nothing is written. Any thread.
 */
#pragma once

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

/** Receives each event as it happens, on the thread that logs it; must not wait. */
typedef void (*fc_log_listener)(fc_log_level level, const char *message, const fc_log_pair *pairs,
                                size_t count);

/** Set the listener from now on. NULL, as at start: none. */
void fc_log_set(fc_log_listener listener);

/** Log an event. `message` is a constant; values go into pairs. */
void fc_log_write(fc_log_level level, const char *message, const fc_log_pair *pairs, size_t count);

/** FC_LOG(FC_LOG_INFO, "listening", FC_LOG_NUMBER("port", port)); at least one pair. */
#define FC_LOG(level, message, ...)                                                                \
    fc_log_write((level), (message), (const fc_log_pair[]){ __VA_ARGS__ },                         \
                 sizeof((const fc_log_pair[]){ __VA_ARGS__ }) / sizeof(fc_log_pair))
