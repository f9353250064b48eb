#include "base/sha256.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"

/* Fractions of the cube roots of the first 64 primes. */
static const uint32_t ROUND[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t turn(uint32_t value, unsigned bits)
{
    return value >> bits | value << (32 - bits);
}

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void mix(uint32_t state[8], const uint8_t *block)
{
    uint32_t w[64];
    for (size_t i = 0; i < 16; i++) {
        w[i] = big_endian(block + 4 * i);
    }
    for (size_t i = 16; i < 64; i++) {
        const uint32_t a = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3;
        const uint32_t b = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    uint32_t s[8];
    memcpy(s, state, sizeof s);
    for (size_t i = 0; i < 64; i++) {
        const uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
        const uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
        const uint32_t first =
            s[7] + (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) + choice + ROUND[i] + w[i];
        const uint32_t second = (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) + majority;
        memmove(s + 1, s, 7 * sizeof s[0]);
        s[4] += first;
        s[0] = first + second;
    }
    for (size_t i = 0; i < 8; i++) {
        state[i] += s[i];
    }
}

fc_sha256 fc_sha256_start(void)
{
    /* Fractions of the square roots of the first 8 primes. */
    return (fc_sha256){ .state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                   0x9b05688c, 0x1f83d9ab, 0x5be0cd19 } };
}

void fc_sha256_feed(fc_sha256 *hash, const void *data, size_t size)
{
    FC_ASSERT(data != NULL || size == 0);
    const uint8_t *bytes = data;
    size_t held = (size_t)(hash->size % sizeof hash->block);
    hash->size += size;
    while (size > 0) {
        if (held == 0 && size >= sizeof hash->block) {
            mix(hash->state, bytes);
            bytes += sizeof hash->block;
            size -= sizeof hash->block;
            continue;
        }
        const size_t room = sizeof hash->block - held;
        const size_t taken = size < room ? size : room;
        memcpy(hash->block + held, bytes, taken);
        bytes += taken;
        size -= taken;
        held += taken;
        if (held == sizeof hash->block) {
            mix(hash->state, hash->block);
            held = 0;
        }
    }
}

void fc_sha256_end(fc_sha256 *hash, uint8_t digest[FC_SHA256_SIZE])
{
    const uint64_t bits = hash->size * 8;
    uint8_t padding[72] = { 0x80 };
    const size_t held = (size_t)(hash->size % 64);
    const size_t fill = held < 56 ? 56 - held : 120 - held;
    for (size_t i = 0; i < 8; i++) {
        padding[fill + i] = (uint8_t)(bits >> (56 - 8 * i));
    }
    fc_sha256_feed(hash, padding, fill + 8);
    for (size_t i = 0; i < FC_SHA256_SIZE; i++) {
        digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
    }
}

void fc_sha256_text(fc_bytes content, char text[FC_SHA256_TEXT_SIZE])
{
    uint8_t digest[FC_SHA256_SIZE];
    fc_sha256 hash = fc_sha256_start();
    fc_sha256_feed(&hash, content.data, content.size);
    fc_sha256_end(&hash, digest);
    for (size_t i = 0; i < FC_SHA256_SIZE; i++) {
        (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
    }
}
