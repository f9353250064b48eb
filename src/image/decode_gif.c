#include <errno.h>
#include <gif_lib.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "image/codecs.h"

#define COLOURS_MAX 256
#define OPAQUE 255

/* giflib's decoder, its input, and what stands before the first picture. */
typedef struct gif_reader {
    GifFileType *gif;
    fc_bytes file;
    size_t at;
    bool gave_end;       /* the byte that ends a picture, though the file lacks it */
    int32_t transparent; /* number of that colour, or NO_TRANSPARENT_COLOR */
} gif_reader;

typedef struct gif_source {
    fc_source source; /* its size is the canvas */
    fc_bytes file;
    fc_rect frame; /* of the first picture, on the canvas */
} gif_source;

typedef struct gif_rows {
    fc_rows rows;
    gif_reader reader;
    fc_rect part;
    fc_rect frame;
    uint8_t palette[COLOURS_MAX][4]; /* R, G, B, alpha; black where the file has no entry */
    uint8_t *numbers;                /* of an interlaced picture all, else of one line */
    int32_t lines;                   /* that were unpacked */
    uint8_t *line;                   /* of the part */
} gif_rows;

/* While it opens a file, giflib gives other reasons for want of memory; the C library tells it. */
static fc_status fail(int code, fc_error *err)
{
    if (code == D_GIF_ERR_NOT_ENOUGH_MEM || errno == ENOMEM) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for decoding a GIF");
    }
    const char *reason = GifErrorString(code);
    return fc_fail(err, FC_CORRUPT_IMAGE, reason != NULL ? "a damaged GIF (%s)" : "a damaged GIF%s",
                   reason != NULL ? reason : "");
}

/* giflib's input. It wants the block of size 0 behind the pixels, which adds nothing to them: where
 * the file ends before, it is given one. */
static int read_bytes(GifFileType *gif, GifByteType *to, int count)
{
    gif_reader *reader = gif->UserData;
    const size_t left = reader->file.size - reader->at;
    if (left == 0 && count == 1 && !reader->gave_end) {
        reader->gave_end = true;
        *to = 0;
        return 1;
    }
    const size_t given = (size_t)count < left ? (size_t)count : left;
    memcpy(to, reader->file.data + reader->at, given);
    reader->at += given;
    return (int)given;
}

static void reader_clear(gif_reader *reader)
{
    if (reader->gif != NULL) {
        (void)DGifCloseFile(reader->gif, NULL);
        reader->gif = NULL;
    }
}

/* Blocks of one extension; of the one that belongs to the next picture the transparent colour. */
static bool read_extension(gif_reader *reader)
{
    int kind = 0;
    GifByteType *block = NULL;
    if (DGifGetExtension(reader->gif, &kind, &block) != GIF_OK) {
        return false;
    }
    while (block != NULL) {
        GraphicsControlBlock control;
        if (kind == GRAPHICS_EXT_FUNC_CODE &&
            DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
            reader->transparent = control.TransparentColor;
        }
        if (DGifGetExtensionNext(reader->gif, &block) != GIF_OK) {
            return false;
        }
    }
    return true;
}

/* From the start of the file to the pixels of the first picture. */
static fc_status reader_start(gif_reader *reader, fc_error *err)
{
    int code = 0;
    errno = 0;
    reader->transparent = NO_TRANSPARENT_COLOR;
    reader->gif = DGifOpen(reader, read_bytes, &code);
    if (reader->gif == NULL) {
        return fail(code, err);
    }
    for (;;) {
        GifRecordType record = UNDEFINED_RECORD_TYPE;
        bool is_fine = DGifGetRecordType(reader->gif, &record) == GIF_OK;
        if (is_fine && record == TERMINATE_RECORD_TYPE) {
            return fc_fail(err, FC_CORRUPT_IMAGE, "a GIF without a picture");
        }
        if (is_fine && record == EXTENSION_RECORD_TYPE) {
            is_fine = read_extension(reader);
        } else if (is_fine && record == IMAGE_DESC_RECORD_TYPE) {
            is_fine = DGifGetImageDesc(reader->gif) == GIF_OK;
        }
        if (!is_fine) {
            return fail(reader->gif->Error, err);
        }
        if (record == IMAGE_DESC_RECORD_TYPE) {
            return FC_OK;
        }
    }
}

