#include "ops/border_fade.h"

#include <math.h>
#include <stdbool.h>

#include "base/assert.h"

/* Distance to the nearest border, photo px; negative outside. */
static double depth(fc_point at, fc_size photo)
{
    return fmin(fmin(at.x, photo.width - at.x), fmin(at.y, photo.height - at.y));
}

static bool lies_inside(const fc_plane *alpha, fc_similarity to_photo, fc_size photo,
                        double depth_min)
{
    const fc_box canvas = { 0, 0, alpha->size.width, alpha->size.height };
    const fc_box seen = fc_similarity_apply_box(to_photo, canvas);
    const fc_point last = { seen.x + seen.width, seen.y + seen.height };
    return depth((fc_point){ seen.x, seen.y }, photo) >= depth_min &&
           depth(last, photo) >= depth_min;
}

void fc_border_fade_in_place(fc_plane *alpha, fc_similarity to_photo, fc_size photo, double fade_px)
{
    FC_ASSERT(alpha != NULL);
    FC_ASSERT(fade_px > 0);

    const double fade = fade_px * fc_similarity_scale(to_photo);
    if (lies_inside(alpha, to_photo, photo, fade)) {
        return;
    }
    for (int32_t y = 0; y < alpha->size.height; y++) {
        float *row = fc_plane_row(alpha, y);
        for (int32_t x = 0; x < alpha->size.width; x++) {
            const fc_point at = fc_similarity_apply(to_photo, (fc_point){ x + 0.5, y + 0.5 });
            const float share = (float)fmin(fmax(depth(at, photo) / fade, 0), 1);
            row[x] *= share * share * (3 - 2 * share);
        }
    }
}
