/**
 * Progress: one line on a terminal - a bar, the count, the rate and the time left. Shows nothing
 * where standard error is no terminal. One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct fc_progress {
    bool shown; /* on a terminal, and wanted */
    size_t total;
    size_t done;
    size_t failed;
    int64_t start_us;
} fc_progress;

/** Start the count; `wanted` false shows nothing. */
void fc_progress_init(fc_progress *progress, size_t total, bool wanted);

/** Draw the line again. */
void fc_progress_draw(const fc_progress *progress);

/** Remove the line, so that something else can be printed. */
void fc_progress_erase(const fc_progress *progress);

/** The line as text: "[####....] 12/40, 1 failed, 3.4/s, 0:08 left", at most `columns` wide. */
void fc_progress_format(const fc_progress *progress, int64_t now_us, int columns, char *text,
                        size_t size);
