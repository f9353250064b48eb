#include "ops/attach_alpha.h"

#include <string.h>

#include "base/assert.h"
#include "ops/u8_clamp.h"

/* Four px, as bytes and as numbers. */
typedef uint8_t octets __attribute__((vector_size(16)));
typedef uint32_t words __attribute__((vector_size(16)));
enum { FOUR = 4 };

/* Colours apart by the room for alpha: of 16 bytes the first 12. */
static inline octets spread(const uint8_t *rgb)
{
    octets colours;
    const octets none = { 0 };
    memcpy(&colours, rgb, sizeof colours);
    return __builtin_shufflevector(colours, none, 0, 1, 2, 16, 3, 4, 5, 16, 6, 7, 8, 16, 9, 10, 11,
                                   16);
}

FC_WIDE static void attach_row(const uint8_t *restrict rgb, const float *restrict alpha,
                               int32_t width, uint8_t *restrict rgba)
{
    int32_t x = 0;
    for (; x + 6 <= width; x += FOUR) { /* what is read ends within the sixth px */
        uint32_t levels[FOUR];
        for (int32_t i = 0; i < FOUR; i++) {
            levels[i] = fc_u8_clamp(alpha[x + i] * 255);
        }
        words alphas;
        memcpy(&alphas, levels, sizeof alphas);
        const words px = (words)spread(rgb + (ptrdiff_t)3 * x) | alphas << 24;
        memcpy(rgba + (ptrdiff_t)FOUR * x, &px, sizeof px);
    }
    for (; x < width; x++) {
        memcpy(rgba + (ptrdiff_t)4 * x, rgb + (ptrdiff_t)3 * x, 3);
        rgba[4 * x + 3] = fc_u8_clamp(alpha[x] * 255);
    }
}

fc_status fc_attach_alpha(const fc_image *rgb, const fc_plane *alpha, fc_image **out, fc_error *err)
{
    FC_ASSERT(rgb != NULL);
    FC_ASSERT(rgb->channels == 3);
    FC_ASSERT(alpha != NULL);
    FC_ASSERT(out != NULL);

    const fc_size size = rgb->size;
    if (alpha->size.width != size.width || alpha->size.height != size.height) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "a mask of %d x %d px, allowed: %d x %d as the picture", alpha->size.width,
                       alpha->size.height, size.width, size.height);
    }
    FC_AUTO(fc_image) rgba = NULL;
    FC_TRY(fc_image_new(size, 4, &rgba, err));
    for (int32_t y = 0; y < size.height; y++) {
        attach_row(fc_image_row(rgb, y), fc_plane_row(alpha, y), size.width, fc_image_row(rgba, y));
    }
    *out = FC_STEAL(rgba);
    return FC_OK;
}
