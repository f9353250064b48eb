#include "pipeline/stage_functions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ops/attach_alpha.h"
#include "ops/border_fade.h"
#include "ops/clear_hidden.h"
#include "ops/flatten.h"
#include "ops/oval_mask.h"

/* Semi-axes as shares of the framed box, and the width of the soft edge as a share of its shorter
 * side: what the replaced service's Gaussian of 21 px made of a crop of usual size. */
#define OVAL_RADIUS 0.48
#define OVAL_FEATHER 0.06

/* Where the photo cuts off the person inside a canvas without an oval: a share of its shorter side.
 */
#define EDGE_FADE 0.03

/* Photo px a canvas px below which one is told: less than half of what the portrait could show. */
#define ENLARGED 0.5

/* The matte itself stays whole: the next portrait may want another background. */
static fc_status cut_oval(const fc_plane *matte, const fc_frame *frame, fc_size photo,
                          fc_plane **out, fc_error *err)
{
    const double shorter =
        frame->inner.width < frame->inner.height ? frame->inner.width : frame->inner.height;
    FC_AUTO(fc_plane) alpha = NULL;
    FC_TRY(
        fc_oval_mask(matte->size, frame->inner, OVAL_RADIUS, OVAL_FEATHER * shorter, &alpha, err));
    const size_t count = (size_t)matte->size.width * (size_t)matte->size.height;
    for (size_t i = 0; i < count; i++) {
        alpha->data[i] *= matte->data[i];
    }
    /* Where the photo ends inside the oval, the person ends as softly as at the oval's edge. */
    fc_border_fade_in_place(alpha, frame->to_photo, (fc_box){ 0, 0, photo.width, photo.height },
                            OVAL_FEATHER * shorter);
    *out = FC_STEAL(alpha);
    return FC_OK;
}

/* The photo, but for sides where the person does not end: those lie far away. */
static fc_box photo_that_ends(fc_size photo, uint32_t ends)
{
    const double far = photo.width + photo.height;
    const double left = ends & FC_SIDE_LEFT ? 0 : -far;
    const double top = ends & FC_SIDE_TOP ? 0 : -far;
    const double right = photo.width + (ends & FC_SIDE_RIGHT ? 0 : far);
    const double bottom = photo.height + (ends & FC_SIDE_BOTTOM ? 0 : far);
    return (fc_box){ left, top, right - left, bottom - top };
}

static fc_status fade_edges(const fc_plane *matte, const fc_frame *frame, fc_size photo,
                            fc_plane **out, fc_error *err)
{
    const int32_t shorter =
        matte->size.width < matte->size.height ? matte->size.width : matte->size.height;
    FC_TRY(fc_plane_new(matte->size, out, err));
    memcpy((*out)->data, matte->data, fc_plane_bytes(matte));
    fc_border_fade_in_place(*out, frame->to_photo, photo_that_ends(photo, frame->ends),
                            EDGE_FADE * shorter);
    return FC_OK;
}

/* What is seen of the matte; NULL: all of it. */
static fc_status shape(const fc_portrait *portrait, fc_plane **out, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const fc_frame *frame = &portrait->frame;
    if (photo->params.use_oval_mask) {
        return cut_oval(portrait->matte, frame, photo->facts.size, out, err);
    }
    return frame->ends != 0 ? fade_edges(portrait->matte, frame, photo->facts.size, out, err)
                            : FC_OK;
}

/* An enlarged photo looks soft, whatever is done: say how much of the face it has. */
static void warn_of_enlarging(fc_portrait *portrait)
{
    const fc_point *points = portrait->photo->faces.items[portrait->face_index].keypoints;
    const fc_point left = points[FC_KEYPOINT_LEFT_EYE];
    const fc_point right = points[FC_KEYPOINT_RIGHT_EYE];
    const double scale = fc_similarity_scale(portrait->frame.to_photo);
    const double eyes_px = hypot(right.x - left.x, right.y - left.y);
    if (scale < ENLARGED) {
        fc_warn(&portrait->warnings,
                "low_resolution: %.0f px between the eyes in the photo, the portrait has %.0f",
                eyes_px, eyes_px / scale);
    }
}

static void warn(fc_portrait *portrait, fc_stage_report *report)
{
    if (portrait->uncut) {
        fc_warn(&portrait->warnings, "the person could not be told from the background, which "
                                     "is left as it is");
        (void)snprintf(report->note, sizeof report->note, "with the photo's own background");
    }
    warn_of_enlarging(portrait);
    if (portrait->frame.ends != 0) {
        fc_warn(&portrait->warnings, "photo_ends_inside_the_portrait: the person is cut off by the "
                                     "photo's edge, which no frame could hide");
    }
}

fc_status fc_stage_compose(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    warn(portrait, report);
    const fc_params *params = &portrait->photo->params;
    const uint8_t background[3] = { params->background.red, params->background.green,
                                    params->background.blue };

    FC_AUTO(fc_plane) shaped = NULL;
    FC_TRY(shape(portrait, &shaped, err));
    FC_AUTO(fc_image) cutout = NULL;
    FC_TRY(
        fc_attach_alpha(portrait->person, shaped != NULL ? shaped : portrait->matte, &cutout, err));
    fc_clear_hidden_in_place(cutout, background);
    FC_TRY(fc_flatten(cutout, background, &portrait->flat, err));
    portrait->cutout = FC_STEAL(cutout);
    return FC_OK;
}
