#include <string.h>

#include <dav1d/dav1d.h>
#include <libde265/de265.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "image/heif_canvas.h"
#include "image/heif_colour.h"

typedef struct heif_source {
    fc_source source;
    fc_heif_file file;
    fc_heif_view view;
    fc_heif_canvas colour;
    fc_heif_canvas alpha; /* count 0: none */
    bool has_parts;       /* the tiles of alpha are those of colour */
    bool is_premultiplied;
} heif_source;

/* Whether parts are laid over each other of which some are see-through; the whole is not. */
static bool is_see_through(const heif_source *self)
{
    return self->colour.is_overlay && self->has_parts && self->alpha.count > 0;
}

typedef struct heif_rows {
    fc_rows rows;
    heif_source *from;
    fc_rect part;       /* of the canvas */
    uint8_t *pixels;    /* one row */
    uint8_t *over;      /* one row of what is laid over it; NULL: nothing is see-through */
    uint16_t *alpha;    /* one row of the alpha picture; NULL: none */
    fc_rect alpha_part; /* of the alpha's canvas */
} heif_rows;

/* Which code points count for a tile's numbers: its own, the whole picture's, the coded ones. */
static const fc_heif_code_points *points_of(const heif_source *from, const fc_heif_tile *tile)
{
    return tile->has_points        ? &tile->points
           : from->view.has_points ? &from->view.points
                                   : &tile->picture->points;
}

/* Pixels of one tile that fall onto a row of a part of the canvas. */
static void convert_tile(const fc_heif_tile *tile, const fc_heif_code_points *points, fc_rect part,
                         int32_t y, const fc_heif_target *target, void *out)
{
    const fc_rect common = fc_heif_meet(tile->place, part);
    if (tile->picture == NULL || common.width <= 0 || y < common.y ||
        y >= common.y + common.height) {
        return;
    }
    const fc_heif_conversion conversion = fc_heif_conversion_new(tile->picture, points, target);
    const size_t pixel = (size_t)target->channels * (target->bits > 8 ? 2 : 1);
    fc_heif_convert(tile->picture, &conversion, target, common.x - tile->place.x, y - tile->place.y,
                    common.width, (uint8_t *)out + (size_t)(common.x - part.x) * pixel);
}

static void fill_background(const heif_rows *self)
{
    const int32_t channels = self->rows.channels;
    for (int32_t x = 0; x < self->part.width; x++) {
        for (int32_t c = 0; c < 3; c++) {
            const uint16_t value = self->from->colour.background[c];
            const size_t at = (size_t)x * (size_t)channels + (size_t)c;
            if (self->rows.bits > 8) {
                ((uint16_t *)(void *)self->pixels)[at] = value;
            } else {
                self->pixels[at] = (uint8_t)(value >> 8);
            }
        }
    }
}

/* Where a pixel lies along the side of a picture of another size. */
static int32_t scale_place(int32_t at, int32_t side, int32_t other_side)
{
    return (int32_t)((2 * (int64_t)at + 1) * other_side / (2 * (int64_t)side));
}

/* Alpha is the luma of a picture of its own, taken as it is. */
static void convert_alpha(const heif_rows *self, const fc_heif_tile *tile, int32_t line)
{
    static const fc_heif_code_points AS_IT_IS = { .is_full_range = true };
    static const fc_heif_target TARGET = { .bits = 16, .colours = 1, .channels = 1 };
    convert_tile(tile, &AS_IT_IS, self->alpha_part, line, &TARGET, self->alpha);
}

/* What has no alpha of its own is opaque. */
static void clear_alpha(const heif_rows *self)
{
    memset(self->alpha, 0xff, (size_t)self->alpha_part.width * sizeof self->alpha[0]);
}

