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

/* Px of a row of a block that are looked at: every second one. */
#define ANSWERS (BLOCK / 2)

typedef struct noise_counts {
    int32_t bins[CHANNELS][NOISE_BINS];
    int32_t blocks;
} noise_counts;

/* What the mask 1 -2 1 along a row makes of the channels, at the px of a block. */
typedef struct row_answers {
    int32_t of[CHANNELS][ANSWERS];
} row_answers;

static inline int32_t bend_of(int32_t before, int32_t middle, int32_t after)
{
    return before - 2 * middle + after;
}

static inline row_answers answer_row(const uint8_t *pixels, int32_t step)
{
    row_answers row;
    for (int32_t i = 0; i < ANSWERS; i++) {
        const uint8_t *centre = pixels + (ptrdiff_t)3 * 2 * i;
        const uint8_t *left = centre - (ptrdiff_t)3 * step;
        const uint8_t *right = centre + (ptrdiff_t)3 * step;
        const int32_t luma = bend_of(fc_luma(left), fc_luma(centre), fc_luma(right));
        row.of[LUMA][i] = luma;
        row.of[BLUE][i] = bend_of(left[2], centre[2], right[2]) - luma;
        row.of[RED][i] = bend_of(left[0], centre[0], right[0]) - luma;
    }
    return row;
}

/* Answers of the mask 1 -2 1 / -2 4 -2 / 1 -2 1 with its arms `step` long, in a block: the same
 * along a row and down a column, so that each row is answered once. */
static inline void sum_answers(const fc_image *canvas, int32_t left, int32_t top, int32_t step,
                               int32_t sums[CHANNELS])
{
    row_answers rows[BLOCK + 4 * FC_DETAIL_STEP_MAX];
    for (int32_t y = 0; y < BLOCK + 2 * step; y++) {
        rows[y] = answer_row(fc_image_row(canvas, top - step + y) + (ptrdiff_t)3 * left, step);
    }
    for (int32_t y = 0; y < BLOCK; y++) {
        for (int32_t which = 0; which < CHANNELS; which++) {
            const int32_t *above = rows[y].of[which];
            const int32_t *centre = rows[y + step].of[which];
            const int32_t *below = rows[y + 2 * step].of[which];
            for (int32_t i = 0; i < ANSWERS; i++) {
                sums[which] += abs(bend_of(above[i], centre[i], below[i]));
            }
        }
    }
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

static void count_answer(int32_t sum, int32_t bins[NOISE_BINS])
{
    const double sigma = ANSWER_TO_SIGMA * sum / (BLOCK * ANSWERS);
    const int32_t bin = (int32_t)(sigma * NOISE_BINS_PER_LEVEL);
    bins[bin < NOISE_BINS ? bin : NOISE_BINS - 1]++;
}

/* Cameras and JPEG smooth colour: its noise shows only at twice the distance. */
static void count_block(const fc_image *canvas, int32_t left, int32_t top, int32_t step,
                        noise_counts *counts)
{
    int32_t near[CHANNELS] = { 0 };
    int32_t far[CHANNELS] = { 0 };
    sum_answers(canvas, left, top, step, near);
    sum_answers(canvas, left, top, 2 * step, far);
    count_answer(near[LUMA], counts->bins[LUMA]);
    count_answer(far[BLUE], counts->bins[BLUE]);
    count_answer(far[RED], counts->bins[RED]);
    counts->blocks++;
}

static void count_noise(const fc_image *canvas, const fc_plane *matte, int32_t step,
                        noise_counts *counts)
{
    const int32_t reach = 2 * step;
    for (int32_t y = reach; y + BLOCK + reach <= canvas->size.height; y += BLOCK_PITCH) {
        for (int32_t x = reach; x + BLOCK + reach <= canvas->size.width; x += BLOCK_PITCH) {
            if (block_is_usable(canvas, matte, x, y)) {
                count_block(canvas, x, y, step, counts);
            }
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

/* Px of a row that are looked at in one go, and the rows that they are compared with. */
enum { RUN = 64, ROWS = 5 };
static const int32_t REACHES[ROWS] = { 0, -1, 1, -COARSE, COARSE };

/* Luma of a run of px and of those around it. */
typedef struct run {
    int32_t rows[ROWS][RUN + 2 * COARSE];
} run;

FC_WIDE static void read_lumas(const uint8_t *restrict pixels, int32_t count, int32_t *restrict out)
{
    for (int32_t i = 0; i < count; i++) {
        out[i] = fc_luma(pixels + (ptrdiff_t)3 * i);
    }
}

static inline int32_t bend(int32_t before, int32_t middle, int32_t after)
{
    return abs(2 * middle - before - after);
}

typedef struct bends {
    int32_t fine;
    int32_t coarse;
} bends;

/* Bends of a run, summed where the coarse one is an edge of the person. */
FC_WIDE static bends add_run(const run *lumas, const float *restrict person, int32_t count)
{
    const int32_t *restrict row = lumas->rows[0] + COARSE;
    const int32_t *restrict above = lumas->rows[1] + COARSE;
    const int32_t *restrict below = lumas->rows[2] + COARSE;
    const int32_t *restrict high = lumas->rows[3] + COARSE;
    const int32_t *restrict low = lumas->rows[4] + COARSE;
    bends sum = { 0 };
    for (int32_t x = 0; x < count; x++) {
        const int32_t coarse =
            bend(row[x - COARSE], row[x], row[x + COARSE]) + bend(high[x], row[x], low[x]);
        const int32_t fine =
            bend(row[x - 1], row[x], row[x + 1]) + bend(above[x], row[x], below[x]);
        const int32_t counts = (coarse >= EDGE_MIN) & (person[x] > SURE);
        sum.fine += counts * fine;
        sum.coarse += counts * coarse;
    }
    return sum;
}

/* Fine by coarse bend: a third on a lone step, a ninth or less on soft ramps, more on texture. */
static double measure_sharpness(const fc_image *canvas, const fc_plane *matte, fc_box face)
{
    const fc_pixel_box box = cut_to(face, canvas->size, COARSE);
    int64_t fine = 0;
    int64_t coarse = 0;
    run lumas;
    for (int32_t y = box.top; y < box.bottom; y += 2) {
        for (int32_t x = box.left; x < box.right; x += RUN) {
            const int32_t count = box.right - x < RUN ? box.right - x : RUN;
            for (int32_t i = 0; i < ROWS; i++) {
                read_lumas(fc_image_row(canvas, y + REACHES[i]) + (ptrdiff_t)3 * (x - COARSE),
                           count + 2 * COARSE, lumas.rows[i]);
            }
            const bends sum = add_run(&lumas, fc_plane_row(matte, y) + x, count);
            fine += sum.fine;
            coarse += sum.coarse;
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
    FC_ASSERT(step_px >= 1 && step_px <= FC_DETAIL_STEP_MAX);

    noise_counts counts = { 0 };
    count_noise(canvas, matte, step_px, &counts);
    fc_detail_stats stats = { .sharpness = measure_sharpness(canvas, matte, face) };
    if (counts.blocks > 0) {
        stats.luma_noise = noise_of(&counts, LUMA);
        stats.chroma_noise = fmax(noise_of(&counts, BLUE), noise_of(&counts, RED));
    }
    return stats;
}
