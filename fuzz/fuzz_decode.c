/** Any bytes through probe and decode, with limits so small that each run is quick. */
#include <stdint.h>

#include "base/assert.h"
#include "image/decode.h"

static const fc_decode_limits LIMITS = {
    .formats = UINT32_MAX,
    .pixels_max = 1 << 18,
    .decoded_max = 1 << 24,
};

static void decode(fc_bytes file, const fc_photo_facts *facts, fc_decode_request request)
{
    fc_error err = { 0 };
    FC_AUTO(fc_raster) raster = NULL;
    if (fc_decode(file, facts, &request, &raster, &err) == FC_OK) {
        FC_ASSERT(raster->pixels->channels == 3);
        FC_ASSERT(raster->to_photo.a > 0);
    } else {
        FC_ASSERT(raster == NULL && err.text[0] != '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fc_error err = { 0 };
    const fc_bytes file = { data, size };
    fc_photo_facts facts = { 0 };
    if (fc_decode_probe(file, &LIMITS, &facts, &err) != FC_OK) {
        FC_ASSERT(err.text[0] != '\0');
        return 0;
    }
    decode(file, &facts, (fc_decode_request){ .shrink = 1 });
    decode(file, &facts,
           (fc_decode_request){ .shrink = 2 << size % 3,
                                .region = { facts.size.width / 3.0, facts.size.height / 4.0,
                                            facts.size.width / 2.0, facts.size.height / 2.0 } });
    return 0;
}
