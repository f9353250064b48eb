#include "convert/tflite_graph.h"

#include <inttypes.h>
#include <stddef.h>

#include "base/assert.h"
#include "base/memory.h"
#include "convert/flatbuffer.h"

#define ITEMS_MAX                                                                                  \
    4096 /* tensors, operators, buffers: ten times what the largest known file has                 \
          */
#define COUNT_MAX ((int64_t)1 << 28)
#define LENGTH_MAX ((int64_t)1 << 24)
#define OPTION_MAX 4096

/* Field numbers, one enumeration a table of the schema. */
enum { MODEL_CODES = 1, MODEL_SUBGRAPHS = 2, MODEL_BUFFERS = 4 };
enum { CODE_OLD = 0, CODE_CUSTOM = 1, CODE_NEW = 3 };
enum { GRAPH_TENSORS = 0, GRAPH_INPUTS = 1, GRAPH_OUTPUTS = 2, GRAPH_OPERATORS = 3 };
enum { TENSOR_SHAPE = 0, TENSOR_TYPE = 1, TENSOR_BUFFER = 2 };
enum { BUFFER_DATA = 0 };
enum { OPERATOR_CODE = 0, OPERATOR_INPUTS = 1, OPERATOR_OUTPUTS = 2, OPERATOR_OPTIONS = 4 };
enum { OPERATOR_CUSTOM_OPTIONS = 5 };

/* Where each operator keeps which option. */
static const struct {
    int32_t code;
    int field;
    size_t size;
    size_t member;
} OPTIONS[] = {
#define AT(member) offsetof(fc_tflite_options, member)
    { FC_TFLITE_CONV_2D, 0, 1, AT(padding) },
    { FC_TFLITE_CONV_2D, 1, 4, AT(stride_width) },
    { FC_TFLITE_CONV_2D, 2, 4, AT(stride_height) },
    { FC_TFLITE_CONV_2D, 3, 1, AT(activation) },
    { FC_TFLITE_CONV_2D, 4, 4, AT(dilation_width) },
    { FC_TFLITE_CONV_2D, 5, 4, AT(dilation_height) },
    { FC_TFLITE_DEPTHWISE_CONV_2D, 0, 1, AT(padding) },
    { FC_TFLITE_DEPTHWISE_CONV_2D, 1, 4, AT(stride_width) },
    { FC_TFLITE_DEPTHWISE_CONV_2D, 2, 4, AT(stride_height) },
    { FC_TFLITE_DEPTHWISE_CONV_2D, 4, 1, AT(activation) },
    { FC_TFLITE_DEPTHWISE_CONV_2D, 5, 4, AT(dilation_width) },
    { FC_TFLITE_DEPTHWISE_CONV_2D, 6, 4, AT(dilation_height) },
    { FC_TFLITE_AVERAGE_POOL_2D, 0, 1, AT(padding) },
    { FC_TFLITE_AVERAGE_POOL_2D, 3, 4, AT(filter_width) },
    { FC_TFLITE_AVERAGE_POOL_2D, 4, 4, AT(filter_height) },
    { FC_TFLITE_AVERAGE_POOL_2D, 5, 1, AT(activation) },
    { FC_TFLITE_MAX_POOL_2D, 0, 1, AT(padding) },
    { FC_TFLITE_MAX_POOL_2D, 1, 4, AT(stride_width) },
    { FC_TFLITE_MAX_POOL_2D, 2, 4, AT(stride_height) },
    { FC_TFLITE_MAX_POOL_2D, 3, 4, AT(filter_width) },
    { FC_TFLITE_MAX_POOL_2D, 4, 4, AT(filter_height) },
    { FC_TFLITE_MAX_POOL_2D, 5, 1, AT(activation) },
    { FC_TFLITE_ADD, 0, 1, AT(activation) },
    { FC_TFLITE_MUL, 0, 1, AT(activation) },
    { FC_TFLITE_RESIZE_BILINEAR, 2, 1, AT(align_corners) },
    { FC_TFLITE_RESIZE_BILINEAR, 3, 1, AT(half_pixel_centers) },
#undef AT
};
int64_t fc_tflite_shape_count(const fc_tflite_shape *shape)
{
    int64_t count = 1;
    for (int32_t axis = 0; axis < shape->rank; axis++) {
        if (shape->lengths[axis] < 1 || shape->lengths[axis] > LENGTH_MAX) {
            return 0;
        }
        count *= shape->lengths[axis]; /* below 2^52 */
        if (count > COUNT_MAX) {
            return 0;
        }
    }
    return count;
}

static fc_status damaged(fc_error *err)
{
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "tflite: the file is damaged");
}

