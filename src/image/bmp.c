#include "image/bmp.h"

#include <inttypes.h>

#include "base/assert.h"
#include "base/limits.h"

#define FILE_HEADER_SIZE 14
#define CORE_HEADER_SIZE 12 /* OS/2: 16-bit sides, palette entries of 3 bytes */
#define INFO_HEADER_SIZE 40
#define MASKS_HEADER_SIZE 52 /* from here on the colour masks are part of the header */
#define ALPHA_HEADER_SIZE 56 /* and from here on the alpha mask too */

/* Values of the compression field. */
enum { STORED_RGB = 0, STORED_RLE8 = 1, STORED_RLE4 = 2, STORED_MASKS = 3, STORED_ALPHA_MASKS = 6 };

/* More bits a channel than any writer uses, few enough that scaling stays within 32 bits. */
#define CHANNEL_MAX 65535

static uint32_t little_16(const uint8_t *data)
{
    return (uint32_t)data[0] | (uint32_t)data[1] << 8;
}

static uint32_t little_32(const uint8_t *data)
{
    return little_16(data) | little_16(data + 2) << 16;
}

static bool is_known_header(size_t size)
{
    static const size_t KNOWN[] = {
        CORE_HEADER_SIZE, INFO_HEADER_SIZE, MASKS_HEADER_SIZE, ALPHA_HEADER_SIZE, 108, 124
    };
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++) {
        if (size == KNOWN[i]) {
            return true;
        }
    }
    return false;
}

static fc_status check_stored(uint32_t stored, fc_error *err)
{
    if (stored == STORED_RLE8 || stored == STORED_RLE4) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a run-length compressed BMP; uncompressed ones are accepted");
    }
    if (stored != STORED_RGB && stored != STORED_MASKS && stored != STORED_ALPHA_MASKS) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a BMP of compression %" PRIu32 "; uncompressed ones are accepted", stored);
    }
    return FC_OK;
}

static fc_status read_size(fc_bmp *bmp, int64_t width, int64_t height, fc_error *err)
{
    bmp->top_down = height < 0;
    const int64_t rows = height < 0 ? -height : height;
    if (width < 1 || rows < 1) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a BMP of %" PRId64 " x %" PRId64 " px", width,
                       height);
    }
    if (width > FC_IMAGE_SIDE_MAX || rows > FC_IMAGE_SIDE_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a BMP of %" PRId64 " x %" PRId64 " px, at most %d a side are accepted",
                       width, rows, FC_IMAGE_SIDE_MAX);
    }
    bmp->size = (fc_size){ (int32_t)width, (int32_t)rows };
    return FC_OK;
}

static fc_status read_channel(uint32_t mask, int32_t bits, fc_bmp_channel *channel, fc_error *err)
{
    *channel = (fc_bmp_channel){ 0, 0 };
    if (mask != 0) {
        channel->shift = (uint32_t)__builtin_ctz(mask);
        channel->max = mask >> channel->shift;
        const bool has_gap = (channel->max & (channel->max + 1)) != 0;
        if (has_gap || channel->max > CHANNEL_MAX || (bits == 16 && mask > UINT16_MAX)) {
            return fc_fail(err, FC_CORRUPT_IMAGE, "a BMP with the bit mask %08" PRIx32, mask);
        }
    }
    return FC_OK;
}

/* The usual places of the channels, or the masks that stand in or after the header. */
static fc_status read_channels(fc_bytes file, size_t header, uint32_t stored, fc_bmp *bmp,
                               fc_error *err)
{
    uint32_t masks[4] = { 0xff0000, 0x00ff00, 0x0000ff, 0 };
    if (bmp->bits == 16) {
        masks[0] = 0x7c00;
        masks[1] = 0x03e0;
        masks[2] = 0x001f;
    }
    if (stored != STORED_RGB) {
        const bool has_alpha = header >= ALPHA_HEADER_SIZE || stored == STORED_ALPHA_MASKS;
        const size_t count = has_alpha ? 4 : 3;
        const size_t first = FILE_HEADER_SIZE + INFO_HEADER_SIZE;
        if (file.size < first + count * 4) {
            return fc_fail(err, FC_CORRUPT_IMAGE, "a BMP cut short in its bit masks");
        }
        for (size_t i = 0; i < count; i++) {
            masks[i] = little_32(file.data + first + i * 4);
        }
    }
    for (size_t i = 0; i < 4; i++) {
        FC_TRY(read_channel(masks[i], bmp->bits, &bmp->channels[i], err));
    }
    return FC_OK;
}

static fc_status read_palette(fc_bytes file, size_t header, uint32_t used, fc_bmp *bmp,
                              fc_error *err)
{
    const uint32_t all = UINT32_C(1) << bmp->bits;
    bmp->palette_count = used == 0 || used > all ? all : used;
    bmp->palette_entry_size = header == CORE_HEADER_SIZE ? 3 : 4;
    bmp->palette_offset = FILE_HEADER_SIZE + header;
    if (bmp->palette_count * bmp->palette_entry_size > file.size - bmp->palette_offset) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a BMP cut short in its palette");
    }
    return FC_OK;
}

/* How pixels are stored, from the fields behind the sides. */
static fc_status read_pixel_layout(fc_bytes file, size_t header, fc_bmp *bmp, fc_error *err)
{
    const uint8_t *dib = file.data + FILE_HEADER_SIZE;
    const bool is_core = header == CORE_HEADER_SIZE;
    const uint32_t stored = is_core ? STORED_RGB : little_32(dib + 16);
    const uint32_t used = is_core ? 0 : little_32(dib + 32);
    FC_TRY(check_stored(stored, err));

    bmp->bits = (int32_t)little_16(dib + (is_core ? 10 : 14));
    switch (bmp->bits) {
    case 1:
    case 4:
    case 8:
        return read_palette(file, header, used, bmp, err);
    case 16:
    case 32:
        return read_channels(file, header, stored, bmp, err);
    case 24:
        return FC_OK;
    default:
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a BMP of %" PRId32 " bits a pixel; 1, 4, 8, 16, 24 and 32 are accepted",
                       bmp->bits);
    }
}

fc_status fc_bmp_read_header(fc_bytes file, fc_bmp *out, fc_error *err)
{
    FC_ASSERT(out != NULL);

    fc_bmp bmp = { 0 };
    if (file.size < FILE_HEADER_SIZE + CORE_HEADER_SIZE) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a BMP of %zu bytes", file.size);
    }
    const uint8_t *dib = file.data + FILE_HEADER_SIZE;
    const size_t header = little_32(dib);
    if (!is_known_header(header)) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "a BMP with a header of %zu bytes", header);
    }
    if (header > file.size - FILE_HEADER_SIZE) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a BMP cut short in its header");
    }
    if (header == CORE_HEADER_SIZE) {
        FC_TRY(read_size(&bmp, little_16(dib + 4), little_16(dib + 6), err));
    } else {
        FC_TRY(read_size(&bmp, (int32_t)little_32(dib + 4), (int32_t)little_32(dib + 8), err));
    }
    FC_TRY(read_pixel_layout(file, header, &bmp, err));

    /* Rows are padded to 4 bytes. The sides are bounded, so nothing here overflows. */
    bmp.row_size = ((size_t)bmp.size.width * (size_t)bmp.bits + 31) / 32 * 4;
    bmp.pixels_offset = little_32(file.data + 10);
    if (bmp.pixels_offset > file.size ||
        bmp.row_size * (size_t)bmp.size.height > file.size - bmp.pixels_offset) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a BMP cut short in its pixels");
    }
    *out = bmp;
    return FC_OK;
}
