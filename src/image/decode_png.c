/*
 * PNG by libspng. After the PNG specification, third edition.
 *
 * Rows are taken as they are stored and expanded by ours, so that grey stays grey, 16 bits stay 16
 * and each pixel is touched once.
 */
#include <spng.h>
#include <stdbool.h>
#include <stddef.h>
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
#include "image/png_chunks.h"

/* How the pixels are stored, and what they become. */
typedef struct png_pixels {
    int32_t depth;           /* bits of a stored sample: 1, 2, 4, 8 or 16 */
    int32_t colours;         /* 1 grey, 3 RGB; of a palette's pixel as it comes out */
    bool is_indexed;         /* a stored sample is a place in the palette */
    bool has_alpha;          /* of what comes out */
    bool has_key;            /* alpha by one transparent colour, not stored */
    uint16_t key[3];         /* that colour in stored numbers; 1 or 3 of them */
    uint8_t palette[256][4]; /* R, G, B, alpha; black and opaque past its end */
} png_pixels;

/* Begin with { .file = ... }; must stay where it is while the context lives. */
typedef struct png_feed {
    fc_bytes file;
    fc_bytes part;     /* left of what is handed over now */
    size_t at;         /* behind it */
    bool is_in_pixels; /* the first pixels were handed over: what is not pixels ends the feed */
} png_feed;

static inline void free_spng(spng_ctx **slot)
{
    spng_ctx_free(*slot);
    *slot = NULL;
}

/* Bits of a sample as it comes out: 8 or 16. */
static int32_t bits_of(const png_pixels *pixels)
{
    return pixels->depth == 16 ? 16 : 8;
}

static bool stores_alpha(const png_pixels *pixels)
{
    return pixels->has_alpha && !pixels->has_key && !pixels->is_indexed;
}

/* Bits of a stored pixel. */
static int32_t stored_bits_of(const png_pixels *pixels)
{
    const int32_t samples =
        pixels->is_indexed ? 1 : pixels->colours + (stores_alpha(pixels) ? 1 : 0);
    return samples * pixels->depth;
}

/* Sample `i` of a row with 8 bits or fewer. The leftmost one is in the highest bits of a byte. */
static uint8_t read_sample(const uint8_t *stored, size_t i, int32_t depth)
{
    const size_t bit = i * (size_t)depth;
    const uint32_t mask = (UINT32_C(1) << depth) - 1;
    return (uint8_t)(stored[bit / 8] >> (8 - (size_t)depth - bit % 8) & mask);
}

static void expand_indexed(const png_pixels *pixels, const uint8_t *stored, size_t x, size_t width,
                           uint8_t *to)
{
    const size_t size = pixels->has_alpha ? 4 : 3;
    for (size_t i = 0; i < width; i++) {
        memcpy(to + i * size, pixels->palette[read_sample(stored, x + i, pixels->depth)], size);
    }
}

/* Grey of 1, 2 or 4 bits. */
static void expand_few_bits(const png_pixels *pixels, const uint8_t *stored, size_t x, size_t width,
                            uint8_t *to)
{
    const int32_t full = (1 << pixels->depth) - 1;
    const size_t size = pixels->has_alpha ? 2 : 1;
    for (size_t i = 0; i < width; i++) {
        const int32_t level = read_sample(stored, x + i, pixels->depth);
        to[i * size] = (uint8_t)(level * (255 / full));
        if (size == 2) {
            to[i * size + 1] = level == (pixels->key[0] & full) ? 0 : 255;
        }
    }
}

/* 8 bits without stored alpha. */
static void add_alpha_8(const png_pixels *pixels, const uint8_t *from, size_t width, uint8_t *to)
{
    const size_t colours = (size_t)pixels->colours;
    for (size_t i = 0; i < width; i++, from += colours, to += colours + 1) {
        bool is_key = true;
        for (size_t c = 0; c < colours; c++) {
            to[c] = from[c];
            is_key = is_key && from[c] == (pixels->key[c] & 0xff);
        }
        to[colours] = is_key ? 0 : 255;
    }
}

static void add_alpha_16(const png_pixels *pixels, const uint16_t *from, size_t width, uint16_t *to)
{
    const size_t colours = (size_t)pixels->colours;
    for (size_t i = 0; i < width; i++, from += colours, to += colours + 1) {
        bool is_key = true;
        for (size_t c = 0; c < colours; c++) {
            to[c] = from[c];
            is_key = is_key && from[c] == pixels->key[c];
        }
        to[colours] = is_key ? 0 : UINT16_MAX;
    }
}

