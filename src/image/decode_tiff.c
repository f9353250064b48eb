/*
 * TIFF by libtiff, read from memory. After TIFF 6.0.
 *
 * Which page counts is decided by image/tiff_pages.c. Grey, RGB and CMYK of whole bytes are taken
 * as they are stored, line by line where the file allows it; the library converts the other kinds.
 */
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/attributes.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "image/rows.h"
#include "image/tiff_file.h"
#include "image/tiff_layout.h"
#include "image/tiff_pages.h"
#include "image/tiff_samples.h"

/* What the library's converter writes its reason to. */
#define CONVERTER_TEXT_SIZE 1024

typedef struct tiff_rows {
    fc_rows rows;
    fc_tiff_file *file;
    const fc_tiff_layout *layout;
    fc_rect part;
    int32_t next;        /* lines: the one that the library gives next; -1 before the first */
    int32_t held_first;  /* blocks and converted: first line of those that are held; */
    int32_t held_count;  /* 0 before the first */
    size_t block_size;   /* bytes of a strip or tile, of one sample where each has its own */
    size_t line_size;    /* bytes of a line of it */
    int32_t planes;      /* 1, or a block for each channel */
    int32_t first_block; /* columns of blocks that the part needs */
    int32_t block_count;
    uint8_t *stored; /* a line, blocks by plane and column, or converted lines */
    uint8_t *row;    /* a row of the part as it is given out */
    TIFFRGBAImage converter;
    bool is_converting;
    bool is_plain; /* a stored line is as it is given out */
} tiff_rows;

/* One line; those above it in its strip have to be decoded first. */
static fc_status read_lines_to(tiff_rows *self, int32_t line, fc_error *err)
{
    const int32_t strip_first = line - line % self->layout->block.height;
    if (self->next < strip_first || self->next > line) {
        self->next = strip_first;
    }
    for (; self->next <= line; self->next++) {
        fc_tiff_begin(self->file);
        const int result =
            TIFFReadScanline(self->file->tiff, self->stored, (uint32_t)self->next, 0);
        if (result != 1 || self->file->is_damaged) {
            self->next = -1;
            return fc_tiff_check(self->file, false, err);
        }
    }
    return FC_OK;
}

/* Bytes of a block that the file has to give: of the last strip there may be fewer lines. */
static tmsize_t wanted_size(const tiff_rows *self, int32_t first)
{
    if (self->layout->is_tiled) {
        return (tmsize_t)self->block_size;
    }
    const int32_t left = self->layout->size.height - first;
    const int32_t lines = left < self->layout->block.height ? left : self->layout->block.height;
    return (tmsize_t)self->line_size * lines;
}

/* Which stored sample a channel of the rows is. */
static int32_t sample_of(const fc_tiff_layout *layout, int32_t channel)
{
    const bool is_alpha = layout->alpha_at >= 0 && channel == fc_tiff_channels(layout) - 1;
    return is_alpha ? layout->alpha_at : channel;
}

static fc_status read_block(tiff_rows *self, int32_t column, int32_t first, int32_t plane,
                            uint8_t *to, fc_error *err)
{
    TIFF *tiff = self->file->tiff;
    const uint16_t sample = self->layout->is_planar ? (uint16_t)sample_of(self->layout, plane) : 0;
    const tmsize_t wanted = wanted_size(self, first);
    fc_tiff_begin(self->file);
    tmsize_t got = 0;
    if (self->layout->is_tiled) {
        const uint32_t x = (uint32_t)(column * self->layout->block.width);
        const uint32_t tile = TIFFComputeTile(tiff, x, (uint32_t)first, 0, sample);
        got = TIFFReadEncodedTile(tiff, tile, to, wanted);
    } else {
        const uint32_t strip = TIFFComputeStrip(tiff, (uint32_t)first, sample);
        got = TIFFReadEncodedStrip(tiff, strip, to, wanted);
    }
    return fc_tiff_check(self->file, got == wanted, err);
}

static uint8_t *block_at(const tiff_rows *self, int32_t plane, int32_t column)
{
    return self->stored +
           ((size_t)plane * (size_t)self->block_count + (size_t)column) * self->block_size;
}

static fc_status read_blocks(tiff_rows *self, int32_t first, fc_error *err)
{
    for (int32_t plane = 0; plane < self->planes; plane++) {
        for (int32_t column = 0; column < self->block_count; column++) {
            FC_TRY(read_block(self, self->first_block + column, first, plane,
                              block_at(self, plane, column), err));
        }
    }
    return FC_OK;
}

