#include "base/log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/log_writer.h"
#include "base/utf8.h"

/** Longest line, with its newline: one write of this size to a pipe is not mixed with others. */
#define LINE_SIZE 4096

static const char *const LEVELS[] = { "DEBUG", "INFO", "WARNING", "ERROR" };

static _Atomic fc_log_level level_min = FC_LOG_INFO;
static atomic_bool as_json;

/* One line in the making. It never overflows: what does not fit is left out. */
typedef struct log_line {
    char text[LINE_SIZE];
    size_t length;
} log_line;

/* Room is kept for what closes a line: quote, brace, newline. */
static bool fits(const log_line *line, size_t size)
{
    return line->length + size <= LINE_SIZE - 4;
}

static void put(log_line *line, const char *text, size_t size)
{
    if (fits(line, size)) {
        memcpy(line->text + line->length, text, size);
        line->length += size;
    }
}

static void put_text(log_line *line, const char *text)
{
    put(line, text, strlen(text));
}

/* In quotes, as JSON has them; bytes that are no text become U+FFFD. */
static void put_quoted(log_line *line, const char *text)
{
    put_text(line, "\"");
    size_t left = strlen(text);
    while (left > 0 && fits(line, 8)) {
        const size_t size = fc_utf8_character(text, left);
        const unsigned char first = (unsigned char)*text;
        char escape[8];
        if (size == 0) {
            put_text(line, "\xef\xbf\xbd");
        } else if (first == '"' || first == '\\') {
            (void)snprintf(escape, sizeof escape, "\\%c", first);
            put_text(line, escape);
        } else if (first < 0x20 || first == 0x7f) {
            (void)snprintf(escape, sizeof escape, "\\u%04x", first);
            put_text(line, escape);
        } else {
            put(line, text, size);
        }
        text += size == 0 ? 1 : size;
        left -= size == 0 ? 1 : size;
    }
    line->text[line->length++] = '"';
}

static void put_value(log_line *line, const fc_log_pair *pair)
{
    if (pair->text != NULL) {
        put_quoted(line, pair->text);
        return;
    }
    char number[32];
    (void)snprintf(number, sizeof number, "%lld", (long long)pair->number);
    put_text(line, number);
}

static void put_time(log_line *line)
{
    struct timespec now = { 0 };
    struct tm utc = { 0 };
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &utc);
    char text[48];
    const size_t length = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    (void)snprintf(text + length, sizeof text - length, ".%03dZ", (int)(now.tv_nsec / 1000000));
    put_text(line, text);
}

static void fill_json(log_line *line, fc_log_level level, const char *message,
                      const fc_log_pair *pairs, size_t count)
{
    put_text(line, "{\"time\":\"");
    put_time(line);
    put_text(line, "\",\"level\":\"");
    put_text(line, LEVELS[level]);
    put_text(line, "\",\"message\":");
    put_quoted(line, message);
    for (size_t i = 0; i < count && fits(line, strlen(pairs[i].name) + 40); i++) {
        put_text(line, ",\"");
        put_text(line, pairs[i].name);
        put_text(line, "\":");
        put_value(line, &pairs[i]);
    }
    line->text[line->length++] = '}';
}

static void fill_text(log_line *line, fc_log_level level, const char *message,
                      const fc_log_pair *pairs, size_t count)
{
    put_time(line);
    put_text(line, " ");
    put_text(line, LEVELS[level]);
    put_text(line, " ");
    put_text(line, message);
    for (size_t i = 0; i < count && fits(line, strlen(pairs[i].name) + 40); i++) {
        put_text(line, " ");
        put_text(line, pairs[i].name);
        put_text(line, "=");
        put_value(line, &pairs[i]);
    }
}

void fc_log_set_level(fc_log_level level)
{
    atomic_store(&level_min, level);
}

void fc_log_set_json(bool json)
{
    atomic_store(&as_json, json);
}

void fc_log_write(fc_log_level level, const char *message, const fc_log_pair *pairs, size_t count)
{
    FC_ASSERT(message != NULL);
    FC_ASSERT(pairs != NULL || count == 0);
    if (level < atomic_load(&level_min)) {
        return;
    }
    log_line line;
    line.length = 0;
    if (atomic_load(&as_json)) {
        fill_json(&line, level, message, pairs, count);
    } else {
        fill_text(&line, level, message, pairs, count);
    }
    line.text[line.length++] = '\n';
    if (!fc_log_writer_take(line.text, line.length)) {
        /* There is nobody to tell that the log cannot be written. */
        const ssize_t written = write(STDERR_FILENO, line.text, line.length);
        (void)written;
    }
}
