#include "convert/tflite.h"

#include "base/assert.h"
#include "base/memory.h"
#include "convert/onnx_writer.h"
#include "convert/tflite_convert.h"
#include "convert/tflite_graph.h"
#include "convert/tflite_ops.h"

#define SIDE_MAX 4096

FC_DEFINE_CLEANUP(fc_converted, fc_memory_free)

/* The input as the file says, with the wanted sides, in planes. */
static fc_status add_input(fc_conversion *conversion, fc_size size, fc_error *err)
{
    const int32_t index = conversion->graph->input;
    fc_tflite_shape shape = conversion->graph->tensors[index].shape;
    if (shape.rank != 4) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: the input has %d axes, only pictures (4) are known", shape.rank);
    }
    if (size.width != 0 || size.height != 0) {
        conversion->resized = shape.lengths[1] != size.height || shape.lengths[2] != size.width;
        shape.lengths[1] = size.height;
        shape.lengths[2] = size.width;
    }
    fc_converted *input = NULL;
    FC_TRY(fc_conversion_result(conversion, index, &shape, &input, err));
    const int64_t planes[] = { shape.lengths[0], shape.lengths[3], shape.lengths[1],
                               shape.lengths[2] };
    return fc_onnx_add_input(conversion->writer, planes, 4, &input->carriers[FC_LAYOUT_INNER], err);
}

static fc_status add_outputs(fc_conversion *conversion, fc_error *err)
{
    const fc_tflite_graph *graph = conversion->graph;
    for (size_t i = 0; i < graph->output_count; i++) {
        fc_converted *output = &conversion->tensors[graph->outputs[i]];
        fc_onnx_value value = 0;
        if (!output->known || output->constant != NULL || graph->outputs[i] == graph->input) {
            return fc_fail(err, FC_MODEL_UNAVAILABLE, "tflite: no operator makes output %zu", i);
        }
        FC_TRY(fc_conversion_carrier(conversion, output, FC_LAYOUT_FILE, &value, err));
        FC_TRY(fc_onnx_add_output(conversion->writer, value, output->shape.lengths,
                                  (size_t)output->shape.rank, err));
    }
    return FC_OK;
}

static fc_status convert(fc_conversion *conversion, fc_size input_size, fc_error *err)
{
    FC_TRY(add_input(conversion, input_size, err));
    for (size_t i = 0; i < conversion->graph->operator_count; i++) {
        FC_TRY(fc_tflite_convert_operator(conversion, &conversion->graph->operators[i], err));
    }
    return add_outputs(conversion, err);
}

static fc_status check_size(fc_size size, fc_error *err)
{
    const bool keeps = size.width == 0 && size.height == 0;
    const bool fits =
        size.width >= 1 && size.width <= SIDE_MAX && size.height >= 1 && size.height <= SIDE_MAX;
    if (!keeps && !fits) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "input size %dx%d, sides from 1 to %d or 0x0 are accepted", size.width,
                       size.height, SIDE_MAX);
    }
    return FC_OK;
}

fc_status fc_tflite_to_onnx(fc_bytes file, fc_size input_size, int32_t block, fc_buffer *out,
                            fc_error *err)
{
    FC_ASSERT(file.data != NULL || file.size == 0);
    FC_ASSERT(block == 1 || (block >= 4 && block <= 64 && block % 4 == 0));
    FC_ASSERT(out != NULL);

    FC_TRY(check_size(input_size, err));
    FC_AUTO(fc_tflite_graph) graph = NULL;
    FC_TRY(fc_tflite_graph_new(file, &graph, err));
    FC_AUTO(fc_onnx_writer) writer = NULL;
    FC_TRY(fc_onnx_writer_new(out->size_max, &writer, err));
    FC_AUTO(fc_converted) tensors = NULL;
    FC_TRY(fc_memory_new_zeroed(graph->tensor_count, sizeof *tensors, (void **)&tensors, err));

    fc_conversion conversion = {
        .graph = graph, .tensors = tensors, .writer = writer, .block = block
    };
    FC_TRY(convert(&conversion, input_size, err));
    FC_AUTO_BUFFER(onnx, out->size_max);
    FC_TRY(fc_onnx_pack(writer, &onnx, err));
    fc_buffer_clear(out);
    *out = onnx;
    onnx = FC_BUFFER(out->size_max);
    return FC_OK;
}