static const ColorMapObject *palette_of(const GifFileType *gif)
{
    return gif->Image.ColorMap != NULL ? gif->Image.ColorMap : gif->SColorMap;
}

static void read_palette(gif_rows *self)
{
    const ColorMapObject *map = palette_of(self->reader.gif);
    for (int32_t i = 0; i < COLOURS_MAX; i++) {
        uint8_t *to = self->palette[i];
        if (i < map->ColorCount) {
            to[0] = map->Colors[i].Red;
            to[1] = map->Colors[i].Green;
            to[2] = map->Colors[i].Blue;
        }
        to[3] = i == self->reader.transparent ? 0 : OPAQUE;
    }
}

static fc_status read_line(gif_rows *self, uint8_t *numbers, fc_error *err)
{
    GifFileType *gif = self->reader.gif;
    errno = 0;
    if (DGifGetLine(gif, numbers, self->frame.width) != GIF_OK) {
        return fail(gif->Error, err);
    }
    self->lines++;
    return FC_OK;
}

/* Every eighth line comes first, then those between, and so on, GIF89a appendix E. */
static fc_status read_interlaced(gif_rows *self, fc_error *err)
{
    static const int32_t STARTS[] = { 0, 4, 2, 1 };
    static const int32_t STEPS[] = { 8, 8, 4, 2 };
    for (size_t i = 0; i < 4; i++) {
        for (int32_t y = STARTS[i]; y < self->frame.height; y += STEPS[i]) {
            FC_TRY(read_line(self, self->numbers + (size_t)y * (size_t)self->frame.width, err));
        }
    }
    return FC_OK;
}

/* Numbers of a line of the picture. */
static fc_status numbers_of(gif_rows *self, int32_t y, const uint8_t **numbers, fc_error *err)
{
    if (self->reader.gif->Image.Interlace) {
        if (self->lines == 0) {
            FC_TRY(read_interlaced(self, err));
        }
        *numbers = self->numbers + (size_t)y * (size_t)self->frame.width;
        return FC_OK;
    }
    while (self->lines <= y) {
        FC_TRY(read_line(self, self->numbers, err));
    }
    *numbers = self->numbers;
    return FC_OK;
}

/* Colours of the numbers. Of constant size, so that a pixel is one move. */
static void look_up(const gif_rows *self, const uint8_t *numbers, int32_t count, uint8_t *to)
{
    if (self->rows.channels == 4) {
        for (int32_t i = 0; i < count; i++) {
            memcpy(to + 4 * i, self->palette[numbers[i]], 4);
        }
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        const uint8_t *colour = self->palette[numbers[i]];
        to[3 * i] = colour[0];
        to[3 * i + 1] = colour[1];
        to[3 * i + 2] = colour[2];
    }
}

/* The columns of a row that the picture has. */
static void place(const gif_rows *self, const uint8_t *numbers)
{
    const fc_rect part = self->part;
    const fc_rect frame = self->frame;
    const int32_t left = part.x > frame.x ? part.x : frame.x;
    const int32_t part_end = part.x + part.width;
    const int32_t frame_end = frame.x + frame.width;
    const int32_t right = part_end < frame_end ? part_end : frame_end;
    if (left < right) {
        look_up(self, numbers + (left - frame.x), right - left,
                self->line + (size_t)(left - part.x) * (size_t)self->rows.channels);
    }
}

static fc_status read_row(fc_rows *rows, int32_t y, const void **pixels, fc_error *err)
{
    gif_rows *self = (gif_rows *)rows;
    const int32_t line = self->part.y + y - self->frame.y;
    const size_t size = (size_t)self->part.width * (size_t)rows->channels;
    memset(self->line, 0, size); /* transparent around the picture */
    if (line >= 0 && line < self->frame.height) {
        const uint8_t *numbers = NULL;
        FC_TRY(numbers_of(self, line, &numbers, err));
        place(self, numbers);
    }
    *pixels = self->line;
    return FC_OK;
}

static void free_rows(fc_rows *rows)
{
    gif_rows *self = (gif_rows *)rows;
    reader_clear(&self->reader);
    fc_memory_free(self->numbers);
    fc_memory_free(self->line);
    fc_memory_free(self);
}

