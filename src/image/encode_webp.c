#include "base/assert.h"
#include "image/encode.h"
#include "image/vips_file.h"
#include "image/vips_image.h"

/* Two finished portraits of 648 x 648 px (RGBA) have 43 and 72 kB at this quality, as PNG 367 and
 * 419 kB. */
#define WEBP_QUALITY 90

fc_status fc_encode_webp(const fc_image *image, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(image != NULL);
    FC_ASSERT(out != NULL && out->size == 0);

    FC_AUTO(VipsImage) view = NULL;
    FC_TRY(fc_vips_image_new(image, &view, err));
    void *webp = NULL;
    size_t size = 0;
    if (vips_webpsave_buffer(view, &webp, &size, "Q", WEBP_QUALITY, "strip", TRUE, NULL) != 0) {
        return fc_vips_fail(err, FC_OUT_OF_MEMORY, "the WebP cannot be written");
    }
    const fc_status status = fc_buffer_append(out, webp, size, err);
    g_free(webp);
    return status;
}
