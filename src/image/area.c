#include "image/area.h"

#include <math.h>

#include "base/assert.h"

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

static cell_grid lay_grid(fc_size size, bool shrinks, int32_t cell)
{
    if (shrinks) {
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

fc_area fc_area_of(const fc_photo_facts *facts, bool shrinks, const fc_decode_request *request)
{
    FC_ASSERT(facts != NULL && request != NULL);
    FC_ASSERT(request->shrink == 1 || request->shrink == 2 || request->shrink == 4 ||
              request->shrink == 8);

    const fc_orientation orientation = fc_orientation_lookup(facts->orientation);
    const fc_size stored = fc_orientation_turn_size(orientation, facts->size);
    const cell_grid grid = lay_grid(stored, shrinks, request->shrink);
    const fc_rect cells = wanted_cells(&grid, facts, request->region);
    return (fc_area){
        .stored = stored,
        .shrink = grid.box == 1 ? grid.cell : 1,
        .part = cell_pixels(&grid, cells),
        .box = grid.box,
        .size = { cells.width, cells.height },
        .orientation = orientation,
        .to_photo = place_in_photo(facts, cells, grid.cell),
    };
}
