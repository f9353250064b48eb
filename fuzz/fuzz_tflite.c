/** Any bytes as a TFLite file: converted or refused, nothing else. What is converted must pass the
 *  check that every ONNX model has to pass. */
#include <stdlib.h>

#include "convert/tflite.h"
#include "infer/onnx_check.h"

#define ONNX_BYTES_MAX ((size_t)1 << 22)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const fc_size sizes[] = { { 0, 0 }, { 24, 16 } };
    const int32_t blocks[] = { 1, 8 };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO_BUFFER(onnx, ONNX_BYTES_MAX);
        if (fc_tflite_to_onnx((fc_bytes){ bytes, size }, sizes[i], blocks[i], &onnx, &err) ==
                FC_OK &&
            fc_onnx_check("fuzz", fc_buffer_bytes(&onnx), NULL, NULL, &err) != FC_OK) {
            abort();
        }
    }
    return 0;
}
