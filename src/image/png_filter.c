#include "image/png_filter.h"

#include "base/assert.h"
#include "base/attributes.h"

FC_WIDE static void filter_rest(const uint8_t *restrict row, const uint8_t *restrict above,
                                size_t size, size_t step, uint8_t *restrict out)
{
    for (size_t i = step; i < size; i++) {
        out[i] = (uint8_t)(row[i] - (row[i - step] + above[i]) / 2);
    }
}

void fc_png_filter_row(const uint8_t *row, const uint8_t *above, size_t size, size_t step,
                       uint8_t *out)
{
    FC_ASSERT(row != NULL && above != NULL && out != NULL);
    FC_ASSERT(step >= 1 && step <= 4 && size >= step);
    for (size_t i = 0; i < step; i++) {
        out[i] = (uint8_t)(row[i] - above[i] / 2);
    }
    filter_rest(row, above, size, step, out);
}
