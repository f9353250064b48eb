#include "http/base64.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Characters that are worked on at once, on the stack; a multiple of 4. */
#define BLOCK_CHARACTERS 4096

/* What a character is, where it is no digit. */
enum { FOREIGN = 64, SPACE = 65, PADDING = 66 };

/* The text in between two of its characters. */
typedef struct reading {
    uint8_t values[256];
    uint32_t bits; /* of the digits of a group that is not complete */
    unsigned digits;
    unsigned padding;
    size_t at; /* bytes of the text before this block, for messages */
} reading;

/* Both alphabets: the one for addresses and file names has two other digits. */
static void fill_values(uint8_t values[256])
{
    memset(values, FOREIGN, 256);
    for (uint8_t i = 0; i < 64; i++) {
        values[(uint8_t)ALPHABET[i]] = i;
    }
    values['-'] = values['+'];
    values['_'] = values['/'];
    values['='] = PADDING;
    for (const char *space = " \t\r\n"; *space != '\0'; space++) {
        values[(uint8_t)*space] = SPACE;
    }
}

/* Four characters to three bytes. False when one is no digit. */
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

/* A block of digits alone, as nearly all are. Gives the bytes; 0: there is something else. */
static size_t decode_digits(const reading *now, fc_bytes block, uint8_t *out)
{
    bool valid = now->digits == 0 && now->padding == 0 && block.size % 4 == 0;
    for (size_t i = 0; valid && i < block.size; i += 4) {
        valid = decode_group(now->values, block.data + i, out + i / 4 * 3);
    }
    return valid ? block.size / 4 * 3 : 0;
}

static fc_status refuse(size_t at, fc_error *err)
{
    return fc_fail(err, FC_INVALID_ARGUMENT, "text that is not base64 (at its byte %zu)", at + 1);
}

/* Any block. Gives its bytes in `size`. */
static fc_status decode_any(reading *now, fc_bytes block, uint8_t *out, size_t *size, fc_error *err)
{
    *size = 0;
    for (size_t i = 0; i < block.size; i++) {
        const uint8_t value = now->values[block.data[i]];
        if (value == SPACE) {
            continue;
        }
        now->padding += value == PADDING ? 1 : 0;
        if (value == FOREIGN || (value < FOREIGN && now->padding > 0) || now->padding > 2) {
            return refuse(now->at + i, err);
        }
        if (value < FOREIGN) {
            now->bits = now->bits << 6 | value;
            now->digits++;
        }
        if (now->digits == 4) {
            out[(*size)++] = (uint8_t)(now->bits >> 16);
            out[(*size)++] = (uint8_t)(now->bits >> 8);
            out[(*size)++] = (uint8_t)now->bits;
            now->digits = 0;
        }
    }
    return FC_OK;
}

/* The last group, where "=" may stand for bytes that are not there. */
static fc_status decode_last(const reading *now, fc_buffer *out, fc_error *err)
{
    const bool whole = now->digits == 0 && now->padding == 0;
    const bool padded = now->digits >= 2 && (now->padding == 0 || now->digits + now->padding == 4);
    const unsigned left = now->digits == 2 ? 4 : 2; /* bits that mean nothing */
    const uint32_t bits = now->bits & ((1u << 6 * now->digits) - 1);
    if (!whole && (!padded || (bits & ((1u << left) - 1)) != 0)) {
        return refuse(now->at - 1, err);
    }
    const uint32_t bytes = bits >> left;
    const uint8_t last[2] = { (uint8_t)(now->digits == 2 ? bytes : bytes >> 8), (uint8_t)bytes };
    return whole ? FC_OK : fc_buffer_append(out, last, now->digits - 1, err);
}

fc_status fc_base64_decode(fc_bytes text, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(text.data != NULL || text.size == 0);
    FC_ASSERT(out != NULL);
    reading now = { .at = 0 };
    fill_values(now.values);
    while (now.at < text.size) {
        const size_t left = text.size - now.at;
        const fc_bytes block = { text.data + now.at,
                                 left < BLOCK_CHARACTERS ? left : BLOCK_CHARACTERS };
        uint8_t bytes[BLOCK_CHARACTERS / 4 * 3 + 3];
        size_t size = decode_digits(&now, block, bytes);
        if (size == 0) {
            FC_TRY(decode_any(&now, block, bytes, &size, err));
        }
        FC_TRY(fc_buffer_append(out, bytes, size, err));
        now.at += block.size;
    }
    return decode_last(&now, out, err);
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
    FC_TRY(fc_buffer_reserve(out, (content.size + 2) / 3 * 4, err));
    char *text = (char *)out->data + out->size;
    size_t at = 0;
    for (; content.size - at >= 3; at += 3, text += 4) {
        encode_group(content.data + at, text);
    }
    const size_t left = content.size - at;
    if (left > 0) {
        uint8_t last[3] = { 0 };
        memcpy(last, content.data + at, left);
        encode_group(last, text);
        memset(text + 1 + left, '=', 3 - left);
        text += 4;
    }
    *text = '\0';
    out->size = (size_t)((uint8_t *)text - out->data);
    return FC_OK;
}

fc_status fc_base64url_encode(fc_bytes content, fc_buffer *out, fc_error *err)
{
    const size_t start = out->size;
    FC_TRY(fc_base64_encode(content, out, err));
    while (out->size > start && out->data[out->size - 1] == '=') {
        out->data[--out->size] = '\0';
    }
    for (size_t i = start; i < out->size; i++) {
        uint8_t *digit = &out->data[i];
        *digit = *digit == '+' ? '-' : *digit == '/' ? '_' : *digit;
    }
    return FC_OK;
}
