/** Letterbox: a part of a picture, shrunk or grown to fit into a square that is black elsewhere. */
#pragma once

#include "image/image.h"

/** Map from px of the square to the picture: (left, top) + px * (scale_x, scale_y). The two scales
 *  differ by what rounding the sides of the fitted part to whole px does. */
typedef struct fc_placement {
    double left;
    double top;
    double scale_x;
    double scale_y;
} fc_placement;

typedef struct fc_letterbox_sides {
    int32_t filled; /* px that the longer side of the part takes; up to: */
    int32_t whole;  /* side of the square, px */
} fc_letterbox_sides;

/**
 * Fit a part of a picture into the middle of a square.
 *
 * picture   RGB
 * region    px of the picture, within it, not empty
 * out       owner: caller. RGB. Untouched on failure
 * placed    where the square lies in the picture
 *
 * Any thread. Errors: those of fc_resample.
 */
FC_MUST_CHECK fc_status fc_letterbox(const fc_image *picture, fc_box region,
                                     fc_letterbox_sides sides, fc_image **out, fc_placement *placed,
                                     fc_error *err);

/** From px of the square to px of the picture. */
static inline fc_point fc_placement_apply(fc_placement placed, fc_point point)
{
    return (fc_point){ placed.left + point.x * placed.scale_x,
                       placed.top + point.y * placed.scale_y };
}

static inline fc_box fc_placement_apply_box(fc_placement placed, fc_box box)
{
    const fc_point corner = fc_placement_apply(placed, (fc_point){ box.x, box.y });
    return (fc_box){ corner.x, corner.y, box.width * placed.scale_x, box.height * placed.scale_y };
}
