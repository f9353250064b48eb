#include "ops/box_blur.h"

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

static void sum_along_row(const float *values, int32_t width, int32_t radius, float *sums)
{
    double sum = 0.0;
    for (int32_t x = 0; x < smaller(radius, width); x++) {
        sum += (double)values[x];
    }
    for (int32_t x = 0; x < width; x++) {
        const double enters = x + radius < width ? (double)values[x + radius] : 0.0;
        const double leaves = x > radius ? (double)values[x - radius - 1] : 0.0;
        sum += enters - leaves; /* one addition that waits for the one before, not two */
        sums[x] = (float)sum;
    }
}

static void add_row(double *restrict column_sums, const float *restrict row, int32_t width,
                    double sign)
{
    for (int32_t x = 0; x < width; x++) {
        column_sums[x] += sign * (double)row[x];
    }
}

static void blur_plane(float *plane, fc_size size, int32_t radius, const fc_blur_memory *memory)
{
    const size_t width = (size_t)size.width;
    double *sums = memory->column_sums;
    for (int32_t y = 0; y < size.height; y++) {
        sum_along_row(plane + (size_t)y * width, size.width, radius,
                      memory->row_sums + (size_t)y * width);
    }
    memset(sums, 0, width * sizeof(double));
    for (int32_t y = 0; y < smaller(radius, size.height); y++) {
        add_row(sums, memory->row_sums + (size_t)y * width, size.width, 1.0);
    }
    for (int32_t y = 0; y < size.height; y++) {
        if (y + radius < size.height) {
            add_row(sums, memory->row_sums + (size_t)(y + radius) * width, size.width, 1.0);
        }
        if (y - radius > 0) {
            add_row(sums, memory->row_sums + (size_t)(y - radius - 1) * width, size.width, -1.0);
        }
        const double share = 1.0 / window_length(y, radius, size.height);
        float *row = plane + (size_t)y * width;
        for (size_t x = 0; x < width; x++) {
            row[x] = (float)(sums[x] * share * memory->column_share[x]);
        }
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
