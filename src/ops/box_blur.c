#include "ops/box_blur.h"

#include <string.h>

#include "base/assert.h"
#include "base/crew.h"
#include "base/memory.h"
#include "ops/box_rows.h"

static void copy_row(const float *values, size_t count, size_t step, size_t width, float *to)
{
    for (size_t i = 0; i < count; i++) {
        memcpy(to + i * width, values + i * step, width * sizeof(float));
    }
}

static fc_status blur(float *values, size_t count, fc_size size, int32_t radius_px, fc_error *err)
{
    FC_AUTO(fc_box_rows) rows = NULL;
    FC_TRY(fc_box_rows_new(size, count, radius_px, &rows, err));
    const int32_t radius = fc_box_rows_radius(rows);
    const size_t width = (size_t)size.width;
    const size_t step = width * (size_t)size.height;
    /* Rows that are overwritten before they leave the window: as many as it has above its middle,
     * so that the one to leave is in the place of the next to keep. */
    const int32_t kept_count = radius < size.height ? radius + 1 : size.height;
    FC_AUTO(fc_floats) kept = NULL;
    FC_TRY(fc_memory_new((size_t)kept_count * width, count * sizeof(float), (void **)&kept, err));

    for (int32_t y = 0; y < radius && y < size.height; y++) {
        fc_box_rows_enter(rows, values + (size_t)y * width, step);
    }
    for (int32_t y = 0; y < size.height; y++) {
        float *row = values + (size_t)y * width;
        float *keep = kept + (size_t)(y % kept_count) * width * count;
        if (y + radius < size.height && y > radius) {
            fc_box_rows_slide(rows, row + (size_t)radius * width, step, keep, width);
        } else if (y + radius < size.height) {
            fc_box_rows_enter(rows, row + (size_t)radius * width, step);
        } else if (y > radius) {
            fc_box_rows_leave(rows, keep, width);
        }
        copy_row(row, count, step, width, keep);
        fc_box_rows_means(rows, y, row, step);
    }
    return FC_OK;
}

/* Planes that are worth being blurred by another thread. */
#define BAND 2

/* Planes that are to be blurred. */
typedef struct planes {
    float *values;
    fc_size size;
    int32_t radius_px;
} planes;

static fc_status blur_band(void *context, int32_t first, int32_t end, fc_error *err)
{
    const planes *the = context;
    const size_t step = (size_t)the->size.width * (size_t)the->size.height;
    return blur(the->values + (size_t)first * step, (size_t)(end - first), the->size,
                the->radius_px, err);
}

fc_status fc_box_blur_in_place(float *values, size_t count, fc_size size, int32_t radius_px,
                               fc_error *err)
{
    FC_ASSERT(values != NULL);
    FC_ASSERT(count > 0 && count <= INT32_MAX);

    planes all = { values, size, radius_px };
    return fc_crew_rows((int32_t)count, BAND, blur_band, &all, err);
}
