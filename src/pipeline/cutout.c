#include "pipeline/cutout.h"

#include <math.h>

#include "base/assert.h"

void fc_cutout_clear(fc_cutout *cutout)
{
    if (cutout != NULL) {
        fc_buffer_clear(&cutout->file);
        fc_buffer_clear(&cutout->alpha_file);
    }
}

fc_size fc_cutout_size(fc_size photo, int64_t pixels_max)
{
    FC_ASSERT(photo.width > 0 && photo.height > 0);
    const double pixels = (double)photo.width * photo.height;
    if (pixels_max <= 0 || pixels <= (double)pixels_max) {
        return photo;
    }
    const double scale = sqrt((double)pixels_max / pixels);
    return (fc_size){ (int32_t)fmax(floor(photo.width * scale), 1),
                      (int32_t)fmax(floor(photo.height * scale), 1) };
}