static void read_alpha(const heif_rows *self, int32_t y)
{
    const fc_heif_canvas *alpha = &self->from->alpha;
    const fc_size size = self->from->colour.size;
    const int32_t line = scale_place(self->part.y + y, size.height, alpha->size.height);
    clear_alpha(self);
    for (size_t i = 0; i < alpha->count; i++) {
        convert_alpha(self, &alpha->tiles[i], line);
    }
    const int32_t channels = self->rows.channels;
    for (int32_t x = 0; x < self->part.width; x++) {
        const int32_t column = scale_place(self->part.x + x, size.width, alpha->size.width);
        const uint32_t value = self->alpha[column - self->alpha_part.x];
        const size_t at = (size_t)(x + 1) * (size_t)channels - 1;
        if (self->rows.bits > 8) {
            ((uint16_t *)(void *)self->pixels)[at] = (uint16_t)value;
        } else {
            self->pixels[at] = (uint8_t)((value * 255 + 32767) / 65535);
        }
    }
}

static uint32_t divide(uint32_t value, uint32_t alpha, uint32_t max)
{
    const uint64_t colour = alpha > 0 ? ((uint64_t)value * max + alpha / 2) / alpha : 0;
    return colour < max ? (uint32_t)colour : max;
}

/* Undo the multiplication of colour by alpha. */
static void divide_by_alpha(const heif_rows *self)
{
    const int32_t channels = self->rows.channels;
    for (int32_t x = 0; x < self->part.width; x++) {
        uint8_t *narrow = self->pixels + (ptrdiff_t)x * channels;
        uint16_t *wide = (uint16_t *)(void *)self->pixels + (ptrdiff_t)x * channels;
        for (int32_t c = 0; c < channels - 1; c++) {
            if (self->rows.bits > 8) {
                wide[c] = (uint16_t)divide(wide[c], wide[channels - 1], 65535);
            } else {
                narrow[c] = (uint8_t)divide(narrow[c], narrow[channels - 1], 255);
            }
        }
    }
}

/* Lay one part of an overlay over what is there, as far as it is not see-through. */
static void lay_over(const heif_rows *self, size_t index, int32_t line,
                     const fc_heif_target *target)
{
    const heif_source *from = self->from;
    const fc_heif_tile *tile = &from->colour.tiles[index];
    const fc_rect common = fc_heif_meet(tile->place, self->part);
    if (common.width <= 0 || line < common.y || line >= common.y + common.height) {
        return;
    }
    convert_tile(tile, points_of(from, tile), self->part, line, target, self->over);
    clear_alpha(self);
    convert_alpha(self, &from->alpha.tiles[index], line);
    const uint16_t *wide_over = (const uint16_t *)(const void *)self->over;
    uint16_t *wide = (uint16_t *)(void *)self->pixels;
    for (int32_t i = 0; i < common.width * target->channels; i++) {
        const size_t at = (size_t)((common.x - self->part.x) * target->channels + i);
        const uint64_t alpha = self->alpha[common.x - self->part.x + i / target->channels];
        if (target->bits > 8) {
            wide[at] =
                (uint16_t)((wide_over[at] * alpha + wide[at] * (65535 - alpha) + 32767) / 65535);
        } else {
            self->pixels[at] =
                (uint8_t)((self->over[at] * alpha + self->pixels[at] * (65535 - alpha) + 32767) /
                          65535);
        }
    }
}

static void read_colour(const heif_rows *self, int32_t y)
{
    const heif_source *from = self->from;
    const int32_t line = self->part.y + y;
    const fc_heif_target target = { .bits = self->rows.bits,
                                    .colours = self->rows.channels > 2 ? 3 : 1,
                                    .channels = self->rows.channels };
    if (from->colour.is_overlay) {
        fill_background(self);
    }
    for (size_t i = 0; i < from->colour.count; i++) {
        const fc_heif_tile *tile = &from->colour.tiles[i];
        if (self->over != NULL) {
            lay_over(self, i, line, &target);
        } else if (tile->picture != NULL) {
            convert_tile(tile, points_of(from, tile), self->part, line, &target, self->pixels);
        }
    }
}

