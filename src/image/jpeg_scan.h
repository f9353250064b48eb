/**
 * JPEG scan: walk the markers of a JPEG file for what libjpeg does not see to itself: how many
 * scans there are, whether they give the whole picture, where that ends, which way up the photo is
 * and its colour profile.
 *
 * A progressive file may hold any number of scans, and each one costs the decoder a walk over the
 * whole picture: a small file can take hours. And where scans are missing, the decoder shows what
 * there is. Pure functions, any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

typedef struct fc_jpeg_frame {
    int32_t scans;      /* SOS markers that the decoder gets to see, 1..FC_JPEG_SCANS_MAX */
    int32_t width;      /* px, 1..65535 */
    int32_t height;     /* px, 1..65535 */
    int32_t components; /* 1 grey, 3 colour, 4 CMYK */
    bool progressive;   /* the decoder keeps all coefficients in memory */
    bool arithmetic;    /* not Huffman coded */
    size_t end;         /* bytes of the file up to the end of the picture: what follows (an end
                           marker, a film, a second picture) is nothing that the decoder needs; the
                           file's size where the decoder finds the end by itself */
} fc_jpeg_frame;

/**
 * Read the frame header, count the scans, and see whether they are all there.
 *
 * file   a JPEG file; bytes after the picture are not looked at
 * out    untouched on failure
 *
 * Errors: FC_CORRUPT_IMAGE (no frame, no scan, a segment past the end, a side of 0; scans missing:
 * without an end marker every coefficient has to come to its last bit, with one some bits may lack,
 * as of files that were made so, but no coefficient; no marker behind the last of many arithmetic
 * coded scans, whose decoder cannot tell that pixels are missing),
 * FC_UNSUPPORTED_FORMAT (lossless, hierarchical, not 8 bits, 2 or more than 4 components),
 * FC_LIMIT_EXCEEDED (more scans than FC_JPEG_SCANS_MAX). That pixels of a scan are missing is for
 * the decoder to see.
 * Cost: one pass over the bytes; of the usual file with one scan only its header.
 */
FC_MUST_CHECK fc_status fc_jpeg_scan(fc_bytes file, fc_jpeg_frame *out, fc_error *err);

/** What stands behind a marker. */
typedef struct fc_jpeg_segment {
    uint8_t marker; /* its second byte; 0 at the end of the file */
    fc_bytes body;  /* without its length; empty for the end marker */
} fc_jpeg_segment;

/** Second bytes of markers, ISO/IEC 10918-1 table B.1. */
enum {
    FC_JPEG_SOS = 0xda,
    FC_JPEG_EOI = 0xd9,
    FC_JPEG_APP0 = 0xe0, /* to 0xef */
};

/**
 * The next marker that has a segment, or ends the picture.
 *
 * offset   where to look from, 0 at first; moved behind the segment
 *
 * Errors: FC_CORRUPT_IMAGE (the segment ends after the file).
 */
FC_MUST_CHECK fc_status fc_jpeg_next_segment(fc_bytes file, size_t *offset, fc_jpeg_segment *out,
                                             fc_error *err);

/** EXIF orientation, 1..8, of the first segment that holds EXIF at all; 1 where there is none.
 *  Cost: one step a segment. */
int32_t fc_jpeg_orientation(fc_bytes file);

/**
 * The ICC profile, whose numbered pieces are in segments of their own.
 *
 * profile   empty, with a limit; stays empty where there is none, or where a piece is missing, is
 *           there twice, or numbers another count than the first, or where all have more bytes than
 *           the limit: as good as none
 * lost      set: there is one, which is left out for one of these reasons
 *
 * Errors: FC_OUT_OF_MEMORY; then it is empty.
 */
FC_MUST_CHECK fc_status fc_jpeg_profile(fc_bytes file, fc_buffer *profile, bool *lost,
                                        fc_error *err);
