#include "engine/model_verify.h"

#include <string.h>

#include "base/assert.h"

/* Memory that hashing holds at a time. */
#define SLICE ((size_t)8 << 20)

void fc_model_digest(const fc_mapping *mapping, char sha256[FC_DIGEST_SIZE])
{
    fc_digest digest;
    fc_digest_start(&digest);
    const fc_bytes all = mapping->bytes;
    for (size_t at = 0; at < all.size; at += SLICE) {
        const size_t left = all.size - at;
        fc_digest_add(&digest, (fc_bytes){ all.data + at, left < SLICE ? left : SLICE });
        fc_mapping_drop(mapping, at);
    }
    fc_digest_finish(&digest, sha256);
}

fc_status fc_model_verify(int index, const fc_settings *settings, fc_model_verdict *out,
                          fc_error *err)
{
    FC_ASSERT(settings != NULL);
    FC_ASSERT(out != NULL);
    fc_model_verdict verdict = { .state = fc_model_file_state(index, settings) };
    if (verdict.state == FC_MODEL_FOUND) {
        FC_AUTO(fc_mapping) mapping = NULL;
        FC_TRY(fc_model_file_map(index, settings, &mapping, err));
        const fc_supply *supply = fc_model_file_supply(index);
        fc_model_digest(mapping, verdict.sha256);
        verdict.bytes = (int64_t)mapping->bytes.size;
        verdict.genuine =
            verdict.bytes == supply->bytes && strcmp(verdict.sha256, supply->sha256) == 0;
    }
    *out = verdict;
    return FC_OK;
}
