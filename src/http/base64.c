#include "http/base64.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Characters that are worked on at once, on the stack; a multiple of 4. */
#define BLOCK_CHARACTERS 4096

/* Value of each character, or 64 for one that is not of the alphabet. */
static void fill_values(uint8_t values[256])
{
    memset(values, 64, 256);
    for (uint8_t i = 0; i < 64; i++) {
        values[(uint8_t)ALPHABET[i]] = i;
    }
}

/* Four characters to three bytes. False when one is foreign. */
static bool decode_group(const uint8_t values[256], const uint8_t *text, uint8_t *out)
{
    const uint32_t a = values[text[0]];
    const uint32_t b = values[text[1]];
    const uint32_t c = values[text[2]];
    const uint32_t d = values[text[3]];
    const uint32_t bits = a << 18 | b << 12 | c << 6 | d;
    out[0] = (uint8_t)(bits >> 16);
    out[1] = (uint8_t)(bits >> 8);
    out[2] = (uint8_t)bits;
    return ((a | b | c | d) & 64) == 0;
}

/* The last group, where one or two "=" stand for bytes that are not there. */
static fc_status decode_last(const uint8_t values[256], const uint8_t *text, fc_buffer *out,
                             fc_error *err)
{
    const size_t missing = text[3] != '=' ? 0 : text[2] != '=' ? 1 : 2;
    uint8_t group[4];
    uint8_t bytes[3];
    memcpy(group, text, sizeof group);
    memset(group + 4 - missing, 'A', missing);
    if (!decode_group(values, group, bytes) || (missing > 0 && bytes[2] != 0) ||
        (missing > 1 && bytes[1] != 0)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "text that is not base64");
    }
    return fc_buffer_append(out, bytes, 3 - missing, err);
}

fc_status fc_base64_decode(fc_bytes text, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(text.data != NULL || text.size == 0);
    FC_ASSERT(out != NULL);
    if (text.size % 4 != 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "base64 of %zu characters, no multiple of 4",
                       text.size);
    }
    if (text.size == 0) {
        return FC_OK;
    }
    uint8_t values[256];
    fill_values(values);
    const size_t whole = text.size - 4;
    for (size_t at = 0; at < whole; at += BLOCK_CHARACTERS) {
        uint8_t bytes[BLOCK_CHARACTERS / 4 * 3];
        const size_t size = whole - at < BLOCK_CHARACTERS ? whole - at : BLOCK_CHARACTERS;
        bool valid = true;
        for (size_t i = 0; i < size; i += 4) {
            valid &= decode_group(values, text.data + at + i, bytes + i / 4 * 3);
        }
        if (!valid) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "text that is not base64");
        }
        FC_TRY(fc_buffer_append(out, bytes, size / 4 * 3, err));
    }
    return decode_last(values, text.data + whole, out, err);
}

static void encode_group(const uint8_t *bytes, char *text)
{
    const uint32_t bits = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
    for (unsigned i = 0; i < 4; i++) {
        text[i] = ALPHABET[bits >> (18 - 6 * i) & 63];
    }
}

fc_status fc_base64_encode(fc_bytes content, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(content.data != NULL || content.size == 0);
    FC_ASSERT(out != NULL);
    const size_t size_before = out->size;
    size_t at = 0;
    while (at < content.size) {
        char text[BLOCK_CHARACTERS];
        size_t length = 0;
        while (length < sizeof text && content.size - at >= 3) {
            encode_group(content.data + at, text + length);
            at += 3;
            length += 4;
        }
        const size_t left = content.size - at;
        if (length < sizeof text && left > 0) {
            uint8_t last[3] = { 0 };
            memcpy(last, content.data + at, left);
            encode_group(last, text + length);
            memset(text + length + 1 + left, '=', 3 - left);
            at += left;
            length += 4;
        }
        const fc_status status = fc_buffer_append(out, text, length, err);
        if (status != FC_OK) {
            out->size = size_before;
            return status;
        }
    }
    return FC_OK;
}
