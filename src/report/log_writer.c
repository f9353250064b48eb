#include "report/log_writer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/condition.h"
#include "base/utf8.h"

/* ---- lines ----------------------------------------------------------------------------------- */

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

static void fill(log_line *line, fc_log_level level, const char *message, const fc_log_pair *pairs,
                 size_t count)
{
    line->length = 0;
    if (atomic_load(&as_json)) {
        fill_json(line, level, message, pairs, count);
    } else {
        fill_text(line, level, message, pairs, count);
    }
    line->text[line->length++] = '\n';
}

void fc_log_print(fc_log_level level, const char *message, const fc_log_pair *pairs, size_t count)
{
    FC_ASSERT(message != NULL);
    FC_ASSERT(pairs != NULL || count == 0);
    if (level < atomic_load(&level_min)) {
        return;
    }
    log_line line;
    fill(&line, level, message, pairs, count);
    if (!fc_log_writer_take(line.text, line.length)) {
        /* There is nobody to tell that the log cannot be written. */
        const ssize_t written = write(STDERR_FILENO, line.text, line.length);
        (void)written;
    }
}

/* ---- the thread ------------------------------------------------------------------------------ */

/** Written at once: so much of a pipe is not mixed with what others write. At least one line. */
#define PIECE_BYTES 4096

#define STACK_BYTES ((size_t)128 << 10)

typedef enum writer_state {
    OFF,    /* who logs writes */
    ON,     /* the thread writes */
    ENDING, /* it writes what is left */
    STUCK,  /* nobody reads: lines are dropped */
} writer_state;

/* Lines that wait, one after the other in a ring. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* not before it is started */
    pthread_t thread;
    writer_state state;
    int descriptor;
    char ring[FC_LOG_WAITING_BYTES];
    size_t first; /* byte of the oldest line */
    size_t size;  /* bytes that wait */
    bool writing;
    uint64_t told; /* lost lines that the log knows of */
    size_t gap;    /* bytes that wait before the first line that it does not */
} writer = { .lock = PTHREAD_MUTEX_INITIALIZER };

static _Atomic uint64_t lost;

uint64_t fc_log_lines_lost(void)
{
    return atomic_load(&lost);
}

/* With the lock held. */
static void append(const char *line, size_t size)
{
    const size_t start = (writer.first + writer.size) % sizeof writer.ring;
    const size_t room = sizeof writer.ring - start;
    const size_t head = size < room ? size : room;
    memcpy(writer.ring + start, line, head);
    memcpy(writer.ring, line + head, size - head);
    writer.size += size;
}

bool fc_log_writer_take(const char *line, size_t size)
{
    FC_ASSERT(line != NULL && size > 0 && size <= PIECE_BYTES);
    (void)pthread_mutex_lock(&writer.lock);
    const bool taken = writer.state != OFF;
    const bool fits = size <= sizeof writer.ring - writer.size;
    if (taken && fits && writer.state != STUCK) {
        append(line, size);
        (void)pthread_cond_broadcast(&writer.changed);
    } else if (taken) {
        writer.gap = atomic_load(&lost) == writer.told ? writer.size : writer.gap;
        (void)atomic_fetch_add(&lost, 1);
    }
    (void)pthread_mutex_unlock(&writer.lock);
    return taken;
}

/* As many whole lines as fit, and how many they are. With the lock held. */
static size_t take_lines(char piece[PIECE_BYTES], uint64_t *lines)
{
    size_t end = 0;
    size_t size = writer.size < PIECE_BYTES ? writer.size : PIECE_BYTES;
    *lines = 0;
    for (size_t i = 0; i < size; i++) {
        piece[i] = writer.ring[(writer.first + i) % sizeof writer.ring];
        if (piece[i] == '\n') {
            end = i + 1;
            ++*lines;
        }
    }
    writer.first = (writer.first + end) % sizeof writer.ring;
    writer.size -= end;
    writer.gap -= end < writer.gap ? end : writer.gap;
    return end;
}

