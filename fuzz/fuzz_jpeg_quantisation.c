/** Any bytes through the quality of a JPEG: it is none, or one of 1 to 100. */
#include <stdint.h>

#include "base/assert.h"
#include "image/jpeg_quantisation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const double quality = fc_jpeg_quality((fc_bytes){ data, size });
    FC_ASSERT(quality == 0 || (quality >= 1 && quality <= 100));
    return 0;
}
