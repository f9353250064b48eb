#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <string.h>

#include "base/assert.h"
#include "base/byte_order.h"
#include "base/memory.h"
#include "config/paper.h"
#include "image/encode.h"
#include "image/png_filter.h"

/*
 * Of igzip's levels the one whose files are smallest: 3 is slower and no smaller, 1 as fast and 1 %
 * larger. Beside libdeflate's fastest level a portrait of 648 x 648 px takes 2.0 ms instead of 5.9
 * and has 2.7 % more bytes (docs/decisions/0036-what-a-portrait-costs-now.md).
 */
enum { LEVEL = 2, TOKENS_SIZE = ISAL_DEF_LVL2_MEDIUM };

/* Bytes that are filtered and packed at a time, so that they stay in the processor's caches. */
enum { ROWS_SIZE = 64 << 10, PIECE_SIZE = 64 << 10 };

#define HEADER_SIZE 13

static const uint8_t SIGNATURE[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };

/* sRGB, perceptual intent. */
static const uint8_t SRGB[] = { 0 };

/* State of one compression, and what it has packed since the last piece was appended. */
typedef struct packer {
    struct isal_zstream stream;
    uint8_t tokens[TOKENS_SIZE];
    uint8_t piece[PIECE_SIZE];
} packer;
FC_DEFINE_CLEANUP(packer, fc_memory_free)

/* Its length is not known before its end. */
static fc_status begin_chunk(const char *type, fc_buffer *out, fc_error *err)
{
    static const uint8_t LENGTH[4] = { 0 };
    FC_TRY(fc_buffer_append(out, LENGTH, sizeof LENGTH, err));
    return fc_buffer_append(out, type, 4, err);
}

/* `begin`: where the chunk begins. */
static fc_status end_chunk(size_t begin, fc_buffer *out, fc_error *err)
{
    const size_t size = out->size - begin - 8;
    if (size > INT32_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "a PNG of %zu bytes, a chunk holds 2 GB", size);
    }
    uint8_t sum[4];
    fc_put_big32(out->data + begin, (uint32_t)size);
    fc_put_big32(sum, libdeflate_crc32(0, out->data + begin + 4, 4 + size));
    return fc_buffer_append(out, sum, sizeof sum, err);
}

static fc_status write_chunk(const char *type, const uint8_t *data, size_t size, fc_buffer *out,
                             fc_error *err)
{
    const size_t begin = out->size;
    FC_TRY(begin_chunk(type, out, err));
    FC_TRY(fc_buffer_append(out, data, size, err));
    return end_chunk(begin, out, err);
}

/* The format counts px a metre. */
static fc_status write_density(int32_t dpi, fc_buffer *out, fc_error *err)
{
    const uint32_t density = (uint32_t)(dpi / FC_INCH_MM * 1000 + 0.5);
    uint8_t chunk[9] = { [8] = 1 }; /* the unit: metres */
    fc_put_big32(chunk, density);
    fc_put_big32(chunk + 4, density);
    return write_chunk("pHYs", chunk, sizeof chunk, out, err);
}

static fc_status write_header(const fc_image *image, fc_buffer *out, fc_error *err)
{
    static const uint8_t COLOUR_TYPES[] = { [1] = 0, [3] = 2, [4] = 6 };
    uint8_t header[HEADER_SIZE] = { [8] = 8, [9] = COLOUR_TYPES[image->channels] };
    fc_put_big32(header, (uint32_t)image->size.width);
    fc_put_big32(header + 4, (uint32_t)image->size.height);
    FC_TRY(fc_buffer_append(out, SIGNATURE, sizeof SIGNATURE, err));
    FC_TRY(write_chunk("IHDR", header, sizeof header, out, err));
    FC_TRY(write_chunk("sRGB", SRGB, sizeof SRGB, out, err));
    return image->dpi > 0 ? write_density(image->dpi, out, err) : FC_OK;
}

