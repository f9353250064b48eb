/** For tests: JPEG files of every kind, written by libjpeg. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "image/geometry.h"

typedef enum jpeg_colours {
    JPEG_GREY,
    JPEG_YCBCR,
    JPEG_RGB,  /* as Adobe's transform 0 says */
    JPEG_CMYK, /* stored as it is drawn: readers take it for inverted */
    JPEG_YCCK,
    JPEG_CMYK_BARE, /* without Adobe's marker */
} jpeg_colours;

typedef struct jpeg_kind {
    jpeg_colours colours;
    uint8_t sampling[4][2]; /* columns and rows of each component; 0: 1 x 1 */
    bool progressive;
    bool arithmetic;
    bool apart; /* each component in a scan of its own */
    int32_t restart_blocks;
} jpeg_kind;

/** Append a picture that has detail everywhere. The same kind and size gives the same bytes. */
void jpeg_file_make(const jpeg_kind *kind, fc_size size, fc_buffer *out);

/** The file with a segment (marker, then the body) behind its start marker. */
void jpeg_file_insert(fc_buffer *file, uint8_t marker, const void *body, size_t size);
