/** Any bytes as a colour profile: never read outside of them, and short ones are never sRGB. */
#include <stdint.h>

#include "base/assert.h"
#include "image/icc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const bool is_srgb = fc_icc_is_srgb((fc_bytes){ data, size });
    FC_ASSERT(!is_srgb || size > 128);
    return 0;
}
