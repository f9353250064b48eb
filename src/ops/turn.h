/** Turn: rotate a picture by quarter turns, without loss. Any thread. */
#pragma once

#include "image/decode.h"
#include "image/image.h"

/**
 * The picture turned clockwise.
 *
 * source          1, 3 or 4 channels
 * quarter_turns   any number; 1 puts the left column on top, -1 turns back. Odd numbers exchange
 *                 the sides
 * out             owner: caller. As many channels. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: O(pixels).
 */
FC_MUST_CHECK fc_status fc_turn(const fc_image *source, int32_t quarter_turns, fc_image **out,
                                fc_error *err);

/** The same for a decoded photo; it still tells where its px lie. Errors: FC_OUT_OF_MEMORY, and it
 *  is untouched. */
FC_MUST_CHECK fc_status fc_turn_raster(fc_raster *raster, int32_t quarter_turns, fc_error *err);