static fc_status read_shape(fc_flat *flat, fc_flat_table table, size_t index, fc_tflite_shape *out,
                            fc_error *err)
{
    const fc_flat_vector lengths = fc_flat_items(flat, table, TENSOR_SHAPE, 4);
    if (lengths.count > FC_TFLITE_RANK_MAX) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: tensor %zu has %zu axes, at most %d are known", index,
                       lengths.count, FC_TFLITE_RANK_MAX);
    }
    *out = (fc_tflite_shape){ .rank = (int32_t)lengths.count, .lengths = { 1, 1, 1, 1 } };
    for (size_t axis = 0; axis < lengths.count; axis++) {
        out->lengths[axis] = fc_flat_integer_at(flat, lengths, axis);
    }
    if (fc_tflite_shape_count(out) == 0) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: tensor %zu has no length or more than 2^28 values", index);
    }
    return FC_OK;
}

static fc_status check_data(const fc_tflite_tensor *tensor, size_t index, fc_error *err)
{
    const int64_t item_size = tensor->type == FC_TFLITE_FLOAT16 ? 2 : 4;
    const int64_t needed = fc_tflite_shape_count(&tensor->shape) * item_size;
    if (tensor->data.size != 0 && tensor->data.size != (uint64_t)needed) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: tensor %zu with %zu bytes, its shape needs %" PRId64, index,
                       tensor->data.size, needed);
    }
    return FC_OK;
}

static fc_status read_tensor(fc_flat *flat, fc_flat_table table, fc_flat_vector buffers,
                             size_t index, fc_tflite_tensor *out, fc_error *err)
{
    FC_TRY(read_shape(flat, table, index, &out->shape, err));
    out->type = fc_flat_scalar(flat, table, TENSOR_TYPE, 1, FC_TFLITE_FLOAT32);
    if (out->type < FC_TFLITE_FLOAT32 || out->type > FC_TFLITE_INT32) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: tensor %zu has element type %d, only float32, float16 and int32 "
                       "are known",
                       index, out->type);
    }
    const int32_t buffer = fc_flat_scalar(flat, table, TENSOR_BUFFER, 4, 0);
    if (buffer < 0 || (size_t)buffer >= buffers.count) {
        return damaged(err);
    }
    out->data = fc_flat_octets(flat, fc_flat_table_at(flat, buffers, (size_t)buffer), BUFFER_DATA);
    return check_data(out, index, err);
}

/* A list of tensors: the first ones go to `out`. */
static fc_status read_indices(fc_flat *flat, fc_flat_vector list, size_t tensor_count,
                              int32_t lowest, int32_t *out, size_t out_count, fc_error *err)
{
    for (size_t i = 0; i < list.count && i < out_count; i++) {
        out[i] = fc_flat_integer_at(flat, list, i);
        if (out[i] < lowest || out[i] >= (int32_t)tensor_count) {
            return damaged(err);
        }
    }
    return FC_OK;
}

static fc_status read_code(fc_flat *flat, fc_flat_vector codes, int32_t index,
                           fc_tflite_operator *out, fc_error *err)
{
    if (index < 0 || (size_t)index >= codes.count) {
        return damaged(err);
    }
    const fc_flat_table code = fc_flat_table_at(flat, codes, (size_t)index);
    const int32_t old = fc_flat_scalar(flat, code, CODE_OLD, 1, 0);
    const int32_t new = fc_flat_scalar(flat, code, CODE_NEW, 4, 0);
    out->code = old > new ? old : new; /* older writers fill only one of them */
    out->custom_name = fc_flat_octets(flat, code, CODE_CUSTOM);
    return FC_OK;
}

static fc_status read_options(fc_flat *flat, fc_flat_table table, fc_tflite_operator *out,
                              fc_error *err)
{
    out->options = (fc_tflite_options){ .dilation_width = 1, .dilation_height = 1 };
    for (size_t i = 0; i < sizeof OPTIONS / sizeof OPTIONS[0]; i++) {
        if (OPTIONS[i].code != out->code) {
            continue;
        }
        int32_t *member = (int32_t *)(void *)((char *)&out->options + OPTIONS[i].member);
        *member = fc_flat_scalar(flat, table, OPTIONS[i].field, OPTIONS[i].size, *member);
        if (*member < 0 || *member > OPTION_MAX) {
            return fc_fail(err, FC_MODEL_UNAVAILABLE,
                           "tflite: option %d of operator %d is %d, 0 to %d are known",
                           OPTIONS[i].field, out->code, *member, OPTION_MAX);
        }
    }
    return FC_OK;
}

static fc_status read_operator(fc_flat *flat, fc_flat_table table, fc_flat_vector codes,
                               size_t tensor_count, fc_tflite_operator *out, fc_error *err)
{
    const fc_flat_vector inputs = fc_flat_items(flat, table, OPERATOR_INPUTS, 4);
    const fc_flat_vector outputs = fc_flat_items(flat, table, OPERATOR_OUTPUTS, 4);
    FC_TRY(read_code(flat, codes, fc_flat_scalar(flat, table, OPERATOR_CODE, 4, 0), out, err));
    FC_TRY(read_indices(flat, inputs, tensor_count, -1, out->inputs, FC_TFLITE_INPUTS_MAX, err));
    FC_TRY(read_indices(flat, outputs, tensor_count, 0, &out->output, 1, err));
    out->input_count = inputs.count;
    out->output_count = outputs.count;
    out->custom_options = fc_flat_octets(flat, table, OPERATOR_CUSTOM_OPTIONS);
    return read_options(flat, fc_flat_child(flat, table, OPERATOR_OPTIONS), out, err);
}

