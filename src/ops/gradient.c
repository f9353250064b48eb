#include "ops/gradient.h"

#include <math.h>

#include "base/assert.h"

static void mix(const uint8_t from[3], const uint8_t to[3], double share, uint8_t rgb[3])
{
    for (int c = 0; c < 3; c++) {
        rgb[c] = (uint8_t)lround(from[c] + (to[c] - from[c]) * share);
    }
}

/* Share of the way from the middle, 0, to the corners, 1. */
static double share_at(fc_size size, int32_t x, int32_t y)
{
    const double right = (x + 0.5) / size.width - 0.5;
    const double down = (y + 0.5) / size.height - 0.5;
    return fmin(hypot(right, down) * M_SQRT2, 1);
}

fc_status fc_gradient(fc_size size, const uint8_t from[3], const uint8_t to[3], bool radial,
                      fc_image **out, fc_error *err)
{
    FC_ASSERT(from != NULL && to != NULL && out != NULL);
    FC_AUTO(fc_image) picture = NULL;
    FC_TRY(fc_image_new(size, 3, &picture, err));
    const double last = size.height > 1 ? size.height - 1 : 1;
    for (int32_t y = 0; y < size.height; y++) {
        uint8_t *row = fc_image_row(picture, y);
        uint8_t level[3];
        mix(from, to, y / last, level);
        for (int32_t x = 0; x < size.width; x++, row += 3) {
            if (radial) {
                mix(from, to, share_at(size, x, y), level);
            }
            row[0] = level[0];
            row[1] = level[1];
            row[2] = level[2];
        }
    }
    *out = FC_STEAL(picture);
    return FC_OK;
}