/* Waits for as long as it takes. False: it cannot be written. */
static bool write_all(int descriptor, const char *piece, size_t size)
{
    while (size > 0) {
        const ssize_t written = write(descriptor, piece, size);
        if (written > 0) {
            piece += written;
            size -= (size_t)written;
        } else if (written < 0 && errno == EAGAIN) { /* others may have made it so */
            struct pollfd room = { .fd = descriptor, .events = POLLOUT };
            (void)poll(&room, 1, 1000);
        } else if (written == 0 || errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* Not through the ring, which may be full again: the line that tells of lost ones is not lost with
 * them. False: it could not be written, or nobody wants to hear it. */
static bool write_lost(uint64_t count)
{
    const fc_log_pair pair = FC_LOG_NUMBER("lines", (int64_t)count);
    log_line line;
    fill(&line, FC_LOG_WARNING, "log lines were lost: nobody read them", &pair, 1);
    return atomic_load(&level_min) <= FC_LOG_WARNING &&
           write_all(writer.descriptor, line.text, line.length);
}

/* Once what came before them is out. With the lock held, which is let go in between. */
static void tell_lost(void)
{
    const uint64_t known = atomic_load(&lost);
    if (known == writer.told || writer.gap > 0 || writer.state == STUCK) {
        return;
    }
    (void)pthread_mutex_unlock(&writer.lock);
    const bool told = write_lost(known - writer.told);
    (void)pthread_mutex_lock(&writer.lock);
    writer.told = told ? known : writer.told;
}

/* Write one piece. With the lock held, which is let go in between. */
static void write_piece(void)
{
    char piece[PIECE_BYTES];
    uint64_t lines = 0;
    const size_t size = take_lines(piece, &lines);
    writer.writing = true;
    (void)pthread_mutex_unlock(&writer.lock);
    const bool written = write_all(writer.descriptor, piece, size);
    if (!written) {
        (void)atomic_fetch_add(&lost, lines);
    }
    (void)pthread_mutex_lock(&writer.lock);
    if (written) {
        tell_lost();
    }
    writer.writing = false;
    (void)pthread_cond_broadcast(&writer.changed);
}

static void *run(void *context)
{
    (void)context;
    (void)pthread_mutex_lock(&writer.lock);
    while (writer.size > 0 || writer.state == ON) {
        if (writer.size > 0) {
            write_piece();
        } else {
            (void)pthread_cond_wait(&writer.changed, &writer.lock);
        }
    }
    (void)pthread_mutex_unlock(&writer.lock);
    return NULL;
}

fc_status fc_log_writer_start(int descriptor, fc_error *err)
{
    FC_ASSERT(writer.state == OFF);
    fc_condition_init(&writer.changed);
    writer.descriptor = descriptor;
    writer.state = ON;
    pthread_attr_t attributes;
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    const int failure = pthread_create(&writer.thread, &attributes, run, NULL);
    (void)pthread_attr_destroy(&attributes);
    if (failure != 0) {
        writer.state = OFF;
        (void)pthread_cond_destroy(&writer.changed);
        return fc_fail(err, FC_OUT_OF_MEMORY, "no thread for the log could be started");
    }
    return FC_OK;
}

bool fc_log_writer_stop(int32_t timeout_ms)
{
    FC_ASSERT(timeout_ms >= 0);
    const int64_t until_us = fc_clock_us() + INT64_C(1000) * timeout_ms;
    (void)pthread_mutex_lock(&writer.lock);
    FC_ASSERT(writer.state == ON);
    writer.state = ENDING;
    (void)pthread_cond_broadcast(&writer.changed);
    while ((writer.size > 0 || writer.writing) && fc_clock_us() < until_us) {
        fc_condition_wait_until(&writer.changed, &writer.lock, until_us);
    }
    const bool done = writer.size == 0 && !writer.writing;
    writer.state = done ? OFF : STUCK;
    (void)pthread_mutex_unlock(&writer.lock);
    if (done) {
        (void)pthread_join(writer.thread, NULL);
        (void)pthread_cond_destroy(&writer.changed);
    } else {
        (void)pthread_detach(writer.thread);
    }
    return done;
}
