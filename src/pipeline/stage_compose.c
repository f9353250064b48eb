#include "pipeline/stage_functions.h"

#include <stdio.h>

#include "ops/attach_alpha.h"
#include "ops/border_fade.h"
#include "ops/clear_hidden.h"
#include "ops/flatten.h"
#include "ops/grey.h"
#include "ops/greyscale.h"
#include "ops/oval_mask.h"

/* Semi-axes as shares of the framed box, and the width of the soft edge as a share of its shorter
 * side: what the replaced service's Gaussian of 21 px made of a crop of usual size. */
#define OVAL_RADIUS 0.48
#define OVAL_FEATHER 0.06

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
    fc_border_fade_in_place(alpha, frame->to_photo, photo, OVAL_FEATHER * shorter);
    *out = FC_STEAL(alpha);
    return FC_OK;
}

/* A grey portrait is one channel in its file, unless it is see-through. */
static fc_status lay_background(fc_image *cutout, const fc_params *params, fc_image **out,
                                fc_error *err)
{
    const uint8_t background[3] = { params->background.red, params->background.green,
                                    params->background.blue };
    fc_clear_hidden_in_place(cutout, background);
    if (!params->grey) {
        return fc_flatten(cutout, background, out, err);
    }
    const uint8_t grey = fc_grey_of(background);
    fc_greyscale_in_place(cutout);
    FC_AUTO(fc_image) flat = NULL;
    FC_TRY(fc_flatten(cutout, (const uint8_t[]){ grey, grey, grey }, &flat, err));
    return fc_greyscale_pack(flat, out, err);
}

fc_status fc_stage_compose(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    if (portrait->uncut) {
        fc_warn(&portrait->warnings, "the person could not be told from the background, which "
                                     "is left as it is");
        (void)snprintf(report->note, sizeof report->note, "with the photo's own background");
    }
    const fc_params *params = &portrait->photo->params;
    FC_AUTO(fc_plane) oval = NULL;
    if (params->use_oval_mask) {
        FC_TRY(
            cut_oval(portrait->matte, &portrait->frame, portrait->photo->facts.size, &oval, err));
    }
    FC_AUTO(fc_image) cutout = NULL;
    FC_TRY(fc_attach_alpha(portrait->person, oval != NULL ? oval : portrait->matte, &cutout, err));
    FC_TRY(lay_background(cutout, params, &portrait->flat, err));
    portrait->flat->dpi = params->dpi;
    cutout->dpi = params->dpi;
    portrait->cutout = FC_STEAL(cutout);
    return FC_OK;
}
