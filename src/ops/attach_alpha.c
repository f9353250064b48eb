#include "ops/attach_alpha.h"

#include "base/assert.h"
#include "ops/u8_clamp.h"

FC_WIDE static void attach_row(const uint8_t *restrict rgb, const float *restrict alpha,
                               int32_t width, uint8_t *restrict rgba)
{
    for (int32_t x = 0; x < width; x++) {
        for (int32_t c = 0; c < 3; c++) {
            rgba[c] = rgb[c];
        }
        rgba[3] = fc_u8_clamp(alpha[x] * 255);
        rgb += 3;
        rgba += 4;
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
