#include "ops/vibrance.h"

#include "base/assert.h"
#include "ops/luma.h"

/* Square of the chroma, in levels of B - Y and R - Y, from which nothing is added. */
#define CHROMA_SQUARED_MAX 6400.0F

/* The line of skin in that plane, as a direction of length 1: measured on faces of all tones. */
#define SKIN_BLUE (-0.62F)
#define SKIN_RED 0.785F

static uint8_t to_level(float value)
{
    const float low = value > 0.0F ? value : 0.0F;
    return (uint8_t)((low < 255.0F ? low : 255.0F) + 0.5F);
}

/* 0 on skin and on strong colours, towards 1 on pale colours of other hues. */
static float weight_of(float blue, float red)
{
    const float squared = blue * blue + red * red;
    const float pale = 1.0F - squared / CHROMA_SQUARED_MAX;
    const float along = SKIN_BLUE * blue + SKIN_RED * red;
    const float forward = along > 0.0F ? along : 0.0F;
    /* Square of the cosine to the skin's hue; its square again makes the protected sector. */
    const float near = forward * forward / (squared + 1.0F);
    return (pale > 0.0F ? pale : 0.0F) * (1.0F - near * near);
}

void fc_vibrance_in_place(fc_image *image, double amount)
{
    FC_ASSERT(image != NULL && image->channels == 3);
    FC_ASSERT(amount >= 0.0 && amount <= FC_VIBRANCE_MAX);

    for (int32_t y = 0; y < image->size.height; y++) {
        uint8_t *pixel = fc_image_row(image, y);
        for (int32_t x = 0; x < image->size.width; x++, pixel += 3) {
            const int32_t luma = fc_luma(pixel);
            const float blue = (float)(pixel[2] - luma);
            const float green = (float)(pixel[1] - luma);
            const float red = (float)(pixel[0] - luma);
            const float more = (float)amount * weight_of(blue, red);
            pixel[0] = to_level((float)pixel[0] + more * red);
            pixel[1] = to_level((float)pixel[1] + more * green);
            pixel[2] = to_level((float)pixel[2] + more * blue);
        }
    }
}
