#include "convert/tflite_ops.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "convert/tflite_channels.h"
#include "convert/tflite_windows.h"

typedef fc_status convert_function(fc_conversion *conversion, const fc_tflite_operator *operation,
                                   fc_error *err);

static convert_function convert_binary;
static convert_function convert_dequantize;
static convert_function convert_pad;
static convert_function convert_reshape;
static convert_function convert_resize;
static convert_function convert_unary;

/* clang-format off */
static const struct row {
    int32_t code;
    const char *name;
    size_t inputs;
    const char *onnx; /* of the operators that are the same there; else NULL */
    convert_function *convert;
} ROWS[] = {
    { FC_TFLITE_ADD,               "ADD",               2, "Add",       convert_binary },
    { FC_TFLITE_AVERAGE_POOL_2D,   "AVERAGE_POOL_2D",   1, NULL,        fc_tflite_average_pool },
    { FC_TFLITE_CONV_2D,           "CONV_2D",           3, NULL,        fc_tflite_convolution },
    { FC_TFLITE_DEPTHWISE_CONV_2D, "DEPTHWISE_CONV_2D", 3, NULL,        fc_tflite_depthwise },
    { FC_TFLITE_DEQUANTIZE,        "DEQUANTIZE",        1, NULL,        convert_dequantize },
    { FC_TFLITE_HARD_SWISH,        "HARD_SWISH",        1, "HardSwish", convert_unary },
    { FC_TFLITE_LOGISTIC,          "LOGISTIC",          1, "Sigmoid",   convert_unary },
    { FC_TFLITE_MAX_POOL_2D,       "MAX_POOL_2D",       1, NULL,        fc_tflite_max_pool },
    { FC_TFLITE_MUL,               "MUL",               2, "Mul",       convert_binary },
    { FC_TFLITE_PAD,               "PAD",               2, NULL,        convert_pad },
    { FC_TFLITE_PRELU,             "PRELU",             2, NULL,        fc_tflite_prelu },
    { FC_TFLITE_RELU,              "RELU",              1, "Relu",      convert_unary },
    { FC_TFLITE_RESHAPE,           "RESHAPE",           1, NULL,        convert_reshape },
    { FC_TFLITE_RESIZE_BILINEAR,   "RESIZE_BILINEAR",   2, NULL,        convert_resize },
    { FC_TFLITE_CUSTOM,            "Convolution2DTransposeBias",
                                                        3, NULL, fc_tflite_transpose_convolution },
};
/* clang-format on */

static bool is_named(fc_bytes text, const char *name)
{
    return text.size == strlen(name) && memcmp(text.data, name, text.size) == 0;
}

static const struct row *lookup_row(const fc_tflite_operator *operation)
{
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        if (ROWS[i].code == operation->code && (operation->code != FC_TFLITE_CUSTOM ||
                                                is_named(operation->custom_name, ROWS[i].name))) {
            return &ROWS[i];
        }
    }
    return NULL;
}

static fc_status refuse_unknown(const fc_tflite_operator *operation, fc_error *err)
{
    if (operation->code != FC_TFLITE_CUSTOM) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "tflite: operator %d is not known",
                       operation->code);
    }
    char name[41]; /* the file's text: cut, and only what can be shown */
    size_t length = 0;
    for (; length < sizeof name - 1 && length < operation->custom_name.size; length++) {
        const uint8_t letter = operation->custom_name.data[length];
        name[length] = letter > ' ' && letter < 0x7f ? (char)letter : '?';
    }
    name[length] = '\0';
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "tflite: operator '%s' is not known", name);
}

fc_status fc_tflite_convert_operator(fc_conversion *conversion, const fc_tflite_operator *operation,
                                     fc_error *err)
{
    FC_ASSERT(conversion != NULL);
    FC_ASSERT(operation != NULL);
    const struct row *row = lookup_row(operation);
    if (row == NULL) {
        return refuse_unknown(operation, err);
    }
    if (operation->input_count != row->inputs || operation->output_count != 1) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: %s with %zu inputs and %zu outputs, %zu and 1 are known", row->name,
                       operation->input_count, operation->output_count, row->inputs);
    }
    return row->convert(conversion, operation, err);
}

/* Constants are widened where they are used, so this only says where they lie. */
static fc_status convert_dequantize(fc_conversion *conversion, const fc_tflite_operator *operation,
                                    fc_error *err)
{
    const int32_t input = operation->inputs[0];
    if (input < 0 || conversion->graph->tensors[input].data.size == 0 ||
        conversion->graph->tensors[input].type != FC_TFLITE_FLOAT16) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: DEQUANTIZE of tensor %d, only float16 constants are known", input);
    }
    const fc_tflite_tensor *constant = &conversion->graph->tensors[input];
    fc_converted *result = NULL;
    FC_TRY(fc_conversion_result(conversion, operation->output, &constant->shape, &result, err));
    result->constant = constant;
    return FC_OK;
}

