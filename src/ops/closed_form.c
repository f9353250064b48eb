#include "ops/closed_form.h"

#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "ops/float4.h"
#include "ops/symmetric3.h"

/* Two px that share a 3 x 3 window are at most two rows and two columns apart. */
enum { REACH = 2, NEIGHBOUR_SIDE = 2 * REACH + 1, NEIGHBOURS = NEIGHBOUR_SIDE * NEIGHBOUR_SIDE };
enum { WINDOW_SIDE = 3, WINDOW = WINDOW_SIDE * WINDOW_SIDE };

/* Variance of colours in 0..1 that a window has at least; from the paper, per px of the window. */
static const double EPSILON = 1e-5;

/* Square of a px's error, times the diagonal, that no longer matters to 8-bit pictures. */
static const double SOLVED = 1e-9;

/* Row of the Laplacian of one unknown px: weights of the px around it, itself in the middle. */
typedef struct fc_stencil {
    float weights[NEIGHBOURS];
} fc_stencil;

/*
 * The equations. Pictures are padded by REACH on each side, so that no neighbour needs a test;
 * the padding is known and has weight 0. `places` and `stencils` have `count` items.
 */
typedef struct fc_band {
    fc_size size;    /* without the padding */
    size_t stride;   /* of a padded row */
    size_t padded;   /* px of a padded plane */
    int32_t count;   /* unknown px */
    int32_t *rank;   /* padded plane: number of the unknown px, -1 where known */
    int32_t *places; /* in a padded plane, of each unknown px */
    fc_stencil *stencils;
} fc_band;

static void band_clear(fc_band *band)
{
    fc_memory_free(band->rank);
    fc_memory_free(band->places);
    fc_memory_free(band->stencils);
}

static size_t padded_place(const fc_band *band, int32_t x, int32_t y)
{
    return (size_t)(y + REACH) * band->stride + (size_t)(x + REACH);
}

/* Number the unknown px in reading order. */
static fc_status number_unknown(const fc_image *unknown, fc_band *band, fc_error *err)
{
    FC_TRY(fc_memory_new(band->padded, sizeof(int32_t), (void **)&band->rank, err));
    memset(band->rank, 0xff, band->padded * sizeof(int32_t));
    for (int32_t y = 0; y < band->size.height; y++) {
        const uint8_t *row = fc_image_row(unknown, y);
        int32_t *rank = band->rank + padded_place(band, 0, y);
        for (int32_t x = 0; x < band->size.width; x++) {
            if (row[x] != 0) {
                rank[x] = band->count++;
            }
        }
    }
    FC_TRY(fc_memory_new((size_t)band->count, sizeof(int32_t), (void **)&band->places, err));
    for (size_t i = 0; i < band->padded; i++) {
        if (band->rank[i] >= 0) {
            band->places[band->rank[i]] = (int32_t)i;
        }
    }
    return FC_OK;
}

/* Colours of the px of a window, each less their mean. */
typedef struct fc_window {
    double r[WINDOW];
    double g[WINDOW];
    double b[WINDOW];
} fc_window;

/* The values of one channel about their mean. Sums of bytes are exact. */
static inline void centre(const int32_t values[WINDOW], double out[WINDOW])
{
    int32_t sum = 0;
    for (int32_t i = 0; i < WINDOW; i++) {
        sum += values[i];
    }
    for (int32_t i = 0; i < WINDOW; i++) {
        out[i] = (WINDOW * values[i] - sum) * (1.0 / (WINDOW * 255));
    }
}

static inline double mean_product(const double a[WINDOW], const double b[WINDOW])
{
    double sum = 0.0;
    for (int32_t i = 0; i < WINDOW; i++) {
        sum += a[i] * b[i];
    }
    return sum * (1.0 / WINDOW);
}

/* The window about (x, y), and the inverse of its covariance. */
static inline fc_symmetric3 read_window(const fc_image *guide, int32_t x, int32_t y,
                                        fc_window *window)
{
    int32_t values[3][WINDOW];
    for (int32_t i = 0; i < WINDOW; i++) {
        const uint8_t *row = fc_image_row(guide, y - 1 + i / WINDOW_SIDE);
        const uint8_t *colour = row + 3 * (ptrdiff_t)(x - 1 + i % WINDOW_SIDE);
        for (int32_t c = 0; c < 3; c++) {
            values[c][i] = colour[c];
        }
    }
    centre(values[0], window->r);
    centre(values[1], window->g);
    centre(values[2], window->b);
    const fc_symmetric3 covariance = {
        .rr = mean_product(window->r, window->r),
        .rg = mean_product(window->r, window->g),
        .rb = mean_product(window->r, window->b),
        .gg = mean_product(window->g, window->g),
        .gb = mean_product(window->g, window->b),
        .bb = mean_product(window->b, window->b),
    };
    return fc_symmetric3_invert(covariance, EPSILON / WINDOW);
}