/*
 * Pixels x.. of a stored row.
 *
 * stored   the whole row; 16 bits in the byte order of the machine
 * width    pixels wanted
 * room     takes them where they come out differently than they are stored
 * return   `room`, or a place in `stored` where they lie as they should
 */
static const void *expand_row(const png_pixels *pixels, const void *stored, int32_t x,
                              int32_t width, void *room)
{
    FC_ASSERT(x >= 0 && width >= 0);

    const size_t first = (size_t)x;
    const size_t count = (size_t)width;
    if (pixels->is_indexed) {
        expand_indexed(pixels, stored, first, count, room);
        return room;
    }
    if (pixels->depth < 8) {
        expand_few_bits(pixels, stored, first, count, room);
        return room;
    }
    const uint8_t *from = (const uint8_t *)stored + first * (size_t)stored_bits_of(pixels) / 8;
    if (!pixels->has_key) {
        return from;
    }
    if (pixels->depth == 8) {
        add_alpha_8(pixels, from, count, room);
    } else {
        add_alpha_16(pixels, (const void *)from, count, room);
    }
    return room;
}

#define PALETTE_MAX 256

/* The first sound chunk of a type before the pixels. */
static bool find(fc_bytes file, const char *type, fc_bytes *body)
{
    fc_png_chunk chunk;
    size_t at = FC_PNG_SIGNATURE_SIZE;
    while (fc_png_chunk_next(file, &at, &chunk) && !fc_png_chunk_is(&chunk, "IDAT")) {
        if (fc_png_chunk_is(&chunk, type) && fc_png_chunk_is_sound(&chunk)) {
            *body = chunk.body;
            return true;
        }
    }
    return false;
}

static fc_status read_palette(fc_bytes file, png_pixels *pixels, size_t *count, fc_error *err)
{
    fc_bytes body = { NULL, 0 };
    if (!find(file, "PLTE", &body) || body.size == 0 || body.size % 3 != 0) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a PNG whose palette is missing or damaged");
    }
    *count = body.size / 3 < PALETTE_MAX ? body.size / 3 : PALETTE_MAX;
    for (size_t i = 0; i < PALETTE_MAX; i++) {
        pixels->palette[i][3] = UINT8_MAX;
    }
    for (size_t i = 0; i < *count; i++) {
        memcpy(pixels->palette[i], body.data + 3 * i, 3);
    }
    return FC_OK;
}

/* Body: an alpha for each of the first colours of the palette. */
static void read_alphas(fc_bytes body, size_t count, png_pixels *pixels)
{
    if (body.size > 0 && body.size <= count) {
        pixels->has_alpha = true;
        for (size_t i = 0; i < body.size; i++) {
            pixels->palette[i][3] = body.data[i];
        }
    }
}

/* Body: the transparent colour, 2 bytes a sample. */
static void read_key(fc_bytes body, png_pixels *pixels)
{
    if (body.size == 2 * (size_t)pixels->colours) {
        pixels->has_alpha = true;
        pixels->has_key = true;
        for (size_t i = 0; i < body.size / 2; i++) {
            pixels->key[i] = (uint16_t)fc_big16(body.data + 2 * i);
        }
    }
}

/* From the header, PLTE and tRNS.
 *
 * A tRNS that does not fit the picture, or whose checksum does not fit, is passed over.
 *
 * file     passed fc_png_scan
 * header   of the same file, as the library read it
 * out      untouched on failure
 *
 * Errors: FC_CORRUPT_IMAGE (a palette that is missing or damaged). Cost: O(chunks). */
static fc_status read_layout(fc_bytes file, const struct spng_ihdr *header, png_pixels *out,
                             fc_error *err)
{
    FC_ASSERT(file.size >= FC_PNG_SIGNATURE_SIZE);
    FC_ASSERT(header != NULL && out != NULL);

    const uint8_t kind = header->color_type;
    const bool is_grey =
        kind == SPNG_COLOR_TYPE_GRAYSCALE || kind == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA;
    png_pixels pixels = { .depth = header->bit_depth,
                          .colours = is_grey ? 1 : 3,
                          .is_indexed = kind == SPNG_COLOR_TYPE_INDEXED,
                          .has_alpha = kind == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA ||
                                       kind == SPNG_COLOR_TYPE_TRUECOLOR_ALPHA };
    size_t count = 0;
    if (pixels.is_indexed) {
        FC_TRY(read_palette(file, &pixels, &count, err));
    }
    fc_bytes transparency = { NULL, 0 };
    if (!pixels.has_alpha && find(file, "tRNS", &transparency)) {
        if (pixels.is_indexed) {
            read_alphas(transparency, count, &pixels);
        } else {
            read_key(transparency, &pixels);
        }
    }
    *out = pixels;
    return FC_OK;
}

