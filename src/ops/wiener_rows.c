#include "ops/wiener_rows.h"

#include <string.h>

#include "base/assert.h"
#include "base/memory.h"

/* A share of 1 in the models. With it the largest window keeps every sum within 32 bits. */
#define ONE 4096

/*
 * Three stages follow each other: values, sums over windows of values, sums over windows of
 * models. Each has a ring of the last rows and one running sum per column.
 */
struct fc_wiener_rows {
    int32_t width;
    int32_t radius;
    int32_t side;      /* of a window: 2 radius + 1 */
    int32_t padded;    /* width + 4 radius: values, repeated beyond both ends */
    int32_t modelled;  /* width + 2 radius: windows whose models reach a px */
    int32_t slot;      /* of the rings, for the row being pushed */
    float noise;       /* variance times the fourth power of the side */
    int16_t *values;   /* side rows of `padded` */
    int32_t *sum;      /* of values, per padded column */
    int32_t *squares;  /* of their squares */
    int32_t *share;    /* side rows of `modelled`: a, times ONE */
    int32_t *offset;   /* side rows of `modelled`: (1 - a) mean, times ONE */
    int32_t *shares;   /* of share, per modelled column */
    int32_t *offsets;  /* of offset */
    int32_t *window_a; /* two rows of window sums, `modelled` long */
    int32_t *window_b;
};

static fc_status new_integers(size_t count, int32_t **out, fc_error *err)
{
    return fc_memory_new_zeroed(count, sizeof(int32_t), (void **)out, err);
}

static fc_status allocate(fc_wiener_rows *rows, fc_error *err)
{
    const size_t side = (size_t)rows->side;
    const size_t padded = (size_t)rows->padded;
    const size_t modelled = (size_t)rows->modelled;
    FC_TRY(fc_memory_new_zeroed(side * padded, sizeof(int16_t), (void **)&rows->values, err));
    FC_TRY(new_integers(padded, &rows->sum, err));
    FC_TRY(new_integers(padded, &rows->squares, err));
    FC_TRY(new_integers(side * modelled, &rows->share, err));
    FC_TRY(new_integers(side * modelled, &rows->offset, err));
    FC_TRY(new_integers(modelled, &rows->shares, err));
    FC_TRY(new_integers(modelled, &rows->offsets, err));
    FC_TRY(new_integers(modelled, &rows->window_a, err));
    return new_integers(modelled, &rows->window_b, err);
}

fc_status fc_wiener_rows_new(int32_t width, int32_t radius_px, double variance,
                             fc_wiener_rows **out, fc_error *err)
{
    FC_ASSERT(width >= 1);
    FC_ASSERT(radius_px >= 1 && radius_px <= FC_WIENER_RADIUS_MAX);
    FC_ASSERT(variance >= 0.0);
    FC_ASSERT(out != NULL);

    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_wiener_rows), &block, err));
    FC_AUTO(fc_wiener_rows) rows = block;
    const int32_t side = 2 * radius_px + 1;
    rows->width = width;
    rows->radius = radius_px;
    rows->side = side;
    rows->padded = width + 4 * radius_px;
    rows->modelled = width + 2 * radius_px;
    rows->noise = (float)(variance * side * side * side * side);
    FC_TRY(allocate(rows, err));
    *out = FC_STEAL(rows);
    return FC_OK;
}

void fc_wiener_rows_free(fc_wiener_rows *rows)
{
    if (rows != NULL) {
        fc_memory_free(rows->values);
        fc_memory_free(rows->sum);
        fc_memory_free(rows->squares);
        fc_memory_free(rows->share);
        fc_memory_free(rows->offset);
        fc_memory_free(rows->shares);
        fc_memory_free(rows->offsets);
        fc_memory_free(rows->window_a);
        fc_memory_free(rows->window_b);
        fc_memory_free(rows);
    }
}

/*
 * The loops below are functions of plain pointers that do not overlap: through the struct the
 * compiler would have to read every pointer again after every store.
 */
static void leave(const int16_t *restrict row, int32_t count, int32_t *restrict sum,
                  int32_t *restrict squares)
{
    for (int32_t x = 0; x < count; x++) {
        sum[x] -= row[x];
        squares[x] -= row[x] * row[x];
    }
}

static void enter(const int16_t *restrict row, int32_t count, int32_t *restrict sum,
                  int32_t *restrict squares)
{
    for (int32_t x = 0; x < count; x++) {
        sum[x] += row[x];
        squares[x] += row[x] * row[x];
    }
}

