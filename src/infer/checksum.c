#include "infer/checksum.h"

#include <string.h>

#include "base/assert.h"

enum { LANES = 8, BLOCK = LANES * 8 };

#define PRIME UINT64_C(0x9E3779B97F4A7C15) /* 2^64 / golden ratio, odd */

static uint64_t mix(uint64_t sum, uint64_t word)
{
    const uint64_t both = sum ^ word;
    return ((both << 29) | (both >> 35)) * PRIME;
}

uint64_t fc_checksum(fc_bytes content, uint64_t seed)
{
    FC_ASSERT(content.data != NULL || content.size == 0);

    uint64_t lanes[LANES];
    for (size_t i = 0; i < LANES; i++) {
        lanes[i] = mix(seed, i + 1);
    }
    size_t at = 0;
    for (; content.size - at >= BLOCK; at += BLOCK) {
        uint64_t words[LANES];
        memcpy(words, content.data + at, BLOCK);
        for (size_t i = 0; i < LANES; i++) {
            lanes[i] = mix(lanes[i], words[i]);
        }
    }
    uint64_t sum = content.size;
    for (size_t i = 0; i < LANES; i++) {
        sum = mix(sum, lanes[i]);
    }
    for (; at < content.size; at++) {
        sum = mix(sum, content.data[at]);
    }
    return mix(sum, sum >> 32);
}
