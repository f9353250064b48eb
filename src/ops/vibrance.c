#include "ops/vibrance.h"

#include "base/assert.h"
#include "ops/luma.h"

/* Square of the chroma, in levels of B - Y and R - Y, from which nothing is added. */
#define CHROMA_SQUARED_MAX 6400.0F

/* The line of skin in that plane, as a direction of length 1: measured on faces of all tones. */
#define SKIN_BLUE (-0.62F)
#define SKIN_RED 0.785F

/* The weights are tabled by both differences in cells of 4 levels: too fine a step to be seen. */
#define CELLS 128
#define CELL_SHIFT 2
#define BIAS 256

/* A factor of 1. */
#define ONE 1024

#define HIGHEST 251

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

static void fill_factors(uint16_t factors[CELLS][CELLS], double amount)
{
    for (int32_t j = 0; j < CELLS; j++) {
        for (int32_t i = 0; i < CELLS; i++) {
            const float blue = (float)((j << CELL_SHIFT) + (1 << CELL_SHIFT) / 2 - BIAS);
            const float red = (float)((i << CELL_SHIFT) + (1 << CELL_SHIFT) / 2 - BIAS);
            factors[j][i] = (uint16_t)(ONE * (float)amount * weight_of(blue, red) + 0.5F);
        }
    }
}

/* Never up to white: colour is to be seen, not burnt. */
static uint8_t moved(uint8_t level, int32_t difference, int32_t factor)
{
    const int32_t value = level + (difference * factor + ONE / 2) / ONE;
    const int32_t low = value > 0 ? value : 0;
    const int32_t highest = level > HIGHEST ? level : HIGHEST;
    return (uint8_t)(low < highest ? low : highest);
}

void fc_vibrance_in_place(fc_image *image, double amount)
{
    FC_ASSERT(image != NULL && image->channels == 3);
    FC_ASSERT(amount >= 0.0 && amount <= FC_VIBRANCE_MAX);

    uint16_t factors[CELLS][CELLS];
    fill_factors(factors, amount);
    for (int32_t y = 0; y < image->size.height; y++) {
        uint8_t *pixel = fc_image_row(image, y);
        for (int32_t x = 0; x < image->size.width; x++, pixel += 3) {
            const int32_t luma = fc_luma(pixel);
            const int32_t blue = pixel[2] - luma;
            const int32_t red = pixel[0] - luma;
            const int32_t factor = factors[(blue + BIAS) >> CELL_SHIFT][(red + BIAS) >> CELL_SHIFT];
            pixel[1] = moved(pixel[1], pixel[1] - luma, factor);
            pixel[0] = moved(pixel[0], red, factor);
            pixel[2] = moved(pixel[2], blue, factor);
        }
    }
}
