/** Any bytes as the data.pkl of a checkpoint that has one storage of 8 float32 (or 16 float16). */
#include <stdlib.h>

#include "convert/torch_pickle.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const uint8_t NUMBERS[32] = { 0 };
    static const uint8_t NAMES[] = "a/data.pkla/data/0";
    fc_torch_entry entries[] = {
        { .name = { NAMES, 10 }, .data = { bytes, size } },
        { .name = { NAMES + 10, 8 }, .data = { NUMBERS, sizeof NUMBERS } },
    };
    const fc_torch_zip zip = { .entries = entries, .count = 2, .folder = { NAMES, 1 } };
    fc_arena arena = FC_ARENA((size_t)8 << 20);
    fc_torch_value value = { 0 };
    fc_error err = { 0 };
    if (fc_torch_pickle_read(&zip, &arena, &value, &err) == FC_OK &&
        value.kind == FC_TORCH_TENSOR) {
        const fc_bytes data = value.tensor->data;
        if (data.data < NUMBERS || data.data + data.size > NUMBERS + sizeof NUMBERS) {
            abort();
        }
    }
    fc_arena_clear(&arena);
    return 0;
}
