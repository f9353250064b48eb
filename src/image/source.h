/**
 * Source: an opened picture file, as its format stores it: before orientation, colour and alpha.
 *
 * Each format has one file, decode_FORMAT.c, that makes a source from bytes; image/decode.c does
 * the rest for all of them. A source belongs to one thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/colour_space.h"
#include "image/geometry.h"
#include "image/rows.h"

/** What a decoder may use. It passes them on to its library wherever that has limits of its own,
 *  so that a file that lies about its size is refused before memory is taken. */
typedef struct fc_source_limits {
    int64_t pixels_max; /* width x height of the stored picture */
    int64_t bytes_max;  /* that the decoder may hold at its peak */
} fc_source_limits;

typedef struct fc_source fc_source;

/** Begins each format's own struct. Filled from the header; no pixel is decoded yet. */
struct fc_source {
    fc_size size;          /* stored px at full scale, as far as they are shown */
    int64_t cropped;       /* stored px that a crop of the file leaves out */
    int32_t orientation;   /* EXIF, 1..8; 1 where the decoder turns the picture itself */
    fc_colour_space space; /* of the rows */
    int32_t bits;          /* of the rows: 8, 16, or 32 for floats (linear light, 1.0 is white) */
    int64_t kept_bytes;    /* held at the peak of decoding at full scale, the caller's own picture
                              not included: 0 for a decoder that goes row by row */
    fc_bytes coded;        /* the file's bytes of the pixels, where zeros at their end would pass as
                              pixels too; empty where the decoder would call that damage */
    bool shrinks;          /* `rows` takes a shrink of 2, 4 and 8, else 1 alone */

    /*
     * Rows of a part of the picture. Pixels outside the part are not decoded where the format
     * allows that.
     *
     * shrink   sides are divided by it and rounded down, unless less than 1 px is left
     * part     in px of the shrunk picture, inside it, not empty
     * out      owner: caller; must be released before the source. Called again, it begins again
     *
     * Errors, here and when a row is read: FC_CORRUPT_IMAGE (damaged or cut short: a pixel that
     * the file does not hold is never made up), FC_LIMIT_EXCEEDED, FC_UNSUPPORTED_FORMAT,
     * FC_OUT_OF_MEMORY.
     */
    fc_status (*rows)(fc_source *source, int32_t shrink, fc_rect part, fc_rows **out,
                      fc_error *err);
    void (*free)(fc_source *source);
};

/** Release; NULL is fine. */
static inline void fc_source_free(fc_source *source)
{
    if (source != NULL) {
        source->free(source);
    }
}
FC_DEFINE_CLEANUP(fc_source, fc_source_free)

/** For decoders: check that this many pixels may be decoded. Errors: FC_LIMIT_EXCEEDED with the
 * numbers. */
FC_MUST_CHECK fc_status fc_source_check_pixels(fc_size size, int64_t pixels_max, fc_error *err);

/** Check that this many bytes may be held. `what` takes them: "GIF". Errors: FC_LIMIT_EXCEEDED. */
FC_MUST_CHECK fc_status fc_source_check_bytes(int64_t bytes, const char *what, int64_t bytes_max,
                                              fc_error *err);
