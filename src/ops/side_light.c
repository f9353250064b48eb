#include "ops/side_light.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "ops/srgb.h"
#include "ops/u8_clamp.h"

/* Places in a face: from its middle, in half widths and half heights of its box. The ellipse that
 * is measured holds no hair and no ears of a face that looks ahead. */
#define MEASURED_HALF_WIDTH 0.6
#define MEASURED_HALF_HEIGHT 0.75
#define MEASURED_DOWN 0.1

/* Cells along each side of that ellipse's box, and px looked at along each side of a cell. */
#define CELLS 24
#define CELL_PX 4
#define SAMPLES_MAX (CELLS * CELLS)

/* Samples that there must be of either half. */
#define HALF_MIN 50

/* Of each half's samples, the darkest are brows, eyes and locks, the brightest glints. */
#define DARK_SHARE 0.3
#define BRIGHT_SHARE 0.02

#define SURE 0.95F
#define LIGHT_MIN 1e-3

/* Tukey's weights, by this many deviations; a smooth skin deviates by at least that, in stops. */
#define ROUNDS 4
#define REJECTED 3.0
#define DEVIATION_MIN 0.05

/* From the usual difference to this one, evening fades in; it leaves what gives a face its shape.
 */
#define FULL 1.1
#define STOPS_LEFT 0.35
#define TINT_LEFT 0.3

/* The difference is told between the middles of both halves. */
#define HALF_MIDDLE 0.5

/* Beyond this the light is taken to grow no more, and beyond the face it fades. */
#define ACROSS_MAX 0.75
#define TWIST_MAX 0.7
#define FADE_HALF_HEIGHT 1.2
#define FADE_UP 0.05
#define FADE_END 2.0

/* Red of an evened colour for its green: with less no tint is taken off, from there on all of it.
 */
#define RED_NONE 0.8F
#define RED_ENOUGH 1.25F

/* Levels of the table from linear light to sRGB. */
#define ENCODED 4096

/* px of a row between which gains are interpolated. */
#define SPAN 8

/* The terms of the fit: 1, y, y^2, x^2, x, x y. Only the last two turn their sign with x. */
enum { ACROSS = 4, TWIST = 5, TERMS = 6 };

/* What is fitted: log2 of R, G, B and of the luminance. */
enum { LUMINANCE = 3, VALUES = 4 };

/* Gains of R, G, B for the colour, and of all three for the brightness. */
enum { ALL = 3, GAINS = 4 };

typedef struct gains {
    float of[GAINS];
} gains;

typedef struct sample {
    double x;
    double y;
    double value[VALUES];
    double weight;
} sample;

typedef struct samples {
    sample items[SAMPLES_MAX];
    int32_t count;
} samples;

typedef struct fit {
    double of[TERMS][VALUES];
} fit;

static double clamp(double value, double low, double high)
{
    return fmin(fmax(value, low), high);
}

/* ---- samples --------------------------------------------------------------------------------- */

/* Add the mean of a cell, where all of it is person. */
static void add_cell(const fc_image *canvas, const fc_plane *matte, const float *linear,
                     fc_box cell, fc_point at, samples *all)
{
    double sum[3] = { 0 };
    for (int32_t i = 0; i < CELL_PX * CELL_PX; i++) {
        const int32_t x = (int32_t)floor(cell.x + (i % CELL_PX + 0.5) / CELL_PX * cell.width);
        const int32_t y = (int32_t)floor(cell.y + (i / CELL_PX + 0.5) / CELL_PX * cell.height);
        if (x < 0 || y < 0 || x >= canvas->size.width || y >= canvas->size.height ||
            !(fc_plane_row(matte, y)[x] > SURE)) {
            return;
        }
        const uint8_t *pixel = fc_image_row(canvas, y) + (ptrdiff_t)3 * x;
        for (int32_t c = 0; c < 3; c++) {
            sum[c] += (double)linear[pixel[c]] / (CELL_PX * CELL_PX);
        }
    }
    sample *the = &all->items[all->count++];
    *the = (sample){ .x = at.x, .y = at.y };
    for (int32_t c = 0; c < 3; c++) {
        the->value[c] = log2(fmax(sum[c], LIGHT_MIN));
    }
    const double luminance = fc_luminance((fc_linear_rgb){ sum[0], sum[1], sum[2] });
    the->value[LUMINANCE] = log2(fmax(luminance, LIGHT_MIN));
}

