/**
 * Cell grid: a picture and a mask of it, measured in a coarse grid of cells. For models of smooth
 * things, such as a wall (ops/plain_wall.h). Pure operation, any thread.
 */
#pragma once

#include "image/image.h"

/** Measurements: planes of the grid's size, rows tightly packed. */
typedef struct fc_cell_grid {
    fc_size size;
    size_t count;     /* of cells */
    double scale;     /* cells per px of the picture */
    float *colour[3]; /* mean R, G, B, 0..255 */
    float *rough;     /* levels: how much the px of a cell differ from an even slope; 1 px: 0 */
    float *mask;      /* mean, least and most of the mask, 0..1 */
    float *least;
    float *most;
    float *covered; /* 1: in the photo, else 0 */
    float *spare;   /* of the caller, zero at first */
    float *memory;  /* of all planes */
} fc_cell_grid;

/**
 * Measure.
 *
 * picture   RGB; a few px of each cell are looked at
 * mask      of the same part at any size; values are cut to 0..1
 * coverage  likewise: above 0.5 where the picture shows the photo; NULL: everywhere
 * side_max  longest side of the grid, cells; small pictures have a cell for each px
 * spare     planes for the caller
 * out       owner: caller, release with fc_cell_grid_clear. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: about 100 ns a cell.
 */
FC_MUST_CHECK fc_status fc_cell_grid_look(const fc_image *picture, const fc_plane *mask,
                                          const fc_plane *coverage, int32_t side_max, size_t spare,
                                          fc_cell_grid *out, fc_error *err);
void fc_cell_grid_clear(fc_cell_grid *grid);