static fc_status convert_lines(tiff_rows *self, int32_t first, int32_t count, fc_error *err)
{
    self->converter.row_offset = first;
    fc_tiff_begin(self->file);
    const int is_ok = TIFFRGBAImageGet(&self->converter, (uint32_t *)(void *)self->stored,
                                       (uint32_t)self->layout->size.width, (uint32_t)count);
    return fc_tiff_check(self->file, is_ok != 0, err);
}

/* The row of blocks with a line. */
static fc_status hold(tiff_rows *self, int32_t line, fc_error *err)
{
    if (line >= self->held_first && line < self->held_first + self->held_count) {
        return FC_OK;
    }
    const int32_t lines = self->layout->block.height;
    const int32_t first = line - line % lines;
    const int32_t left = self->layout->size.height - first;
    const int32_t count = left < lines ? left : lines;
    self->held_count = 0;
    if (self->layout->way == FC_TIFF_CONVERTED) {
        FC_TRY(convert_lines(self, first, count, err));
    } else {
        FC_TRY(read_blocks(self, first, err));
    }
    self->held_first = first;
    self->held_count = count;
    return FC_OK;
}

/* `width` pixels of a stored line into the row. The line of each plane begins with pixel 0 of its
 * block. */
static void gather(const tiff_rows *self, const uint8_t *const *lines, int32_t x, int32_t width,
                   int32_t place)
{
    const int32_t bytes = self->layout->bits / 8;
    const int32_t channels = self->rows.channels;
    const int32_t step = self->layout->is_planar ? 1 : self->layout->samples;
    for (int32_t c = 0; c < channels; c++) {
        const uint8_t *line = self->layout->is_planar ? lines[c] : lines[0];
        const int32_t sample = self->layout->is_planar ? 0 : sample_of(self->layout, c);
        fc_tiff_copy_samples(
            bytes, line + ((size_t)x * (size_t)step + (size_t)sample) * (size_t)bytes, step,
            self->row + ((size_t)place * (size_t)channels + (size_t)c) * (size_t)bytes, channels,
            width);
    }
}

/* A line out of the blocks that are held, column by column. */
static void gather_blocks(const tiff_rows *self, int32_t line)
{
    const int32_t width = self->layout->block.width;
    const size_t offset = (size_t)(line - self->held_first) * self->line_size;
    int32_t x = self->part.x;
    const int32_t end = x + self->part.width;
    while (x < end) {
        const int32_t column = x / width - self->first_block;
        const int32_t from = x % width;
        const int32_t count = end - x < width - from ? end - x : width - from;
        const uint8_t *lines[5] = { NULL };
        for (int32_t plane = 0; plane < self->planes; plane++) {
            lines[plane] = block_at(self, plane, column) + offset;
        }
        gather(self, lines, from, count, x - self->part.x);
        x += count;
    }
}

static fc_status read_row(fc_rows *rows, int32_t y, const void **pixels, fc_error *err)
{
    tiff_rows *self = (tiff_rows *)rows;
    const fc_tiff_layout *layout = self->layout;
    const int32_t line = self->part.y + y;
    if (layout->way == FC_TIFF_LINES) {
        FC_TRY(read_lines_to(self, line, err));
        if (self->is_plain) {
            *pixels = self->stored +
                      (size_t)self->part.x * (size_t)rows->channels * (size_t)layout->bits / 8;
            return FC_OK;
        }
        const uint8_t *const lines[1] = { self->stored };
        gather(self, lines, self->part.x, self->part.width, 0);
    } else {
        FC_TRY(hold(self, line, err));
        if (layout->way == FC_TIFF_BLOCKS) {
            gather_blocks(self, line);
        } else {
            const uint32_t *from = (const uint32_t *)(const void *)self->stored +
                                   (size_t)(line - self->held_first) * (size_t)layout->size.width;
            fc_tiff_unpack_row(from + self->part.x, self->row, rows->channels, self->part.width);
        }
    }
    if (layout->is_inverted) {
        fc_tiff_invert_row(layout->bits, self->row, rows->channels, self->part.width);
    }
    if (layout->model == FC_COLOUR_LAB) {
        fc_tiff_centre_row(layout->bits, self->row, rows->channels, self->part.width);
    }
    if (layout->is_multiplied) {
        fc_tiff_divide_row(layout->bits, self->row, rows->channels, self->part.width);
    }
    *pixels = self->row;
    return FC_OK;
}

