#include "pipeline/stage_functions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ops/attach_alpha.h"
#include "ops/blur_behind.h"
#include "ops/border_fade.h"
#include "ops/clear_hidden.h"
#include "ops/flatten.h"
#include "ops/gradient.h"
#include "ops/greyscale.h"
#include "ops/oval_mask.h"
#include "pipeline/backdrop.h"
#include "pipeline/hand_crop.h"

/* Semi-axes as shares of the framed box, and the width of the soft edge as a share of its shorter
 * side: what the replaced service's Gaussian of 21 px made of a crop of usual size. */
#define OVAL_RADIUS 0.48
#define OVAL_FEATHER 0.06

/* Where the photo cuts off the person inside a canvas without an oval: a share of its shorter side.
 */
#define EDGE_FADE 0.03

/* Photo px a canvas px below which one is told: less than half of what the portrait could show. */
#define ENLARGED 0.5
/* Sigma of the strongest blur, as a share of the canvas' shorter side. */
#define BLUR_SIGMA_MAX 0.06

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

/* What is seen of a matte; NULL: all of it. */
static fc_status shape(const fc_portrait *portrait, const fc_plane *matte, fc_plane **out,
                       fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const fc_frame *frame = &portrait->frame;
    if (photo->params.use_oval_mask) {
        return cut_oval(matte, frame, photo->facts.size, out, err);
    }
    return frame->ends != 0 ? fade_edges(matte, frame, photo->facts.size, out, err) : FC_OK;
}

/* An enlarged photo looks soft, whatever is done: say how much of the face it has. */
static void warn_of_enlarging(fc_portrait *portrait)
{
    const fc_point *points = portrait->photo->faces.items[portrait->face_index].keypoints;
    const fc_point left = points[FC_KEYPOINT_LEFT_EYE];
    const fc_point right = points[FC_KEYPOINT_RIGHT_EYE];
    const double scale = fc_similarity_scale(portrait->frame.to_photo);
    const double eyes_px = fc_point_distance(left, right);
    if (scale < ENLARGED) {
        fc_warn(&portrait->warnings,
                "low_resolution: %.0f px between the eyes in the photo, the portrait has %.0f",
                eyes_px, eyes_px / scale);
    }
}

static void warn(fc_portrait *portrait, fc_stage_report *report)
{
    if (portrait->uncut && portrait->photo->params.background.kind != FC_BACKGROUND_KEEP) {
        fc_warn(&portrait->warnings, "the person could not be told from the background, which "
                                     "is left as it is");
        (void)snprintf(report->note, sizeof report->note, "with the photo's own background");
    }
    warn_of_enlarging(portrait);
    if (portrait->frame.ends != 0 && portrait->photo->params.preset == 0) { /* which tells mm */
        fc_warn(&portrait->warnings, "photo_ends_inside_the_portrait: %s",
                fc_hand_crop_is_wanted(&portrait->photo->params)
                    ? "the crop by hand shows more than the photo has"
                    : "the person is cut off by the photo's edge, which no frame could hide");
    }
}

static fc_status load_backdrop(const fc_photo *photo, fc_size canvas, fc_image **out, fc_error *err)
{
    fc_error why = { 0 };
    if (fc_backdrop_load(photo->plan.backdrop, &photo->limits, canvas, out, &why) != FC_OK) {
        return fc_fail(err, why.status, "the picture behind the person: %.200s", why.text);
    }
    return FC_OK;
}

