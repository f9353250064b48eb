#include "ops/vibrance.h"

#include <math.h>

#include "base/assert.h"
#include "ops/luma.h"
#include "ops/u8_clamp.h"

/* Square of the chroma, in levels of B - Y and R - Y, from which nothing is added. */
#define CHROMA_SQUARED_MAX 6400.0F

/* The line of skin in that plane, as a direction of length 1: measured on faces of all tones. */
#define SKIN_BLUE (-0.62F)
#define SKIN_RED 0.785F

#define HIGHEST 251

/* 0 on skin and on strong colours, towards 1 on pale colours of other hues. */
static inline float weight_of(float blue, float red)
{
    const float squared = blue * blue + red * red;
    const float along = SKIN_BLUE * blue + SKIN_RED * red;
    /* The positive part; a comparison would keep compilers from vectors. */
    const float forward = 0.5F * (along + fabsf(along));
    /* Square of the cosine to the skin's hue; its square again makes the protected sector. */
    const float near = forward * forward / (squared + 1.0F);
    return fc_clamp(1.0F - squared / CHROMA_SQUARED_MAX, 0, 1) * (1.0F - near * near);
}

/* Never up to white: colour is to be seen, not burnt. */
static inline uint8_t moved(uint8_t level, float difference, float factor)
{
    const float highest = level > HIGHEST ? level : HIGHEST;
    return (uint8_t)(int32_t)(fc_clamp_from_0(level + difference * factor, highest) + 0.5F);
}

FC_WIDE static void raise_row(uint8_t *pixel, int32_t width, float amount)
{
    for (int32_t x = 0; x < width; x++, pixel += 3) {
        const int32_t luma = fc_luma(pixel);
        const float red = (float)(pixel[0] - luma);
        const float green = (float)(pixel[1] - luma);
        const float blue = (float)(pixel[2] - luma);
        const float factor = amount * weight_of(blue, red);
        pixel[0] = moved(pixel[0], red, factor);
        pixel[1] = moved(pixel[1], green, factor);
        pixel[2] = moved(pixel[2], blue, factor);
    }
}

void fc_vibrance_in_place(fc_image *image, double amount)
{
    FC_ASSERT(image != NULL && image->channels == 3);
    FC_ASSERT(amount >= 0.0 && amount <= FC_VIBRANCE_MAX);

    for (int32_t y = 0; y < image->size.height; y++) {
        raise_row(fc_image_row(image, y), image->size.width, (float)amount);
    }
}
