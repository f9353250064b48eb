#include "pipeline/hand_crop.h"

#include <math.h>

#include "base/assert.h"

bool fc_hand_crop_is_wanted(const fc_params *params)
{
    FC_ASSERT(params != NULL);
    return params->move_x != 0 || params->move_y != 0 || params->zoom != 1 || params->turn != 0;
}

/* Canvas px of the portrait that is wanted -> canvas px as the frame has them. */
static fc_similarity to_framed(const fc_params *params, fc_size canvas)
{
    const double turn = -params->turn * M_PI / 180;
    const double scale = 1 / params->zoom;
    fc_similarity map = { scale * cos(turn), scale * sin(turn), 0, 0 };
    const fc_point middle = { canvas.width / 2.0, canvas.height / 2.0 };
    const fc_point moved = { middle.x + params->move_x * canvas.width,
                             middle.y + params->move_y * canvas.height };
    const fc_point at = fc_similarity_apply(map, moved);
    map.tx = middle.x - at.x;
    map.ty = middle.y - at.y;
    return map;
}

void fc_hand_crop_apply(const fc_params *params, fc_frame *frame)
{
    FC_ASSERT(params != NULL && frame != NULL);
    FC_ASSERT(params->zoom > 0);
    const fc_similarity framed = to_framed(params, frame->canvas);
    const fc_point face =
        fc_similarity_apply(fc_similarity_invert(framed), fc_box_centre(frame->face_in_canvas));
    const double width = frame->face_in_canvas.width * params->zoom;
    const double height = frame->face_in_canvas.height * params->zoom;
    frame->to_photo = fc_similarity_compose(frame->to_photo, framed);
    frame->face_in_canvas = (fc_box){ face.x - width / 2, face.y - height / 2, width, height };
    frame->roll_deg -= params->turn;
}