static fc_status read_ports(fc_flat *flat, fc_flat_table subgraph, fc_tflite_graph *out,
                            fc_error *err)
{
    const fc_flat_vector inputs = fc_flat_items(flat, subgraph, GRAPH_INPUTS, 4);
    const fc_flat_vector outputs = fc_flat_items(flat, subgraph, GRAPH_OUTPUTS, 4);
    if (inputs.count != 1 || outputs.count < 1 || outputs.count > FC_TFLITE_OUTPUTS_MAX) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: %zu inputs and %zu outputs, 1 and 1 to %d are known", inputs.count,
                       outputs.count, FC_TFLITE_OUTPUTS_MAX);
    }
    out->output_count = outputs.count;
    FC_TRY(read_indices(flat, inputs, out->tensor_count, 0, &out->input, 1, err));
    return read_indices(flat, outputs, out->tensor_count, 0, out->outputs, FC_TFLITE_OUTPUTS_MAX,
                        err);
}

static fc_status read_graph(fc_flat *flat, fc_flat_table model, fc_flat_table subgraph,
                            fc_tflite_graph *out, fc_error *err)
{
    const fc_flat_vector codes = fc_flat_items(flat, model, MODEL_CODES, 4);
    const fc_flat_vector buffers = fc_flat_items(flat, model, MODEL_BUFFERS, 4);
    const fc_flat_vector tensors = fc_flat_items(flat, subgraph, GRAPH_TENSORS, 4);
    const fc_flat_vector operators = fc_flat_items(flat, subgraph, GRAPH_OPERATORS, 4);
    if (tensors.count > ITEMS_MAX || operators.count > ITEMS_MAX || buffers.count > ITEMS_MAX) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: %zu tensors, %zu operators and %zu buffers, at most %d of each are "
                       "accepted",
                       tensors.count, operators.count, buffers.count, ITEMS_MAX);
    }
    FC_TRY(fc_memory_new_zeroed(tensors.count, sizeof *out->tensors, (void **)&out->tensors, err));
    FC_TRY(fc_memory_new_zeroed(operators.count, sizeof *out->operators, (void **)&out->operators,
                                err));
    out->tensor_count = tensors.count;
    out->operator_count = operators.count;
    for (size_t i = 0; i < tensors.count; i++) {
        FC_TRY(read_tensor(flat, fc_flat_table_at(flat, tensors, i), buffers, i, &out->tensors[i],
                           err));
    }
    for (size_t i = 0; i < operators.count; i++) {
        FC_TRY(read_operator(flat, fc_flat_table_at(flat, operators, i), codes, tensors.count,
                             &out->operators[i], err));
    }
    return read_ports(flat, subgraph, out, err);
}

fc_status fc_tflite_graph_new(fc_bytes file, fc_tflite_graph **out, fc_error *err)
{
    FC_ASSERT(file.data != NULL || file.size == 0);
    FC_ASSERT(out != NULL);

    fc_flat flat = { .file = file };
    const fc_flat_table model = fc_flat_root(&flat, "TFL3");
    if (flat.damaged) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "tflite: not a TFLite file of version 3");
    }
    const fc_flat_vector subgraphs = fc_flat_items(&flat, model, MODEL_SUBGRAPHS, 4);
    if (subgraphs.count != 1) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "tflite: %zu graphs, exactly one is known",
                       subgraphs.count);
    }
    FC_AUTO(fc_tflite_graph) graph = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *graph, (void **)&graph, err));
    FC_TRY(read_graph(&flat, model, fc_flat_table_at(&flat, subgraphs, 0), graph, err));
    if (flat.damaged) {
        return damaged(err);
    }
    *out = FC_STEAL(graph);
    return FC_OK;
}

void fc_tflite_graph_free(fc_tflite_graph *graph)
{
    if (graph != NULL) {
        fc_memory_free(graph->tensors);
        fc_memory_free(graph->operators);
        fc_memory_free(graph);
    }
}

const fc_tflite_operator *fc_tflite_only_reader(const fc_tflite_graph *graph, int32_t tensor)
{
    FC_ASSERT(graph != NULL);
    const fc_tflite_operator *found = NULL;
    for (size_t i = 0; i < graph->output_count; i++) {
        if (graph->outputs[i] == tensor) {
            return NULL;
        }
    }
    for (size_t i = 0; i < graph->operator_count; i++) {
        const fc_tflite_operator *operation = &graph->operators[i];
        for (size_t k = 0; k < operation->input_count && k < FC_TFLITE_INPUTS_MAX; k++) {
            if (operation->inputs[k] == tensor) {
                if (found != NULL) {
                    return NULL;
                }
                found = operation;
            }
        }
    }
    return found;
}