/* total += sign * row */
static void accumulate(const int32_t *restrict row, int32_t count, int32_t sign,
                       int32_t *restrict total)
{
    for (int32_t x = 0; x < count; x++) {
        total[x] += sign * row[x];
    }
}

int16_t *fc_wiener_rows_input(fc_wiener_rows *rows)
{
    FC_ASSERT(rows != NULL);
    /* A spare row would be copied; instead the oldest row leaves the sums before it is reused. */
    int16_t *row = rows->values + (ptrdiff_t)rows->slot * rows->padded;
    leave(row, rows->padded, rows->sum, rows->squares);
    memset(row, 0, (size_t)rows->padded * sizeof *row);
    return row + 2 * rows->radius;
}

static void repeat_ends(fc_wiener_rows *rows, int16_t *row)
{
    const int32_t pad = 2 * rows->radius;
    for (int32_t i = 0; i < pad; i++) {
        row[i] = row[pad];
        row[pad + rows->width + i] = row[pad + rows->width - 1];
    }
}

/* out[x] = in[x] + .. + in[x + side - 1], by a running sum. */
static void window_sums(const int32_t *restrict in, int32_t side, int32_t count,
                        int32_t *restrict out)
{
    int32_t sum = 0;
    for (int32_t x = 0; x < side; x++) {
        sum += in[x];
    }
    out[0] = sum;
    for (int32_t x = 1; x < count; x++) {
        sum += in[x + side - 1] - in[x - 1];
        out[x] = sum;
    }
}

/* The model of each window, from the sums of its values and of their squares. */
static void fit_models(const int32_t *restrict sums, const int32_t *restrict squares, int32_t count,
                       int32_t area, float noise, int32_t *restrict share, int32_t *restrict offset)
{
    const float per_area = 1.0F / (float)area;
    for (int32_t x = 0; x < count; x++) {
        const float variance = (float)(area * squares[x] - sums[x] * sums[x]);
        const float surplus = variance - noise;
        const float signal = surplus > 0.0F ? surplus : 0.0F;
        const int32_t a = (int32_t)((float)ONE * signal / (variance + 1e-3F));
        share[x] = a;
        offset[x] = (int32_t)((float)((ONE - a) * sums[x]) * per_area);
    }
}

static void model_row(fc_wiener_rows *rows)
{
    const int32_t count = rows->modelled;
    int32_t *share = rows->share + (ptrdiff_t)rows->slot * count;
    int32_t *offset = rows->offset + (ptrdiff_t)rows->slot * count;
    accumulate(share, count, -1, rows->shares);
    accumulate(offset, count, -1, rows->offsets);
    window_sums(rows->sum, rows->side, count, rows->window_a);
    window_sums(rows->squares, rows->side, count, rows->window_b);
    fit_models(rows->window_a, rows->window_b, count, rows->side * rows->side, rows->noise, share,
               offset);
    accumulate(share, count, 1, rows->shares);
    accumulate(offset, count, 1, rows->offsets);
}

/* Mean of the models at each px, put to its value. */
static void evaluate(const int32_t *restrict shares, const int32_t *restrict offsets,
                     const int16_t *restrict values, int32_t count, float scale,
                     int16_t *restrict out)
{
    for (int32_t x = 0; x < count; x++) {
        const int32_t sum = shares[x] * values[x] + offsets[x];
        out[x] = (int16_t)((float)sum * scale + (sum < 0 ? -0.5F : 0.5F));
    }
}

void fc_wiener_rows_push(fc_wiener_rows *rows, int16_t *before, int16_t *after)
{
    FC_ASSERT(rows != NULL);
    FC_ASSERT(before != NULL && after != NULL);

    int16_t *newest = rows->values + (ptrdiff_t)rows->slot * rows->padded;
    repeat_ends(rows, newest);
    enter(newest, rows->padded, rows->sum, rows->squares);
    model_row(rows);

    /* The oldest row of the ring is the middle of the models' windows: it comes out. */
    rows->slot = (rows->slot + 1) % rows->side;
    const int16_t *oldest = rows->values + (ptrdiff_t)rows->slot * rows->padded + 2 * rows->radius;
    memcpy(before, oldest, (size_t)rows->width * sizeof *before);
    window_sums(rows->shares, rows->side, rows->width, rows->window_a);
    window_sums(rows->offsets, rows->side, rows->width, rows->window_b);
    const float scale = 1.0F / (float)(ONE * rows->side * rows->side);
    evaluate(rows->window_a, rows->window_b, oldest, rows->width, scale, after);
}
