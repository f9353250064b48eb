/** Luma: brightness of one pixel as encoded, in whole levels; of grey exactly its level. */
#pragma once

#include <stdint.h>

/** Rec. 601 weights, rounded to 1/256. `pixel` is R, G, B. The sum fits 16 bits, and compilers that
 *  are told so work on twice as many px at once. */
static inline int32_t fc_luma(const uint8_t *pixel)
{
    const uint16_t sum = (uint16_t)(77 * pixel[0] + 150 * pixel[1] + 29 * pixel[2] + 128);
    return sum >> 8;
}