/*
 * Add one window to the stencils of its unknown px: for px i and j of the window,
 * (i = j) - (1 + (I_i - mean) (covariance + eps / 9)^-1 (I_j - mean)) / 9.
 */
FC_WIDE static void add_window(const fc_image *guide, int32_t x, int32_t y, fc_band *band)
{
    fc_window window;
    const fc_symmetric3 inverse = read_window(guide, x, y, &window);
    for (int32_t i = 0; i < WINDOW; i++) {
        const int32_t row = i / WINDOW_SIDE;
        const int32_t column = i % WINDOW_SIDE;
        const int32_t rank = band->rank[padded_place(band, x - 1 + column, y - 1 + row)];
        if (rank < 0) {
            continue;
        }
        const double red = window.r[i] / WINDOW;
        const double green = window.g[i] / WINDOW;
        const double blue = window.b[i] / WINDOW;
        const double r = inverse.rr * red + inverse.rg * green + inverse.rb * blue;
        const double g = inverse.rg * red + inverse.gg * green + inverse.gb * blue;
        const double b = inverse.rb * red + inverse.gb * green + inverse.bb * blue;
        float shares[WINDOW];
        for (int32_t j = 0; j < WINDOW; j++) {
            const double likeness = r * window.r[j] + g * window.g[j] + b * window.b[j];
            shares[j] = (float)(1.0 / WINDOW + likeness);
        }
        float *middle = band->stencils[rank].weights + NEIGHBOURS / 2;
        middle[0] += 1.0F;
        float *corner = middle - NEIGHBOUR_SIDE * row - column;
        for (int32_t j = 0; j < WINDOW; j++) {
            corner[NEIGHBOUR_SIDE * (j / WINDOW_SIDE) + j % WINDOW_SIDE] -= shares[j];
        }
    }
}

/* Whether the window about padded place `at` holds an unknown px. */
static bool touches_unknown(const fc_band *band, size_t at)
{
    for (size_t row = 0; row < WINDOW_SIDE; row++) {
        const int32_t *rank = band->rank + at + row * band->stride - band->stride - 1;
        if ((rank[0] & rank[1] & rank[2]) >= 0) { /* not all three are -1 */
            return true;
        }
    }
    return false;
}

static fc_status make_stencils(const fc_image *guide, fc_band *band, fc_error *err)
{
    FC_TRY(fc_memory_new_zeroed((size_t)band->count, sizeof(fc_stencil), (void **)&band->stencils,
                                err));
    for (int32_t y = 1; y + 1 < band->size.height; y++) {
        for (int32_t x = 1; x + 1 < band->size.width; x++) {
            if (touches_unknown(band, padded_place(band, x, y))) {
                add_window(guide, x, y, band);
            }
        }
    }
    return FC_OK;
}

