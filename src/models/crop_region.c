#include "models/crop_region.h"

#include <math.h>

#include "base/assert.h"

fc_status fc_crop_region(fc_box region, fc_size picture, fc_box *out, fc_error *err)
{
    FC_ASSERT(out != NULL);

    const fc_box whole = { 0.0, 0.0, picture.width, picture.height };
    const fc_box cut = fc_box_intersect(region, whole);
    const bool finite = isfinite(region.x + region.y + region.width + region.height);
    if (!finite || cut.width < 1.0 || cut.height < 1.0) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "a region at %g, %g of %g x %g px; it has to meet the picture of %d x %d px",
                       region.x, region.y, region.width, region.height, (int)picture.width,
                       (int)picture.height);
    }
    *out = cut;
    return FC_OK;
}
