/** Any bytes as a PyTorch checkpoint: refused, or entries and tensors that lie within it. */
#include <stdlib.h>

#include "convert/torch_checkpoint.h"

static void check_within(fc_bytes part, fc_bytes whole)
{
    if (part.data < whole.data || part.size > whole.size ||
        (size_t)(part.data - whole.data) > whole.size - part.size) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fc_error err = { 0 };
    const fc_bytes file = { bytes, size };
    FC_AUTO(fc_torch_checkpoint) checkpoint = NULL;
    FC_AUTO(fc_torch_zip) zip = NULL;
    if (fc_torch_zip_new(file, &zip, &err) == FC_OK) {
        for (size_t i = 0; i < zip->count; i++) {
            check_within(zip->entries[i].name, file);
            check_within(zip->entries[i].data, file);
        }
    }
    if (fc_torch_checkpoint_new(file, "params_ema", &checkpoint, &err) == FC_OK) {
        const fc_torch_tensor *tensor = fc_torch_checkpoint_lookup(checkpoint, "weight");
        if (tensor != NULL) {
            check_within(tensor->data, file);
        }
    }
    return 0;
}
