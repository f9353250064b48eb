#include "ops/vibrance.h"

#include <math.h>
#include <stddef.h>

#include "base/assert.h"
#include "ops/luma.h"
#include "ops/u8_clamp.h"

/* Square of the chroma, in levels of B - Y and R - Y, from which nothing is added. */
#define CHROMA_SQUARED_MAX 6400.0F

/* The line of skin in that plane, as a direction of length 1: measured on faces of all tones. */
#define SKIN_BLUE (-0.62F)
#define SKIN_RED 0.785F

#define HIGHEST 251.0F

/* 0 on skin and on strong colours, towards 1 on pale colours of other hues. */
static inline float weight_of(float blue, float red)
{
    const float squared = blue * blue + red * red;
    const float along = SKIN_BLUE * blue + SKIN_RED * red;
    /* The positive part; a comparison would keep compilers from vectors. */
    const float forward = 0.5F * (along + fabsf(along));
    /* Square of the cosine to the skin's hue; its square again makes the protected sector. */
    const float near = forward * forward / (squared + 1.0F);
    return fc_clamp_from_0(1.0F - squared / CHROMA_SQUARED_MAX, 1) * (1.0F - near * near);
}

/* Px that are worked on in one go: each step on all of them, or registers would not do. */
#define RUN 256

/* Levels of a run; it is there for all runs, for compilers fill it with zeros where it begins. */
typedef struct levels {
    float red[RUN];
    float green[RUN];
    float blue[RUN];
    float luma[RUN];
} levels;

/* Never up to white: colour is to be seen, not burnt. */
static inline float moved(float level, float luma, float factor)
{
    const float highest = level > HIGHEST ? level : HIGHEST;
    return fc_clamp_from_0(level + (level - luma) * factor, highest) + 0.5F;
}

FC_WIDE static void raise_run(uint8_t *restrict pixel, int32_t count, float amount,
                              levels *restrict the)
{
    float *red = the->red;
    float *green = the->green;
    float *blue = the->blue;
    float *luma = the->luma;
    for (int32_t x = 0; x < count; x++) {
        red[x] = pixel[3 * x];
        green[x] = pixel[3 * x + 1];
        blue[x] = pixel[3 * x + 2];
        luma[x] = (float)fc_luma(pixel + 3 * x);
    }
    for (int32_t x = 0; x < count; x++) {
        const float factor = amount * weight_of(blue[x] - luma[x], red[x] - luma[x]);
        red[x] = moved(red[x], luma[x], factor);
        green[x] = moved(green[x], luma[x], factor);
        blue[x] = moved(blue[x], luma[x], factor);
    }
    for (int32_t x = 0; x < count; x++) {
        pixel[3 * x] = (uint8_t)(int32_t)red[x];
        pixel[3 * x + 1] = (uint8_t)(int32_t)green[x];
        pixel[3 * x + 2] = (uint8_t)(int32_t)blue[x];
    }
}

void fc_vibrance_in_place(fc_image *image, double amount)
{
    FC_ASSERT(image != NULL && image->channels == 3);
    FC_ASSERT(amount >= 0.0 && amount <= FC_VIBRANCE_MAX);

    levels the;
    for (int32_t y = 0; y < image->size.height; y++) {
        for (int32_t x = 0; x < image->size.width; x += RUN) {
            const int32_t rest = image->size.width - x;
            raise_run(fc_image_row(image, y) + 3 * (ptrdiff_t)x, rest < RUN ? rest : RUN,
                      (float)amount, &the);
        }
    }
}
