/** Any bytes as an EXIF block: some orientation comes out of them. */
#include <stdint.h>

#include "base/assert.h"
#include "image/exif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int32_t orientation = fc_exif_orientation((fc_bytes){ data, size });
    FC_ASSERT(orientation >= 1 && orientation <= 8);
    return 0;
}
