/** Any bytes with a TIFF signature through libtiff. */
#include "image/format.h"
#include "read_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (fc_format_sniff((fc_bytes){ data, size }) == FC_FORMAT_TIFF) {
        read_source(fc_tiff_codec.open, data, size);
    }
    return 0;
}
