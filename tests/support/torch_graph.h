/** Graphs over the smallest CodeFormer checkpoint, for tests of layers: build, run, and look up the
 * weights for a reference. All of this fails the test when something goes wrong. */
#pragma once

#include "convert/torch_net.h"

#define FC_TORCH_GRAPH_BYTES_MAX ((size_t)1 << 20)

typedef struct fc_torch_graph {
    fc_buffer file; /* the checkpoint */
    fc_torch_checkpoint *checkpoint;
    fc_onnx_writer *writer;
    fc_net net;
} fc_torch_graph;

/** Write the checkpoint and begin a graph. */
void fc_torch_graph_start(fc_torch_graph *graph);

/** Begin another graph over the same checkpoint. */
void fc_torch_graph_again(fc_torch_graph *graph);
void fc_torch_graph_end(fc_torch_graph *graph);

/** cmocka: a checkpoint for the group of tests, and a new fc_test_graph for each of them. */
extern fc_torch_graph fc_test_graph;
int fc_test_graph_setup(void **state);
int fc_test_graph_teardown(void **state);
int fc_test_graph_begin(void **state);

/** The graph's next input: a picture inside the network. */
fc_net_map fc_torch_graph_map(fc_torch_graph *graph, int64_t channels, int64_t side);

/** A tensor on its way in or out. */
typedef struct fc_torch_graph_port {
    fc_onnx_value value; /* of outputs */
    int64_t shape[4];
    int32_t rank;
    float *data;
} fc_torch_graph_port;

/** Run the graph: inputs in the order in which they were added. */
void fc_torch_graph_run(fc_torch_graph *graph, const fc_torch_graph_port *inputs,
                        size_t input_count, const fc_torch_graph_port *outputs,
                        size_t output_count);

/** Run a graph from one map to another. */
void fc_torch_graph_run_map(fc_torch_graph *graph, fc_net_map in, const float *input,
                            fc_net_map out, float *output);

/** A weight's numbers: those of the tensor `prefix` + `suffix`. */
const float *fc_torch_graph_weight(const fc_torch_graph *graph, const char *prefix,
                                   const char *suffix);

/** Waves of about -1..1. */
void fc_torch_graph_waves(float *out, size_t count);

/** Each value is within the tolerance. */
void fc_torch_assert_close(const float *found, const float *expected, size_t count,
                           float tolerance);

/** Reference: a convolution of in.channels maps to `channels`. */
void fc_torch_reference_conv(const fc_torch_graph *graph, const char *prefix,
                             const fc_net_window *window, fc_net_map in, const float *input,
                             int64_t channels, float *out);

/** Reference: normalised in groups, scaled and shifted. */
void fc_torch_reference_norm(const fc_torch_graph *graph, const char *prefix, int64_t groups,
                             fc_net_map in, const float *input, float *out);

/** Reference: x * sigmoid(x). */
void fc_torch_reference_swish(float *io, size_t count);
