#include "image/decode.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "image/orientation.h"
#include "image/raster.h"
#include "image/source.h"
#include "image/to_srgb.h"

/* Bytes of the result for each pixel. */
#define RGB_BYTES 3

static fc_status check_format(fc_format format, uint32_t accepted, fc_error *err)
{
    if (format != FC_FORMAT_UNKNOWN && (accepted & FC_FORMAT_BIT(format)) != 0) {
        return FC_OK;
    }
    char list[FC_FORMATS_TEXT_SIZE];
    fc_formats_print(accepted, list);
    if (format == FC_FORMAT_UNKNOWN) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "not a picture of a known type; accepted are %s",
                       list);
    }
    return fc_fail(err, FC_UNSUPPORTED_FORMAT, "a %s picture; accepted are %s",
                   fc_format_name(format), list);
}

static fc_status check_size(fc_size size, const fc_decode_limits *limits, fc_error *err)
{
    if (size.width > FC_IMAGE_SIDE_MAX || size.height > FC_IMAGE_SIDE_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a picture of %" PRId32 " x %" PRId32 " px, at most %d a side are accepted",
                       size.width, size.height, FC_IMAGE_SIDE_MAX);
    }
    const int64_t pixels = (int64_t)size.width * size.height;
    if (pixels > limits->pixels_max) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a picture of %" PRId32 " x %" PRId32 " = %" PRId64 " px, at most %" PRId64
                       " are accepted",
                       size.width, size.height, pixels, limits->pixels_max);
    }
    return FC_OK;
}

static fc_photo_facts read_facts(fc_format format, const fc_source *source)
{
    const fc_orientation orientation = fc_orientation_lookup(source->orientation);
    const int64_t pixels = (int64_t)source->size.width * source->size.height;
    return (fc_photo_facts){
        .format = format,
        .size = fc_orientation_turn_size(orientation, source->size),
        .stored = pixels + source->cropped,
        .orientation = source->orientation,
        .bits = source->bits,
        .channels = fc_colour_space_channels(&source->space),
        .has_alpha = source->space.has_alpha,
        .has_profile = source->space.profile.size > 0,
        .decoded_bytes = pixels * RGB_BYTES + source->kept_bytes,
    };
}

static fc_status check_bytes(const fc_photo_facts *facts, const fc_decode_limits *limits,
                             fc_error *err)
{
    if (facts->decoded_bytes > limits->decoded_max) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "decoding this %s takes %" PRId64 " bytes, at most %" PRId64 " are accepted",
                       fc_format_name(facts->format), facts->decoded_bytes, limits->decoded_max);
    }
    return FC_OK;
}

fc_status fc_decode_probe(fc_bytes file, const fc_decode_limits *limits, fc_photo_facts *out,
                          fc_error *err)
{
    FC_ASSERT(limits != NULL);
    FC_ASSERT(out != NULL);

    const fc_format format = fc_format_sniff(file);
    FC_TRY(check_format(format, limits->formats, err));
    const fc_source_limits within = { .pixels_max = limits->pixels_max,
                                      .bytes_max = limits->decoded_max };
    FC_AUTO(fc_source) source = NULL;
    FC_TRY(fc_codec_lookup(format)->open(file, &within, &source, err));
    const fc_photo_facts facts = read_facts(format, source);
    FC_TRY(check_size(facts.size, limits, err));
    FC_TRY(check_bytes(&facts, limits, err));
    *out = facts;
    return FC_OK;
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
 * divide, the last cells are smaller; a decoder that shrinks by itself leaves those out.
 */
typedef struct cell_grid {
    fc_size size;  /* stored px */
    fc_size cells; /* cells along each side */
    int32_t cell;  /* px along a cell */
    int32_t box;   /* px along a cell as the source gives it: 1 where it arrives shrunk */
} cell_grid;

static int32_t divide_up(int32_t a, int32_t b)
{
    return a / b + (a % b != 0);
}

static int32_t divide_down(int32_t a, int32_t b)
{
    return a / b > 0 ? a / b : 1;
}

static cell_grid lay_grid(const fc_source *source, int32_t cell)
{
    const fc_size size = source->size;
    if (source->shrinks) {
        const fc_size cells = { divide_down(size.width, cell), divide_down(size.height, cell) };
        return (cell_grid){ size, cells, cell, 1 };
    }
    const fc_size cells = { divide_up(size.width, cell), divide_up(size.height, cell) };
    return (cell_grid){ size, cells, cell, cell };
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
static fc_rect wanted_cells(const cell_grid *from, const fc_photo_facts *facts, fc_box region)
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
static fc_rect cell_pixels(const cell_grid *from, fc_rect cells)
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

/* sRGB rows of some cells. */
static fc_status open_rows(fc_source *source, const cell_grid *grid, fc_rect cells, fc_rows **out,
                           fc_error *err)
{
    FC_AUTO(fc_rows) stored = NULL;
    const int32_t shrink = grid->box == 1 ? grid->cell : 1;
    FC_TRY(source->rows(source, shrink, cell_pixels(grid, cells), &stored, err));
    return fc_to_srgb(&stored, &source->space, out, err);
}

/* An alpha channel that hides everything was never meant as one. */
static fc_status fill(fc_source *source, const cell_grid *grid, fc_rect cells,
                      fc_orientation orientation, const uint8_t background[3], fc_image **out,
                      fc_error *err)
{
    FC_AUTO(fc_rows) rows = NULL;
    FC_TRY(open_rows(source, grid, cells, &rows, err));
    FC_AUTO(fc_image) pixels = NULL;
    bool invisible = false;
    FC_TRY(fc_raster_fill(rows, grid->box, orientation, background, &invisible, &pixels, err));
    if (invisible && background != NULL) {
        return fill(source, grid, cells, orientation, NULL, out, err);
    }
    *out = FC_STEAL(pixels);
    return FC_OK;
}

/* For strips, tables and the like, which fc_photo_facts.decoded_bytes leaves out. */
#define TABLES_BYTES_MAX (INT64_C(16) << 20)

static fc_source_limits limits_of(const fc_photo_facts *facts)
{
    return (fc_source_limits){ .pixels_max = facts->stored,
                               .bytes_max = facts->decoded_bytes + TABLES_BYTES_MAX };
}

fc_status fc_decode(fc_bytes file, const fc_photo_facts *facts, const fc_decode_request *request,
                    fc_raster **out, fc_error *err)
{
    FC_ASSERT(facts != NULL);
    FC_ASSERT(request != NULL);
    FC_ASSERT(request->shrink == 1 || request->shrink == 2 || request->shrink == 4 ||
              request->shrink == 8);
    FC_ASSERT(out != NULL);

    const fc_codec *codec = fc_codec_lookup(facts->format);
    FC_ASSERT(codec != NULL);
    const fc_source_limits limits = limits_of(facts);
    FC_AUTO(fc_source) source = NULL;
    FC_TRY(codec->open(file, &limits, &source, err));
    const cell_grid grid = lay_grid(source, request->shrink);
    const fc_rect wanted = wanted_cells(&grid, facts, request->region);

    FC_AUTO(fc_raster) raster = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_raster), (void **)&raster, err));
    raster->to_photo = place_in_photo(facts, wanted, grid.cell);
    FC_TRY(fill(source, &grid, wanted, fc_orientation_lookup(facts->orientation),
                request->background, &raster->pixels, err));
    *out = FC_STEAL(raster);
    return FC_OK;
}
