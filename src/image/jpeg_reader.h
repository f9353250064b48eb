/**
 * JPEG reader: libjpeg's decompressor, reading a file in memory that may lack its end marker. For
 * image/decode_jpeg.c. One thread at a time.
 */
#pragma once

#include "base/bytes.h"
#include "image/jpeg_guard.h"
#include "image/jpeg_scan.h"

typedef struct fc_jpeg_reader {
    fc_jpeg_guard guard;
    struct jpeg_decompress_struct codec;
    struct jpeg_source_mgr input;
    fc_bytes file; /* up to the end of the picture */
    fc_jpeg_frame frame;
    int64_t bytes_max; /* for coefficients */
    int32_t zeros;     /* that were given beyond the end of arithmetic coding */
} fc_jpeg_reader;

/**
 * Get ready for the first step.
 *
 * reader   all zero; stays where it is until it is cleared
 * file     whole; must outlive the reader
 * frame    what fc_jpeg_scan found in it
 */
void fc_jpeg_reader_init(fc_jpeg_reader *reader, fc_bytes file, const fc_jpeg_frame *frame,
                         int64_t bytes_max);

/** A step for fc_jpeg_guard_run, on a reader: up to the pixels. Cost: none of them is decoded. */
void fc_jpeg_reader_read_header(void *reader);

/** Release what libjpeg holds. Fine for a reader that is all zero, or whose step was given up. */
void fc_jpeg_reader_clear(fc_jpeg_reader *reader);
