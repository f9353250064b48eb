#include "ops/box_rows.h"

#include <string.h>

#include "base/assert.h"
#include "base/memory.h"

/* Values that are summed in one go: so many are always there, so that loops have no ends. */
#define BLOCK 16

/*
 * The row of each plane has the window's reach on both sides, where values are 0: sums along a row
 * need no test at its ends.
 */
struct fc_box_rows {
    fc_size size;
    size_t planes;
    int32_t radius;
    size_t stride;   /* of one plane's row with its margins, whole BLOCKs */
    double *columns; /* sums down the window */
    float *shares;   /* 1 / width of the cut window, for each column */
    float *ones;     /* the sums down the window of one plane, rounded */
    float *line;     /* sums of 2, 4 ... neighbours */
    float *next;
    float *sums; /* of those that make up the window */
    float *more;
};

/* What the sum of a window is made of, each where the window begins. */
typedef struct parts {
    const float *sums;
    const float *half; /* of the neighbours that are left */
    const float *other_half;
} parts;

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
    const size_t reach = (size_t)rows->radius;
    const size_t count = (size_t)size.width + 2 * reach;
    rows->stride = (count + BLOCK - 1) / BLOCK * BLOCK;
    const size_t lengths = rows->stride + 2 * reach;
    FC_TRY(
        fc_memory_new_zeroed(rows->stride, planes * sizeof(double), (void **)&rows->columns, err));
    FC_TRY(fc_memory_new_zeroed(lengths, sizeof(float), (void **)&rows->ones, err));
    FC_TRY(fc_memory_new_zeroed(lengths, sizeof(float), (void **)&rows->line, err));
    FC_TRY(fc_memory_new_zeroed(lengths, sizeof(float), (void **)&rows->next, err));
    FC_TRY(fc_memory_new_zeroed(lengths, sizeof(float), (void **)&rows->sums, err));
    FC_TRY(fc_memory_new_zeroed(lengths, sizeof(float), (void **)&rows->more, err));
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
        fc_memory_free(rows->ones);
        fc_memory_free(rows->line);
        fc_memory_free(rows->next);
        fc_memory_free(rows->sums);
        fc_memory_free(rows->more);
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
    FC_ASSERT(rows != NULL && plane < rows->planes);

    return rows->columns + plane * rows->stride + rows->radius;
}

void fc_box_rows_enter(fc_box_rows *rows, size_t plane, const float *row)
{
    double *columns = columns_of(rows, plane);
    add_row(row, (size_t)rows->size.width, columns);
}

void fc_box_rows_leave(fc_box_rows *rows, size_t plane, const float *row)
{
    double *columns = columns_of(rows, plane);
    take_row(row, (size_t)rows->size.width, columns);
}

void fc_box_rows_slide(fc_box_rows *rows, size_t plane, const float *enters, const float *leaves)
{
    double *columns = columns_of(rows, plane);
    change_row(enters, leaves, (size_t)rows->size.width, columns);
}

static inline void round_sums(const double *restrict columns, size_t count, float *restrict line)
{
    for (size_t i = 0; i < count; i += BLOCK) {
        for (size_t k = 0; k < BLOCK; k++) {
            line[i + k] = (float)columns[i + k];
        }
    }
}

static inline void add(const float *restrict one, const float *restrict other, size_t count,
                       float *restrict sum)
{
    for (size_t i = 0; i < count; i += BLOCK) {
        for (size_t k = 0; k < BLOCK; k++) {
            sum[i + k] = one[i + k] + other[i + k];
        }
    }
}

static inline void swap(float **one, float **other)
{
    float *const kept = *one;
    *one = *other;
    *other = kept;
}

/*
 * Sums along the row of a plane. Sums of 1, 2, 4, 8 ... neighbours are made from one another, and
 * those that make up the window added: unlike with a running sum, no value waits for its
 * neighbour's. The longest ones are left to who adds them to the others, for nothing else is made
 * of them.
 */
static inline parts sum_along(const fc_box_rows *rows, const double *columns)
{
    const size_t window = 2 * (size_t)rows->radius + 1;
    const size_t count = rows->stride;
    size_t summed = 1;
    size_t length = 1;
    const float *line = rows->ones;
    const float *sums = rows->ones;
    float *free_lines[] = { rows->line, rows->next };
    float *free_sums[] = { rows->sums, rows->more };
    round_sums(columns, count, rows->ones);
    while (4 * length < window) {
        add(line, line + length, count, free_lines[0]);
        line = free_lines[0];
        swap(&free_lines[0], &free_lines[1]);
        length *= 2;
        if ((window & length) != 0) {
            add(sums, line + summed, count, free_sums[0]);
            sums = free_sums[0];
            swap(&free_sums[0], &free_sums[1]);
            summed += length;
        }
    }
    return (parts){ sums, line + summed, line + summed + length };
}

static inline void write_means(const parts *windows, const float *restrict shares, float row_share,
                               size_t count, float *restrict means)
{
    const float *restrict sums = windows->sums;
    const float *restrict half = windows->half;
    const float *restrict other_half = windows->other_half;
    for (size_t x = 0; x < count; x++) {
        means[x] = (sums[x] + (half[x] + other_half[x])) * (row_share * shares[x]);
    }
}

/* The means of one plane. All that is summed on the way stays in the first cache. */
FC_WIDE static void average(const fc_box_rows *rows, size_t plane, float row_share,
                            float *restrict means)
{
    const size_t width = (size_t)rows->size.width;
    const double *columns = rows->columns + plane * rows->stride;
    const parts windows = sum_along(rows, columns);
    if (rows->radius == 0) { /* each value is its own window */
        memcpy(means, windows.sums, width * sizeof(float));
    } else {
        write_means(&windows, rows->shares, row_share, width, means);
    }
}

void fc_box_rows_means(const fc_box_rows *rows, size_t plane, int32_t y, float *means)
{
    FC_ASSERT(rows != NULL && means != NULL);
    FC_ASSERT(plane < rows->planes);
    FC_ASSERT(y >= 0 && y < rows->size.height);

    const float share = 1.0F / (float)window_length(y, rows->radius, rows->size.height);
    average(rows, plane, share, means);
}
