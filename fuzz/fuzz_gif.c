/** Any bytes as a GIF, through giflib. */
#include "read_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= 12) { /* what tells formats apart looks at that much */
        read_source(fc_gif_codec.open, data, size);
    }
    return 0;
}
