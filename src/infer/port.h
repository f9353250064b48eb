/** Ports: the inputs and outputs of a network, as ONNX Runtime tells them. Only for this room. */
#pragma once

#include "infer/ort.h"

#define FC_PORTS_MAX 16 /* inputs, and outputs, of one model */

/** Where a tensor goes into the network or comes out of it. */
typedef struct fc_port {
    char *name;                        /* owned by ONNX Runtime's default allocator */
    int64_t shape[FC_TENSOR_RANK_MAX]; /* -1 where any length will do */
    int32_t rank;
} fc_port;

/** All of a network. Start with zeros; release with fc_ports_clear. */
typedef struct fc_ports {
    fc_port inputs[FC_PORTS_MAX];
    fc_port outputs[FC_PORTS_MAX];
    size_t input_count;
    size_t output_count;
} fc_ports;

/** Errors: FC_MODEL_UNAVAILABLE (too many, too many axes, not float32); then clear them as well. */
FC_MUST_CHECK fc_status fc_ports_read(const char *name, const OrtSession *network, fc_ports *out,
                                      fc_error *err);
void fc_ports_clear(fc_ports *ports);
