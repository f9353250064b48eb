#include "pipeline/stage_functions.h"

#include <stdio.h>

#include "pipeline/wants.h"

/*
 * The detector looks at 192 px and the matte at 384, so a preview of this long side shows them all
 * there is to see, and for most photos it is already as fine as the portrait needs (stage detail
 * decodes again where it is not). Reducing while decoding saves most of the work of a JPEG.
 */
#define PREVIEW_SIDE_MIN 1280

static int32_t choose_shrink(fc_size size, int32_t side_min)
{
    const int32_t longer = size.width > size.height ? size.width : size.height;
    int32_t shrink = 1;
    while (shrink < 8 && longer / (shrink * 2) >= side_min) {
        shrink *= 2;
    }
    return shrink;
}

/* Px that the longer side must have: a cut-out is made of the preview itself. */
static int32_t side_wanted(const fc_photo *photo)
{
    if (!fc_wants_cutout(photo)) {
        return PREVIEW_SIDE_MIN;
    }
    const fc_size size = fc_cutout_size(photo->facts.size, photo->plan.pixels_max);
    const int32_t longer = size.width > size.height ? size.width : size.height;
    return longer > PREVIEW_SIDE_MIN ? longer : PREVIEW_SIDE_MIN;
}

int32_t fc_preview_shrink(const fc_photo *photo)
{
    return choose_shrink(photo->facts.size, side_wanted(photo));
}

fc_status fc_stage_decode(fc_photo *photo, fc_stage_report *report, fc_error *err)
{
    const fc_background background = photo->params.background;
    const fc_decode_request request = {
        .shrink = fc_preview_shrink(photo),
        .background = { background.red, background.green, background.blue },
    };
    FC_TRY(fc_photo_decode_part(photo, &request, &photo->preview, err));
    if (fc_wants_cutout(photo)) {
        fc_photo_end_decoding(photo); /* it is made of the preview alone */
    }
    (void)snprintf(report->note, sizeof report->note, "1/%d, %d x %d px", request.shrink,
                   photo->preview->pixels->size.width, photo->preview->pixels->size.height);
    return FC_OK;
}
