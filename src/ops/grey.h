/** Grey: how bright a pixel is, in the whole numbers that OpenCV gives. Any thread. */
#pragma once

#include <stdint.h>

/**
 * Grey of one pixel, RGB or the first three of RGBA: (9798 R + 19235 G + 3735 B + 16384) >> 15, the
 * integer form of the Rec. 601 luma that OpenCV's BGR to grey has. The landmark model was trained
 * on such pictures.
 */
static inline uint8_t fc_grey_of(const uint8_t *pixel)
{
    return (uint8_t)((9798U * pixel[0] + 19235U * pixel[1] + 3735U * pixel[2] + 16384U) >> 15);
}