static fc_status add_same(fc_conversion *conversion, const fc_tflite_operator *operation,
                          const fc_onnx_value inputs[2], const fc_tflite_shape *shape,
                          fc_error *err)
{
    const struct row *row = lookup_row(operation);
    FC_ASSERT(row != NULL); /* fc_tflite_convert_operator found it before */
    const fc_onnx_node node = { .type = row->onnx,
                                .inputs = { inputs[0], inputs[1] },
                                .input_count = row->inputs };
    return fc_conversion_add(conversion, operation, shape, FC_LAYOUT_INNER, &node, err);
}

static fc_status convert_unary(fc_conversion *conversion, const fc_tflite_operator *operation,
                               fc_error *err)
{
    fc_converted *operand = NULL;
    fc_onnx_value inputs[2] = { 0 };
    FC_TRY(fc_conversion_operand(conversion, operation, 0, &operand, err));
    FC_TRY(fc_conversion_carrier(conversion, operand, FC_LAYOUT_INNER, &inputs[0], err));
    const fc_tflite_shape shape = operand->shape;
    return add_same(conversion, operation, inputs, &shape, err);
}

/* Of two lengths of the same axis one may be 1: it then serves all of the other's. */
static fc_status broadcast(const fc_tflite_shape *a, const fc_tflite_shape *b, fc_tflite_shape *out,
                           fc_error *err)
{
    bool fits = a->rank == b->rank;
    *out = *a;
    for (int32_t axis = 0; fits && axis < a->rank; axis++) {
        fits =
            a->lengths[axis] == b->lengths[axis] || a->lengths[axis] == 1 || b->lengths[axis] == 1;
        out->lengths[axis] = a->lengths[axis] == 1 ? b->lengths[axis] : a->lengths[axis];
    }
    if (!fits) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: ADD or MUL of tensors whose shapes do not go together");
    }
    return FC_OK;
}

static fc_status convert_binary(fc_conversion *conversion, const fc_tflite_operator *operation,
                                fc_error *err)
{
    fc_converted *operands[2] = { NULL };
    fc_onnx_value inputs[2] = { 0 };
    for (size_t i = 0; i < 2; i++) {
        FC_TRY(fc_conversion_operand(conversion, operation, i, &operands[i], err));
        FC_TRY(fc_conversion_carrier(conversion, operands[i], FC_LAYOUT_INNER, &inputs[i], err));
    }
    if (operation->options.activation != 0) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: fused activation %d, only operators without one are known",
                       operation->options.activation);
    }
    fc_tflite_shape shape = { 0 };
    FC_TRY(broadcast(&operands[0]->shape, &operands[1]->shape, &shape, err));
    return add_same(conversion, operation, inputs, &shape, err);
}

/* A little-endian constant. */
static int64_t read_integer(const fc_tflite_tensor *constant, size_t index)
{
    int32_t value = 0;
    memcpy(&value, constant->data.data + index * sizeof value, sizeof value);
    return value;
}

enum { AXES = 4, PAD_MAX = 4096 };

/* `pads`: before each axis of NCHW, then behind each. */
static bool is_of_channels(const int64_t pads[2 * AXES])
{
    return pads[0] == 0 && pads[2] == 0 && pads[3] == 0 && pads[AXES] == 0 && pads[AXES + 2] == 0 &&
           pads[AXES + 3] == 0;
}

static fc_status convert_pad(fc_conversion *conversion, const fc_tflite_operator *operation,
                             fc_error *err)
{
    static const size_t ORDER[AXES] = { 0, 3, 1, 2 }; /* axis of NHWC at each place of NCHW */
    fc_converted *picture = NULL;
    const fc_tflite_tensor *sizes = NULL; /* one row an axis: before, behind */
    FC_TRY(fc_conversion_picture(conversion, operation, 0, &picture, err));
    FC_TRY(fc_conversion_constant(conversion, operation, 1, 2, FC_TFLITE_INT32, &sizes, err));
    if (sizes->shape.lengths[0] != AXES || sizes->shape.lengths[1] != 2) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "tflite: PAD without a row for each of 4 axes");
    }
    fc_tflite_shape shape = picture->shape;
    int64_t pads[2 * AXES];
    for (size_t i = 0; i < AXES; i++) {
        const int64_t before = read_integer(sizes, 2 * ORDER[i]);
        const int64_t behind = read_integer(sizes, 2 * ORDER[i] + 1);
        if (before < 0 || before > PAD_MAX || behind < 0 || behind > PAD_MAX) {
            return fc_fail(err, FC_MODEL_UNAVAILABLE, "tflite: PAD outside of 0 to %d", PAD_MAX);
        }
        pads[i] = before;
        pads[AXES + i] = behind;
        shape.lengths[ORDER[i]] += before + behind;
    }
    if (is_of_channels(pads)) {
        return fc_tflite_pad_channels(conversion, operation, picture, pads[1], &shape, err);
    }
    fc_onnx_value inputs[2] = { 0 };
    FC_TRY(fc_conversion_carrier(conversion, picture, FC_LAYOUT_INNER, &inputs[0], err));
    FC_TRY(fc_onnx_add_integers(conversion->writer, pads, 2 * AXES, &inputs[1], err));
    const fc_onnx_node node = { .type = "Pad",
                                .inputs = { inputs[0], inputs[1] },
                                .input_count = 2 };
    return fc_conversion_add(conversion, operation, &shape, FC_LAYOUT_INNER, &node, err);
}

