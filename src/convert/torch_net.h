/**
 * Torch net: writes the layers of a PyTorch network as ONNX nodes. Every weight is looked up by its
 * name, its shape compared with what the layer needs, and left where it is in the checkpoint.
 *
 * All functions: FC_MODEL_UNAVAILABLE naming the tensor that is missing or of another shape,
 * FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY. One thread at a time.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "convert/onnx_writer.h"
#include "convert/torch_checkpoint.h"

/** Any length will do, in the shape that a weight is compared with. */
#define FC_NET_ANY (-1)

typedef struct fc_net {
    fc_onnx_writer *writer;
    const fc_torch_checkpoint *checkpoint;
    fc_bytes file;         /* the checkpoint's bytes */
    const char *data_file; /* its name, next to the model */
} fc_net;

/** A picture inside the network: 1 x channels x side x side. */
typedef struct fc_net_map {
    fc_onnx_value value;
    int64_t channels;
    int64_t side;
} fc_net_map;

/** Whether there is a tensor `prefix` + `suffix`. */
bool fc_net_has(const fc_net *net, const char *prefix, const char *suffix);

/**
 * A length of a weight.
 *
 * rank   how many axes it has to have
 */
FC_MUST_CHECK fc_status fc_net_length(const fc_net *net, const char *prefix, const char *suffix,
                                      int32_t rank, int32_t axis, int64_t *out, fc_error *err);

/** A weight as a constant. `shape` may contain FC_NET_ANY. */
FC_MUST_CHECK fc_status fc_net_weight(fc_net *net, const char *prefix, const char *suffix,
                                      const int64_t *shape, int32_t rank, fc_onnx_value *out,
                                      fc_error *err);

/** `count` rows of a weight that has `rows` of them, from `first` on. */
FC_MUST_CHECK fc_status fc_net_rows(fc_net *net, const char *prefix, const char *suffix,
                                    const int64_t *shape, int32_t rank, int64_t first,
                                    int64_t count, fc_onnx_value *out, fc_error *err);

/* ---- nodes ---- */

/** A node of one input and no attributes, such as "Sigmoid". */
FC_MUST_CHECK fc_status fc_net_unary(fc_net *net, const char *type, fc_onnx_value a,
                                     fc_onnx_value *out, fc_error *err);

/** A node of two inputs and no attributes, such as "Add". */
FC_MUST_CHECK fc_status fc_net_binary(fc_net *net, const char *type, fc_onnx_value a,
                                      fc_onnx_value b, fc_onnx_value *out, fc_error *err);

/** A constant number. */
FC_MUST_CHECK fc_status fc_net_number(fc_net *net, float number, fc_onnx_value *out, fc_error *err);

FC_MUST_CHECK fc_status fc_net_reshape(fc_net *net, fc_onnx_value a, const int64_t *shape,
                                       size_t rank, fc_onnx_value *out, fc_error *err);

/** `order`: which axis of `a` each axis of the result is. */
FC_MUST_CHECK fc_status fc_net_transpose(fc_net *net, fc_onnx_value a, const int64_t *order,
                                         size_t rank, fc_onnx_value *out, fc_error *err);

/** Softmax along the last axis. */
FC_MUST_CHECK fc_status fc_net_softmax(fc_net *net, fc_onnx_value a, fc_onnx_value *out,
                                       fc_error *err);

/* ---- layers ---- */

/** How a convolution goes over its input. */
typedef struct fc_net_window {
    int64_t side; /* of the kernel */
    int64_t stride;
    int64_t pads[4]; /* top, left, bottom, right */
} fc_net_window;

/** nn.Conv2d: prefix.weight [out, in, side, side], prefix.bias. */
FC_MUST_CHECK fc_status fc_net_conv(fc_net *net, const char *prefix, const fc_net_window *window,
                                    fc_net_map in, fc_net_map *out, fc_error *err);

/** nn.GroupNorm of `groups`, scaled by prefix.weight and shifted by prefix.bias. */
FC_MUST_CHECK fc_status fc_net_group_norm(fc_net *net, const char *prefix, int64_t groups,
                                          float epsilon, fc_net_map in, fc_net_map *out,
                                          fc_error *err);

/** nn.LayerNorm of rows of `width` values, epsilon 1e-5. */
FC_MUST_CHECK fc_status fc_net_layer_norm(fc_net *net, const char *prefix, int64_t width,
                                          fc_onnx_value in, fc_onnx_value *out, fc_error *err);

/** nn.Linear on rows of `width` values: prefix.weight [out, width], prefix.bias. */
FC_MUST_CHECK fc_status fc_net_linear(fc_net *net, const char *prefix, int64_t width,
                                      fc_onnx_value in, int64_t *out_width, fc_onnx_value *out,
                                      fc_error *err);

/** rows * weight^T + bias; a bias of 0 is left out. */
FC_MUST_CHECK fc_status fc_net_product(fc_net *net, fc_onnx_value rows, fc_onnx_value weight,
                                       fc_onnx_value bias, fc_onnx_value *out, fc_error *err);

/** x * sigmoid(x). */
FC_MUST_CHECK fc_status fc_net_swish(fc_net *net, fc_net_map in, fc_net_map *out, fc_error *err);
