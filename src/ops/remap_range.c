#include "ops/remap_range.h"

#include "base/assert.h"
#include "base/attributes.h"

FC_WIDE static void remap(float *values, size_t count, float from, float scale)
{
    for (size_t i = 0; i < count; i++) {
        const float value = (values[i] - from) * scale;
        const float above = value > 0.0F ? value : 0.0F; /* NaN is not above 0 */
        values[i] = above < 1.0F ? above : 1.0F;
    }
}

FC_WIDE static void smooth(float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = values[i] * values[i] * (3.0F - 2.0F * values[i]);
    }
}

void fc_remap_range_in_place(fc_plane *plane, double low, double high)
{
    FC_ASSERT(plane != NULL);
    FC_ASSERT(low < high);

    const size_t count = (size_t)plane->size.width * (size_t)plane->size.height;
    remap(plane->data, count, (float)low, (float)(1.0 / (high - low)));
}

void fc_smoothstep_in_place(fc_plane *plane, double low, double high)
{
    fc_remap_range_in_place(plane, low, high);
    smooth(plane->data, (size_t)plane->size.width * (size_t)plane->size.height);
}
