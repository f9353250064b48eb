/** Any bytes as a JPEG, through libjpeg-turbo. */
#include "read_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= 12) { /* what tells formats apart looks at that much */
        read_source(fc_jpeg_codec.open, data, size);
    }
    return 0;
}
