/** Provider: what runs the networks of the heavy models, and the state of each. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** What runs a network. The order is that of the setting `provider` behind its "auto". */
typedef enum fc_provider {
    FC_PROVIDER_CPU,
    FC_PROVIDER_OPENVINO,
    FC_PROVIDER_CUDA,
    FC_PROVIDERS_COUNT,
} fc_provider;

/** Leave it to the runtime: CUDA where it can be used; else OpenVINO where it is installed and the
 *  processor has amx_bf16, without which it is no faster; else the processor. */
#define FC_PROVIDER_AUTO (-1)

/** State of one provider. */
typedef struct fc_provider_report {
    const char *name; /* "cpu", "openvino", "cuda" */
    bool used;        /* for the heavy models */
    char version[48]; /* "" where it is not loaded */
    char device[64];  /* what it runs on, such as the name of the GPU; "" where it is not loaded */
    char text[176];   /* such as "not used, the processor has no amx_bf16" */
    int32_t cuda_version; /* 1000 * major + 10 * minor of the driver; 0: none */
} fc_provider_report;
