/** Any bytes through the JPEG scan: what it passes lies within its promises. */
#include <stdint.h>

#include "base/assert.h"
#include "base/limits.h"
#include "image/jpeg_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fc_error err = { 0 };
    fc_jpeg_frame frame = { 0 };
    if (fc_jpeg_scan((fc_bytes){ data, size }, &frame, &err) == FC_OK) {
        FC_ASSERT(frame.scans >= 1 && frame.scans <= FC_JPEG_SCANS_MAX);
        FC_ASSERT(frame.width >= 1 && frame.width <= UINT16_MAX);
        FC_ASSERT(frame.height >= 1 && frame.height <= UINT16_MAX);
    } else {
        FC_ASSERT(frame.scans == 0 && err.text[0] != '\0');
    }
    return 0;
}