static void free_rows(fc_rows *rows)
{
    tiff_rows *self = (tiff_rows *)rows;
    if (self->is_converting) {
        TIFFRGBAImageEnd(&self->converter);
    }
    fc_memory_free(self->stored);
    fc_memory_free(self->row);
    fc_memory_free(self);
}

static fc_status begin_converting(tiff_rows *self, fc_error *err)
{
    char text[CONVERTER_TEXT_SIZE] = "";
    fc_tiff_begin(self->file);
    if (TIFFRGBAImageBegin(&self->converter, self->file->tiff, 1, text) == 0) {
        if (self->file->text[0] == '\0') {
            (void)snprintf(self->file->text, FC_TIFF_TEXT_SIZE, "%.*s", FC_TIFF_TEXT_SIZE - 1,
                           text);
        }
        return fc_tiff_check(self->file, false, err);
    }
    self->is_converting = true;
    /* As stored: turning is done for all formats alike. */
    self->converter.orientation = ORIENTATION_TOPLEFT;
    self->converter.req_orientation = ORIENTATION_TOPLEFT;
    const size_t lines = (size_t)self->layout->block.height;
    return fc_memory_new_zeroed((size_t)self->layout->size.width * lines, sizeof(uint32_t),
                                (void **)&self->stored, err);
}

/* Memory for what is read at once, and its measures as the library sees them. */
static fc_status begin_reading(tiff_rows *self, fc_error *err)
{
    const fc_tiff_layout *layout = self->layout;
    TIFF *tiff = self->file->tiff;
    fc_tiff_begin(self->file);
    if (layout->way == FC_TIFF_LINES) {
        const tmsize_t size = TIFFScanlineSize(tiff);
        const size_t wanted =
            (size_t)layout->size.width * (size_t)layout->samples * (size_t)layout->bits / 8;
        FC_TRY(fc_tiff_check(self->file, size > 0 && (size_t)size == wanted, err));
        return fc_memory_new_zeroed(wanted, 1, (void **)&self->stored, err);
    }
    const tmsize_t size = layout->is_tiled ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
    const size_t together = layout->is_planar ? 1 : (size_t)layout->samples;
    self->line_size = (size_t)layout->block.width * together * (size_t)layout->bits / 8;
    self->block_size = self->line_size * (size_t)layout->block.height;
    FC_TRY(fc_tiff_check(self->file, size > 0 && (size_t)size == self->block_size, err));
    self->planes = layout->is_planar ? self->rows.channels : 1;
    self->first_block = self->part.x / layout->block.width;
    self->block_count =
        (self->part.x + self->part.width - 1) / layout->block.width - self->first_block + 1;
    return fc_memory_new_zeroed((size_t)self->planes * (size_t)self->block_count, self->block_size,
                                (void **)&self->stored, err);
}

/* Rows of a part. What lies outside it is not decoded, but for the strips and tiles that it cuts.
 *
 * file     and
 * layout   must outlive the rows
 * part     inside the page, not empty
 * out      owner: caller, release with fc_rows_free. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY, FC_UNSUPPORTED_FORMAT; when a row is read also FC_CORRUPT_IMAGE and
 * FC_LIMIT_EXCEEDED. */
static fc_status rows_new(fc_tiff_file *file, const fc_tiff_layout *layout, fc_rect part,
                          fc_rows **out, fc_error *err)
{
    FC_ASSERT(file != NULL && layout != NULL);
    FC_ASSERT(part.x >= 0 && part.width > 0 && part.width <= layout->size.width - part.x);
    FC_ASSERT(part.y >= 0 && part.height > 0 && part.height <= layout->size.height - part.y);
    FC_ASSERT(out != NULL);

    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(tiff_rows), &block, err));
    tiff_rows *self = block;
    FC_AUTO(fc_rows) rows = &self->rows;
    const int32_t channels = fc_tiff_channels(layout);
    *self = (tiff_rows){ .rows = { .size = { part.width, part.height },
                                   .channels = channels,
                                   .bits = layout->bits,
                                   .read = read_row,
                                   .free = free_rows },
                         .file = file,
                         .layout = layout,
                         .part = part,
                         .next = -1,
                         .planes = 1,
                         .is_plain = layout->samples == channels && !layout->is_inverted &&
                                     !layout->is_multiplied && layout->model != FC_COLOUR_LAB };
    FC_TRY(fc_memory_new((size_t)part.width * (size_t)channels, (size_t)layout->bits / 8,
                         (void **)&self->row, err));
    FC_TRY(layout->way == FC_TIFF_CONVERTED ? begin_converting(self, err)
                                            : begin_reading(self, err));
    *out = FC_STEAL(rows);
    return FC_OK;
}

