/** Little endian numbers at any place in memory. The caller has made sure that they are there. */
#pragma once

#include <stdint.h>

static inline uint64_t fc_little(const uint8_t *from, int count)
{
    uint64_t value = 0;
    for (int i = count - 1; i >= 0; i--) {
        value = value << 8 | from[i];
    }
    return value;
}

static inline uint32_t fc_little16(const uint8_t *from)
{
    return (uint32_t)fc_little(from, 2);
}

static inline uint32_t fc_little32(const uint8_t *from)
{
    return (uint32_t)fc_little(from, 4);
}

static inline uint64_t fc_little64(const uint8_t *from)
{
    return fc_little(from, 8);
}
