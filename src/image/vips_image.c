#include "image/vips_image.h"

#include <string.h>

#include "base/assert.h"
#include "image/vips_file.h"

static int copy_rows(VipsRegion *region, void *sequence, void *picture, void *context,
                     gboolean *stop)
{
    (void)sequence;
    (void)context;
    (void)stop;
    const fc_image *image = picture;
    const VipsRect *wanted = &region->valid;
    const size_t channels = (size_t)image->channels;
    for (int row = 0; row < wanted->height; row++) {
        memcpy(region->data + (size_t)row * (size_t)region->bpl,
               fc_image_row(image, wanted->top + row) + (size_t)wanted->left * channels,
               (size_t)wanted->width * channels);
    }
    return 0;
}

fc_status fc_vips_image_new(const fc_image *picture, VipsImage **out, fc_error *err)
{
    FC_ASSERT(picture != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(VipsImage) view = vips_image_new();
    const VipsInterpretation space =
        picture->channels == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    vips_image_init_fields(view, picture->size.width, picture->size.height, picture->channels,
                           VIPS_FORMAT_UCHAR, VIPS_CODING_NONE, space, 1.0, 1.0);
    /* copy_rows only reads the picture, but the library's interface knows no const. */
    void *unchanged = (void *)(uintptr_t)picture;
    if (vips_image_pipelinev(view, VIPS_DEMAND_STYLE_THINSTRIP, NULL) != 0 ||
        vips_image_generate(view, NULL, copy_rows, NULL, unchanged, NULL) != 0) {
        return fc_vips_fail(err, FC_OUT_OF_MEMORY, "no memory for a view of the picture");
    }
    *out = FC_STEAL(view);
    return FC_OK;
}
