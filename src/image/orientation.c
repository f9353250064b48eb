#include "image/orientation.h"

#include "base/assert.h"

fc_orientation fc_orientation_lookup(int32_t exif)
{
    static const fc_orientation TABLE[] = {
        { false, false, false }, /* 1 upright */
        { false, true, false },  /* 2 mirrored */
        { false, true, true },   /* 3 upside down */
        { false, false, true },  /* 4 mirrored upside down */
        { true, false, false },  /* 5 mirrored on its side */
        { true, true, false },   /* 6 to be turned clockwise */
        { true, true, true },    /* 7 mirrored on its other side */
        { true, false, true },   /* 8 to be turned anticlockwise */
    };
    return TABLE[exif >= 1 && exif <= 8 ? exif - 1 : 0];
}

static fc_box flip(fc_orientation orientation, fc_size upright, fc_box box)
{
    if (orientation.flip_x) {
        box.x = upright.width - (box.x + box.width);
    }
    if (orientation.flip_y) {
        box.y = upright.height - (box.y + box.height);
    }
    return box;
}

static fc_box transpose(fc_orientation orientation, fc_box box)
{
    return orientation.transpose ? (fc_box){ box.y, box.x, box.height, box.width } : box;
}

fc_box fc_orientation_box_to_stored(fc_orientation orientation, fc_size upright, fc_box box)
{
    FC_ASSERT(upright.width > 0 && upright.height > 0);
    return transpose(orientation, flip(orientation, upright, box));
}

fc_box fc_orientation_box_to_upright(fc_orientation orientation, fc_size upright, fc_box box)
{
    FC_ASSERT(upright.width > 0 && upright.height > 0);
    return flip(orientation, upright, transpose(orientation, box));
}
