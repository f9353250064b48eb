#include "ops/box_blur.h"

#include <string.h>

#include "base/assert.h"
#include "base/crew.h"
#include "base/memory.h"
#include "ops/box_rows.h"

/* `kept` has room for `kept_count` rows. */
static void blur_plane(fc_box_rows *rows, size_t plane, fc_size size, float *values, float *kept,
                       int32_t kept_count)
{
    const size_t width = (size_t)size.width;
    const int32_t radius = fc_box_rows_radius(rows);
    for (int32_t y = 0; y < radius && y < size.height; y++) {
        fc_box_rows_enter(rows, plane, values + (size_t)y * width);
    }
    for (int32_t y = 0; y < size.height; y++) {
        float *row = values + (size_t)y * width;
        float *keep = kept + (size_t)(y % kept_count) * width;
        if (y + radius < size.height && y > radius) {
            fc_box_rows_slide(rows, plane, row + (size_t)radius * width, keep);
        } else if (y + radius < size.height) {
            fc_box_rows_enter(rows, plane, row + (size_t)radius * width);
        } else if (y > radius) {
            fc_box_rows_leave(rows, plane, keep);
        }
        memcpy(keep, row, width * sizeof(float));
        fc_box_rows_means(rows, plane, y, row);
    }
}

static fc_status blur(float *values, size_t count, fc_size size, int32_t radius_px, fc_error *err)
{
    FC_AUTO(fc_box_rows) rows = NULL;
    FC_TRY(fc_box_rows_new(size, count, radius_px, &rows, err));
    const int32_t radius = fc_box_rows_radius(rows);
    const size_t width = (size_t)size.width;
    /* Rows that are overwritten before they leave the window: as many as it has above its middle,
     * so that the one to leave is in the place of the next to keep. */
    const int32_t kept_count = radius < size.height ? radius + 1 : size.height;
    FC_AUTO(fc_floats) kept = NULL;
    FC_TRY(fc_memory_new((size_t)kept_count, width * sizeof(float), (void **)&kept, err));

    for (size_t i = 0; i < count; i++) {
        float *plane = values + i * width * (size_t)size.height;
        blur_plane(rows, i, size, plane, kept, kept_count);
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
