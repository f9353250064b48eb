#define _GNU_SOURCE /* mkdtemp */

#include "support/torch_graph.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "infer/session.h"
#include "support/fc_test.h"
#include "support/torch_file.h"

enum { PORTS_MAX = 4 };

#define FILE_BYTES_MAX ((size_t)16 << 20)
#define EPSILON 1e-6

static fc_error err;

void fc_torch_graph_start(fc_torch_graph *graph)
{
    *graph = (fc_torch_graph){ .file = FC_BUFFER(FILE_BYTES_MAX) };
    fc_torch_codeformer_write(&(fc_torch_fault){ 0 }, &graph->file);
    const fc_bytes bytes = fc_buffer_bytes(&graph->file);
    ASSERT_OK(fc_torch_checkpoint_new(bytes, "params_ema", &graph->checkpoint, &err), err);
    fc_torch_graph_again(graph);
}

void fc_torch_graph_again(fc_torch_graph *graph)
{
    fc_onnx_writer_free(graph->writer);
    graph->writer = NULL;
    ASSERT_OK(fc_onnx_writer_new(FC_TORCH_GRAPH_BYTES_MAX, &graph->writer, &err), err);
    graph->net =
        (fc_net){ graph->writer, graph->checkpoint, fc_buffer_bytes(&graph->file), "net.pth" };
}

void fc_torch_graph_end(fc_torch_graph *graph)
{
    fc_onnx_writer_free(graph->writer);
    fc_torch_checkpoint_free(graph->checkpoint);
    fc_buffer_clear(&graph->file);
}

fc_torch_graph fc_test_graph;

int fc_test_graph_setup(void **state)
{
    (void)state;
    fc_torch_graph_start(&fc_test_graph);
    return 0;
}

int fc_test_graph_teardown(void **state)
{
    (void)state;
    fc_torch_graph_end(&fc_test_graph);
    return 0;
}

int fc_test_graph_begin(void **state)
{
    (void)state;
    fc_torch_graph_again(&fc_test_graph);
    return 0;
}

void fc_torch_assert_close(const float *found, const float *expected, size_t count, float tolerance)
{
    for (size_t i = 0; i < count; i++) {
        assert_float_equal(found[i], expected[i], tolerance);
    }
}

fc_net_map fc_torch_graph_map(fc_torch_graph *graph, int64_t channels, int64_t side)
{
    fc_net_map map = { 0, channels, side };
    const int64_t shape[] = { 1, channels, side, side };
    ASSERT_OK(fc_onnx_add_input(graph->writer, shape, 4, &map.value, &err), err);
    return map;
}

static fc_tensor tensor_of(const fc_torch_graph_port *port)
{
    fc_tensor tensor = { .data = port->data, .rank = port->rank };
    memcpy(tensor.shape, port->shape, (size_t)port->rank * sizeof port->shape[0]);
    return tensor;
}

static void run_file(const char *model, const fc_torch_graph_port *inputs, size_t input_count,
                     const fc_torch_graph_port *outputs, size_t output_count)
{
    fc_tensor given[PORTS_MAX] = { 0 };
    fc_tensor wanted[PORTS_MAX] = { 0 };
    assert_true(input_count <= PORTS_MAX && output_count <= PORTS_MAX);
    for (size_t i = 0; i < input_count; i++) {
        given[i] = tensor_of(&inputs[i]);
    }
    for (size_t i = 0; i < output_count; i++) {
        wanted[i] = tensor_of(&outputs[i]);
    }
    FC_AUTO(fc_runtime) runtime = NULL;
    FC_AUTO(fc_session) session = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    ASSERT_OK(fc_session_open_fp32(runtime, "graph", model, &session, &err), err);
    ASSERT_OK(fc_session_run(session, given, input_count, wanted, output_count, &err), err);
}

