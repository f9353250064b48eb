#include "ops/box_rows.h"

#include <string.h>

#include "base/assert.h"
#include "base/memory.h"

/*
 * Rows of all planes have the window's reach on both sides of each plane, where values are 0: sums
 * along a row need no test at its ends, nor at those of the planes.
 */
struct fc_box_rows {
    fc_size size;
    size_t planes;
    int32_t radius;
    size_t stride;   /* of one plane's row with its margins */
    double *columns; /* sums down the window */
    float *line;     /* sums of 1, 2, 4 ... neighbours */
    float *next;
    float *sums;   /* sums of the window */
    float *shares; /* 1 / width of the cut window, for each column */
};

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* Number of positions of 0..length-1 within `radius` of `at`. */
static int32_t window_length(int32_t at, int32_t radius, int32_t length)
{
    const int32_t first = at > radius ? at - radius : 0;
    return smaller(at + radius, length - 1) - first + 1;
}

fc_status fc_box_rows_new(fc_size size, size_t planes, int32_t radius_px, fc_box_rows **out,
                          fc_error *err)
{
    FC_ASSERT(size.width > 0 && size.height > 0);
    FC_ASSERT(planes > 0);
    FC_ASSERT(radius_px >= 0);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_box_rows) rows = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_box_rows), (void **)&rows, err));
    rows->size = size;
    rows->planes = planes;
    rows->radius = smaller(radius_px, size.width > size.height ? size.width : size.height);
    rows->stride = (size_t)size.width + 2 * (size_t)rows->radius;
    const size_t count = planes * rows->stride;
    FC_TRY(fc_memory_new_zeroed(count, sizeof(double), (void **)&rows->columns, err));
    FC_TRY(fc_memory_new(count, sizeof(float), (void **)&rows->line, err));
    FC_TRY(fc_memory_new(count, sizeof(float), (void **)&rows->next, err));
    FC_TRY(fc_memory_new(count, sizeof(float), (void **)&rows->sums, err));
    FC_TRY(fc_memory_new((size_t)size.width, sizeof(float), (void **)&rows->shares, err));
    for (int32_t x = 0; x < size.width; x++) {
        rows->shares[x] = 1.0F / (float)window_length(x, rows->radius, size.width);
    }
    *out = FC_STEAL(rows);
    return FC_OK;
}

void fc_box_rows_free(fc_box_rows *rows)
{
    if (rows != NULL) {
        fc_memory_free(rows->columns);
        fc_memory_free(rows->line);
        fc_memory_free(rows->next);
        fc_memory_free(rows->sums);
        fc_memory_free(rows->shares);
        fc_memory_free(rows);
    }
}

int32_t fc_box_rows_radius(const fc_box_rows *rows)
{
    FC_ASSERT(rows != NULL);

    return rows->radius;
}

FC_WIDE static void add_row(const float *restrict row, size_t count, double *restrict sums)
{
    for (size_t x = 0; x < count; x++) {
        sums[x] += (double)row[x];
    }
}

FC_WIDE static void take_row(const float *restrict row, size_t count, double *restrict sums)
{
    for (size_t x = 0; x < count; x++) {
        sums[x] -= (double)row[x];
    }
}

FC_WIDE static void change_row(const float *restrict enters, const float *restrict leaves,
                               size_t count, double *restrict sums)
{
    for (size_t x = 0; x < count; x++) {
        sums[x] = sums[x] + (double)enters[x] - (double)leaves[x];
    }
}

static double *columns_of(const fc_box_rows *rows, size_t plane)
{
    return rows->columns + plane * rows->stride + rows->radius;
}

void fc_box_rows_enter(fc_box_rows *rows, const float *row, size_t step)
{
    FC_ASSERT(rows != NULL && row != NULL);

    for (size_t i = 0; i < rows->planes; i++) {
        add_row(row + i * step, (size_t)rows->size.width, columns_of(rows, i));
    }
}

void fc_box_rows_leave(fc_box_rows *rows, const float *row, size_t step)
{
    FC_ASSERT(rows != NULL && row != NULL);

    for (size_t i = 0; i < rows->planes; i++) {
        take_row(row + i * step, (size_t)rows->size.width, columns_of(rows, i));
    }
}

void fc_box_rows_slide(fc_box_rows *rows, const float *enters, size_t enter_step,
                       const float *leaves, size_t leave_step)
{
    FC_ASSERT(rows != NULL && enters != NULL && leaves != NULL);

    for (size_t i = 0; i < rows->planes; i++) {
        change_row(enters + i * enter_step, leaves + i * leave_step, (size_t)rows->size.width,
                   columns_of(rows, i));
    }
}

FC_WIDE static void start_sums(const double *restrict columns, size_t count, float *restrict line,
                               float *restrict sums)
{
    for (size_t i = 0; i < count; i++) {
        line[i] = (float)columns[i];
        sums[i] = (float)columns[i]; /* the window's side is odd */
    }
}

/* next[i] = line[i] + line[i + step]. */
FC_WIDE static void add_shifted(const float *restrict line, size_t step, size_t count,
                                float *restrict next)
{
    for (size_t i = 0; i < count; i++) {
        next[i] = line[i] + line[i + step];
    }
}

FC_WIDE static void add(const float *restrict line, size_t count, float *restrict sums)
{
    for (size_t i = 0; i < count; i++) {
        sums[i] += line[i];
    }
}

/* The two at once, for the longest sums, which nothing is made of. */
FC_WIDE static void add_both(const float *restrict line, size_t step, size_t count,
                             float *restrict sums)
{
    for (size_t i = 0; i < count; i++) {
        sums[i] += line[i] + line[i + step];
    }
}

/*
 * Sums along the row, each where its window begins. Sums of 1, 2, 4, 8 ... neighbours are made from
 * one another, and those that make up the window added: unlike with a running sum, no value waits
 * for its neighbour's.
 */
static void sum_along(fc_box_rows *rows)
{
    const size_t window = 2 * (size_t)rows->radius + 1;
    size_t count = rows->planes * rows->stride;
    size_t summed = 1;
    start_sums(rows->columns, count, rows->line, rows->sums);
    for (size_t length = 2; length <= window; length *= 2) {
        const size_t half = length / 2;
        count -= half;
        if (2 * length > window) {
            add_both(rows->line + summed, half, count - summed, rows->sums);
            break;
        }
        add_shifted(rows->line, half, count, rows->next);
        float *const line = rows->line;
        rows->line = rows->next;
        rows->next = line;
        if ((window & length) != 0) {
            add(rows->line + summed, count - summed, rows->sums);
            summed += length;
        }
    }
}

FC_WIDE static void write_means(const float *restrict sums, const float *restrict shares,
                                float row_share, size_t count, float *restrict means)
{
    for (size_t x = 0; x < count; x++) {
        means[x] = sums[x] * (row_share * shares[x]);
    }
}

void fc_box_rows_means(fc_box_rows *rows, int32_t y, float *row, size_t step)
{
    FC_ASSERT(rows != NULL && row != NULL);
    FC_ASSERT(y >= 0 && y < rows->size.height);

    sum_along(rows);
    const float share = 1.0F / (float)window_length(y, rows->radius, rows->size.height);
    for (size_t i = 0; i < rows->planes; i++) {
        write_means(rows->sums + i * rows->stride, rows->shares, share, (size_t)rows->size.width,
                    row + i * step);
    }
}
