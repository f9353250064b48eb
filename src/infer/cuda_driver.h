/**
 * CUDA driver: what NVIDIA's driver library says about the GPUs of this machine. The library is
 * loaded on demand, so machines without a GPU do not need it. At start only.
 *
 * Source: the CUDA Driver API, cuInit to cuDriverGetVersion.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

#define FC_CUDA_DRIVER "libcuda.so.1"

typedef struct fc_gpu {
    char name[64];
    int32_t cuda_version; /* newest one that the driver can, 1000 * major + 10 * minor */
} fc_gpu;

/**
 * Ask for one GPU.
 *
 * library  FC_CUDA_DRIVER
 * number   0 is the first
 *
 * Errors: FC_MODEL_UNAVAILABLE: no driver, one that does not work, no such GPU.
 */
FC_MUST_CHECK fc_status fc_cuda_driver_look(const char *library, int32_t number, fc_gpu *out,
                                            fc_error *err);
