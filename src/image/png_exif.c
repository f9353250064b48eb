#include "image/png_exif.h"

#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "image/exif.h"
#include "image/png_chunks.h"

/* Of a profile in a text: the directory with the orientation stands at its beginning, thumbnails
 * behind it. */
#define TEXT_SIZE_MAX ((size_t)64 << 10)

/* Texts of that name that are looked at. */
#define TEXTS_MAX 16

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Moves behind the zero that ends a string; false where there is none. */
static bool skip_string(fc_bytes *text)
{
    const uint8_t *end = text->size > 0 ? memchr(text->data, 0, text->size) : NULL;
    if (end == NULL) {
        return false;
    }
    text->size -= (size_t)(end + 1 - text->data);
    text->data = end + 1;
    return true;
}

/* Bodies: tEXt keyword, zero, text. zTXt keyword, zero, method, packed text. iTXt keyword, zero,
 * whether it is packed, method, language, zero, translated keyword, zero, text. */
static bool find_text(const fc_png_chunk *chunk, fc_bytes *text, bool *is_packed)
{
    *text = chunk->body;
    const bool is_plain = fc_png_chunk_is(chunk, "tEXt");
    const bool is_international = fc_png_chunk_is(chunk, "iTXt");
    const size_t flags = is_plain ? 0 : is_international ? 2 : 1;
    if (!skip_string(text) || text->size < flags) {
        return false;
    }
    *is_packed = !is_plain && (!is_international || text->data[0] != 0);
    text->data += flags;
    text->size -= flags;
    return !is_international || (skip_string(text) && skip_string(text));
}

static bool is_raw_profile(const fc_png_chunk *chunk)
{
    static const char EXIF[] = "Raw profile type exif"; /* compared with the final zero */
    static const char APP1[] = "Raw profile type APP1";
    if (!fc_png_chunk_is(chunk, "tEXt") && !fc_png_chunk_is(chunk, "zTXt") &&
        !fc_png_chunk_is(chunk, "iTXt")) {
        return false;
    }
    return chunk->body.size > sizeof EXIF && (memcmp(chunk->body.data, EXIF, sizeof EXIF) == 0 ||
                                              memcmp(chunk->body.data, APP1, sizeof APP1) == 0);
}

static int32_t hexadecimal(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const uint8_t small = c | 0x20;
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/* Moves over white space and one word. */
static void skip_word(fc_bytes *text)
{
    bool in_word = false;
    while (text->size > 0 && !(in_word && is_space(*text->data))) {
        in_word = in_word || !is_space(*text->data);
        text->data++;
        text->size--;
    }
}

/* Text: the profile's name, its number of bytes, then its bytes in hexadecimal, in lines. What
 * came of them stands in `bytes`; the text ends where something else does. */
static size_t read_hexadecimal(fc_bytes text, uint8_t *bytes)
{
    skip_word(&text);
    skip_word(&text);
    size_t digits = 0;
    for (size_t i = 0; i < text.size; i++) {
        const int32_t digit = hexadecimal(text.data[i]);
        if (digit >= 0) {
            const int32_t high = digits % 2 == 0 ? 0 : bytes[digits / 2] << 4;
            bytes[digits / 2] = (uint8_t)(high | digit);
            digits++;
        } else if (!is_space(text.data[i])) {
            break;
        }
    }
    return digits / 2;
}

/* From such a text; 1 where it does not say. */
static fc_status read_raw_profile(const fc_png_chunk *chunk, int32_t *out, fc_error *err)
{
    *out = 1;
    fc_bytes text;
    bool is_packed = false;
    if (!find_text(chunk, &text, &is_packed)) {
        return FC_OK;
    }
    FC_AUTO(fc_octets) unpacked = NULL;
    FC_AUTO(fc_octets) bytes = NULL;
    FC_TRY(fc_memory_new(TEXT_SIZE_MAX / 2 + 1, 1, (void **)&bytes, err));
    if (is_packed) {
        FC_TRY(fc_memory_new(TEXT_SIZE_MAX, 1, (void **)&unpacked, err));
        size_t size = 0;
        FC_TRY(fc_png_unpack(text, unpacked, TEXT_SIZE_MAX, &size, err));
        text = (fc_bytes){ unpacked, size };
    }
    text.size = text.size < TEXT_SIZE_MAX ? text.size : TEXT_SIZE_MAX;
    *out = fc_exif_orientation((fc_bytes){ bytes, read_hexadecimal(text, bytes) });
    return FC_OK;
}

fc_status fc_png_orientation(fc_bytes file, int32_t *out, fc_error *err)
{
    FC_ASSERT(file.size >= FC_PNG_SIGNATURE_SIZE);
    FC_ASSERT(out != NULL);

    int32_t by_text = 1;
    int32_t texts = 0;
    fc_png_chunk chunk;
    for (size_t at = FC_PNG_SIGNATURE_SIZE; fc_png_chunk_next(file, &at, &chunk);) {
        if (fc_png_chunk_is(&chunk, "eXIf") && fc_png_chunk_is_sound(&chunk)) {
            *out = fc_exif_orientation(chunk.body);
            return FC_OK;
        }
        if (by_text == 1 && texts < TEXTS_MAX && is_raw_profile(&chunk) &&
            fc_png_chunk_is_sound(&chunk)) {
            texts++;
            FC_TRY(read_raw_profile(&chunk, &by_text, err));
        }
    }
    *out = by_text;
    return FC_OK;
}
