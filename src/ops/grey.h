/** Grey: how bright each pixel is, in the whole numbers that OpenCV gives. Any thread. */
#pragma once

#include "image/image.h"

/** Grey of one RGB pixel, see below. */
static inline uint8_t fc_grey_of(const uint8_t *pixel)
{
    return (uint8_t)((9798U * pixel[0] + 19235U * pixel[1] + 3735U * pixel[2] + 16384U) >> 15);
}

/**
 * Grey of a colour picture: (9798 R + 19235 G + 3735 B + 16384) >> 15, the integer form of the
 * Rec. 601 luma that OpenCV's BGR to grey has. The landmark model was trained on such pictures.
 *
 * source  RGB or RGBA; alpha is ignored
 * out     owner: caller. One channel, same size. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: O(pixels).
 */
FC_MUST_CHECK fc_status fc_grey(const fc_image *source, fc_image **out, fc_error *err);
