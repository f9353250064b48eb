#include "ops/clear_hidden.h"

#include <string.h>

#include "base/assert.h"
#include "base/attributes.h"

/* A px as one number, whatever the order of its bytes. */
static inline uint32_t to_word(uint8_t red, uint8_t green, uint8_t blue, uint8_t alpha)
{
    const uint8_t bytes[4] = { red, green, blue, alpha };
    uint32_t word = 0;
    memcpy(&word, bytes, sizeof word);
    return word;
}

FC_WIDE static void clear_row(uint8_t *row, size_t width, uint32_t colour, uint32_t alpha)
{
    for (size_t x = 0; x < width; x++) {
        uint32_t px = 0;
        memcpy(&px, row + 4 * x, sizeof px);
        px = (px & alpha) == 0 ? colour : px;
        memcpy(row + 4 * x, &px, sizeof px);
    }
}

void fc_clear_hidden_in_place(fc_image *rgba, const uint8_t colour[3])
{
    FC_ASSERT(rgba != NULL);
    FC_ASSERT(rgba->channels == 4);

    const uint32_t hidden = to_word(colour[0], colour[1], colour[2], 0);
    const uint32_t alpha = to_word(0, 0, 0, 255);
    for (int32_t y = 0; y < rgba->size.height; y++) {
        clear_row(fc_image_row(rgba, y), (size_t)rgba->size.width, hidden, alpha);
    }
}
