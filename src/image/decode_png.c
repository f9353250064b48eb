/*
 * PNG by libspng. After the PNG specification, third edition.
 *
 * Rows are taken as they are stored and expanded by ours, so that grey stays grey, 16 bits stay 16
 * and each pixel is touched once.
 */
#include <inttypes.h>
#include <spng.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "image/png_colour.h"
#include "image/png_exif.h"
#include "image/png_feed.h"
#include "image/png_layout.h"
#include "image/png_scan.h"

typedef struct png_source {
    fc_source base;
    fc_bytes file;
    fc_png_pixels pixels;
    bool interlaced;
    size_t stored_row_size; /* bytes */
    uint8_t *profile;
} png_source;

typedef struct png_rows {
    fc_rows rows;
    const png_source *source;
    fc_rect part;
    fc_png_feed feed;
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
    return result == SPNG_IO_EOF ? FC_OK : fc_png_feed_check(result, err);
}

static fc_status begin(png_rows *self, fc_error *err)
{
    FC_TRY(fc_png_feed_open(&self->feed, &self->context, err));
    return fc_png_feed_check(
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
    FC_TRY(fc_png_feed_check(result, err));
    return check_end(self->context, err);
}

static fc_status decode_up_to(png_rows *self, int32_t line, fc_error *err)
{
    const png_source *source = self->source;
    for (; self->next <= line; self->next++) {
        const int result = spng_decode_row(self->context, self->stored, source->stored_row_size);
        FC_TRY(fc_png_feed_check(result, err));
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
    *pixels = fc_png_expand_row(&self->source->pixels, stored, self->part.x, self->part.width,
                                self->room);
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
    const fc_size size = source->base.size;
    const int64_t pixels = (int64_t)size.width * size.height;
    if (pixels > limits->pixels_max) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a picture of %" PRId32 " x %" PRId32 " = %" PRId64 " px, at most %" PRId64
                       " are accepted",
                       size.width, size.height, pixels, limits->pixels_max);
    }
    if (source->base.kept_bytes > limits->bytes_max) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "decoding this interlaced PNG takes %" PRId64 " bytes, at most %" PRId64
                       " are accepted",
                       source->base.kept_bytes, limits->bytes_max);
    }
    return FC_OK;
}

static fc_status read_header(png_source *source, fc_error *err)
{
    fc_png_feed feed = { .file = source->file };
    __attribute__((cleanup(fc_spng_cleanup))) spng_ctx *context = NULL;
    FC_TRY(fc_png_feed_open(&feed, &context, err));
    struct spng_ihdr header = { 0 };
    FC_TRY(fc_png_feed_check(spng_get_ihdr(context, &header), err));
    FC_TRY(fc_png_read_layout(source->file, &header, &source->pixels, err));

    fc_source *base = &source->base;
    base->size = (fc_size){ (int32_t)header.width, (int32_t)header.height };
    base->bits = fc_png_pixels_bits(&source->pixels);
    base->space.model = source->pixels.colours == 1 ? FC_COLOUR_GREY : FC_COLOUR_RGB;
    base->space.has_alpha = source->pixels.has_alpha;
    source->interlaced = header.interlace_method != 0;
    source->stored_row_size =
        ((size_t)header.width * (size_t)fc_png_pixels_stored_bits(&source->pixels) + 7) / 8;
    base->kept_bytes =
        source->interlaced ? (int64_t)source->stored_row_size * base->size.height : 0;
    return FC_OK;
}

fc_status fc_png_open(fc_bytes file, const fc_source_limits *limits, fc_source **out, fc_error *err)
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

const char *fc_png_version(void)
{
    return spng_version_string();
}
