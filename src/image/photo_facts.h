/** Photo facts: what may be decoded, what the header of a photo says, and what of it is wanted. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "image/format.h"
#include "image/geometry.h"

/** Limits for a photo. */
typedef struct fc_decode_limits {
    uint32_t formats;    /* bit 1 << fc_format for each accepted type */
    int64_t pixels_max;  /* width x height of the stored picture */
    int64_t decoded_max; /* bytes that decoding may take: bounds fc_photo_facts.decoded_bytes */
} fc_decode_limits;

/**
 * What the header says.
 *
 * decoded_bytes is pixels x 3 for the result, and what the decoder holds at its peak besides: see
 * fc_source.kept_bytes. Strips and tables of a few megabytes and the file itself come on top.
 */
typedef struct fc_photo_facts {
    fc_format format;
    fc_size size;        /* upright: as a person sees the picture, at full scale */
    int64_t stored;      /* px of the file, also those that its crop leaves out */
    int32_t orientation; /* EXIF, 1..8 */
    int32_t bits;        /* per channel as decoded: 8, 16, or 32 for floats */
    int32_t channels;    /* as decoded: palettes are RGB; alpha included */
    bool has_alpha;
    bool has_profile;      /* an ICC profile is embedded */
    bool lost_profile;     /* there is one that cannot be used: damaged, or for other channels */
    int64_t zeros;         /* bytes at the end of the pixels that look as a download that broke off
                              leaves them on a disk; 0: it does not look so */
    int64_t decoded_bytes; /* what decoding at full scale takes at its peak, see above */
} fc_photo_facts;

/** What to decode. */
typedef struct fc_decode_request {
    int32_t shrink;        /* 1, 2, 4 or 8: sides divided by it, rounded up; a JPEG, which is
                              shrunk while it is decoded, rounds down unless less than 1 is left */
    fc_box region;         /* part wanted, in px of the upright full-scale photo; all of it when
                              width is 0. Rounded outwards to whole result pixels */
    uint8_t background[3]; /* shown through a transparent input */
} fc_decode_request;
