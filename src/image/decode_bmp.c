/*
 * BMP: our own reader, safe for files of strangers.
 *
 * Accepted: headers of 12, 40, 52, 56, 108 and 124 bytes; palettes of 1, 4 and 8 bits; 16, 24 and
 * 32 bits; bit masks of up to 16 bits a channel wherever they lie, alpha included; rows in both
 * directions. Refused by name: RLE, embedded JPEG and PNG. Colour profiles are ignored.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "base/attributes.h"
#include "base/byte_order.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "image/geometry.h"
#include "image/rows.h"

/* Where one channel lies in a pixel of 16 or 32 bits. */
typedef struct bmp_channel {
    uint32_t shift; /* bits to its lowest one */
    uint32_t max;   /* its largest value: 2^bits - 1; 0 where the channel is absent */
} bmp_channel;

/* What the headers say, every number checked against the file. */
typedef struct bmp_header {
    fc_size size;
    int32_t bits; /* a pixel: 1, 4, 8, 16, 24 or 32 */
    bool top_down;
    size_t pixels_offset; /* of the first stored row */
    size_t row_size;      /* bytes of a stored row with its padding */
    size_t palette_offset;
    uint32_t palette_count;
    size_t palette_entry_size; /* 3 or 4 bytes: B, G, R (, unused) */
    bmp_channel channels[4];   /* R, G, B, A; for 16 and 32 bits */
} bmp_header;

#define FILE_HEADER_SIZE 14
#define CORE_HEADER_SIZE 12 /* OS/2: 16-bit sides, palette entries of 3 bytes */
#define INFO_HEADER_SIZE 40
#define MASKS_HEADER_SIZE 52 /* from here on the colour masks are part of the header */
#define ALPHA_HEADER_SIZE 56 /* and from here on the alpha mask too */

/* Values of the compression field. */
enum { STORED_RGB = 0, STORED_RLE8 = 1, STORED_RLE4 = 2, STORED_MASKS = 3, STORED_ALPHA_MASKS = 6 };

/* More bits a channel than any writer uses, few enough that scaling stays within 32 bits. */
#define CHANNEL_MAX 65535

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

static fc_status read_size(bmp_header *bmp, int64_t width, int64_t height, fc_error *err)
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

static fc_status read_channel(uint32_t mask, int32_t bits, bmp_channel *channel, fc_error *err)
{
    *channel = (bmp_channel){ 0, 0 };
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
static fc_status read_channels(fc_bytes file, size_t header, uint32_t stored, bmp_header *bmp,
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
            masks[i] = fc_little32(file.data + first + i * 4);
        }
    }
    for (size_t i = 0; i < 4; i++) {
        FC_TRY(read_channel(masks[i], bmp->bits, &bmp->channels[i], err));
    }
    return FC_OK;
}

static fc_status read_palette(fc_bytes file, size_t header, uint32_t used, bmp_header *bmp,
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
static fc_status read_pixel_layout(fc_bytes file, size_t header, bmp_header *bmp, fc_error *err)
{
    const uint8_t *dib = file.data + FILE_HEADER_SIZE;
    const bool is_core = header == CORE_HEADER_SIZE;
    const uint32_t stored = is_core ? STORED_RGB : fc_little32(dib + 16);
    const uint32_t used = is_core ? 0 : fc_little32(dib + 32);
    FC_TRY(check_stored(stored, err));

    bmp->bits = (int32_t)fc_little16(dib + (is_core ? 10 : 14));
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

/* Read and check the headers.
 *
 * Errors: FC_CORRUPT_IMAGE (numbers that make no sense or point past the end, pixels missing),
 * FC_UNSUPPORTED_FORMAT (a kind that is refused), FC_LIMIT_EXCEEDED (a side above
 * FC_IMAGE_SIDE_MAX). Cost: O(1). */
static fc_status read_header(fc_bytes file, bmp_header *out, fc_error *err)
{
    FC_ASSERT(out != NULL);

    bmp_header bmp = { 0 };
    if (file.size < FILE_HEADER_SIZE + CORE_HEADER_SIZE) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a BMP of %zu bytes", file.size);
    }
    const uint8_t *dib = file.data + FILE_HEADER_SIZE;
    const size_t header = fc_little32(dib);
    if (!is_known_header(header)) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "a BMP with a header of %zu bytes", header);
    }
    if (header > file.size - FILE_HEADER_SIZE) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a BMP cut short in its header");
    }
    if (header == CORE_HEADER_SIZE) {
        FC_TRY(read_size(&bmp, fc_little16(dib + 4), fc_little16(dib + 6), err));
    } else {
        FC_TRY(read_size(&bmp, (int32_t)fc_little32(dib + 4), (int32_t)fc_little32(dib + 8), err));
    }
    FC_TRY(read_pixel_layout(file, header, &bmp, err));

    /* Rows are padded to 4 bytes. The sides are bounded, so nothing here overflows. */
    bmp.row_size = ((size_t)bmp.size.width * (size_t)bmp.bits + 31) / 32 * 4;
    bmp.pixels_offset = fc_little32(file.data + 10);
    if (bmp.pixels_offset > file.size ||
        bmp.row_size * (size_t)bmp.size.height > file.size - bmp.pixels_offset) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a BMP cut short in its pixels");
    }
    *out = bmp;
    return FC_OK;
}

