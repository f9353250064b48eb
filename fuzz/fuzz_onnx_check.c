/** Any bytes as an ONNX model, in memory and in a folder: the check reads each byte at most once
 * and never outside. */
#include "infer/onnx_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const uint8_t NOTHING = 0;
    fc_error err = { 0 };
    const fc_bytes model = { size > 0 ? bytes : &NOTHING, size };
    (void)!fc_onnx_check("fuzz", model, NULL, NULL, &err);
    (void)!fc_onnx_check("fuzz", model, "tests/data/onnx", NULL, &err);
    return 0;
}
