#include "models/face_tiles.h"

#include <math.h>
#include <stdbool.h>

#include "base/assert.h"

/* Side of the finest tiles, px, and as shares of the picture's longer side: never so small that
 * there are too many, and always a real part of the picture. */
#define SIDE_PX 384.0
#define SHARE_MIN (1 / 5.2)
#define SHARE_MAX (1 / 1.7)

/* Coarser tiles than this show hardly more than a look at the whole does. */
#define SHARE_COARSE_MAX 0.7

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

static int32_t add_tiles(fc_size picture, double side, fc_box *out, int32_t count)
{
    const int32_t columns = count_along(picture.width, side);
    const int32_t rows = count_along(picture.height, side);
    for (int32_t i = 0; i < columns * rows; i++) {
        FC_ASSERT(count < FC_FACE_TILES_MAX);
        out[count++] = (fc_box){ start_of(picture.width, side, i % columns, columns),
                                 start_of(picture.height, side, i / columns, rows),
                                 fmin(side, picture.width), fmin(side, picture.height) };
    }
    return count;
}

int32_t fc_face_tiles(fc_size picture, fc_box *out)
{
    FC_ASSERT(picture.width > 0 && picture.height > 0);
    FC_ASSERT(out != NULL);

    const int32_t longer = picture.width > picture.height ? picture.width : picture.height;
    const double finest = fmin(fmax(SIDE_PX, SHARE_MIN * longer), SHARE_MAX * longer);
    int32_t count = 0;
    for (double side = fmax(floor(finest), 1); count == 0 || side < SHARE_COARSE_MAX * longer;
         side *= 2) {
        count = add_tiles(picture, side, out, count);
    }
    return count;
}
