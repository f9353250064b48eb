#include "models/letterbox.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "ops/resample.h"

static int32_t fitted_side(double side, double longest, int32_t available)
{
    return (int32_t)fmax(round(side * available / longest), 1);
}

static void paste(const fc_image *source, int32_t left, int32_t top, fc_image *target)
{
    for (int32_t y = 0; y < source->size.height; y++) {
        memcpy(fc_image_row(target, top + y) + 3 * left, fc_image_row(source, y),
               3 * (size_t)source->size.width);
    }
}

fc_status fc_letterbox(const fc_image *picture, fc_box region, fc_letterbox_sides sides,
                       fc_image **out, fc_placement *placed, fc_error *err)
{
    FC_ASSERT(picture != NULL);
    FC_ASSERT(picture->channels == 3);
    FC_ASSERT(sides.filled > 0 && sides.filled <= sides.whole);
    FC_ASSERT(out != NULL);
    FC_ASSERT(placed != NULL);

    const double longest = fmax(region.width, region.height);
    const fc_size size = { fitted_side(region.width, longest, sides.filled),
                           fitted_side(region.height, longest, sides.filled) };
    const int32_t left = (sides.whole - size.width) / 2;
    const int32_t top = (sides.whole - size.height) / 2;

    FC_AUTO(fc_image) fitted = NULL;
    FC_AUTO(fc_image) square = NULL;
    FC_TRY(fc_resample_for_network(picture, region, size, &fitted, err));
    FC_TRY(fc_image_new((fc_size){ sides.whole, sides.whole }, 3, &square, err));
    memset(square->data, 0, square->stride * (size_t)sides.whole);
    paste(fitted, left, top, square);

    placed->scale_x = region.width / size.width;
    placed->scale_y = region.height / size.height;
    placed->left = region.x - left * placed->scale_x;
    placed->top = region.y - top * placed->scale_y;
    *out = FC_STEAL(square);
    return FC_OK;
}
