#include "ops/box_blur.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"

/* What one call needs besides the values: sums along the rows, and per column. */
typedef struct fc_blur_memory {
    float *row_sums;      /* one plane */
    double *column_sums;  /* one row */
    double *column_share; /* one row: 1 / width of the cut window */
} fc_blur_memory;

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

/* Rows that are summed beside each other: each addition waits for the one before in its row. */
#define ROWS_AT_ONCE 4

static inline void sum_along_rows(const float *restrict values, size_t rows, size_t width,
                                  size_t radius, float *restrict sums)
{
    double sum[ROWS_AT_ONCE] = { 0.0 };
    for (size_t x = 0; x < radius && x < width; x++) {
        for (size_t i = 0; i < rows; i++) {
            sum[i] += (double)values[i * width + x];
        }
    }
    for (size_t x = 0; x < width; x++) {
        const bool enter = x + radius < width;
        const bool leave = x > radius;
        for (size_t i = 0; i < rows; i++) {
            const double enters = enter ? (double)values[i * width + x + radius] : 0.0;
            const double leaves = leave ? (double)values[i * width + x - radius - 1] : 0.0;
            sum[i] += enters - leaves;
            sums[i * width + x] = (float)sum[i];
        }
    }
}

FC_WIDE static void sum_rows(const float *values, fc_size size, int32_t radius, float *sums)
{
    const size_t width = (size_t)size.width;
    const size_t height = (size_t)size.height;
    size_t y = 0;
    for (; y + ROWS_AT_ONCE <= height; y += ROWS_AT_ONCE) {
        sum_along_rows(values + y * width, ROWS_AT_ONCE, width, (size_t)radius, sums + y * width);
    }
    for (; y < height; y++) {
        sum_along_rows(values + y * width, 1, width, (size_t)radius, sums + y * width);
    }
}

/* One step down: a row enters the sums of the columns, another leaves; NULL where there is none. */
FC_WIDE static void move_down(double *restrict sums, const float *restrict enters,
                              const float *restrict leaves, size_t width)
{
    if (enters != NULL && leaves != NULL) {
        for (size_t x = 0; x < width; x++) {
            sums[x] += (double)enters[x] - (double)leaves[x];
        }
        return;
    }
    for (size_t x = 0; enters != NULL && x < width; x++) {
        sums[x] += (double)enters[x];
    }
    for (size_t x = 0; leaves != NULL && x < width; x++) {
        sums[x] -= (double)leaves[x];
    }
}

FC_WIDE static void write_means(const double *restrict sums, double row_share,
                                const double *restrict column_share, size_t width,
                                float *restrict row)
{
    for (size_t x = 0; x < width; x++) {
        row[x] = (float)(sums[x] * row_share * column_share[x]);
    }
}

static void blur_plane(float *plane, fc_size size, int32_t radius, const fc_blur_memory *memory)
{
    const size_t width = (size_t)size.width;
    const float *row_sums = memory->row_sums;
    double *sums = memory->column_sums;
    sum_rows(plane, size, radius, memory->row_sums);
    memset(sums, 0, width * sizeof(double));
    for (int32_t y = 0; y < smaller(radius, size.height); y++) {
        move_down(sums, row_sums + (size_t)y * width, NULL, width);
    }
    for (int32_t y = 0; y < size.height; y++) {
        const bool enter = y + radius < size.height;
        const bool leave = y > radius;
        move_down(sums, enter ? row_sums + (size_t)(y + radius) * width : NULL,
                  leave ? row_sums + (size_t)(y - radius - 1) * width : NULL, width);
        write_means(sums, 1.0 / window_length(y, radius, size.height), memory->column_share, width,
                    plane + (size_t)y * width);
    }
}

fc_status fc_box_blur_in_place(float *values, size_t count, fc_size size, int32_t radius_px,
                               fc_error *err)
{
    FC_ASSERT(values != NULL);
    FC_ASSERT(size.width > 0);
    FC_ASSERT(size.height > 0);
    FC_ASSERT(radius_px >= 0);

    /* A window that holds the whole picture wherever it stands cannot grow any further. */
    const int32_t longest = size.width > size.height ? size.width : size.height;
    const int32_t radius = smaller(radius_px, longest);
    const size_t plane_count = (size_t)size.width * (size_t)size.height;
    FC_AUTO(fc_floats) row_sums = NULL;
    FC_AUTO(fc_doubles) columns = NULL;
    FC_TRY(fc_memory_new(plane_count, sizeof(float), (void **)&row_sums, err));
    FC_TRY(fc_memory_new((size_t)size.width, 2 * sizeof(double), (void **)&columns, err));

    const fc_blur_memory memory = { row_sums, columns, columns + size.width };
    for (int32_t x = 0; x < size.width; x++) {
        memory.column_share[x] = 1.0 / window_length(x, radius, size.width);
    }
    for (size_t i = 0; i < count; i++) {
        blur_plane(values + i * plane_count, size, radius, &memory);
    }
    return FC_OK;
}