static fc_status read_row(fc_rows *rows, int32_t y, const void **pixels, fc_error *err)
{
    (void)err;
    const heif_rows *self = (const heif_rows *)rows;
    read_colour(self, y);
    if (self->alpha != NULL && self->over == NULL) {
        read_alpha(self, y);
        if (self->from->is_premultiplied) {
            divide_by_alpha(self);
        }
    }
    *pixels = self->pixels;
    return FC_OK;
}

static void free_rows(fc_rows *rows)
{
    const heif_rows *self = (const heif_rows *)rows;
    fc_memory_free(self->pixels);
    fc_memory_free(self->over);
    fc_memory_free(self->alpha);
    fc_memory_free(rows);
}

/* The pixels of the alpha's canvas that a part of the picture needs. */
static fc_rect alpha_part(const heif_source *from, fc_rect part)
{
    const fc_size size = from->colour.size;
    const fc_size alpha = from->alpha.size;
    const int32_t left = scale_place(part.x, size.width, alpha.width);
    const int32_t top = scale_place(part.y, size.height, alpha.height);
    const int32_t right = scale_place(part.x + part.width - 1, size.width, alpha.width);
    const int32_t bottom = scale_place(part.y + part.height - 1, size.height, alpha.height);
    return (fc_rect){ left, top, right - left + 1, bottom - top + 1 };
}

static fc_status make_rows(fc_source *source, int32_t shrink, fc_rect part, fc_rows **out,
                           fc_error *err)
{
    FC_ASSERT(source != NULL && out != NULL);
    FC_ASSERT(shrink == 1);
    FC_ASSERT(part.x >= 0 && part.width > 0 && part.width <= source->size.width - part.x);
    FC_ASSERT(part.y >= 0 && part.height > 0 && part.height <= source->size.height - part.y);

    heif_source *from = (heif_source *)source;
    heif_rows *self = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(heif_rows), (void **)&self, err));
    FC_AUTO(fc_rows) rows = &self->rows;
    self->rows = (fc_rows){ .size = { part.width, part.height },
                            .channels = fc_colour_space_channels(&source->space),
                            .bits = source->bits,
                            .read = read_row,
                            .free = free_rows };
    self->from = from;
    self->part = (fc_rect){ part.x + from->view.part.x, part.y + from->view.part.y, part.width,
                            part.height };
    FC_TRY(fc_heif_canvas_decode(&from->file, &from->colour, self->part, err));
    const size_t pixel_size = (size_t)self->rows.channels * (size_t)(self->rows.bits / 8);
    FC_TRY(fc_memory_new_zeroed((size_t)part.width, pixel_size, (void **)&self->pixels, err));
    if (from->alpha.count > 0) {
        self->alpha_part = alpha_part(from, self->part);
        FC_TRY(fc_heif_canvas_decode(&from->file, &from->alpha, self->alpha_part, err));
        FC_TRY(fc_memory_new_zeroed((size_t)self->alpha_part.width, sizeof(uint16_t),
                                    (void **)&self->alpha, err));
    }
    if (is_see_through(from)) {
        FC_TRY(fc_memory_new_zeroed((size_t)part.width, pixel_size, (void **)&self->over, err));
    }
    *out = FC_STEAL(rows);
    return FC_OK;
}

static void free_source(fc_source *source)
{
    heif_source *self = (heif_source *)source;
    fc_heif_canvas_clear(&self->colour);
    fc_heif_canvas_clear(&self->alpha);
    fc_memory_free(self);
}

