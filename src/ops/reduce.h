/**
 * Reduce: shrink a picture by whole factors, each result pixel being the mean of one block.
 *
 * The cheap first step of a strong shrink; on its own it aliases a little. Any thread.
 */
#pragma once

#include "image/image.h"

/** Largest factor of an axis: that many 8-bit values add up within 16 bits. */
#define FC_REDUCE_FACTOR_MAX 256

/** Blocks of factor.width x factor.height px, the first of them at (left, top). */
typedef struct fc_blocks {
    int32_t left;
    int32_t top;
    fc_size factor; /* 1..FC_REDUCE_FACTOR_MAX each */
    fc_size count;  /* the last column and row begin within the source; what lies past it is cut */
} fc_blocks;

/**
 * The mean of every block, rounded to nearest.
 *
 * source   1, 3 or 4 channels
 * out      owner: caller. As many channels, one pixel for each block. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: each source byte is read once.
 */
FC_MUST_CHECK fc_status fc_reduce(const fc_image *source, fc_blocks blocks, fc_image **out,
                                  fc_error *err);