static void take_samples(const fc_image *canvas, const fc_plane *matte, fc_box face, samples *all)
{
    fc_srgb_table table;
    fc_srgb_table_init(&table);
    const fc_point middle = fc_box_centre(face);
    const double width = MEASURED_HALF_WIDTH * face.width / CELLS;
    const double height = MEASURED_HALF_HEIGHT * face.height / CELLS;
    for (int32_t i = 0; i < CELLS * CELLS; i++) {
        const double across = (i % CELLS + 0.5) / CELLS * 2 - 1; /* of the ellipse */
        const double down = (double)(i / CELLS) / CELLS * 2 - 1 + 1.0 / CELLS;
        if (across * across + down * down < 1) {
            const fc_point at = { across * MEASURED_HALF_WIDTH,
                                  down * MEASURED_HALF_HEIGHT + MEASURED_DOWN };
            const fc_box cell = { middle.x + at.x * face.width / 2 - width / 2,
                                  middle.y + at.y * face.height / 2 - height / 2, width, height };
            add_cell(canvas, matte, table.linear, cell, at, all);
        }
    }
}

static int ascending(const void *a, const void *b)
{
    const double left = *(const double *)a;
    const double right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Begin with the skin of one half. Returns how many samples that are. */
static int32_t begin_half(samples *all, bool right)
{
    double sorted[SAMPLES_MAX];
    int32_t count = 0;
    for (int32_t i = 0; i < all->count; i++) {
        if ((all->items[i].x > 0) == right) {
            sorted[count++] = all->items[i].value[LUMINANCE];
        }
    }
    if (count < HALF_MIN) {
        return 0;
    }
    qsort(sorted, (size_t)count, sizeof *sorted, ascending);
    const double low = sorted[(int32_t)(DARK_SHARE * count)];
    const double high = sorted[(int32_t)((1 - BRIGHT_SHARE) * (count - 1))];
    for (int32_t i = 0; i < all->count; i++) {
        sample *the = &all->items[i];
        if ((the->x > 0) == right) {
            the->weight = the->value[LUMINANCE] >= low && the->value[LUMINANCE] <= high ? 1.0 : 0.0;
        }
    }
    return count;
}

/* ---- fit ------------------------------------------------------------------------------------- */

static void terms_at(const sample *the, double terms[TERMS])
{
    terms[0] = 1;
    terms[1] = the->y;
    terms[2] = the->y * the->y;
    terms[3] = the->x * the->x;
    terms[ACROSS] = the->x;
    terms[TWIST] = the->x * the->y;
}

/* Normal equations, their right sides beside them. */
typedef struct equations {
    double rows[TERMS][TERMS + VALUES];
} equations;

static void add_up(const samples *all, equations *sums)
{
    for (int32_t i = 0; i < all->count; i++) {
        const sample *the = &all->items[i];
        double terms[TERMS];
        terms_at(the, terms);
        for (int32_t r = 0; r < TERMS; r++) {
            const double weighted = the->weight * terms[r];
            for (int32_t c = 0; c < TERMS; c++) {
                sums->rows[r][c] += weighted * terms[c];
            }
            for (int32_t c = 0; c < VALUES; c++) {
                sums->rows[r][TERMS + c] += weighted * the->value[c];
            }
        }
    }
}

/* Gauss and Jordan; the matrix is positive definite, so no pivot is looked for. */
static void solve(equations *the, fit *out)
{
    for (int32_t p = 0; p < TERMS; p++) {
        const double pivot = the->rows[p][p];
        for (int32_t r = 0; r < TERMS; r++) {
            const double factor = r != p ? the->rows[r][p] / pivot : 0;
            for (int32_t c = p; c < TERMS + VALUES; c++) {
                the->rows[r][c] -= factor * the->rows[p][c];
            }
        }
    }
    for (int32_t r = 0; r < TERMS; r++) {
        for (int32_t c = 0; c < VALUES; c++) {
            out->of[r][c] = the->rows[r][TERMS + c] / the->rows[r][r];
        }
    }
}

static double residual(const sample *the, const fit *by)
{
    double terms[TERMS];
    terms_at(the, terms);
    double value = the->value[LUMINANCE];
    for (int32_t r = 0; r < TERMS; r++) {
        value -= terms[r] * by->of[r][LUMINANCE];
    }
    return value;
}

/* Weights by how far the luminance is from the fit. */
static void weigh(samples *all, const fit *by)
{
    double sorted[SAMPLES_MAX];
    double far[SAMPLES_MAX];
    int32_t count = 0;
    for (int32_t i = 0; i < all->count; i++) {
        far[i] = residual(&all->items[i], by);
        if (all->items[i].weight > 0) {
            sorted[count++] = fabs(far[i]);
        }
    }
    qsort(sorted, (size_t)count, sizeof *sorted, ascending);
    const double deviation = fmax(1.4826 * sorted[count / 2], DEVIATION_MIN);
    for (int32_t i = 0; i < all->count; i++) {
        const double t = far[i] / (REJECTED * deviation);
        all->items[i].weight = fabs(t) < 1 ? (1 - t * t) * (1 - t * t) : 0;
    }
}

static fit fit_robustly(samples *all)
{
    fit found = { 0 };
    for (int32_t i = 0; i < ROUNDS; i++) {
        equations sums = { 0 };
        add_up(all, &sums);
        for (int32_t r = 0; r < TERMS; r++) {
            sums.rows[r][r] += 1e-4 * all->count;
        }
        solve(&sums, &found);
        weigh(all, &found);
    }
    return found;
}

/* ---- what is to be done ---------------------------------------------------------------------- */

static double share_of(double difference, double left)
{
    const double evidence =
        clamp((difference - FC_SIDE_LIGHT_USUAL) / (FULL - FC_SIDE_LIGHT_USUAL), 0, 1);
    return evidence > 0 ? evidence * (difference - left) / difference : 0;
}

static double luminance_of(const double values[3])
{
    return fc_luminance((fc_linear_rgb){ values[0], values[1], values[2] });
}

static fc_side_light plan(const fit *found)
{
    fc_side_light light = { 0 };
    memcpy(light.across, found->of[ACROSS], sizeof light.across);
    memcpy(light.twist, found->of[TWIST], sizeof light.twist);
    const double *across = light.across;
    light.stops = 2 * HALF_MIDDLE * luminance_of(across);
    light.tint =
        2 * HALF_MIDDLE *
        (fmax(across[0], fmax(across[1], across[2])) - fmin(across[0], fmin(across[1], across[2])));
    light.share = share_of(fabs(light.stops), STOPS_LEFT);
    light.tint_share = share_of(light.tint, TINT_LEFT);
    return light;
}

fc_side_light fc_side_light_measure(const fc_image *canvas, const fc_plane *matte, fc_box face)
{
    FC_ASSERT(canvas != NULL && canvas->channels == 3);
    FC_ASSERT(matte != NULL);

    samples all = { .count = 0 };
    if (face.width > 0 && face.height > 0) {
        take_samples(canvas, matte, face, &all);
    }
    if (begin_half(&all, false) == 0 || begin_half(&all, true) == 0) {
        return (fc_side_light){ 0 };
    }
    const fit found = fit_robustly(&all);
    return plan(&found);
}

/* ---- evening --------------------------------------------------------------------------------- */

/* How much of the evening a place gets, from its middle in halves of the face's box. */
static double fade(double x, double y)
{
    const double down = (y + FADE_UP) / FADE_HALF_HEIGHT;
    const double near = clamp(FADE_END - sqrt(x * x + down * down), 0, 1);
    return near * near * (3 - 2 * near);
}

/* Gains at a place: of all channels, for brightness, and of each, for colour. The colours are drawn
 * in together: cutting only one would leave another tint. */
static gains gains_at(const fc_side_light *light, double x, double y)
{
    const double across = ACROSS_MAX * tanh(x / ACROSS_MAX);
    const double down = clamp(y, -TWIST_MAX, TWIST_MAX);
    double stops[3];
    for (int32_t c = 0; c < 3; c++) {
        stops[c] = across * (light->across[c] + down * light->twist[c]);
    }
    const double luminance = luminance_of(stops);
    double largest = FC_SIDE_LIGHT_STOPS_MAX;
    for (int32_t c = 0; c < 3; c++) {
        stops[c] -= luminance;
        largest = fmax(largest, light->tint_share * fabs(stops[c]));
    }
    const double weight = fade(x, y);
    const double tint = weight * light->tint_share * FC_SIDE_LIGHT_STOPS_MAX / largest;
    gains found;
    found.of[ALL] = (float)exp2(-weight * clamp(light->share * luminance, -FC_SIDE_LIGHT_STOPS_MAX,
                                                FC_SIDE_LIGHT_STOPS_MAX));
    for (int32_t c = 0; c < 3; c++) {
        found.of[c] = (float)exp2(-tint * stops[c]);
    }
    return found;
}

typedef struct tables {
    fc_srgb_table decode;
    uint8_t encode[ENCODED + 1];
} tables;

/* Where the evening of one row happens. */
typedef struct line {
    const fc_side_light *light;
    fc_point middle; /* px */
    double half_width;
    double half_height;
    double y; /* px */
} line;

static gains gains_in(const line *the, double x)
{
    return gains_at(the->light, (x - the->middle.x) / the->half_width,
                    (the->y - the->middle.y) / the->half_height);
}

/* Take a tint off, as far as that leads to a colour that skin can have: where only blue light
 * falls, there is no red that could come out, and less blue would make it green. */
static void take_tint(const float gain[3], float colour[3])
{
    const float red = colour[0] * gain[0];
    const float green = colour[1] * gain[1];
    const float part = fc_clamp((red / (green + 1e-6F) - RED_NONE) / (RED_ENOUGH - RED_NONE), 0, 1);
    for (int32_t c = 0; c < 3; c++) {
        colour[c] *= 1 + part * (gain[c] - 1);
    }
}

/* Some px of a row, between whose ends the gains are taken to be straight lines. */
static void even_span(const tables *by, const gains *first, const gains *last, const float *matte,
                      int32_t count, uint8_t *pixel)
{
    for (int32_t x = 0; x < count; x++, pixel += 3) {
        const float along = ((float)x + 0.5F) / SPAN;
        float gain[GAINS];
        for (int32_t c = 0; c < GAINS; c++) {
            gain[c] = 1 + matte[x] * (first->of[c] - 1 + along * (last->of[c] - first->of[c]));
        }
        float colour[3];
        for (int32_t c = 0; c < 3; c++) {
            colour[c] = by->decode.linear[pixel[c]] * gain[ALL];
        }
        take_tint(gain, colour);
        for (int32_t c = 0; c < 3; c++) {
            pixel[c] = by->encode[(int32_t)(fc_clamp(colour[c], 0, 1) * ENCODED + 0.5F)];
        }
    }
}

static void even_row(const line *the, const tables *by, const float *matte, int32_t left,
                     int32_t right, uint8_t *row)
{
    gains first = gains_in(the, left);
    for (int32_t x = left; x < right; x += SPAN) {
        const int32_t count = right - x < SPAN ? right - x : SPAN;
        const gains last = gains_in(the, x + SPAN);
        even_span(by, &first, &last, matte + x, count, row + (ptrdiff_t)3 * x);
        first = last;
    }
}

static int32_t clamp_px(double px, int32_t end)
{
    return (int32_t)clamp(px, 0, end);
}

void fc_side_light_even_in_place(const fc_side_light *light, const fc_plane *matte, fc_box face,
                                 fc_image *canvas)
{
    FC_ASSERT(light != NULL && matte != NULL);
    FC_ASSERT(canvas != NULL && canvas->channels == 3);

    tables by;
    fc_srgb_table_init(&by.decode);
    for (int32_t i = 0; i <= ENCODED; i++) {
        by.encode[i] = (uint8_t)lround(255 * fc_srgb_encode((double)i / ENCODED));
    }
    const fc_point middle = fc_box_centre(face);
    const double reach_x = FADE_END * face.width / 2;
    const double reach_y = (FADE_END * FADE_HALF_HEIGHT + FADE_UP) * face.height / 2;
    const int32_t left = clamp_px(floor(middle.x - reach_x), canvas->size.width);
    const int32_t right = clamp_px(ceil(middle.x + reach_x), canvas->size.width);
    const int32_t bottom = clamp_px(ceil(middle.y + reach_y), canvas->size.height);
    for (int32_t y = clamp_px(floor(middle.y - reach_y), canvas->size.height); y < bottom; y++) {
        const line the = { light, middle, face.width / 2, face.height / 2, y + 0.5 };
        even_row(&the, &by, fc_plane_row(matte, y), left, right, fc_image_row(canvas, y));
    }
}
