#include "ops/deblock.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/assert.h"
#include "ops/luma.h"

#define SIDE FC_DEBLOCK_SIDE
#define HALF (SIDE / 2)
#define SIDE_MIN 64

/* Blocks are seen where the jumps at their borders are this many times those elsewhere, each way,
 * and so many levels more. Photos that were compressed well have 1.0 to 1.2 times. */
#define TIMES_MIN 1.35
#define LEVELS_MIN 1.6

/* Jumps that are larger than this are edges, and say nothing about compression. */
#define JUMP_MAX 24

/* Steps up to so many times the mean one are smoothed, twice as large ones are left. */
#define STEPS_MAX 4.0F
#define ROUGH_MAX 1.0F

/* Sums of jumps by the column, or the row, modulo 8, that they happen at. */
typedef struct jumps {
    int64_t sum[SIDE];
    int64_t count[SIDE];
} jumps;

/* By how much a jump differs from the slopes at both sides of it, twice. */
static int32_t jump(int32_t before, int32_t last, int32_t first, int32_t after)
{
    return abs(2 * (first - last) - (last - before) - (after - first));
}

/* All jumps along lines. `along` and `across`: bytes from one px to the next, of a line, of lines.
 */
static jumps measure(const fc_image *image, int32_t length, int32_t lines, ptrdiff_t along,
                     ptrdiff_t across)
{
    jumps found = { 0 };
    for (int32_t line = 0; line < lines; line++) {
        const uint8_t *pixel = image->data + line * across + 2 * along;
        for (int32_t i = 2; i + 1 < length; i++, pixel += along) {
            const int32_t size = jump(fc_luma(pixel - 2 * along), fc_luma(pixel - along),
                                      fc_luma(pixel), fc_luma(pixel + along));
            if (size <= 2 * JUMP_MAX) {
                found.sum[i % SIDE] += size;
                found.count[i % SIDE]++;
            }
        }
    }
    return found;
}

static double mean_at(const jumps *found, int32_t phase)
{
    return found->count[phase] > 0 ? 0.5 * (double)found->sum[phase] / (double)found->count[phase]
                                   : 0;
}

/* Where blocks begin, and how much more pixels jump there; 0 where that is not much. */
static double find_grid(const jumps *found, int32_t *phase)
{
    double total = 0;
    *phase = 0;
    for (int32_t i = 0; i < SIDE; i++) {
        total += mean_at(found, i);
        *phase = mean_at(found, i) > mean_at(found, *phase) ? i : *phase;
    }
    const double there = mean_at(found, *phase);
    const double elsewhere = (total - there) / (SIDE - 1);
    const bool seen = there > TIMES_MIN * elsewhere && there > elsewhere + LEVELS_MIN;
    return seen ? there - elsewhere : 0;
}

fc_blocks fc_deblock_measure(const fc_image *image)
{
    FC_ASSERT(image != NULL && image->channels == 3);
    const fc_size size = image->size;
    fc_blocks blocks = { 0 };
    if (size.width < SIDE_MIN || size.height < SIDE_MIN) {
        return blocks;
    }
    const ptrdiff_t stride = (ptrdiff_t)image->stride;
    const jumps columns = measure(image, size.width, size.height, 3, stride);
    const jumps rows = measure(image, size.height, size.width, stride, 3);
    const double across = find_grid(&columns, &blocks.left);
    const double down = find_grid(&rows, &blocks.top);
    blocks.step = across > 0 && down > 0 ? (across + down) / 2 : 0;
    return blocks;
}

static uint8_t moved(uint8_t level, float by)
{
    const float value = (float)level + by;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value + 0.5F);
}

static float clamp01(float value)
{
    return value < 0 ? 0 : value > 1 ? 1 : value;
}

/* The step at a border, without the slope that goes through it, as far as compression made it: no
 * larger than such steps are, and between blocks that are smooth there. */
static float step_at(const uint8_t *first, ptrdiff_t along, float usual)
{
    const int32_t before = first[-along] - first[-2 * along];
    const int32_t after = first[along] - first[0];
    const float step = (float)(first[0] - first[-along]) - 0.5F * (float)(before + after);
    const float rough = (float)(abs(before) + abs(after)) / (ROUGH_MAX * usual);
    return step * clamp01(2 - fabsf(step) / (STEPS_MAX * usual)) * clamp01(2 - rough);
}

/* One border: half the step is taken at each side of it, less farther away. */
static void smooth(uint8_t *first, ptrdiff_t along, float usual)
{
    for (int32_t c = 0; c < 3; c++, first++) {
        const float step = step_at(first, along, usual);
        for (int32_t i = 0; i < HALF; i++) {
            const float part = step * (float)(SIDE - 1 - 2 * i) / (2 * SIDE);
            first[i * along] = moved(first[i * along], -part);
            first[-(i + 1) * along] = moved(first[-(i + 1) * along], part);
        }
    }
}

static void smooth_lines(fc_image *image, int32_t begin, int32_t length, int32_t lines,
                         ptrdiff_t along, ptrdiff_t across, float usual)
{
    const int32_t first = begin < HALF ? begin + SIDE : begin;
    for (int32_t line = 0; line < lines; line++) {
        for (int32_t at = first; at + HALF <= length; at += SIDE) {
            smooth(image->data + line * across + at * along, along, usual);
        }
    }
}

void fc_deblock_in_place(fc_image *image, const fc_blocks *blocks)
{
    FC_ASSERT(image != NULL && image->channels == 3);
    FC_ASSERT(blocks != NULL && blocks->step >= 0);
    FC_ASSERT(blocks->left >= 0 && blocks->left < SIDE && blocks->top >= 0 && blocks->top < SIDE);
    if (!(blocks->step > 0)) {
        return;
    }
    const fc_size size = image->size;
    const ptrdiff_t stride = (ptrdiff_t)image->stride;
    const float usual = (float)blocks->step;
    smooth_lines(image, blocks->left, size.width, size.height, 3, stride, usual);
    smooth_lines(image, blocks->top, size.height, size.width, stride, 3, usual);
}
