/** Any bytes behind a PNG signature through the PNG scan. */
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "image/png_chunks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t SIGNATURE[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
    FC_AUTO(fc_octets) file = NULL;
    const size_t start = size >= sizeof SIGNATURE ? sizeof SIGNATURE : size;
    FC_ASSERT(fc_memory_new(sizeof SIGNATURE + size - start, 1, (void **)&file, NULL) == FC_OK);
    memcpy(file, SIGNATURE, sizeof SIGNATURE);
    memcpy(file + sizeof SIGNATURE, data + start, size - start);

    fc_error err = { 0 };
    fc_png_header header = { false };
    if (fc_png_scan((fc_bytes){ file, sizeof SIGNATURE + size - start }, &header, &err) != FC_OK) {
        FC_ASSERT(err.text[0] != '\0');
    }
    return 0;
}