/* The library is given no chunk that it would keep. */
#define CHUNK_BYTES_MAX 1024

/* The library gives its allocator no context, and calls what inflate could not get damage of the
 * stream. Set by each allocation that fails on this thread. */
static _Thread_local bool memory_ran_out;

static void *allocate(size_t size)
{
    void *block = NULL;
    if (fc_memory_new(size, 1, &block, NULL) != FC_OK) {
        memory_ran_out = true;
        return NULL;
    }
    return block;
}

static void *allocate_zeroed(size_t count, size_t size)
{
    size_t product = 0;
    void *block = fc_size_multiply(count, size, &product) ? allocate(product) : NULL;
    if (block != NULL) {
        memset(block, 0, product);
    }
    return block;
}

/* Only lists of chunks that the feed leaves out would grow. */
static void *reallocate(void *block, size_t size)
{
    (void)block;
    (void)size;
    memory_ran_out = true;
    return NULL;
}

/* Rows are asked for as they are stored, so the library looks nothing up; it only wants a palette
 * to be there, and would refuse one that is longer than its bits need. */
static const uint8_t PALETTE[] = {
    0, 0, 0, 3, 'P', 'L', 'T', 'E', 0, 0, 0, 0xa7, 0x7a, 0x3d, 0xda
};

/* Of pixels that are cut short, what there is. */
static bool cut_part(png_feed *feed)
{
    enum { START_SIZE = 8 }; /* length and type */
    const fc_bytes rest = { feed->file.data + feed->at, feed->file.size - feed->at };
    feed->at = feed->file.size;
    if (rest.size <= START_SIZE || memcmp(rest.data + 4, "IDAT", 4) != 0) {
        return false;
    }
    feed->part = rest;
    return true;
}

/* The next part of the file: the signature, then whole critical chunks. */
static bool next_part(png_feed *feed)
{
    if (feed->at == 0) {
        feed->part = (fc_bytes){ feed->file.data, FC_PNG_SIGNATURE_SIZE };
        feed->at = FC_PNG_SIGNATURE_SIZE;
        return true;
    }
    fc_png_chunk chunk;
    while (fc_png_chunk_next(feed->file, &feed->at, &chunk)) {
        const bool is_pixels = fc_png_chunk_is(&chunk, "IDAT");
        if (feed->is_in_pixels && !is_pixels) {
            feed->at = feed->file.size;
            return false;
        }
        feed->is_in_pixels = is_pixels;
        if (fc_png_chunk_is_critical(&chunk)) {
            const bool is_palette = fc_png_chunk_is(&chunk, "PLTE");
            feed->part = is_palette ? (fc_bytes){ PALETTE, sizeof PALETTE } : chunk.whole;
            return true;
        }
    }
    return cut_part(feed);
}

static int read_feed(spng_ctx *context, void *user, void *to, size_t size)
{
    (void)context;
    png_feed *feed = user;
    uint8_t *at = to;
    while (size > 0) {
        if (feed->part.size == 0 && !next_part(feed)) {
            return SPNG_IO_EOF;
        }
        const size_t count = size < feed->part.size ? size : feed->part.size;
        memcpy(at, feed->part.data, count);
        at += count;
        size -= count;
        feed->part.data += count;
        feed->part.size -= count;
    }
    return SPNG_OK;
}

/* What a result of the library means: FC_OK for SPNG_OK and SPNG_EOI, else recorded as
 * FC_CORRUPT_IMAGE, FC_LIMIT_EXCEEDED, FC_UNSUPPORTED_FORMAT or FC_OUT_OF_MEMORY. */
