/** Sheet: a portrait several times on a paper, to print and cut. Any thread. */
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "config/sheet_options.h"
#include "image/decode.h"

/** Facts about the finished sheet. */
typedef struct fc_sheet_facts {
    int32_t pictures;
    int32_t turned; /* of them, by a quarter */
} fc_sheet_facts;

/**
 * Decode a portrait, scale its middle so that it covers one picture, and write the sheet. What is
 * see-through becomes white.
 *
 * portrait   a picture file, borrowed
 * limits     of it
 * out        starts empty
 *
 * Errors: FC_INVALID_ARGUMENT (an option, or nothing fits), FC_LIMIT_EXCEEDED (a sheet of more px
 * than `limits` allow), those of decoding.
 */
FC_MUST_CHECK fc_status fc_sheet_make(fc_bytes portrait, const fc_sheet_options *options,
                                      const fc_decode_limits *limits, fc_buffer *out,
                                      fc_sheet_facts *facts, fc_error *err);

/**
 * Bytes of memory that it takes at its peak, the portrait's file included.
 *
 * Errors: FC_INVALID_ARGUMENT (an option), those of fc_decode_probe. Cost: a header is read.
 */
FC_MUST_CHECK fc_status fc_sheet_estimate(fc_bytes portrait, const fc_sheet_options *options,
                                          const fc_decode_limits *limits, int64_t *bytes,
                                          fc_error *err);
