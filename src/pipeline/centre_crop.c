#include "pipeline/centre_crop.h"

#include <math.h>

#include "base/assert.h"
#include "ops/greyscale.h"
#include "ops/warp.h"
#include "pipeline/stage_functions.h"

/* There is no person to measure, to cut out or to lay on something. */
static void leave_out_person(fc_params *params)
{
    params->check = false;
    params->plain = true;
    fc_params_settle(params);
}

/* The largest window of the canvas' shape in the middle of the photo. */
static fc_frame place(fc_size photo, const fc_params *params)
{
    const fc_size canvas = { params->width, params->height };
    const double scale =
        fmin((double)photo.width / canvas.width, (double)photo.height / canvas.height);
    return (fc_frame){ .canvas = canvas,
                       .to_photo = { scale, 0, (photo.width - scale * canvas.width) / 2,
                                     (photo.height - scale * canvas.height) / 2 } };
}

static fc_status resample(fc_portrait *portrait, fc_error *err)
{
    const fc_raster *raster = portrait->raster;
    const fc_similarity to_raster =
        fc_similarity_compose(fc_similarity_invert(raster->to_photo), portrait->frame.to_photo);
    FC_TRY(fc_warp(raster->pixels, to_raster, portrait->frame.canvas, &portrait->flat,
                   &portrait->coverage, err));
    fc_portrait_drop_detail(portrait);
    return FC_OK;
}

static fc_status make_grey(fc_portrait *portrait, fc_error *err)
{
    fc_image *grey = NULL;
    fc_greyscale_in_place(portrait->flat);
    FC_TRY(fc_greyscale_pack(portrait->flat, &grey, err));
    fc_image_free(portrait->flat);
    portrait->flat = grey;
    return FC_OK;
}

fc_status fc_centre_crop(fc_photo *photo, fc_portrait *portrait, fc_error *err)
{
    FC_ASSERT(photo != NULL && photo->preview != NULL);
    FC_ASSERT(portrait != NULL && portrait->flat == NULL);
    fc_stage_report unread = { 0 };
    leave_out_person(&photo->params);
    portrait->photo = photo;
    portrait->frame = place(photo->facts.size, &photo->params);
    FC_TRY(fc_stage_detail(portrait, &unread, err));
    FC_TRY(resample(portrait, err));
    if (photo->params.grey) {
        FC_TRY(make_grey(portrait, err));
    }
    portrait->flat->dpi = photo->params.dpi;
    return fc_stage_encode(portrait, &unread, err);
}