static fc_status begin(gif_rows *self, fc_error *err)
{
    FC_TRY(reader_start(&self->reader, err));
    read_palette(self);
    const size_t lines = self->reader.gif->Image.Interlace ? (size_t)self->frame.height : 1;
    FC_TRY(fc_memory_new(lines, (size_t)self->frame.width, (void **)&self->numbers, err));
    return fc_memory_new((size_t)self->part.width, (size_t)self->rows.channels,
                         (void **)&self->line, err);
}

static fc_status new_rows(fc_source *source, int32_t shrink, fc_rect part, fc_rows **out,
                          fc_error *err)
{
    FC_ASSERT(shrink == 1);
    FC_ASSERT(part.x >= 0 && part.width > 0 && part.width <= source->size.width - part.x);
    FC_ASSERT(part.y >= 0 && part.height > 0 && part.height <= source->size.height - part.y);
    FC_ASSERT(out != NULL);

    const gif_source *from = (const gif_source *)source;
    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(gif_rows), &block, err));
    gif_rows *self = block;
    self->rows = (fc_rows){ .size = { part.width, part.height },
                            .channels = fc_colour_space_channels(&source->space),
                            .bits = 8,
                            .read = read_row,
                            .free = free_rows };
    self->reader.file = from->file;
    self->part = part;
    self->frame = from->frame;
    FC_AUTO(fc_rows) rows = &self->rows;
    FC_TRY(begin(self, err));
    *out = FC_STEAL(rows);
    return FC_OK;
}

static void free_source(fc_source *source)
{
    fc_memory_free(source);
}

static int32_t most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static fc_status read_facts(const gif_reader *reader, gif_source *self, fc_error *err)
{
    const GifFileType *gif = reader->gif;
    const fc_rect frame = { gif->Image.Left, gif->Image.Top, gif->Image.Width, gif->Image.Height };
    if (frame.x < 0 || frame.y < 0 || frame.width < 1 || frame.height < 1) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a GIF picture of %" PRId32 " x %" PRId32 " px",
                       frame.width, frame.height);
    }
    if (palette_of(gif) == NULL) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a GIF without a palette");
    }
    /* Some writers name no canvas, or a smaller one: then it is as large as the picture, as in
     * browsers. */
    const fc_size canvas = { most(gif->SWidth, frame.x + frame.width),
                             most(gif->SHeight, frame.y + frame.height) };
    const bool is_covered = frame.width == canvas.width && frame.height == canvas.height;
    self->frame = frame;
    self->source.size = canvas;
    self->source.space.has_alpha = reader->transparent != NO_TRANSPARENT_COLOR || !is_covered;
    self->source.kept_bytes = gif->Image.Interlace ? (int64_t)frame.width * frame.height : 0;
    return FC_OK;
}

static fc_status check_limits(const fc_source *source, const fc_source_limits *limits,
                              fc_error *err)
{
    FC_TRY(fc_source_check_pixels(source->size, limits->pixels_max, err));
    return fc_source_check_bytes(source->kept_bytes, "GIF", limits->bytes_max, err);
}

static fc_status open_gif(fc_bytes file, const fc_source_limits *limits, fc_source **out,
                          fc_error *err)
{
    FC_ASSERT(limits != NULL);
    FC_ASSERT(out != NULL);

    __attribute__((cleanup(reader_clear))) gif_reader reader = { .file = file };
    FC_TRY(reader_start(&reader, err));
    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(gif_source), &block, err));
    gif_source *self = block;
    *self = (gif_source){ .source = { .orientation = 1,
                                      .space = { .model = FC_COLOUR_RGB },
                                      .bits = 8,
                                      .rows = new_rows,
                                      .free = free_source },
                          .file = file };
    FC_AUTO(fc_source) source = &self->source;
    FC_TRY(read_facts(&reader, self, err));
    FC_TRY(check_limits(source, limits, err));
    *out = FC_STEAL(source);
    return FC_OK;
}

#define TEXT_OF(number) #number
#define TEXT_OF_MACRO(macro) TEXT_OF(macro)

/* giflib tells no version as it runs. */
static const char *library_version(void)
{
    return TEXT_OF_MACRO(GIFLIB_MAJOR) "." TEXT_OF_MACRO(GIFLIB_MINOR) "." TEXT_OF_MACRO(
        GIFLIB_RELEASE);
}

const fc_codec fc_gif_codec = { FC_FORMAT_GIF, "giflib", library_version, open_gif };
