#include "pipeline/frame_rule.h"

#include <math.h>

#include "base/assert.h"

#define TOP_MARGIN_FACTOR 1.5

/* The face from brows to chin, as a share of the canvas' height, at least. */
#define FACE_SHARE_MIN 0.4

/* Levelled units that stay below the chin and beyond the hair's sides. */
#define CHIN_ROOM 0.12
#define SIDE_ROOM 0.04

/* Above the crown where there is no room for head room, and above what stands on the head, in
 * heights of the head. */
#define ROOM_MIN 0.02

static double margin_above(const fc_params *params)
{
    return TOP_MARGIN_FACTOR * params->face_margin;
}

static double canvas_px_a_face(const fc_params *params)
{
    return fmin(params->width / (1 + 2 * params->face_margin),
                params->height / (1 + params->face_margin + margin_above(params)));
}

/* The face box plus margins, canvas px: in the middle of the canvas. */
static fc_box inner_box(const fc_params *params)
{
    const double face_px = canvas_px_a_face(params);
    const double width = (1 + 2 * params->face_margin) * face_px;
    const double height = (1 + params->face_margin + margin_above(params)) * face_px;
    return (fc_box){ (params->width - width) / 2, (params->height - height) / 2, width, height };
}

fc_box fc_frame_rule_face(const fc_params *params)
{
    FC_ASSERT(params != NULL);
    const double face_px = canvas_px_a_face(params);
    const double down = inner_box(params).y / face_px + 0.5 + margin_above(params);
    return (fc_box){ -params->width / face_px / 2, -down, params->width / face_px,
                     params->height / face_px };
}

double fc_frame_rule_room(const fc_head_extent *head, const fc_params *params)
{
    FC_ASSERT(head != NULL && params != NULL);
    const double height = fc_head_extent_height(head);
    return fmax(params->head_room * height, head->above + ROOM_MIN * height);
}

/* What has to be seen above all: from the crown to below the chin. */
static void keep_head(const fc_head_extent *head, double height, double *top, double *bottom)
{
    const double lowest = head->chin + CHIN_ROOM;
    *bottom = fmax(*top + height, lowest);
    if (*bottom == lowest) {
        *top = fmin(lowest - height, head->crown - ROOM_MIN * fc_head_extent_height(head));
    }
}

fc_box fc_frame_rule_head(fc_box view, const fc_head_extent *head, const fc_params *params)
{
    FC_ASSERT(head != NULL && params != NULL);

    const double aspect = view.width / view.height;
    const double half = fmax(-head->left, head->right) + SIDE_ROOM;
    double top = fmin(view.y, head->crown - fc_frame_rule_room(head, params));
    double bottom = view.y + view.height;
    const double wanted = fmax(bottom - top, 2 * half / aspect);
    const double most = fmax(view.height, (head->chin - head->brows) / FACE_SHARE_MIN);
    if (wanted <= view.height) {
        return view;
    }
    keep_head(head, fmin(wanted, most), &top, &bottom);
    const double width = (bottom - top) * aspect;
    return (fc_box){ -width / 2, top, width, bottom - top };
}

double fc_frame_rule_anchor(fc_box view, const fc_head_extent *head, double zoom)
{
    FC_ASSERT(head != NULL && zoom > 0 && zoom <= 1);
    const double bottom = view.y + view.height;
    const double lowest = fmin(head->chin + CHIN_ROOM, bottom);
    const double for_chin = zoom < 1 ? (lowest - bottom * zoom) / (1 - zoom) : head->crown;
    return fmax(head->crown, for_chin);
}

fc_box fc_frame_rule_oval(fc_box view, const fc_head_extent *head, const fc_params *params)
{
    FC_ASSERT(params != NULL);
    fc_box oval = inner_box(params);
    if (head == NULL) {
        return oval;
    }
    /* Where the view was moved, the box follows its face. */
    const double px = params->width / view.width;
    const double crown = (head->crown - fc_frame_rule_room(head, params) - view.y) * px;
    const double below = (0.5 + params->face_margin - view.y) * px;
    const double middle = view.x + view.width / 2;
    const double half = (fmax(middle - head->left, head->right - middle) + SIDE_ROOM) * px;
    const double bottom = fmin(fmax(oval.y + oval.height, below), params->height);
    oval.y = fmax(fmin(oval.y, crown), 0);
    oval.height = bottom - oval.y;
    oval.width = fmin(fmax(oval.width, 2 * half), params->width);
    oval.x = (params->width - oval.width) / 2;
    return oval;
}
