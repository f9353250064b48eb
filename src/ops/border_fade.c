#include "ops/border_fade.h"

#include <math.h>

#include "base/assert.h"
#include "ops/u8_clamp.h"

/* Distance to the nearest border, photo px; negative outside. */
static double depth(fc_point at, fc_box within)
{
    const double left = at.x - within.x;
    const double above = at.y - within.y;
    return fmin(fmin(left, within.width - left), fmin(above, within.height - above));
}

/* Steps of the photo's coordinates along a row, in units of the fade. */
typedef struct fade_row {
    float left; /* how far inside the photo's left and upper border the first px lies */
    float above;
    float width; /* of the photo */
    float height;
    float x_step;
    float y_step;
} fade_row;

FC_WIDE static void fade(fade_row at, int32_t count, float *restrict row)
{
    for (int32_t x = 0; x < count; x++) {
        const float left = at.left + (float)x * at.x_step;
        const float above = at.above + (float)x * at.y_step;
        const float right = at.width - left;
        const float below = at.height - above;
        const float across = left < right ? left : right;
        const float down = above < below ? above : below;
        const float share = fc_clamp(across < down ? across : down, 0, 1);
        row[x] *= share * share * (3 - 2 * share);
    }
}

/* Only the rows that come near a border; along a row the depth is least at one of its ends. */
void fc_border_fade_in_place(fc_plane *alpha, fc_similarity to_photo, fc_box within, double fade_px)
{
    FC_ASSERT(alpha != NULL);
    FC_ASSERT(fade_px > 0);

    const int32_t width = alpha->size.width;
    const double scale = fade_px * fc_similarity_scale(to_photo);
    for (int32_t y = 0; y < alpha->size.height; y++) {
        const fc_point first = fc_similarity_apply(to_photo, (fc_point){ 0.5, y + 0.5 });
        const fc_point last = fc_similarity_apply(to_photo, (fc_point){ width - 0.5, y + 0.5 });
        if (depth(first, within) >= scale && depth(last, within) >= scale) {
            continue;
        }
        const fade_row at = {
            (float)((first.x - within.x) / scale), (float)((first.y - within.y) / scale),
            (float)(within.width / scale),         (float)(within.height / scale),
            (float)(to_photo.a / scale),           (float)(to_photo.b / scale),
        };
        fade(at, width, fc_plane_row(alpha, y));
    }
}