/* What lies behind the person, where that is more than a colour; else NULL. */
static fc_status make_ground(const fc_portrait *portrait, fc_image **out, fc_error *err)
{
    const fc_background *background = &portrait->photo->params.background;
    const uint8_t from[3] = { background->red, background->green, background->blue };
    const fc_size canvas = portrait->person->size;
    const int32_t shorter = canvas.width < canvas.height ? canvas.width : canvas.height;
    switch (background->kind) {
    case FC_BACKGROUND_BLUR:
        return fc_blur_behind(portrait->ground,
                              BLUR_SIGMA_MAX * shorter * background->strength / 100, out, err);
    case FC_BACKGROUND_GRADIENT:
    case FC_BACKGROUND_RADIAL:
        return fc_gradient(canvas, from, background->to, background->kind == FC_BACKGROUND_RADIAL,
                           out, err);
    case FC_BACKGROUND_PICTURE:
        return load_backdrop(portrait->photo, canvas, out, err);
    case FC_BACKGROUND_COLOUR:
    case FC_BACKGROUND_TRANSPARENT:
    case FC_BACKGROUND_KEEP:
        break;
    }
    return FC_OK;
}

/* The oval cuts a photo that keeps its background, blurred or not, as a whole: the person is laid
 * on it before. */
static fc_status join_own_ground(const fc_portrait *portrait, fc_image **ground, fc_image **person,
                                 fc_plane **matte, fc_error *err)
{
    FC_AUTO(fc_image) cutout = NULL;
    FC_AUTO(fc_plane) all = NULL;
    FC_TRY(fc_attach_alpha(portrait->person, portrait->matte, &cutout, err));
    FC_TRY(fc_plane_new(portrait->matte->size, &all, err));
    const size_t count = (size_t)all->size.width * (size_t)all->size.height;
    for (size_t i = 0; i < count; i++) {
        all->data[i] = 1;
    }
    fc_flatten_onto(cutout, *ground);
    *person = FC_STEAL(*ground);
    *matte = FC_STEAL(all);
    return FC_OK;
}

/* Cut the oval where one is asked for, and lay the person on the ground, or on the colour. */
static fc_status lay(fc_portrait *portrait, const fc_image *person, const fc_plane *matte,
                     fc_image *ground, fc_image **flat, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const fc_background *background = &photo->params.background;
    const uint8_t colour[3] = { background->red, background->green, background->blue };
    FC_AUTO(fc_plane) shaped = NULL;
    FC_TRY(shape(portrait, matte, &shaped, err));
    FC_AUTO(fc_image) cutout = NULL;
    FC_TRY(fc_attach_alpha(person, shaped != NULL ? shaped : matte, &cutout, err));
    fc_clear_hidden_in_place(cutout, colour);
    if (ground != NULL) {
        fc_flatten_onto(cutout, ground);
    } else {
        FC_TRY(fc_flatten(cutout, colour, flat, err));
    }
    portrait->cutout = FC_STEAL(cutout);
    return FC_OK;
}

/* A grey portrait is one channel in its file, unless it is see-through. */
static fc_status finish(fc_portrait *portrait, fc_error *err)
{
    const fc_params *params = &portrait->photo->params;
    if (params->grey) {
        FC_AUTO(fc_image) grey = NULL;
        fc_greyscale_in_place(portrait->cutout);
        fc_greyscale_in_place(portrait->flat);
        FC_TRY(fc_greyscale_pack(portrait->flat, &grey, err));
        fc_image_free(portrait->flat);
        portrait->flat = FC_STEAL(grey);
    }
    portrait->cutout->dpi = params->dpi;
    portrait->flat->dpi = params->dpi;
    return FC_OK;
}

fc_status fc_stage_compose(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    FC_AUTO(fc_image) ground = NULL;
    FC_AUTO(fc_image) joined = NULL;
    FC_AUTO(fc_plane) all = NULL;
    FC_AUTO(fc_image) flat = NULL;
    FC_TRY(make_ground(portrait, &ground, err));
    if (portrait->photo->params.background.kind == FC_BACKGROUND_BLUR) {
        FC_TRY(join_own_ground(portrait, &ground, &joined, &all, err));
    }
    FC_TRY(lay(portrait, joined != NULL ? joined : portrait->person,
               all != NULL ? all : portrait->matte, ground, &flat, err));
    portrait->flat = ground != NULL ? FC_STEAL(ground) : FC_STEAL(flat);
    warn(portrait, report);
    return finish(portrait, err);
}
