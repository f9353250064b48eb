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

int16_t *fc_wiener_rows_input(fc_wiener_rows *rows)
{
    FC_ASSERT(rows != NULL);
    /* A spare row would be copied; instead the oldest row leaves the sums before it is reused. */
    int16_t *row = rows->values + (ptrdiff_t)rows->slot * rows->padded;
    for (int32_t x = 0; x < rows->padded; x++) {
        rows->sum[x] -= row[x];
        rows->squares[x] -= row[x] * row[x];
        row[x] = 0;
    }
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
static void window_sums(const int32_t *in, int32_t side, int32_t count, int32_t *out)
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
static void fit_models(const fc_wiener_rows *rows, int32_t *share, int32_t *offset)
{
    const int32_t *sums = rows->window_a;
    const int32_t *squares = rows->window_b;
    const int32_t area = rows->side * rows->side;
    const float noise = rows->noise;
    const float per_area = 1.0F / (float)area;
    for (int32_t x = 0; x < rows->modelled; x++) {
        const float variance = (float)(area * squares[x] - sums[x] * sums[x]);
        const float signal = variance > noise ? variance - noise : 0.0F;
        const int32_t a = (int32_t)(ONE * signal / (variance + 1e-3F));
        share[x] = a;
        offset[x] = (int32_t)((float)((ONE - a) * sums[x]) * per_area);
    }
}

static void model_row(fc_wiener_rows *rows)
{
    int32_t *share = rows->share + (ptrdiff_t)rows->slot * rows->modelled;
    int32_t *offset = rows->offset + (ptrdiff_t)rows->slot * rows->modelled;
    for (int32_t x = 0; x < rows->modelled; x++) {
        rows->shares[x] -= share[x];
        rows->offsets[x] -= offset[x];
    }
    window_sums(rows->sum, rows->side, rows->modelled, rows->window_a);
    window_sums(rows->squares, rows->side, rows->modelled, rows->window_b);
    fit_models(rows, share, offset);
    for (int32_t x = 0; x < rows->modelled; x++) {
        rows->shares[x] += share[x];
        rows->offsets[x] += offset[x];
    }
}

void fc_wiener_rows_push(fc_wiener_rows *rows, int16_t *before, int16_t *after)
{
    FC_ASSERT(rows != NULL);
    FC_ASSERT(before != NULL && after != NULL);

    int16_t *newest = rows->values + (ptrdiff_t)rows->slot * rows->padded;
    repeat_ends(rows, newest);
    for (int32_t x = 0; x < rows->padded; x++) {
        rows->sum[x] += newest[x];
        rows->squares[x] += newest[x] * newest[x];
    }
    model_row(rows);

    /* The oldest row of the ring is the middle of the models' windows: it comes out. */
    rows->slot = (rows->slot + 1) % rows->side;
    const int16_t *oldest = rows->values + (ptrdiff_t)rows->slot * rows->padded + 2 * rows->radius;
    memcpy(before, oldest, (size_t)rows->width * sizeof *before);
    window_sums(rows->shares, rows->side, rows->width, rows->window_a);
    window_sums(rows->offsets, rows->side, rows->width, rows->window_b);
    const float scale = 1.0F / (float)(ONE * rows->side * rows->side);
    for (int32_t x = 0; x < rows->width; x++) {
        const int32_t sum = rows->window_a[x] * oldest[x] + rows->window_b[x];
        after[x] = (int16_t)((float)sum * scale + (sum < 0 ? -0.5F : 0.5F));
    }
}
