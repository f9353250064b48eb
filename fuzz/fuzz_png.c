/** Any bytes behind a PNG signature through libspng. */
#include "read_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t SIGNATURE[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
    FC_AUTO(fc_octets) file = NULL;
    const size_t start = size >= sizeof SIGNATURE ? sizeof SIGNATURE : size;
    FC_ASSERT(fc_memory_new(sizeof SIGNATURE + size - start, 1, (void **)&file, NULL) == FC_OK);
    memcpy(file, SIGNATURE, sizeof SIGNATURE);
    memcpy(file + sizeof SIGNATURE, data + start, size - start);
    read_source(fc_png_codec.open, file, sizeof SIGNATURE + size - start);
    return 0;
}
