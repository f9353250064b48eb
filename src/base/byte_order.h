/** Byte order: little and big endian numbers at any place in memory. The caller has made sure that
 *  the bytes are there. Any thread. */
#pragma once

#include <stdint.h>

/** The number of `count` bytes, 0..8, the lowest first. */
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
    return (uint32_t)from[1] << 8 | from[0];
}

static inline uint32_t fc_little32(const uint8_t *from)
{
    return fc_little16(from + 2) << 16 | fc_little16(from);
}

static inline uint64_t fc_little64(const uint8_t *from)
{
    return fc_little(from, 8);
}

/** The number of `count` bytes, 0..8, the highest first. */
static inline uint64_t fc_big(const uint8_t *from, int count)
{
    uint64_t value = 0;
    for (int i = 0; i < count; i++) {
        value = value << 8 | from[i];
    }
    return value;
}

static inline uint32_t fc_big16(const uint8_t *from)
{
    return (uint32_t)from[0] << 8 | from[1];
}

static inline uint32_t fc_big32(const uint8_t *from)
{
    return fc_big16(from) << 16 | fc_big16(from + 2);
}

/** Write a number, the lowest byte first; higher bytes that do not fit are cut. Returns the place
 * after it. */
static inline uint8_t *fc_put_little16(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
    return to + 2;
}

static inline uint8_t *fc_put_little32(uint8_t *to, uint32_t value)
{
    return fc_put_little16(fc_put_little16(to, value), value >> 16);
}

/** Write a number, the highest byte first. Returns the place after it. */
static inline uint8_t *fc_put_big32(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        to[i] = (uint8_t)(value >> (24 - 8 * i));
    }
    return to + 4;
}
