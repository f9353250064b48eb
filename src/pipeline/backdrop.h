/** Backdrop: a picture sent along with the photo, to be shown behind the person. Any thread. */
#pragma once

#include "image/decode.h"
#include "image/image.h"

/**
 * Decode a picture, in the sandbox as every photo, and scale its middle so that it covers the
 * canvas.
 *
 * file     borrowed; empty: FC_INVALID_ARGUMENT
 * limits   of the picture
 * out      owner: caller. RGB, of the size of the canvas. Untouched on failure
 *
 * Errors: those of fc_decoder_open and fc_decoder_decode. Cost: the decoding, and O(canvas).
 */
FC_MUST_CHECK fc_status fc_backdrop_load(fc_bytes file, const fc_decode_limits *limits,
                                         fc_size canvas, fc_image **out, fc_error *err);

/** Bytes of memory that loading it takes at its peak, with the file; that alone where it is
 *  no picture, which is told when it is loaded. Cost: its header is read. */
int64_t fc_backdrop_estimate(fc_bytes file, const fc_decode_limits *limits);