static void read_space(heif_source *self)
{
    fc_colour_space *space = &self->source.space;
    const fc_heif_tile *first = &self->colour.tiles[0];
    const fc_heif_code_points *points = self->view.has_points ? &self->view.points
                                        : first->has_points   ? &first->points
                                                              : &first->coded.facts.points;
    bool is_grey = !self->colour.is_overlay;
    int32_t bits = 8;
    for (size_t i = 0; i < self->colour.count; i++) {
        const fc_heif_sampling *sampling = &self->colour.tiles[i].coded.facts.sampling;
        is_grey = is_grey && sampling->is_grey;
        bits = sampling->bits > 8 ? 16 : bits;
    }
    space->model = is_grey ? FC_COLOUR_GREY : FC_COLOUR_RGB;
    space->has_alpha = self->alpha.count > 0 && !is_see_through(self);
    /* Phones say it of the tiles alone. */
    space->profile = self->view.profile.size > 0 ? self->view.profile : first->profile;
    space->primaries = points->primaries;
    space->transfer = points->transfer;
    self->source.bits = bits;
}

/* The last picture of several is the last in the file. One that lies in several places is not
 * looked at. */
static fc_bytes coded_bytes(const heif_source *self)
{
    const fc_heif_extents *extents = &self->colour.tiles[self->colour.count - 1].coded.extents;
    return extents->count == 1 ? extents->first : (fc_bytes){ NULL, 0 };
}

static fc_status check_limits(const heif_source *self, const fc_source_limits *limits,
                              fc_error *err)
{
    FC_TRY(fc_source_check_pixels(self->colour.size, limits->pixels_max, err));
    return fc_source_check_bytes(self->source.kept_bytes, "picture", limits->bytes_max, err);
}

/* The EXIF number of an orientation, 1..8. */
static int32_t exif_of(const fc_heif_view *view)
{
    for (int32_t exif = 1; exif <= 8; exif++) {
        const fc_orientation turn = fc_orientation_lookup(exif);
        if (turn.transpose == view->orientation.transpose &&
            turn.flip_x == view->orientation.flip_x && turn.flip_y == view->orientation.flip_y) {
            return exif;
        }
    }
    return 1;
}

static fc_status read_source(heif_source *self, fc_bytes file, const fc_source_limits *limits,
                             fc_error *err)
{
    FC_TRY(fc_heif_file_read(file, &self->file, err));
    FC_TRY(fc_heif_canvas_read(&self->file, self->file.primary, (fc_size){ 0, 0 }, &self->colour,
                               &self->view, err));
    FC_TRY(fc_heif_canvas_read_alpha(&self->file, self->file.primary, &self->colour, &self->alpha,
                                     &self->has_parts, &self->is_premultiplied, err));
    read_space(self);
    const int64_t colour_work = fc_heif_canvas_work_bytes(&self->colour);
    const int64_t alpha_work = fc_heif_canvas_work_bytes(&self->alpha);
    self->source.size = (fc_size){ self->view.part.width, self->view.part.height };
    self->source.cropped = (int64_t)self->colour.size.width * self->colour.size.height -
                           (int64_t)self->view.part.width * self->view.part.height;
    self->source.orientation = exif_of(&self->view);
    self->source.kept_bytes = fc_heif_canvas_bytes(&self->colour) +
                              fc_heif_canvas_bytes(&self->alpha) +
                              (colour_work > alpha_work ? colour_work : alpha_work);
    self->source.coded = coded_bytes(self);
    return check_limits(self, limits, err);
}

static fc_status open_heif(fc_bytes file, const fc_source_limits *limits, fc_source **out,
                           fc_error *err)
{
    FC_ASSERT(limits != NULL);
    FC_ASSERT(out != NULL);

    heif_source *self = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(heif_source), (void **)&self, err));
    self->source.rows = make_rows;
    self->source.free = free_source;
    FC_AUTO(fc_source) source = &self->source;
    FC_TRY(read_source(self, file, limits, err));
    *out = FC_STEAL(source);
    return FC_OK;
}

const fc_codec fc_heic_codec = { FC_FORMAT_HEIC, "libde265", de265_get_version, open_heif };
const fc_codec fc_avif_codec = { FC_FORMAT_AVIF, "dav1d", dav1d_version, open_heif };
