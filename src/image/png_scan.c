#include "image/png_scan.h"

#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "image/png_chunks.h"

#define HEADER_BODY_SIZE 13
#define INTERLACE_OFFSET 12 /* within the body of the header chunk */
#define KEYWORD_SIZE_MAX 80 /* with its final zero */

/* A profile begins with its size. The decoder unpacks as much as that says, and no more; what is
 * no zlib stream at all it ignores, and so do we: size 0. */
static fc_status read_profile_size(fc_bytes packed, uint32_t *out, fc_error *err)
{
    uint8_t start[4] = { 0 };
    size_t size = 0;
    FC_TRY(fc_png_unpack(packed, start, sizeof start, &size, err));
    *out = size == sizeof start ? fc_png_read_32(start) : 0;
    return FC_OK;
}

fc_bytes fc_png_packed_profile(fc_bytes body)
{
    const size_t searched = body.size < KEYWORD_SIZE_MAX ? body.size : KEYWORD_SIZE_MAX;
    const uint8_t *end = searched > 0 ? memchr(body.data, 0, searched) : NULL;
    if (end == NULL || (size_t)(end - body.data) + 2 >= body.size) {
        return (fc_bytes){ NULL, 0 };
    }
    return (fc_bytes){ end + 2, body.size - (size_t)(end + 2 - body.data) };
}

static fc_status check_profile(fc_bytes body, fc_error *err)
{
    const fc_bytes packed = fc_png_packed_profile(body);
    uint32_t unpacked = 0;
    if (packed.size > 0) {
        FC_TRY(read_profile_size(packed, &unpacked, err));
    }
    if (unpacked > FC_PROFILE_BYTES_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a colour profile of %u bytes, at most %zu are accepted", unpacked,
                       FC_PROFILE_BYTES_MAX);
    }
    return FC_OK;
}

/* What one chunk adds to the packed text. Plain text costs no more than its bytes; iTXt says
 * behind its keyword which it is. */
static size_t packed_text(const fc_png_chunk *chunk)
{
    const fc_bytes body = chunk->body;
    if (fc_png_chunk_is(chunk, "zTXt")) {
        return body.size;
    }
    if (!fc_png_chunk_is(chunk, "iTXt")) {
        return 0;
    }
    const uint8_t *end = memchr(body.data, 0, body.size);
    const bool is_plain = end == NULL || (size_t)(end - body.data) + 1 >= body.size || end[1] == 0;
    return is_plain ? 0 : body.size;
}

static fc_status check_first(const fc_png_chunk *chunk, fc_png_header *header, fc_error *err)
{
    if (fc_png_chunk_is(chunk, "CgBI")) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a PNG in Apple's own kind (CgBI) that only its devices read");
    }
    if (!fc_png_chunk_is(chunk, "IHDR") || chunk->body.size != HEADER_BODY_SIZE) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a PNG that does not begin with its header");
    }
    header->interlaced = chunk->body.data[INTERLACE_OFFSET] != 0;
    return FC_OK;
}

static bool are_letters(const char *type)
{
    for (size_t i = 0; i < 4; i++) {
        const uint8_t small = (uint8_t)type[i] | 0x20;
        if (small < 'a' || small > 'z') {
            return false;
        }
    }
    return true;
}

/* Only header, palette and pixels must be understood. */
static fc_status check_known(const fc_png_chunk *chunk, fc_error *err)
{
    if (!fc_png_chunk_is_critical(chunk) || fc_png_chunk_is(chunk, "PLTE")) {
        return FC_OK;
    }
    const char *type = (const char *)chunk->whole.data + 4;
    if (fc_png_chunk_is(chunk, "IHDR") || fc_png_chunk_is(chunk, "IEND") ||
        !fc_png_chunk_is_sound(chunk) || !are_letters(type)) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a PNG damaged before its pixels");
    }
    return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                   "a PNG with a part \"%.4s\" that has to be understood and is not known", type);
}

fc_status fc_png_scan(fc_bytes file, fc_png_header *out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    FC_ASSERT(file.size >= FC_PNG_SIGNATURE_SIZE);

    fc_png_header header = { 0 };
    fc_png_chunk chunk;
    size_t text = 0;
    size_t at = FC_PNG_SIGNATURE_SIZE;
    for (bool is_first = true; fc_png_chunk_next(file, &at, &chunk); is_first = false) {
        if (is_first) {
            FC_TRY(check_first(&chunk, &header, err));
        } else if (fc_png_chunk_is(&chunk, "IDAT")) {
            *out = header;
            return FC_OK;
        } else if (fc_png_chunk_is(&chunk, "iCCP")) {
            FC_TRY(check_profile(chunk.body, err));
        } else {
            FC_TRY(check_known(&chunk, err));
        }
        text += packed_text(&chunk);
        if (text > FC_PNG_TEXT_BYTES_MAX) {
            return fc_fail(err, FC_LIMIT_EXCEEDED, "a PNG with more than %zu bytes of packed text",
                           FC_PNG_TEXT_BYTES_MAX);
        }
    }
    return fc_fail(err, FC_CORRUPT_IMAGE, "a PNG cut short before its pixels");
}
