/**
 * Messages to and from a decoder in a process of its own. Both are the same program, so layouts
 * agree; what comes from the process is checked field by field all the same.
 *
 *   service             process
 *   OPEN, the file  ->
 *                   <-  FACTS
 *   DECODE          ->
 *                   <-  ROWS       as many as fit lie in a half of the window, the halves in turn
 *   TAKEN           ->             the half may be filled again
 *                   <-  ROWS ...
 *                   <-  DONE
 *
 * Instead of FACTS, ROWS or DONE may come FAILED.
 */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "sandbox/sandbox.h"

/** A row of the widest picture fits into it. */
#define FC_REMOTE_HALF (FC_SANDBOX_WINDOW_BYTES / 2)

typedef enum fc_remote_kind {
    FC_REMOTE_OPEN = 1,
    FC_REMOTE_FACTS,
    FC_REMOTE_DECODE,
    FC_REMOTE_ROWS,
    FC_REMOTE_TAKEN,
    FC_REMOTE_DONE,
    FC_REMOTE_FAILED,
} fc_remote_kind;

typedef struct fc_remote_open_packet {
    uint32_t kind;
    uint32_t formats;
    int64_t pixels_max;
    int64_t decoded_max;
    int64_t file_size;
} fc_remote_open_packet;

typedef struct fc_remote_decode_packet {
    uint32_t kind;
    int32_t shrink;
    double region[4]; /* x, y, width, height */
    uint8_t background[3];
    uint8_t has_background;
} fc_remote_decode_packet;

typedef struct fc_remote_taken_packet {
    uint32_t kind;
} fc_remote_taken_packet;

/** Everything that the process says. */
typedef struct fc_remote_answer {
    uint32_t kind;

    /* FAILED */
    int32_t status;
    char text[FC_ERROR_TEXT_SIZE];

    /* DONE */
    int32_t invisible;

    /* FACTS */
    int32_t format;
    int32_t width;
    int32_t height;
    int32_t orientation;
    int32_t bits;
    int32_t channels;
    int32_t has_alpha;
    int32_t has_profile;
    int32_t lost_profile;
    int32_t shrinks;
    int64_t stored;
    int64_t zeros;
    int64_t decoded_bytes;
} fc_remote_answer;
