#include "ops/oval_mask.h"

#include <math.h>

#include "base/assert.h"
#include "ops/u8_clamp.h"

#define STEP_PER_FEATHER 1.2

/* Keeps the centre of the ellipse, where the distance would be 0 / 0, well inside. */
#define NEARLY_ZERO 1e-6F

static fc_status check(fc_box inside, double radius, double feather_px, fc_error *err)
{
    if (!(inside.width > 0 && inside.height > 0 && isfinite(inside.x) && isfinite(inside.y) &&
          isfinite(inside.width) && isfinite(inside.height))) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "an oval in a box of %g x %g px, allowed: above 0",
                       inside.width, inside.height);
    }
    if (!(radius > 0 && radius <= 0.5)) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "an oval's radius of %g, allowed: above 0 and up to 0.5", radius);
    }
    const double feather_max = fmin(inside.width, inside.height);
    if (!(feather_px >= 0 && feather_px <= feather_max)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a feather of %g px, allowed: from 0 to %g",
                       feather_px, feather_max);
    }
    return FC_OK;
}

/*
 * Distance to the outline, to first order: with r = |(x/a, y/b)| it is r (r - 1) over the length
 * of (x/a^2, y/b^2). Near the outline, where alone it counts, that is exact to a few hundredths
 * of a pixel.
 */
FC_WIDE static void draw_row(float dx, float dy, float a, float b, float per_px, int32_t width,
                             float *restrict out)
{
    const float across = 1 / (a * a);
    const float yy = dy * dy / (b * b);
    const float gg = yy / (b * b);
    for (int32_t x = 0; x < width; x++) {
        const float column = dx + (float)x;
        const float xx = (column * column + NEARLY_ZERO) * across;
        const float r = sqrtf(xx + yy);
        const float distance = r * (r - 1) / sqrtf(xx * across + gg);
        out[x] = fc_clamp(0.5F - distance * per_px, 0, 1);
    }
    for (int32_t x = 0; x < width; x++) { /* apart: together they do not become vectors */
        out[x] = out[x] * out[x] * (3 - 2 * out[x]);
    }
}

fc_status fc_oval_mask(fc_size size, fc_box inside, double radius, double feather_px,
                       fc_plane **out, fc_error *err)
{
    FC_ASSERT(out != NULL);

    FC_TRY(check(inside, radius, feather_px, err));
    FC_AUTO(fc_plane) mask = NULL;
    FC_TRY(fc_plane_new(size, &mask, err));
    const fc_point centre = fc_box_centre(inside);
    const float a = (float)(radius * inside.width);
    const float b = (float)(radius * inside.height);
    const float per_px = (float)(1 / fmax(feather_px * STEP_PER_FEATHER, 1));
    for (int32_t y = 0; y < size.height; y++) {
        draw_row((float)(0.5 - centre.x), (float)(y + 0.5 - centre.y), a, b, per_px, size.width,
                 fc_plane_row(mask, y));
    }
    *out = FC_STEAL(mask);
    return FC_OK;
}
