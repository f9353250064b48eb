#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "image/bmp.h"

typedef struct bmp_rows {
    fc_rows rows;
    fc_bytes file;
    fc_bmp bmp;
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

static uint8_t channel_value(fc_bmp_channel channel, uint32_t pixel)
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
        uint32_t pixel = from[0] | (uint32_t)from[1] << 8;
        if (pixel_size == 4) {
            pixel |= (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
        }
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

static void read_palette(bmp_rows *self)
{
    const uint8_t *entry = self->file.data + self->bmp.palette_offset;
    for (uint32_t i = 0; i < self->bmp.palette_count; i++) {
        self->palette[i][0] = entry[2];
        self->palette[i][1] = entry[1];
        self->palette[i][2] = entry[0];
        entry += self->bmp.palette_entry_size;
    }
}

fc_status fc_bmp_rows_new(fc_bytes file, const fc_bmp *bmp, fc_rect part, fc_rows **out,
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
    read_palette(self);
    *out = FC_STEAL(rows);
    return FC_OK;
}
