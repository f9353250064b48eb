#include "ops/clear_hidden.h"

#include <string.h>

#include "base/assert.h"

void fc_clear_hidden_in_place(fc_image *rgba, const uint8_t colour[3])
{
    FC_ASSERT(rgba != NULL);
    FC_ASSERT(rgba->channels == 4);

    for (int32_t y = 0; y < rgba->size.height; y++) {
        uint8_t *row = fc_image_row(rgba, y);
        for (int32_t x = 0; x < rgba->size.width; x++) {
            if (row[4 * x + 3] == 0) {
                memcpy(&row[4 * x], colour, 3);
            }
        }
    }
}