typedef struct tiff_source {
    fc_source base;
    fc_tiff_file file;
    fc_tiff_layout layout;
} tiff_source;

static fc_status open_rows(fc_source *base, int32_t shrink, fc_rect part, fc_rows **out,
                           fc_error *err)
{
    FC_ASSERT(shrink == 1);
    tiff_source *source = (tiff_source *)base;
    return rows_new(&source->file, &source->layout, part, out, err);
}

static void free_source(fc_source *base)
{
    fc_tiff_close(&((tiff_source *)base)->file);
    fc_memory_free(base);
}

/* Of the file; borrowed from the library, which leaves out one that the file does not hold. */
static void read_profile(tiff_source *source, const fc_tiff_page *page)
{
    uint32_t size = 0;
    const void *data = NULL;
    if (TIFFGetField(source->file.tiff, TIFFTAG_ICCPROFILE, &size, &data) == 0 || data == NULL ||
        size > FC_PROFILE_BYTES_MAX) {
        source->base.space.lost_profile = page->has_profile;
        return;
    }
    source->base.space.profile = (fc_bytes){ data, size };
}

/* Of plain samples whose zeros are black, not paper and not transparent. */
static fc_bytes coded_bytes(const tiff_source *source)
{
    const fc_tiff_layout *layout = &source->layout;
    TIFF *tiff = source->file.tiff;
    uint16_t compression = 0;
    if (layout->way == FC_TIFF_CONVERTED || layout->model == FC_COLOUR_CMYK ||
        layout->is_inverted || layout->alpha_at >= 0 ||
        TIFFGetField(tiff, TIFFTAG_COMPRESSION, &compression) == 0 ||
        compression != COMPRESSION_NONE) {
        return (fc_bytes){ NULL, 0 };
    }
    const uint32_t count = layout->is_tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
    const uint64_t offset = TIFFGetStrileOffset(tiff, count - 1);
    const uint64_t size = TIFFGetStrileByteCount(tiff, count - 1);
    const fc_bytes file = source->file.bytes;
    const bool is_inside = offset <= file.size && size <= file.size - offset;
    return (fc_bytes){ file.data, is_inside ? (size_t)(offset + size) : 0 };
}

static fc_status read_header(tiff_source *source, fc_bytes bytes, const fc_tiff_page *page,
                             const fc_source_limits *limits, fc_error *err)
{
    FC_TRY(fc_source_check_pixels(page->size, limits->pixels_max, err));
    FC_TRY(fc_tiff_open_file(&source->file, bytes, page->offset, limits->bytes_max, err));
    FC_TRY(fc_tiff_read_layout(&source->file, page->size, &source->layout, err));
    FC_TRY(fc_source_check_bytes(source->layout.kept_bytes, "TIFF", limits->bytes_max, err));
    read_profile(source, page);
    return FC_OK;
}

static fc_status open_tiff(fc_bytes file, const fc_source_limits *limits, fc_source **out,
                           fc_error *err)
{
    FC_ASSERT(limits != NULL);
    FC_ASSERT(out != NULL);

    fc_tiff_page page = { 0 };
    FC_TRY(fc_tiff_find_page(file, &page, err));
    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(tiff_source), &block, err));
    tiff_source *source = block;
    source->base.rows = open_rows;
    source->base.free = free_source;
    FC_AUTO(fc_source) base = &source->base;
    FC_TRY(read_header(source, file, &page, limits, err));
    base->size = page.size;
    base->orientation = page.orientation;
    base->bits = source->layout.bits;
    base->space.model = source->layout.model;
    base->space.has_alpha = source->layout.alpha_at >= 0;
    base->kept_bytes = source->layout.kept_bytes;
    base->coded = coded_bytes(source);
    *out = FC_STEAL(base);
    return FC_OK;
}

/* The library's text is "LIBTIFF, Version 4.5.0" and more lines. */
static const char *library_version(void)
{
    static _Thread_local char version[16];
    const char *text = TIFFGetVersion();
    const char *number = text + strcspn(text, "0123456789");
    (void)snprintf(version, sizeof version, "%.*s", (int)strspn(number, "0123456789."), number);
    return version;
}

const fc_codec fc_tiff_codec = { FC_FORMAT_TIFF, "libtiff", library_version, open_tiff };
