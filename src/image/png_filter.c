#include "image/png_filter.h"

#include "base/assert.h"
#include "base/attributes.h"

static inline int16_t absolute(int16_t value)
{
    return (int16_t)(value < 0 ? -value : value);
}

/* The neighbour that is nearest to left + above - corner; in doubt left, then above. 16 bits hold
 * all of it, and eight of them fit into the registers of any processor. */
static inline uint8_t predict(int16_t left, int16_t above, int16_t corner)
{
    const int16_t to_left = (int16_t)(above - corner);
    const int16_t to_above = (int16_t)(left - corner);
    const int16_t far_left = absolute(to_left);
    const int16_t far_above = absolute(to_above);
    const int16_t far_corner = absolute((int16_t)(to_left + to_above));
    const int16_t nearer = far_above < far_left ? above : left;
    const int16_t distance = far_above < far_left ? far_above : far_left;
    return (uint8_t)(far_corner < distance ? corner : nearer);
}

FC_WIDE static void filter_rest(const uint8_t *restrict row, const uint8_t *restrict above,
                                size_t size, size_t step, uint8_t *restrict out)
{
    for (size_t i = step; i < size; i++) {
        out[i] = (uint8_t)(row[i] - predict(row[i - step], above[i], above[i - step]));
    }
}

void fc_png_filter_row(const uint8_t *row, const uint8_t *above, size_t size, size_t step,
                       uint8_t *out)
{
    FC_ASSERT(row != NULL && above != NULL && out != NULL);
    FC_ASSERT(step >= 1 && step <= 4 && size >= step);
    for (size_t i = 0; i < step; i++) {
        out[i] = (uint8_t)(row[i] - above[i]);
    }
    filter_rest(row, above, size, step, out);
}
