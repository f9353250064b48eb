#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"

#define LINE_SIZE 256
#define COLUMNS_DEFAULT 80
#define BAR_COLUMNS_MAX 30
#define BAR_COLUMNS_MIN 8

static bool is_capable_terminal(void)
{
    const char *kind = getenv("TERM");
    return isatty(STDERR_FILENO) == 1 && kind != NULL && strcmp(kind, "dumb") != 0;
}

void fc_progress_init(fc_progress *progress, size_t total, bool wanted)
{
    *progress = (fc_progress){ .shown = wanted && is_capable_terminal(),
                               .total = total,
                               .start_us = fc_clock_us() };
}

static int terminal_columns(void)
{
    struct winsize window = { 0 };
    const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0;
    return known ? window.ws_col : COLUMNS_DEFAULT;
}

/* "[####....] ", as wide as the rest of the line leaves room; nothing where that is too little. */
static void format_bar(const fc_progress *progress, int columns, char *bar, size_t size)
{
    bar[0] = '\0';
    const int width = columns > BAR_COLUMNS_MAX ? BAR_COLUMNS_MAX : columns;
    if (width < BAR_COLUMNS_MIN) {
        return;
    }
    const int inner = width - 3;
    const int filled =
        progress->total > 0 ? (int)((uint64_t)inner * progress->done / progress->total) : 0;
    static const char FULL[] = "##############################";
    static const char REST[] = "..............................";
    (void)snprintf(bar, size, "[%.*s%.*s] ", filled, FULL, inner - filled, REST);
}

void fc_progress_format(const fc_progress *progress, int64_t now_us, int columns, char *text,
                        size_t size)
{
    char failed[40] = "";
    char pace[80] = "";
    if (progress->failed > 0) {
        (void)snprintf(failed, sizeof failed, ", %zu failed", progress->failed);
    }
    const double seconds = (double)(now_us - progress->start_us) / 1e6;
    if (progress->done > 0 && seconds > 0) {
        const double rate = (double)progress->done / seconds;
        const int64_t left = (int64_t)((double)(progress->total - progress->done) / rate + 0.5);
        (void)snprintf(pace, sizeof pace, ", %.1f/s, %" PRId64 ":%02d left", rate, left / 60,
                       (int)(left % 60));
    }
    char numbers[LINE_SIZE];
    const int length = snprintf(numbers, sizeof numbers, "%zu/%zu%s%s", progress->done,
                                progress->total, failed, pace);
    char bar[2 * BAR_COLUMNS_MAX + 8];
    format_bar(progress, columns - 1 - length, bar, sizeof bar);
    (void)snprintf(text, size, "%s%.*s", bar, columns - 1, numbers);
}

void fc_progress_draw(const fc_progress *progress)
{
    if (progress->shown) {
        char line[LINE_SIZE];
        fc_progress_format(progress, fc_clock_us(), terminal_columns(), line, sizeof line);
        (void)fprintf(stderr, "\r\033[K%s", line);
        (void)fflush(stderr);
    }
}

void fc_progress_erase(const fc_progress *progress)
{
    if (progress->shown) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
    }
}