static fc_status check_result(int result, fc_error *err)
{
    switch (result) {
    case SPNG_OK:
    case SPNG_EOI:
        return FC_OK;
    case SPNG_IO_EOF:
    case SPNG_EIDAT_TOO_SHORT:
        return fc_fail(err, FC_CORRUPT_IMAGE, "a PNG cut short in its pixels");
    case SPNG_EUSER_WIDTH:
    case SPNG_EUSER_HEIGHT:
        return fc_fail(err, FC_LIMIT_EXCEEDED, "a PNG of more than %d px a side",
                       FC_IMAGE_SIDE_MAX);
    case SPNG_ECHUNK_LIMITS:
    case SPNG_EOVERFLOW:
        return fc_fail(err, FC_LIMIT_EXCEEDED, "a PNG past the decoder's limits (%s)",
                       spng_strerror(result));
    case SPNG_ECHUNK_UNKNOWN_CRITICAL:
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "a PNG with a part that is not known (%s)",
                       spng_strerror(result));
    default:
        break;
    }
    const bool was_memory = memory_ran_out;
    memory_ran_out = false;
    if (result == SPNG_EMEM || was_memory) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for reading a PNG");
    }
    return fc_fail(err, FC_CORRUPT_IMAGE, "a damaged PNG (%s)", spng_strerror(result));
}

/* A context of the library that reads from the feed, with limits for sides and chunks. The header
 * is read and found right.
 *
 * out   owner: caller, release with spng_ctx_free before the feed
 *
 * Errors: as check_result. */
static fc_status open_feed(png_feed *feed, spng_ctx **out, fc_error *err)
{
    FC_ASSERT(feed != NULL && feed->file.size >= FC_PNG_SIGNATURE_SIZE);
    FC_ASSERT(out != NULL);

    struct spng_alloc memory = { allocate, reallocate, allocate_zeroed, fc_memory_free };
    memory_ran_out = false;
    spng_ctx *context = spng_ctx_new2(&memory, 0);
    if (context == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for reading a PNG");
    }
    int result = spng_set_image_limits(context, FC_IMAGE_SIDE_MAX, FC_IMAGE_SIDE_MAX);
    result =
        result == 0 ? spng_set_chunk_limits(context, CHUNK_BYTES_MAX, CHUNK_BYTES_MAX) : result;
    result = result == 0 ? spng_set_png_stream(context, read_feed, feed) : result;
    struct spng_ihdr header = { 0 };
    result = result == 0 ? spng_get_ihdr(context, &header) : result;
    if (result != 0) {
        spng_ctx_free(context);
        return check_result(result, err);
    }
    *out = context;
    return FC_OK;
}

typedef struct png_source {
    fc_source base;
    fc_bytes file;
    png_pixels pixels;
    bool interlaced;
    size_t stored_row_size; /* bytes */
    uint8_t *profile;
} png_source;

typedef struct png_rows {
    fc_rows rows;
    const png_source *source;
    fc_rect part;
    png_feed feed;
    spng_ctx *context;
    int32_t next;    /* stored row that the library gives next */
    uint8_t *stored; /* one row; all of them where they are interlaced */
    uint8_t *room;   /* one expanded row of the part */
} png_rows;

/* After the last pixel: the checksum of the pixels' last chunk is still to come. A file that ends
 * there has all that is wanted. */
static fc_status check_end(spng_ctx *context, fc_error *err)
{
    const int result = spng_decode_chunks(context);
    return result == SPNG_IO_EOF ? FC_OK : check_result(result, err);
}

static fc_status begin(png_rows *self, fc_error *err)
{
    FC_TRY(open_feed(&self->feed, &self->context, err));
    return check_result(
        spng_decode_image(self->context, NULL, 0, SPNG_FMT_PNG, SPNG_DECODE_PROGRESSIVE), err);
}

/* One row of one pass after the other, each spread to its place. */
static fc_status decode_interlaced(png_rows *self, fc_error *err)
{
    const size_t row_size = self->source->stored_row_size;
    int result = SPNG_OK;
    while (result == SPNG_OK) {
        struct spng_row_info row = { 0 };
        result = spng_get_row_info(self->context, &row);
        if (result == SPNG_OK) {
            result =
                spng_decode_row(self->context, self->stored + row.row_num * row_size, row_size);
        }
    }
    FC_TRY(check_result(result, err));
    return check_end(self->context, err);
}

static fc_status decode_up_to(png_rows *self, int32_t line, fc_error *err)
{
    const png_source *source = self->source;
    for (; self->next <= line; self->next++) {
        const int result = spng_decode_row(self->context, self->stored, source->stored_row_size);
        FC_TRY(check_result(result, err));
        if (self->next == source->base.size.height - 1) {
            FC_TRY(check_end(self->context, err));
        }
    }
    return FC_OK;
}

