#include "ops/flatten.h"

#include "base/assert.h"

/* value / 255 rounded to nearest, exact for 0..65535. */
static inline uint8_t divide_by_255(uint32_t value)
{
    return (uint8_t)((value + 128 + ((value + 128) >> 8)) >> 8);
}

FC_WIDE static void flatten_row(const uint8_t *restrict rgba, const uint8_t background[3],
                                int32_t width, uint8_t *restrict rgb)
{
    for (int32_t x = 0; x < width; x++) {
        const uint32_t alpha = rgba[3];
        for (int32_t c = 0; c < 3; c++) {
            rgb[c] = divide_by_255(rgba[c] * alpha + background[c] * (255 - alpha));
        }
        rgba += 4;
        rgb += 3;
    }
}

FC_WIDE static void flatten_row_onto(const uint8_t *restrict rgba, int32_t width,
                                     uint8_t *restrict rgb)
{
    for (int32_t x = 0; x < width; x++) {
        const uint32_t alpha = rgba[3];
        for (int32_t c = 0; c < 3; c++) {
            rgb[c] = divide_by_255(rgba[c] * alpha + rgb[c] * (255 - alpha));
        }
        rgba += 4;
        rgb += 3;
    }
}

fc_status fc_flatten(const fc_image *rgba, const uint8_t background[3], fc_image **out,
                     fc_error *err)
{
    FC_ASSERT(rgba != NULL);
    FC_ASSERT(rgba->channels == 4);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_image) rgb = NULL;
    FC_TRY(fc_image_new(rgba->size, 3, &rgb, err));
    for (int32_t y = 0; y < rgba->size.height; y++) {
        flatten_row(fc_image_row(rgba, y), background, rgba->size.width, fc_image_row(rgb, y));
    }
    *out = FC_STEAL(rgb);
    return FC_OK;
}

void fc_flatten_onto(const fc_image *rgba, fc_image *ground)
{
    FC_ASSERT(rgba != NULL && rgba->channels == 4);
    FC_ASSERT(ground != NULL && ground->channels == 3);
    FC_ASSERT(ground->size.width == rgba->size.width && ground->size.height == rgba->size.height);
    for (int32_t y = 0; y < rgba->size.height; y++) {
        flatten_row_onto(fc_image_row(rgba, y), rgba->size.width, fc_image_row(ground, y));
    }
}