typedef struct bmp_rows {
    fc_rows rows;
    fc_bytes file;
    bmp_header bmp;
    fc_rect part;
    uint8_t palette[256][3]; /* R, G, B; black where the file has no entry */
    uint8_t *pixels;         /* one row, RGB or RGBA */
} bmp_rows;

static void read_indexed(const bmp_rows *self, const uint8_t *stored)
{
    const int32_t bits = self->bmp.bits;
    const uint32_t mask = (UINT32_C(1) << bits) - 1;
    uint8_t *to = self->pixels;
    for (int32_t i = 0; i < self->part.width; i++, to += 3) {
        /* Within a byte the leftmost pixel is in the highest bits. */
        const size_t bit = ((size_t)self->part.x + (size_t)i) * (size_t)bits;
        const uint32_t index = stored[bit / 8] >> (8 - (uint32_t)bits - bit % 8) & mask;
        memcpy(to, self->palette[index], 3);
    }
}

static void read_bgr(const bmp_rows *self, const uint8_t *stored)
{
    const uint8_t *from = stored + (size_t)self->part.x * 3;
    uint8_t *to = self->pixels;
    for (int32_t i = 0; i < self->part.width; i++, from += 3, to += 3) {
        to[0] = from[2];
        to[1] = from[1];
        to[2] = from[0];
    }
}

static uint8_t channel_value(bmp_channel channel, uint32_t pixel)
{
    if (channel.max == 0) {
        return 0;
    }
    const uint32_t value = pixel >> channel.shift & channel.max;
    return (uint8_t)((value * 255 + channel.max / 2) / channel.max);
}

static void read_masked(const bmp_rows *self, const uint8_t *stored)
{
    const size_t pixel_size = (size_t)self->bmp.bits / 8;
    const int32_t channels = self->rows.channels;
    const uint8_t *from = stored + (size_t)self->part.x * pixel_size;
    uint8_t *to = self->pixels;
    for (int32_t i = 0; i < self->part.width; i++, from += pixel_size, to += channels) {
        const uint32_t pixel = pixel_size == 4 ? fc_little32(from) : fc_little16(from);
        for (int32_t c = 0; c < channels; c++) {
            to[c] = channel_value(self->bmp.channels[c], pixel);
        }
    }
}

static fc_status read_row(fc_rows *rows, int32_t y, const void **pixels, fc_error *err)
{
    (void)err;
    const bmp_rows *self = (const bmp_rows *)rows;
    const int32_t line = self->part.y + y;
    const int32_t stored_line = self->bmp.top_down ? line : self->bmp.size.height - 1 - line;
    const uint8_t *stored =
        self->file.data + self->bmp.pixels_offset + (size_t)stored_line * self->bmp.row_size;
    if (self->bmp.bits <= 8) {
        read_indexed(self, stored);
    } else if (self->bmp.bits == 24) {
        read_bgr(self, stored);
    } else {
        read_masked(self, stored);
    }
    *pixels = self->pixels;
    return FC_OK;
}

