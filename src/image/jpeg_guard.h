/**
 * JPEG guard: libjpeg's way of giving up, turned into a status.
 *
 * libjpeg reports an error by a function that must not return, so it has to be left by longjmp. All
 * of that is in this file. Its users hand over small steps; a step that is given up ends at once,
 * wherever it is, so it must own nothing, no FC_AUTO above all: what it makes goes into its context
 * before the next call of the library. One thread at a time.
 */
#pragma once

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h> /* jpeglib.h takes it for granted */

#include <jpeglib.h>

#include "base/attributes.h"
#include "base/error.h"

typedef struct fc_jpeg_guard {
    struct jpeg_error_mgr manager; /* stays first: libjpeg knows nothing but this */
    jmp_buf way_out;
    fc_status status;             /* of the last step that was given up */
    char reason[JMSG_LENGTH_MAX]; /* in libjpeg's words */
} fc_jpeg_guard;

/** Returns what belongs into `err` of a libjpeg struct, before that is made. The guard must stay
 *  where it is for as long as that struct lives. Nothing is ever printed. */
struct jpeg_error_mgr *fc_jpeg_guard_init(fc_jpeg_guard *guard);

/** Do a step. False when libjpeg gave it up, or warned of lost pixels; then libjpeg's struct is
 *  only good for being destroyed. */
FC_MUST_CHECK bool fc_jpeg_guard_run(fc_jpeg_guard *guard, void (*step)(void *context),
                                     void *context);

/**
 * Record why the last step was given up, with libjpeg's reason; `damaged` is said where it is that.
 *
 * Returns FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED (a side or the memory), FC_UNSUPPORTED_FORMAT (a kind
 * of JPEG that this libjpeg does not know), or else FC_CORRUPT_IMAGE.
 */
FC_MUST_CHECK FC_COLD fc_status fc_jpeg_guard_fail(const fc_jpeg_guard *guard, const char *damaged,
                                                   fc_error *err);
