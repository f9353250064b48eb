#include "models/face_tiles.h"

#include <math.h>
#include <stdbool.h>

#include "base/assert.h"

/* Side of the finest tiles: px, times the largest face that is known, and shares of the picture's
 * longer side. So a face of 24 px is seen, or one of a quarter of the largest; tiles are never so
 * small that there are too many, and always a real part of the picture. */
#define SIDE_PX 384.0
#define SIDE_FACES 4.0
#define SHARE_MIN (1 / 5.2)
#define SHARE_MAX (1 / 1.7)

/* What coarser tiles than this would add is seen in the whole picture, or held by finer tiles. */
#define SHARE_COARSE_MAX 0.58

/* Share of a tile that its neighbour sees too: a smaller face lies in one of them completely. */
#define OVERLAP 0.25

/* Tiles along an axis: as few as overlap by OVERLAP at least. */
static int32_t count_along(int32_t length, double side)
{
    return length <= side ? 1 : (int32_t)ceil((length - side) / ((1 - OVERLAP) * side)) + 1;
}

/* Tile 0 begins at 0, the last one ends at the picture's edge. */
static double start_of(int32_t length, double side, int32_t tile, int32_t count)
{
    return count > 1 ? floor((length - side) * tile / (count - 1)) : 0;
}

double fc_face_tiles_side(fc_size picture, double face_px, double before)
{
    FC_ASSERT(picture.width > 0 && picture.height > 0);
    FC_ASSERT(face_px >= 0 && before >= 0);

    const double longer = fmax(picture.width, picture.height);
    const double wanted = fmax(fmax(SIDE_PX, SHARE_MIN * longer), SIDE_FACES * face_px);
    const double finest = fmax(floor(fmin(wanted, SHARE_MAX * longer)), 1);
    if (before > 0) {
        return before > finest ? fmax(floor(before / 2), finest) : 0;
    }
    double side = finest;
    while (2 * side < SHARE_COARSE_MAX * longer) {
        side *= 2;
    }
    return side;
}

int32_t fc_face_tiles(fc_size picture, double side, fc_box *out)
{
    FC_ASSERT(picture.width > 0 && picture.height > 0);
    FC_ASSERT(side >= 1);
    FC_ASSERT(out != NULL);

    const int32_t columns = count_along(picture.width, side);
    const int32_t rows = count_along(picture.height, side);
    FC_ASSERT(columns * rows <= FC_FACE_TILES_MAX);
    for (int32_t i = 0; i < columns * rows; i++) {
        out[i] = (fc_box){ start_of(picture.width, side, i % columns, columns),
                           start_of(picture.height, side, i / columns, rows),
                           fmin(side, picture.width), fmin(side, picture.height) };
    }
    return columns * rows;
}