void fc_torch_graph_run(fc_torch_graph *graph, const fc_torch_graph_port *inputs,
                        size_t input_count, const fc_torch_graph_port *outputs, size_t output_count)
{
    char folder[] = "/tmp/facecraft-net-XXXXXX";
    char weights[64];
    char model[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(weights, sizeof weights, "%s/net.pth", folder);
    (void)snprintf(model, sizeof model, "%s/net.onnx", folder);
    for (size_t i = 0; i < output_count; i++) {
        ASSERT_OK(fc_onnx_add_output(graph->writer, outputs[i].value, outputs[i].shape,
                                     (size_t)outputs[i].rank, &err),
                  err);
    }
    FC_AUTO_BUFFER(packed, FC_TORCH_GRAPH_BYTES_MAX);
    ASSERT_OK(fc_onnx_pack(graph->writer, &packed, &err), err);
    ASSERT_OK(fc_file_write(weights, fc_buffer_bytes(&graph->file), &err), err);
    ASSERT_OK(fc_file_write(model, fc_buffer_bytes(&packed), &err), err);
    run_file(model, inputs, input_count, outputs, output_count);
    assert_int_equal(unlink(weights) | unlink(model) | rmdir(folder), 0);
}

void fc_torch_graph_run_map(fc_torch_graph *graph, fc_net_map in, const float *input,
                            fc_net_map out, float *output)
{
    const fc_torch_graph_port from = {
        0, { 1, in.channels, in.side, in.side }, 4, (float *)(uintptr_t)input
    };
    const fc_torch_graph_port to = {
        out.value, { 1, out.channels, out.side, out.side }, 4, output
    };
    fc_torch_graph_run(graph, &from, 1, &to, 1);
}

const float *fc_torch_graph_weight(const fc_torch_graph *graph, const char *prefix,
                                   const char *suffix)
{
    char name[96];
    (void)snprintf(name, sizeof name, "%s%s", prefix, suffix);
    const fc_torch_tensor *tensor = fc_torch_checkpoint_lookup(graph->checkpoint, name);
    assert_non_null(tensor);
    return (const float *)(const void *)tensor->data.data; /* entries are aligned to 64 bytes */
}

void fc_torch_graph_waves(float *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = sinf((float)i * 0.7F) + 0.25F * sinf((float)i * 0.013F);
    }
}

/* ---- references: as the formulas say, in double ---- */

static double sum_window(const float *input, const float *weight, const fc_net_window *window,
                         fc_net_map in, int64_t y, int64_t x)
{
    double sum = 0.0;
    for (int64_t i = 0; i < in.channels * window->side * window->side; i++) {
        const int64_t from_y = y + i / window->side % window->side;
        const int64_t from_x = x + i % window->side;
        const int64_t channel = i / (window->side * window->side);
        if (from_y >= 0 && from_y < in.side && from_x >= 0 && from_x < in.side) {
            sum +=
                (double)weight[i] * (double)input[(channel * in.side + from_y) * in.side + from_x];
        }
    }
    return sum;
}

void fc_torch_reference_conv(const fc_torch_graph *graph, const char *prefix,
                             const fc_net_window *window, fc_net_map in, const float *input,
                             int64_t channels, float *out)
{
    const float *weight = fc_torch_graph_weight(graph, prefix, ".weight");
    const float *bias = fc_torch_graph_weight(graph, prefix, ".bias");
    const int64_t padded = in.side + window->pads[0] + window->pads[2];
    const int64_t side = (padded - window->side) / window->stride + 1;
    for (int64_t i = 0; i < channels * side * side; i++) {
        const int64_t channel = i / (side * side);
        const int64_t y = i / side % side * window->stride - window->pads[0];
        const int64_t x = i % side * window->stride - window->pads[1];
        const float *kernel = weight + channel * in.channels * window->side * window->side;
        out[i] = (float)(sum_window(input, kernel, window, in, y, x) + (double)bias[channel]);
    }
}

void fc_torch_reference_norm(const fc_torch_graph *graph, const char *prefix, int64_t groups,
                             fc_net_map in, const float *input, float *out)
{
    const float *scale = fc_torch_graph_weight(graph, prefix, ".weight");
    const float *shift = fc_torch_graph_weight(graph, prefix, ".bias");
    const int64_t pixels = in.side * in.side;
    const int64_t count = in.channels / groups * pixels;
    for (int64_t first = 0; first < groups * count; first += count) {
        double mean = 0.0;
        double variance = 0.0;
        for (int64_t i = first; i < first + count; i++) {
            mean += (double)input[i] / (double)count;
        }
        for (int64_t i = first; i < first + count; i++) {
            variance += ((double)input[i] - mean) * ((double)input[i] - mean) / (double)count;
        }
        for (int64_t i = first; i < first + count; i++) {
            const double value = ((double)input[i] - mean) / sqrt(variance + EPSILON);
            out[i] = (float)(value * (double)scale[i / pixels] + (double)shift[i / pixels]);
        }
    }
}

void fc_torch_reference_swish(float *io, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        io[i] = (float)((double)io[i] / (1.0 + exp(-(double)io[i])));
    }
}