/* out = rows of the unknown px of the Laplacian times a padded plane. */
FC_WIDE static void multiply(const fc_band *band, const float *plane, float *restrict out)
{
    for (int32_t i = 0; i < band->count; i++) {
        const float *weights = band->stencils[i].weights;
        const float *corner = plane + band->places[i] - REACH * (ptrdiff_t)band->stride - REACH;
        fc_float4 sums = { 0.0F };
        float rest = 0.0F; /* the last column */
        for (size_t row = 0; row < NEIGHBOUR_SIDE; row++) {
            const float *at = corner + row * band->stride;
            sums += fc_float4_load(weights) * fc_float4_load(at);
            rest += weights[NEIGHBOUR_SIDE - 1] * at[NEIGHBOUR_SIDE - 1];
            weights += NEIGHBOUR_SIDE;
        }
        out[i] = (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest;
    }
}

/* State of the solver; each member but `step` and `values` has one item for each unknown px. */
typedef struct fc_solver {
    float *values;   /* padded plane: the mask, improved step by step */
    float *step;     /* padded plane: where the next step goes, 0 where known */
    float *residual; /* what the equations are still off by */
    float *product;  /* the Laplacian times `step` */
    float *scaled;   /* residual by diagonal: the preconditioner */
} fc_solver;

static double dot(const float *a, const float *b, int32_t count)
{
    double sum = 0.0;
    for (int32_t i = 0; i < count; i++) {
        sum += (double)a[i] * (double)b[i];
    }
    return sum;
}

static double dot_step(const fc_band *band, const fc_solver *solver)
{
    double sum = 0.0;
    for (int32_t i = 0; i < band->count; i++) {
        sum += (double)solver->step[band->places[i]] * (double)solver->product[i];
    }
    return sum;
}

/* Precondition the residual; returns how much is left to do. */
static double precondition(const fc_band *band, fc_solver *solver)
{
    for (int32_t i = 0; i < band->count; i++) {
        const float diagonal = band->stencils[i].weights[NEIGHBOURS / 2];
        solver->scaled[i] = solver->residual[i] / (diagonal > 1e-6F ? diagonal : 1e-6F);
    }
    return dot(solver->residual, solver->scaled, band->count);
}

static void turn_step(const fc_band *band, fc_solver *solver, float keep)
{
    for (int32_t i = 0; i < band->count; i++) {
        float *step = &solver->step[band->places[i]];
        *step = solver->scaled[i] + keep * *step;
    }
}

/*
 * What the equations are off by at the start, and the pull of the starting values, which is 0 at
 * the start and from there on a part of the diagonal. 0.5 says nothing, so it does not pull.
 */
static void start(fc_band *band, fc_solver *solver, double trust)
{
    multiply(band, solver->values, solver->residual);
    for (int32_t i = 0; i < band->count; i++) {
        const float decided = 2.0F * solver->values[band->places[i]] - 1.0F;
        solver->residual[i] = -solver->residual[i];
        band->stencils[i].weights[NEIGHBOURS / 2] += (float)trust * decided * decided;
    }
}

static void solve(const fc_band *band, fc_solver *solver, int32_t steps)
{
    double left = precondition(band, solver);
    turn_step(band, solver, 0.0F);
    for (int32_t n = 0; n < steps; n++) {
        multiply(band, solver->step, solver->product);
        const double curvature = dot_step(band, solver);
        if (!(curvature > 0.0) || !(left > SOLVED * band->count)) {
            return; /* solved; the rounding errors that are left lead anywhere */
        }
        const float length = (float)(left / curvature);
        for (int32_t i = 0; i < band->count; i++) {
            solver->values[band->places[i]] += length * solver->step[band->places[i]];
            solver->residual[i] -= length * solver->product[i];
        }
        const double still_left = precondition(band, solver);
        turn_step(band, solver, (float)(still_left / left));
        left = still_left;
    }
}

/* Copy the mask into the middle of a padded plane, or back. */
static void pad(const fc_band *band, const fc_plane *alpha, float *padded)
{
    for (int32_t y = 0; y < band->size.height; y++) {
        memcpy(padded + padded_place(band, 0, y), fc_plane_row(alpha, y),
               (size_t)band->size.width * sizeof(float));
    }
}

static void unpad(const fc_band *band, const float *padded, fc_plane *alpha)
{
    for (int32_t y = 0; y < band->size.height; y++) {
        memcpy(fc_plane_row(alpha, y), padded + padded_place(band, 0, y),
               (size_t)band->size.width * sizeof(float));
    }
}

fc_status fc_closed_form_in_place(const fc_image *guide, const fc_image *unknown, double trust,
                                  int32_t steps, fc_plane *alpha, fc_error *err)
{
    FC_ASSERT(guide != NULL);
    FC_ASSERT(guide->channels == 3);
    FC_ASSERT(unknown != NULL);
    FC_ASSERT(unknown->channels == 1);
    FC_ASSERT(trust >= 0.0);
    FC_ASSERT(steps >= 0);
    FC_ASSERT(alpha != NULL);

    const fc_size size = guide->size;
    FC_ASSERT(unknown->size.width == size.width && unknown->size.height == size.height);
    FC_ASSERT(alpha->size.width == size.width && alpha->size.height == size.height);
    if (size.width < WINDOW_SIDE || size.height < WINDOW_SIDE) {
        return FC_OK;
    }
    __attribute__((cleanup(band_clear))) fc_band band = { .size = size };
    band.stride = (size_t)size.width + 2 * (size_t)REACH;
    band.padded = band.stride * ((size_t)size.height + 2 * (size_t)REACH);
    FC_TRY(number_unknown(unknown, &band, err));
    FC_TRY(make_stencils(guide, &band, err));

    const size_t count = (size_t)band.count;
    FC_AUTO(fc_floats) memory = NULL;
    FC_TRY(fc_memory_new_zeroed(2 * band.padded + 3 * count, sizeof(float), (void **)&memory, err));
    fc_solver solver = { .values = memory, .step = memory + band.padded };
    solver.residual = solver.step + band.padded;
    solver.product = solver.residual + count;
    solver.scaled = solver.product + count;
    pad(&band, alpha, solver.values);
    start(&band, &solver, trust);
    solve(&band, &solver, steps);
    unpad(&band, solver.values, alpha);
    return FC_OK;
}
