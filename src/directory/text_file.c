#include "directory/text_file.h"

#include <stdbool.h>
#include <string.h>
#include <utf8proc.h>

#include "base/assert.h"
#include "base/utf8.h"

/* What Windows-1252 has at 0x80..0x9F; 0: nothing, kept as the control character. All else is
 * Latin-1. Source: the mapping table that Microsoft gave to the Unicode consortium. */
static const uint16_t WINDOWS_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

const char *fc_text_encoding_name(fc_text_encoding encoding)
{
    static const char *const NAMES[FC_TEXT_ENCODINGS_COUNT] = { "UTF-8", "UTF-16", "Windows-1252" };
    return NAMES[encoding];
}

static fc_status append_character(fc_buffer *out, int32_t character, fc_error *err)
{
    uint8_t bytes[4];
    const utf8proc_ssize_t size = utf8proc_encode_char(character, bytes);
    return fc_buffer_append(out, bytes, (size_t)size, err);
}

static bool begins_with(fc_bytes file, const char *mark, size_t size)
{
    return file.size >= size && memcmp(file.data, mark, size) == 0;
}

static bool is_utf8(fc_bytes file)
{
    size_t at = 0;
    while (at < file.size) {
        const size_t size = fc_utf8_character((const char *)file.data + at, file.size - at);
        if (size == 0) {
            return false;
        }
        at += size;
    }
    return true;
}

static uint16_t unit_at(fc_bytes file, size_t at, bool big)
{
    const uint8_t *unit = file.data + at;
    return (uint16_t)(big ? unit[0] << 8 | unit[1] : unit[1] << 8 | unit[0]);
}

static fc_status read_utf16(fc_bytes file, bool big, fc_buffer *out, fc_error *err)
{
    for (size_t at = 2; at < file.size; at += 2) {
        int32_t character = at + 2 <= file.size ? unit_at(file, at, big) : 0xDC00;
        if (character >= 0xD800 && character < 0xDC00 && at + 4 <= file.size) {
            const int32_t low = unit_at(file, at + 2, big);
            if (low >= 0xDC00 && low < 0xE000) {
                character = 0x10000 + ((character - 0xD800) << 10) + (low - 0xDC00);
                at += 2;
            }
        }
        if (character >= 0xD800 && character < 0xE000) {
            return fc_fail(
                err, FC_INVALID_ARGUMENT,
                "half a character of UTF-16 at byte %zu; the file is cut short or damaged", at);
        }
        FC_TRY(append_character(out, character, err));
    }
    return FC_OK;
}

static fc_status read_windows(fc_bytes file, fc_buffer *out, fc_error *err)
{
    for (size_t i = 0; i < file.size; i++) {
        const uint8_t byte = file.data[i];
        const bool odd = byte >= 0x80 && byte < 0xA0 && WINDOWS_1252[byte - 0x80] != 0;
        FC_TRY(append_character(out, odd ? WINDOWS_1252[byte - 0x80] : byte, err));
    }
    return FC_OK;
}

static fc_status read_text(fc_bytes file, fc_buffer *out, fc_text_encoding *encoding, fc_error *err)
{
    const bool little = begins_with(file, "\xFF\xFE", 2);
    if (little || begins_with(file, "\xFE\xFF", 2)) {
        *encoding = FC_TEXT_UTF16;
        return read_utf16(file, !little, out, err);
    }
    if (!is_utf8(file)) {
        *encoding = FC_TEXT_WINDOWS_1252;
        return read_windows(file, out, err);
    }
    *encoding = FC_TEXT_UTF8;
    const size_t mark = begins_with(file, "\xEF\xBB\xBF", 3) ? 3 : 0;
    return file.size > mark ? fc_buffer_append(out, file.data + mark, file.size - mark, err)
                            : FC_OK;
}

fc_status fc_text_to_utf8(fc_bytes file, fc_buffer *out, fc_text_encoding *encoding, fc_error *err)
{
    FC_ASSERT(out != NULL);
    FC_ASSERT(encoding != NULL);
    FC_TRY(read_text(file, out, encoding, err));
    if (out->size > 0 && memchr(out->data, 0, out->size) != NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "a zero byte in the text; a table is UTF-8, UTF-16 with a byte order mark, "
                       "or Windows-1252");
    }
    return FC_OK;
}