static fc_status read_row(fc_rows *rows, int32_t y, const void **pixels, fc_error *err)
{
    png_rows *self = (png_rows *)rows;
    const int32_t line = self->part.y + y;
    const uint8_t *stored = self->stored;
    if (self->source->interlaced) {
        if (self->next == 0) {
            FC_TRY(decode_interlaced(self, err));
            self->next = self->source->base.size.height;
        }
        stored += (size_t)line * self->source->stored_row_size;
    } else {
        FC_TRY(decode_up_to(self, line, err));
    }
    *pixels = expand_row(&self->source->pixels, stored, self->part.x, self->part.width, self->room);
    return FC_OK;
}

static void free_rows(fc_rows *rows)
{
    png_rows *self = (png_rows *)rows;
    spng_ctx_free(self->context);
    fc_memory_free(self->stored);
    fc_memory_free(self->room);
    fc_memory_free(self);
}

static fc_status open_rows(fc_source *base, int32_t shrink, fc_rect part, fc_rows **out,
                           fc_error *err)
{
    FC_ASSERT(shrink == 1);
    FC_ASSERT(part.x >= 0 && part.width > 0 && part.width <= base->size.width - part.x);
    FC_ASSERT(part.y >= 0 && part.height > 0 && part.height <= base->size.height - part.y);
    FC_ASSERT(out != NULL);

    const png_source *source = (const png_source *)base;
    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(png_rows), &block, err));
    png_rows *self = block;
    FC_AUTO(fc_rows) rows = &self->rows;
    const int32_t channels = fc_colour_space_channels(&base->space);
    *self = (png_rows){ .rows = { .size = { part.width, part.height },
                                  .channels = channels,
                                  .bits = base->bits,
                                  .read = read_row,
                                  .free = free_rows },
                        .source = source,
                        .part = part,
                        .feed = { .file = source->file } };
    const size_t count = source->interlaced ? (size_t)base->size.height : 1;
    FC_TRY(fc_memory_new_zeroed(count, source->stored_row_size, (void **)&self->stored, err));
    FC_TRY(fc_memory_new((size_t)part.width, (size_t)(channels * base->bits / 8),
                         (void **)&self->room, err));
    FC_TRY(begin(self, err));
    *out = FC_STEAL(rows);
    return FC_OK;
}

static void free_source(fc_source *base)
{
    fc_memory_free(((png_source *)base)->profile);
    fc_memory_free(base);
}

static fc_status check_limits(const png_source *source, const fc_source_limits *limits,
                              fc_error *err)
{
    FC_TRY(fc_source_check_pixels(source->base.size, limits->pixels_max, err));
    return fc_source_check_bytes(source->base.kept_bytes, "interlaced PNG", limits->bytes_max, err);
}

static fc_status read_header(png_source *source, fc_error *err)
{
    png_feed feed = { .file = source->file };
    __attribute__((cleanup(free_spng))) spng_ctx *context = NULL;
    FC_TRY(open_feed(&feed, &context, err));
    struct spng_ihdr header = { 0 };
    FC_TRY(check_result(spng_get_ihdr(context, &header), err));
    FC_TRY(read_layout(source->file, &header, &source->pixels, err));

    fc_source *base = &source->base;
    base->size = (fc_size){ (int32_t)header.width, (int32_t)header.height };
    base->bits = bits_of(&source->pixels);
    base->space.model = source->pixels.colours == 1 ? FC_COLOUR_GREY : FC_COLOUR_RGB;
    base->space.has_alpha = source->pixels.has_alpha;
    source->interlaced = header.interlace_method != 0;
    source->stored_row_size =
        ((size_t)header.width * (size_t)stored_bits_of(&source->pixels) + 7) / 8;
    base->kept_bytes =
        source->interlaced ? (int64_t)source->stored_row_size * base->size.height : 0;
    return FC_OK;
}

static fc_status open_png(fc_bytes file, const fc_source_limits *limits, fc_source **out,
                          fc_error *err)
{
    FC_ASSERT(limits != NULL);
    FC_ASSERT(out != NULL);

    fc_png_header header = { 0 };
    FC_TRY(fc_png_scan(file, &header, err));
    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(png_source), &block, err));
    png_source *source = block;
    source->base.rows = open_rows;
    source->base.free = free_source;
    source->file = file;
    FC_AUTO(fc_source) base = &source->base;
    FC_TRY(read_header(source, err));
    FC_TRY(check_limits(source, limits, err));
    FC_TRY(fc_png_orientation(file, &base->orientation, err));
    FC_TRY(fc_png_read_colour(file, &base->space, &source->profile, err));
    *out = FC_STEAL(base);
    return FC_OK;
}

static const char *library_version(void)
{
    return spng_version_string();
}

const fc_codec fc_png_codec = { FC_FORMAT_PNG, "libspng", library_version, open_png };
