/** Tensor: an input or output of a network. */
#pragma once

#include <stdint.h>

#define FC_TENSOR_RANK_MAX 5

/** Dense float32 tensor in C order. The memory belongs to the caller. */
typedef struct fc_tensor {
    float *data;
    int64_t shape[FC_TENSOR_RANK_MAX];
    int32_t rank;
} fc_tensor;
