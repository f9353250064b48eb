#include "ops/grey.h"

#include "base/assert.h"

fc_status fc_grey(const fc_image *source, fc_image **out, fc_error *err)
{
    FC_ASSERT(source != NULL);
    FC_ASSERT(source->channels == 3 || source->channels == 4);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_image) grey = NULL;
    FC_TRY(fc_image_new(source->size, 1, &grey, err));
    for (int32_t y = 0; y < source->size.height; y++) {
        const uint8_t *from = fc_image_row(source, y);
        uint8_t *to = fc_image_row(grey, y);
        for (int32_t x = 0; x < source->size.width; x++) {
            to[x] = fc_grey_of(from);
            from += source->channels;
        }
    }
    *out = FC_STEAL(grey);
    return FC_OK;
}
