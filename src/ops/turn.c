#include "ops/turn.h"

#include "base/assert.h"

/* Both sides of a tile of this many pixels stay in the first cache. */
#define TILE 32

/* Where the result's pixel (0, 0) comes from, and what one step to the right or down there moves
 * in the source, in bytes. */
typedef struct walk {
    const uint8_t *origin;
    ptrdiff_t right;
    ptrdiff_t down;
} walk;

static walk plan(const fc_image *source, uint32_t turns)
{
    const ptrdiff_t pixel = source->channels;
    const ptrdiff_t row = (ptrdiff_t)source->stride;
    const ptrdiff_t last_pixel = (source->size.width - 1) * pixel;
    const ptrdiff_t last_row = (source->size.height - 1) * row;
    switch (turns) {
    case 1:
        return (walk){ source->data + last_row, -row, pixel };
    case 2:
        return (walk){ source->data + last_row + last_pixel, -pixel, -row };
    case 3:
        return (walk){ source->data + last_pixel, row, -pixel };
    default:
        return (walk){ source->data, pixel, row };
    }
}

static inline void turn_tile(walk from, int32_t left, int32_t top, const fc_image *result,
                             int32_t channels)
{
    const fc_size size = result->size;
    const int32_t right = left + TILE < size.width ? left + TILE : size.width;
    const int32_t bottom = top + TILE < size.height ? top + TILE : size.height;
    for (int32_t y = top; y < bottom; y++) {
        uint8_t *out = fc_image_row(result, y) + (size_t)left * (size_t)channels;
        const uint8_t *in = from.origin + y * from.down + left * from.right;
        for (int32_t x = left; x < right; x++) {
            for (int32_t c = 0; c < channels; c++) {
                out[c] = in[c];
            }
            out += channels;
            in += from.right;
        }
    }
}

fc_status fc_turn(const fc_image *source, int32_t quarter_turns, fc_image **out, fc_error *err)
{
    FC_ASSERT(source != NULL);
    FC_ASSERT(out != NULL);

    const uint32_t turns = (uint32_t)quarter_turns % 4; /* 2^32 is a multiple of 4 */
    const fc_size size =
        turns % 2 == 0 ? source->size : (fc_size){ source->size.height, source->size.width };
    FC_AUTO(fc_image) result = NULL;
    FC_TRY(fc_image_new(size, source->channels, &result, err));
    const walk from = plan(source, turns);
    for (int32_t top = 0; top < size.height; top += TILE) {
        for (int32_t left = 0; left < size.width; left += TILE) {
            switch (source->channels) { /* constants for the compiler */
            case 1:
                turn_tile(from, left, top, result, 1);
                break;
            case 3:
                turn_tile(from, left, top, result, 3);
                break;
            default:
                turn_tile(from, left, top, result, 4);
                break;
            }
        }
    }
    *out = FC_STEAL(result);
    return FC_OK;
}

/* The map from a picture turned clockwise back to the picture as it lay. */
static fc_similarity turned_to_given(fc_size given, uint32_t turns)
{
    switch (turns) {
    case 1:
        return (fc_similarity){ 0, -1, 0, given.height };
    case 2:
        return (fc_similarity){ -1, 0, given.width, given.height };
    case 3:
        return (fc_similarity){ 0, 1, given.width, 0 };
    default:
        return FC_SIMILARITY_IDENTITY;
    }
}

fc_status fc_turn_raster(fc_raster *raster, int32_t quarter_turns, fc_error *err)
{
    FC_ASSERT(raster != NULL);
    const fc_similarity back = turned_to_given(raster->pixels->size, (uint32_t)quarter_turns % 4);
    fc_image *turned = NULL;
    FC_TRY(fc_turn(raster->pixels, quarter_turns, &turned, err));
    fc_image_free(raster->pixels);
    raster->pixels = turned;
    raster->to_photo = fc_similarity_compose(raster->to_photo, back);
    return FC_OK;
}
