/** Inputs and outputs of a network, as ONNX Runtime reports them. Only for this room. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "infer/ort.h"
#include "infer/tensor.h"

#define FC_IO_TENSORS_MAX 16 /* inputs, and outputs, of one model */

/** One input or output of the network. */
typedef struct fc_io_tensor {
    char *name;                        /* owned by ONNX Runtime's default allocator */
    int64_t shape[FC_TENSOR_RANK_MAX]; /* -1 where any length will do */
    int32_t rank;
} fc_io_tensor;

/** All of a network. Start with zeros; release with fc_io_info_clear. */
typedef struct fc_io_info {
    fc_io_tensor inputs[FC_IO_TENSORS_MAX];
    fc_io_tensor outputs[FC_IO_TENSORS_MAX];
    size_t input_count;
    size_t output_count;
} fc_io_info;

/** Errors: FC_MODEL_UNAVAILABLE (too many, too many axes, not float32); then clear them as well. */
FC_MUST_CHECK fc_status fc_io_info_read(const char *name, const OrtSession *network,
                                        fc_io_info *out, fc_error *err);
void fc_io_info_clear(fc_io_info *ports);