/* Another input size keeps the ratio between the two sides of the operator. */
static fc_status scale_length(int64_t target, int64_t declared, int64_t actual, int64_t *out,
                              fc_error *err)
{
    if (target < 1 || target * actual % declared != 0) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: RESIZE_BILINEAR does not come out even for this input size");
    }
    *out = target * actual / declared;
    return FC_OK;
}

static fc_status convert_resize(fc_conversion *conversion, const fc_tflite_operator *operation,
                                fc_error *err)
{
    fc_converted *picture = NULL;
    const fc_tflite_tensor *target = NULL; /* height, width */
    FC_TRY(fc_conversion_picture(conversion, operation, 0, &picture, err));
    FC_TRY(fc_conversion_constant(conversion, operation, 1, 1, FC_TFLITE_INT32, &target, err));
    if (target->shape.lengths[0] != 2 || operation->options.align_corners != 0 ||
        operation->options.half_pixel_centers != 1) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: RESIZE_BILINEAR other than to two sides, by half pixel centers");
    }
    const int64_t *declared = conversion->graph->tensors[operation->inputs[0]].shape.lengths;
    fc_tflite_shape shape = picture->shape;
    for (size_t i = 0; i < 2; i++) {
        FC_TRY(scale_length(read_integer(target, i), declared[1 + i], shape.lengths[1 + i],
                            &shape.lengths[1 + i], err));
    }
    const int64_t lengths[] = { shape.lengths[0], shape.lengths[3], shape.lengths[1],
                                shape.lengths[2] };
    fc_onnx_value input = 0;
    fc_onnx_value sizes = 0;
    FC_TRY(fc_conversion_carrier(conversion, picture, FC_LAYOUT_INNER, &input, err));
    FC_TRY(fc_onnx_add_integers(conversion->writer, lengths, 4, &sizes, err));
    static const fc_onnx_attribute ATTRIBUTES[] = {
        { .name = "mode", .text = "linear" },
        { .name = "coordinate_transformation_mode", .text = "half_pixel" },
    };
    const fc_onnx_node node = {
        .type = "Resize",
        .inputs = { input, 0, 0, sizes }, /* without region and scales */
        .input_count = 4,
        .attributes = ATTRIBUTES,
        .attribute_count = 2,
    };
    return fc_conversion_add(conversion, operation, &shape, FC_LAYOUT_INNER, &node, err);
}

/* To the shape that the file says; for another input size, axis 1 takes what the sides give. */
static fc_status convert_reshape(fc_conversion *conversion, const fc_tflite_operator *operation,
                                 fc_error *err)
{
    fc_converted *operand = NULL;
    FC_TRY(fc_conversion_operand(conversion, operation, 0, &operand, err));
    fc_tflite_shape shape = conversion->graph->tensors[operation->output].shape;
    const int64_t count = fc_tflite_shape_count(&operand->shape);
    if (conversion->resized && shape.rank > 1) {
        const int64_t rest = fc_tflite_shape_count(&shape) / shape.lengths[1];
        shape.lengths[1] = count / rest;
    }
    if (shape.rank == 0 || fc_tflite_shape_count(&shape) != count) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: RESHAPE changes the number of values, %d", (int32_t)count);
    }
    fc_onnx_value inputs[2] = { 0 };
    FC_TRY(fc_conversion_carrier(conversion, operand, FC_LAYOUT_FILE, &inputs[0], err));
    FC_TRY(fc_onnx_add_integers(conversion->writer, shape.lengths, (size_t)shape.rank, &inputs[1],
                                err));
    const fc_onnx_node node = { .type = "Reshape",
                                .inputs = { inputs[0], inputs[1] },
                                .input_count = 2 };
    return fc_conversion_add(conversion, operation, &shape, FC_LAYOUT_FILE, &node, err);
}
