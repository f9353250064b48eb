#include "image/decode.h"

#include <math.h>
#include <stdbool.h>

#include "base/assert.h"
#include "base/memory.h"
#include "image/bmp.h"
#include "image/orientation.h"
#include "image/raster.h"
#include "image/rows.h"
#include "image/vips_file.h"
#include "image/vips_rows.h"

fc_status fc_decode_start(fc_error *err)
{
    return fc_vips_start(err);
}

void fc_decode_stop(void)
{
    fc_vips_stop();
}

const char *fc_decode_library(void)
{
    return fc_vips_version();
}

void fc_raster_free(fc_raster *raster)
{
    if (raster != NULL) {
        fc_image_free(raster->pixels);
        fc_memory_free(raster);
    }
}

/*
 * Shrinking lays a grid of shrink x shrink cells over the stored picture, from its first pixel on,
 * because the JPEG decoder can do no other. A cell becomes a result pixel. Where the sides do not
 * divide, the last cells are smaller; the JPEG decoder leaves those out.
 */
typedef struct source {
    fc_bytes file;
    fc_size size;     /* stored px */
    fc_size cells;    /* the grid */
    int32_t cell;     /* px along a cell */
    int32_t box;      /* px along a cell as the source gives it: 1 where it arrives shrunk */
    VipsImage *image; /* NULL for BMP */
    fc_bmp bmp;
} source;

static void source_clear(source *from)
{
    g_clear_object(&from->image);
}

static int32_t divide_up(int32_t a, int32_t b)
{
    return a / b + (a % b != 0);
}

/* The JPEG decoder shrinks by itself; libvips aborts where that would leave nothing of a side. */
static bool arrives_shrunk(const source *from, fc_format format)
{
    return format == FC_FORMAT_JPEG && from->size.width >= from->cell &&
           from->size.height >= from->cell;
}

static fc_status source_open(source *from, fc_format format, fc_error *err)
{
    if (format == FC_FORMAT_BMP) {
        return fc_bmp_read_header(from->file, &from->bmp, err);
    }
    if (!arrives_shrunk(from, format)) {
        return fc_vips_open(from->file, format, 1, &from->image, err);
    }
    FC_TRY(fc_vips_open(from->file, format, from->cell, &from->image, err));
    from->box = 1;
    from->cells =
        (fc_size){ vips_image_get_width(from->image), vips_image_get_height(from->image) };
    return FC_OK;
}

/* Cells from..to that cover start..end px along one side; never none. */
static void cover(double start, double end, int32_t cell, int32_t count, int32_t *from, int32_t *to)
{
    const double first = floor(fmax(start, 0) / cell);
    const double last = ceil(fmax(end, 0) / cell);
    *from = first < count - 1 ? (int32_t)first : count - 1;
    *to = last < count ? (int32_t)last : count;
    *to = *to > *from ? *to : *from + 1;
}

/* Cells that cover the region of the upright picture. */
static fc_rect wanted_cells(const source *from, const fc_photo_facts *facts, fc_box region)
{
    if (region.width <= 0) {
        return (fc_rect){ 0, 0, from->cells.width, from->cells.height };
    }
    const fc_box box = fc_orientation_box_to_stored(fc_orientation_lookup(facts->orientation),
                                                    facts->size, region);
    int32_t left = 0;
    int32_t right = 0;
    int32_t top = 0;
    int32_t bottom = 0;
    cover(box.x, box.x + box.width, from->cell, from->cells.width, &left, &right);
    cover(box.y, box.y + box.height, from->cell, from->cells.height, &top, &bottom);
    return (fc_rect){ left, top, right - left, bottom - top };
}

/* Pixels of some cells, as the source gives them; the last ones may be cut by the border. */
static fc_rect cell_pixels(const source *from, fc_rect cells)
{
    const int32_t box = from->box;
    if (box == 1) {
        return cells;
    }
    const int32_t x = cells.x * box;
    const int32_t y = cells.y * box;
    const int32_t width = cells.width * box;
    const int32_t height = cells.height * box;
    return (fc_rect){ x, y, width < from->size.width - x ? width : from->size.width - x,
                      height < from->size.height - y ? height : from->size.height - y };
}

static fc_status rows_open(const source *from, fc_rect cells, fc_rows **out, fc_error *err)
{
    const fc_rect part = cell_pixels(from, cells);
    if (from->image == NULL) {
        return fc_bmp_rows_new(from->file, &from->bmp, part, out, err);
    }
    return fc_vips_rows_new(from->image, part, out, err);
}

/* Raster px to upright photo px: a cell is `cell` photo px wide, and the first one lies where the
 * upright view of the wanted cells begins (beyond the border where it is a cut one). */
static fc_similarity place_in_photo(const fc_photo_facts *facts, fc_rect cells, int32_t cell)
{
    const fc_box stored = { (double)cells.x * cell, (double)cells.y * cell,
                            (double)cells.width * cell, (double)cells.height * cell };
    const fc_box upright = fc_orientation_box_to_upright(fc_orientation_lookup(facts->orientation),
                                                         facts->size, stored);
    return (fc_similarity){ cell, 0, upright.x, upright.y };
}

static fc_status decode(fc_bytes file, const fc_photo_facts *facts,
                        const fc_decode_request *request, fc_raster **out, fc_error *err)
{
    const fc_orientation orientation = fc_orientation_lookup(facts->orientation);
    const fc_size size = fc_orientation_turn_size(orientation, facts->size);
    const int32_t cell = request->shrink;
    __attribute__((cleanup(source_clear))) source from = {
        .file = file,
        .size = size,
        .cells = { divide_up(size.width, cell), divide_up(size.height, cell) },
        .cell = cell,
        .box = cell,
    };
    FC_TRY(source_open(&from, facts->format, err));
    const fc_rect wanted = wanted_cells(&from, facts, request->region);
    FC_AUTO(fc_rows) rows = NULL;
    FC_TRY(rows_open(&from, wanted, &rows, err));

    FC_AUTO(fc_raster) raster = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_raster), (void **)&raster, err));
    raster->to_photo = place_in_photo(facts, wanted, cell);
    FC_TRY(fc_raster_fill(rows, from.box, orientation, request->background, &raster->pixels, err));
    *out = FC_STEAL(raster);
    return FC_OK;
}

fc_status fc_decode(fc_bytes file, const fc_photo_facts *facts, const fc_decode_request *request,
                    fc_raster **out, fc_error *err)
{
    FC_ASSERT(facts != NULL);
    FC_ASSERT(request != NULL);
    FC_ASSERT(request->shrink == 1 || request->shrink == 2 || request->shrink == 4 ||
              request->shrink == 8);
    FC_ASSERT(out != NULL);

    const fc_status status = decode(file, facts, request, out, err);
    fc_vips_forget();
    return status;
}