static void begin_piece(packer *self)
{
    self->stream.next_out = self->piece;
    self->stream.avail_out = PIECE_SIZE;
}

static fc_status end_piece(packer *self, fc_buffer *out, fc_error *err)
{
    FC_TRY(fc_buffer_append(out, self->piece, PIECE_SIZE - self->stream.avail_out, err));
    begin_piece(self);
    return FC_OK;
}

static fc_status packer_new(packer **out, fc_error *err)
{
    FC_TRY(fc_memory_new(1, sizeof **out, (void **)out, err));
    packer *self = *out;
    isal_deflate_init(&self->stream);
    self->stream.level = LEVEL;
    self->stream.level_buf = self->tokens;
    self->stream.level_buf_size = TOKENS_SIZE;
    self->stream.gzip_flag = IGZIP_ZLIB;
    begin_piece(self);
    return FC_OK;
}

/* Pack more bytes, or with `last` the last ones. */
static fc_status pack(packer *self, uint8_t *data, size_t size, bool last, fc_buffer *out,
                      fc_error *err)
{
    struct isal_zstream *stream = &self->stream;
    stream->next_in = data;
    stream->avail_in = (uint32_t)size;
    stream->end_of_stream = last;
    do {
        if (stream->avail_out == 0) {
            FC_TRY(end_piece(self, out, err));
        }
        const int outcome = isal_deflate(stream);
        FC_ASSERT(outcome == COMP_OK);
    } while (stream->avail_in > 0 || (last && stream->internal_state.state != ZSTATE_END));
    return last ? end_piece(self, out, err) : FC_OK;
}

/* Each row is filtered, with the number of its filter in front. `black`: the row above the first.
 */
static fc_status pack_rows(const fc_image *image, const uint8_t *black, uint8_t *filtered,
                           packer *self, fc_buffer *out, fc_error *err)
{
    const size_t step = (size_t)image->channels;
    const size_t row_size = (size_t)image->size.width * step;
    const uint8_t *above = black;
    size_t used = 0;
    for (int32_t y = 0; y < image->size.height; y++) {
        filtered[used] = FC_PNG_AVERAGE;
        fc_png_filter_row(fc_image_row(image, y), above, row_size, step, filtered + used + 1);
        above = fc_image_row(image, y);
        used += 1 + row_size;
        const bool last = y == image->size.height - 1;
        if (last || used + 1 + row_size > ROWS_SIZE) {
            FC_TRY(pack(self, filtered, used, last, out, err));
            used = 0;
        }
    }
    return FC_OK;
}

static fc_status write_pixels(const fc_image *image, fc_buffer *out, fc_error *err)
{
    const size_t row_size = (size_t)image->size.width * (size_t)image->channels;
    FC_AUTO(fc_octets) black = NULL;
    FC_AUTO(fc_octets) filtered = NULL;
    FC_AUTO(packer) self = NULL;
    FC_TRY(fc_memory_new_zeroed(row_size, 1, (void **)&black, err));
    FC_TRY(fc_memory_new(1 + row_size + ROWS_SIZE, 1, (void **)&filtered, err));
    FC_TRY(packer_new(&self, err));
    const size_t begin = out->size;
    FC_TRY(begin_chunk("IDAT", out, err));
    FC_TRY(pack_rows(image, black, filtered, self, out, err));
    return end_chunk(begin, out, err);
}

static fc_status write_file(const fc_image *image, fc_buffer *out, fc_error *err)
{
    FC_TRY(write_header(image, out, err));
    FC_TRY(write_pixels(image, out, err));
    return write_chunk("IEND", NULL, 0, out, err);
}

fc_status fc_encode_png(const fc_image *image, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(image != NULL);
    FC_ASSERT(image->channels == 1 || image->channels == 3 || image->channels == 4);
    FC_ASSERT(out != NULL && out->size == 0);

    const fc_status status = write_file(image, out, err);
    if (status != FC_OK) {
        fc_buffer_clear(out);
    }
    return status;
}