static void free_rows(fc_rows *rows)
{
    fc_memory_free(((bmp_rows *)rows)->pixels);
    fc_memory_free(rows);
}

static void unpack_palette(bmp_rows *self)
{
    const uint8_t *entry = self->file.data + self->bmp.palette_offset;
    for (uint32_t i = 0; i < self->bmp.palette_count; i++) {
        self->palette[i][0] = entry[2];
        self->palette[i][1] = entry[1];
        self->palette[i][2] = entry[0];
        entry += self->bmp.palette_entry_size;
    }
}

/* Rows of a part, top to bottom: RGB, or RGB and alpha where there is an alpha mask.
 *
 * file   the bytes that `bmp` was read from; they must outlive the rows
 * part   inside the picture, not empty
 * out    owner: caller, release with fc_rows_free. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. A palette index past the palette is black, as elsewhere. */
static fc_status rows_new(fc_bytes file, const bmp_header *bmp, fc_rect part, fc_rows **out,
                          fc_error *err)
{
    FC_ASSERT(bmp != NULL);
    FC_ASSERT(part.x >= 0 && part.width > 0 && part.width <= bmp->size.width - part.x);
    FC_ASSERT(part.y >= 0 && part.height > 0 && part.height <= bmp->size.height - part.y);
    FC_ASSERT(out != NULL);

    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(bmp_rows), &block, err));
    bmp_rows *self = block;
    self->file = file;
    self->bmp = *bmp;
    self->part = part;
    self->rows = (fc_rows){ .size = { part.width, part.height },
                            .channels = bmp->channels[3].max > 0 ? 4 : 3,
                            .bits = 8,
                            .read = read_row,
                            .free = free_rows };
    FC_AUTO(fc_rows) rows = &self->rows;
    FC_TRY(fc_memory_new((size_t)part.width, 4, (void **)&self->pixels, err));
    unpack_palette(self);
    *out = FC_STEAL(rows);
    return FC_OK;
}

typedef struct bmp_source {
    fc_source source;
    fc_bytes file;
    bmp_header bmp;
} bmp_source;

static fc_status open_rows(fc_source *source, int32_t shrink, fc_rect part, fc_rows **out,
                           fc_error *err)
{
    FC_ASSERT(shrink == 1);
    const bmp_source *self = (const bmp_source *)source;
    return rows_new(self->file, &self->bmp, part, out, err);
}

static void free_source(fc_source *source)
{
    fc_memory_free(source);
}

/* Of a palette any colour may be the first, and what is transparent may be anything. */
static fc_bytes coded_bytes(fc_bytes file, const bmp_header *bmp)
{
    const bool zeros_are_black = bmp->bits > 8 && bmp->channels[3].max == 0;
    const size_t size = bmp->row_size * (size_t)bmp->size.height;
    return zeros_are_black ? (fc_bytes){ file.data + bmp->pixels_offset, size }
                           : (fc_bytes){ NULL, 0 };
}

static fc_status open_bmp(fc_bytes file, const fc_source_limits *limits, fc_source **out,
                          fc_error *err)
{
    FC_ASSERT(limits != NULL);
    FC_ASSERT(out != NULL);

    (void)limits; /* rows are read where they lie: nothing is held */
    bmp_header bmp = { 0 };
    FC_TRY(read_header(file, &bmp, err));
    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(bmp_source), &block, err));
    bmp_source *self = block;
    self->file = file;
    self->bmp = bmp;
    self->source = (fc_source){
        .size = bmp.size,
        .orientation = 1,
        .space = { .model = FC_COLOUR_RGB, .has_alpha = bmp.channels[3].max > 0 },
        .bits = 8,
        .coded = coded_bytes(file, &bmp),
        .rows = open_rows,
        .free = free_source,
    };
    *out = &self->source;
    return FC_OK;
}

static const char *library_version(void)
{
    return "";
}

const fc_codec fc_bmp_codec = { FC_FORMAT_BMP, "built in", library_version, open_bmp };
