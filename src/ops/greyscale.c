#include "ops/greyscale.h"

#include "base/assert.h"
#include "ops/grey.h"

void fc_greyscale_in_place(fc_image *image)
{
    FC_ASSERT(image != NULL && image->channels >= 3);
    for (int32_t y = 0; y < image->size.height; y++) {
        uint8_t *pixel = fc_image_row(image, y);
        for (int32_t x = 0; x < image->size.width; x++, pixel += image->channels) {
            const uint8_t grey = fc_grey_of(pixel);
            pixel[0] = grey;
            pixel[1] = grey;
            pixel[2] = grey;
        }
    }
}

fc_status fc_greyscale_pack(const fc_image *grey, fc_image **out, fc_error *err)
{
    FC_ASSERT(grey != NULL && grey->channels == 3);
    FC_AUTO(fc_image) packed = NULL;
    FC_TRY(fc_image_new(grey->size, 1, &packed, err));
    packed->dpi = grey->dpi;
    for (int32_t y = 0; y < grey->size.height; y++) {
        const uint8_t *from = fc_image_row(grey, y);
        uint8_t *to = fc_image_row(packed, y);
        for (int32_t x = 0; x < grey->size.width; x++) {
            to[x] = from[3 * (size_t)x];
        }
    }
    *out = FC_STEAL(packed);
    return FC_OK;
}
