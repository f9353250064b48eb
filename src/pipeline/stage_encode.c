#include "pipeline/stage_functions.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/aside.h"
#include "image/encode.h"

/* The PNG is the cut-out: see-through around the oval, and everywhere when that is asked for.
 * A rectangular portrait on a colour has nothing to see through. */
static const fc_image *picture_for_png(const fc_portrait *portrait)
{
    const fc_params *params = &portrait->photo->params;
    return params->use_oval_mask || params->background.transparent ? portrait->cutout
                                                                   : portrait->flat;
}

typedef struct png_task {
    const fc_image *picture;
    fc_buffer *out;
} png_task;

static fc_status encode_png(void *context, fc_error *err)
{
    const png_task *task = context;
    return fc_encode_png(task->picture, task->out, err);
}

static fc_status encode_with_loss(fc_portrait *portrait, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    if (photo->outputs & FC_OUTPUT_JPEG) {
        portrait->jpeg = FC_BUFFER(FC_PORTRAIT_BYTES_MAX);
        FC_TRY(fc_encode_jpeg(portrait->flat, (size_t)photo->params.max_jpeg_kb << 10,
                              &portrait->jpeg, &portrait->jpeg_quality, err));
    }
    if (photo->outputs & FC_OUTPUT_WEBP) {
        portrait->webp = FC_BUFFER(FC_PORTRAIT_BYTES_MAX);
        FC_TRY(fc_encode_webp(picture_for_png(portrait), &portrait->webp, err));
    }
    return FC_OK;
}

/* The PNG takes about as long as the JPEG: where a second thread is allowed it makes the PNG. */
fc_status fc_stage_encode(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    FC_AUTO_BUFFER(png, FC_PORTRAIT_BYTES_MAX);
    png_task task = { picture_for_png(portrait), &png };
    fc_aside beside = { 0 };
    if (photo->outputs & FC_OUTPUT_PNG) {
        const bool alone = (photo->outputs & (FC_OUTPUT_JPEG | FC_OUTPUT_WEBP)) == 0;
        fc_aside_start(&beside, alone ? 1 : photo->models->threads, encode_png, &task);
    }
    const fc_status status = encode_with_loss(portrait, err);
    FC_TRY(fc_aside_join(&beside, err));
    FC_TRY(status);
    portrait->png = png;
    png = FC_BUFFER(0);
    (void)snprintf(report->note, sizeof report->note, "PNG %.0f KB, JPEG %.0f KB at quality %d",
                   (double)portrait->png.size / 1024, (double)portrait->jpeg.size / 1024,
                   portrait->jpeg_quality);
    return FC_OK;
}
