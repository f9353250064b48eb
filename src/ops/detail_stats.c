#include "ops/detail_stats.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/assert.h"
#include "ops/luma.h"
#include "ops/person_stats.h"

#define SURE 0.95F

/* Blocks are small enough to find smooth places between features, and lie two blocks apart. */
#define BLOCK 8
#define BLOCK_PITCH 16

/* Blocks this near to black or white have lost their noise to clipping. */
#define LUMA_LOW 12
#define LUMA_HIGH 243

/* Noise is counted in steps of a tenth of a level. */
#define NOISE_BINS 512
#define NOISE_BINS_PER_LEVEL 10.0
#define NOISE_PERCENTILE 0.2

/* A fifth of all blocks vary downwards by chance alone; measured on plain Gaussian noise. */
#define PERCENTILE_BIAS 1.08

/* Standard deviation by mean absolute answer: sqrt(pi / 2) / 6, six being the norm of the mask. */
#define ANSWER_TO_SIGMA 0.20888568955258338

/* Bend over 2 * 3 px, levels, from which a place counts as an edge. */
#define EDGE_MIN 16
#define COARSE 3

typedef enum channel { LUMA, BLUE, RED, CHANNELS } channel;

typedef struct noise_counts {
    int32_t bins[CHANNELS][NOISE_BINS];
    int32_t blocks;
} noise_counts;

static int32_t channel_value(const uint8_t *pixel, channel which)
{
    const int32_t luma = fc_luma(pixel);
    return which == LUMA ? luma : (which == BLUE ? pixel[2] : pixel[0]) - luma;
}

/* The mask 1 -2 1 / -2 4 -2 / 1 -2 1 with its arms `step` long. */
static int32_t answer(const fc_image *canvas, int32_t x, int32_t y, int32_t step, channel which)
{
    static const int32_t WEIGHTS[3] = { 1, -2, 1 };
    int32_t sum = 0;
    for (int32_t j = 0; j < 3; j++) {
        const uint8_t *centre = fc_image_row(canvas, y + (j - 1) * step) + 3 * (ptrdiff_t)x;
        sum += WEIGHTS[j] * (channel_value(centre - 3 * (ptrdiff_t)step, which) -
                             2 * channel_value(centre, which) +
                             channel_value(centre + 3 * (ptrdiff_t)step, which));
    }
    return abs(sum);
}

static bool block_is_usable(const fc_image *canvas, const fc_plane *matte, int32_t left,
                            int32_t top)
{
    int32_t luma = 0;
    for (int32_t y = top; y < top + BLOCK; y++) {
        for (int32_t x = left; x < left + BLOCK; x++) {
            if (!(fc_plane_row(matte, y)[x] > SURE)) {
                return false;
            }
            luma += fc_luma(fc_image_row(canvas, y) + 3 * (ptrdiff_t)x);
        }
    }
    return luma > LUMA_LOW * BLOCK * BLOCK && luma < LUMA_HIGH * BLOCK * BLOCK;
}

static void count_block(const fc_image *canvas, int32_t left, int32_t top, int32_t step,
                        channel which, noise_counts *counts)
{
    int32_t sum = 0;
    for (int32_t y = top; y < top + BLOCK; y++) {
        for (int32_t x = left; x < left + BLOCK; x += 2) {
            sum += answer(canvas, x, y, step, which);
        }
    }
    const double sigma = ANSWER_TO_SIGMA * sum / (BLOCK * BLOCK / 2);
    const int32_t bin = (int32_t)(sigma * NOISE_BINS_PER_LEVEL);
    counts->bins[which][bin < NOISE_BINS ? bin : NOISE_BINS - 1]++;
}

static void count_noise(const fc_image *canvas, const fc_plane *matte, int32_t step,
                        noise_counts *counts)
{
    /* Cameras and JPEG smooth colour: its noise shows only at twice the distance. */
    const int32_t reach = 2 * step;
    for (int32_t y = reach; y + BLOCK + reach <= canvas->size.height; y += BLOCK_PITCH) {
        for (int32_t x = reach; x + BLOCK + reach <= canvas->size.width; x += BLOCK_PITCH) {
            if (!block_is_usable(canvas, matte, x, y)) {
                continue;
            }
            count_block(canvas, x, y, step, LUMA, counts);
            count_block(canvas, x, y, reach, BLUE, counts);
            count_block(canvas, x, y, reach, RED, counts);
            counts->blocks++;
        }
    }
}

static double noise_of(const noise_counts *counts, channel which)
{
    int32_t below = 0;
    int32_t bin = 0;
    while (bin < NOISE_BINS - 1 &&
           below + counts->bins[which][bin] <= NOISE_PERCENTILE * counts->blocks) {
        below += counts->bins[which][bin];
        bin++;
    }
    return PERCENTILE_BIAS * bin / NOISE_BINS_PER_LEVEL;
}

static int32_t bend(const uint8_t *pixel, ptrdiff_t distance)
{
    return abs(2 * fc_luma(pixel) - fc_luma(pixel - distance) - fc_luma(pixel + distance));
}

static fc_pixel_box cut_to(fc_box box, fc_size size, int32_t rim)
{
    const fc_box inside = { rim, rim, size.width - 2.0 * rim, size.height - 2.0 * rim };
    const fc_box part = fc_box_intersect(box, inside);
    if (!(part.width > 0.0) || !(part.height > 0.0)) {
        return (fc_pixel_box){ 0 };
    }
    return (fc_pixel_box){ (int32_t)part.x, (int32_t)part.y, (int32_t)(part.x + part.width),
                           (int32_t)(part.y + part.height) };
}

/* Fine by coarse bend: a third on a lone step, a ninth or less on soft ramps, more on texture. */
static double measure_sharpness(const fc_image *canvas, const fc_plane *matte, fc_box face)
{
    const fc_pixel_box box = cut_to(face, canvas->size, COARSE);
    const ptrdiff_t down = (ptrdiff_t)canvas->stride;
    int64_t fine = 0;
    int64_t coarse = 0;
    for (int32_t y = box.top; y < box.bottom; y += 2) {
        const float *person = fc_plane_row(matte, y);
        for (int32_t x = box.left; x < box.right; x++) {
            const uint8_t *pixel = fc_image_row(canvas, y) + 3 * (ptrdiff_t)x;
            const int32_t across = bend(pixel, 3 * COARSE);
            const int32_t along = bend(pixel, COARSE * down);
            if (across + along < EDGE_MIN || !(person[x] > SURE)) {
                continue;
            }
            fine += bend(pixel, 3) + bend(pixel, down);
            coarse += across + along;
        }
    }
    return coarse > 0 ? fmin((double)fine / (double)coarse, 1.0) : 0.0;
}

fc_detail_stats fc_detail_measure(const fc_image *canvas, const fc_plane *matte, fc_box face,
                                  int32_t step_px)
{
    FC_ASSERT(canvas != NULL && canvas->channels == 3);
    FC_ASSERT(matte != NULL);
    FC_ASSERT(matte->size.width == canvas->size.width);
    FC_ASSERT(matte->size.height == canvas->size.height);
    FC_ASSERT(step_px >= 1);

    noise_counts counts = { 0 };
    count_noise(canvas, matte, step_px, &counts);
    fc_detail_stats stats = { .sharpness = measure_sharpness(canvas, matte, face) };
    if (counts.blocks > 0) {
        stats.luma_noise = noise_of(&counts, LUMA);
        stats.chroma_noise = fmax(noise_of(&counts, BLUE), noise_of(&counts, RED));
    }
    return stats;
}
