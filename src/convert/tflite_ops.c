#include "convert/tflite_ops.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "convert/tflite_convert.h"
#include "convert/tflite_resize.h"
#include "convert/tflite_windows.h"

enum { HEIGHT = 1, WIDTH = 2, CHANNELS = 3 }; /* axes of a picture, NHWC */

static fc_status refuse(fc_error *err, const char *what)
{
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "tflite: %s", what);
}

/* ---- whole channels -------------------------------------------------------------------------
 * As 1 x 1 convolutions, which keep pictures in their blocks: each operator that knows no blocks
 * costs two copies of the picture, which is more than the operator itself. */

static fc_status scale_channels(fc_conversion *conversion, fc_layout layout, fc_onnx_value input,
                                fc_onnx_value factors, int64_t channels, fc_onnx_value *out,
                                fc_error *err)
{
    const fc_onnx_attribute group = { .name = "group", .integer = channels };
    const fc_onnx_node node = {
        .type = "Conv",
        .domain = fc_conversion_domain(layout),
        .inputs = { input, factors },
        .input_count = 2,
        .attributes = &group,
        .attribute_count = 1,
    };
    return fc_onnx_add_node(conversion->writer, &node, out, err);
}

static fc_status add_factors(fc_conversion *conversion, int64_t channels, float **data,
                             fc_onnx_value *out, fc_error *err)
{
    const int64_t lengths[] = { channels, 1, 1, 1 };
    return fc_onnx_add_floats(conversion->writer, lengths, 4, data, out, err);
}

/* How far each value lies below 0, else 0. The convolution takes Relu in. */
static fc_status add_depth(fc_conversion *conversion, fc_layout layout, fc_onnx_value input,
                           int64_t channels, fc_onnx_value *out, fc_error *err)
{
    float *data = NULL;
    fc_onnx_value factors = 0;
    FC_TRY(add_factors(conversion, channels, &data, &factors, err));
    for (int64_t i = 0; i < channels; i++) {
        data[i] = -1.0F;
    }
    FC_TRY(scale_channels(conversion, layout, input, factors, channels, out, err));
    bool fused = false;
    FC_TRY(fc_onnx_fuse_activation(conversion->writer, *out, "Relu", &fused, err));
    FC_ASSERT(fused);
    return FC_OK;
}

/* The convolution `lift` takes the sum in, where it can. */
static fc_status add_sum(fc_conversion *conversion, const fc_tflite_operator *operation,
                         fc_layout layout, const fc_tflite_shape *shape, fc_onnx_value lift,
                         fc_onnx_value other, bool *fused, fc_error *err)
{
    FC_TRY(fc_onnx_fuse_sum(conversion->writer, lift, other, fused, err));
    if (!*fused) {
        return FC_OK;
    }
    fc_converted *result = NULL;
    FC_TRY(fc_conversion_result(conversion, operation->output, shape, &result, err));
    result->carriers[layout] = lift;
    return FC_OK;
}

/* x + (1 - slope) max(0, -x). ONNX has PRelu, but with it the face mesh takes five times as long.
 */
static fc_status convert_prelu(fc_conversion *conversion, const fc_tflite_operator *operation,
                               fc_error *err)
{
    fc_converted *picture = NULL;
    const fc_tflite_tensor *slopes = NULL;
    FC_TRY(fc_conversion_picture(conversion, operation, 0, &picture, err));
    FC_TRY(fc_conversion_constant(conversion, operation, 1, 3, FC_TFLITE_FLOAT32, &slopes, err));
    const int64_t channels = picture->shape.lengths[CHANNELS];
    const int64_t *lengths = slopes->shape.lengths;
    if (lengths[0] != 1 || lengths[1] != 1 || lengths[2] != channels) {
        return refuse(err, "PRELU without one slope a channel");
    }
    const fc_tflite_shape shape = picture->shape;
    const fc_layout layout = fc_conversion_layout(picture);
    const int64_t filled =
        layout == FC_LAYOUT_BLOCKS ? fc_blocks_fill(channels, conversion->block) : channels;
    float *data = NULL;
    fc_onnx_value input = 0;
    fc_onnx_value depth = 0;
    fc_onnx_value factors = 0;
    fc_onnx_value lift = 0;
    bool fused = false;
    FC_TRY(fc_conversion_carrier(conversion, picture, layout, &input, err));
    FC_TRY(add_depth(conversion, layout, input, filled, &depth, err));
    FC_TRY(add_factors(conversion, filled, &data, &factors, err));
    for (int64_t i = 0; i < channels; i++) {
        data[i] = 1.0F - fc_conversion_float(slopes, (size_t)i);
    }
    FC_TRY(scale_channels(conversion, layout, depth, factors, filled, &lift, err));
    FC_TRY(add_sum(conversion, operation, layout, &shape, lift, input, &fused, err));
    const fc_onnx_node sum = { .type = "Add", .inputs = { lift, input }, .input_count = 2 };
    return fused ? FC_OK : fc_conversion_add(conversion, operation, &shape, layout, &sum, err);
}

/* PAD of channels: zeros before and behind those of the picture. `shape` is that of the result, the
 * picture's but for its channels. */
static fc_status pad_channels(fc_conversion *conversion, const fc_tflite_operator *operation,
                              fc_converted *picture, int64_t before, const fc_tflite_shape *shape,
                              fc_error *err)
{
    const fc_form as = fc_conversion_form(conversion, picture, false);
    const int64_t from = picture->shape.lengths[CHANNELS];
    const int64_t out = as.blocks.out;
    const int64_t lengths[] = { fc_blocks_fill(shape->lengths[CHANNELS], as.blocks.out),
                                fc_blocks_fill(from, as.blocks.in), 1, 1 };
    float *data = NULL;
    fc_onnx_value inputs[2] = { 0 };
    FC_TRY(fc_conversion_carrier(conversion, picture, as.input, &inputs[0], err));
    FC_TRY(fc_onnx_add_floats(conversion->writer, lengths, 4, &data, &inputs[1], err));
    for (int64_t i = 0; i < from; i++) {
        const int64_t to = before + i;
        data[(to / out * lengths[1] + i) * out + to % out] = 1.0F;
    }
    const fc_onnx_node node = { .type = "Conv",
                                .domain = fc_conversion_domain(as.output),
                                .inputs = { inputs[0], inputs[1] },
                                .input_count = 2 };
    return fc_conversion_add(conversion, operation, shape, as.output, &node, err);
}

/* ---- the table of operators ------------------------------------------------------------------ */

typedef fc_status convert_function(fc_conversion *conversion, const fc_tflite_operator *operation,
                                   fc_error *err);

static convert_function convert_binary;
static convert_function convert_dequantize;
static convert_function convert_pad;
static convert_function convert_reshape;
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
    { FC_TFLITE_AVERAGE_POOL_2D,   "AVERAGE_POOL_2D",   1, NULL,        fc_tflite_convert_average_pool },
    { FC_TFLITE_CONV_2D,           "CONV_2D",           3, NULL,        fc_tflite_convert_convolution },
    { FC_TFLITE_DEPTHWISE_CONV_2D, "DEPTHWISE_CONV_2D", 3, NULL,        fc_tflite_convert_depthwise },
    { FC_TFLITE_DEQUANTIZE,        "DEQUANTIZE",        1, NULL,        convert_dequantize },
    { FC_TFLITE_HARD_SWISH,        "HARD_SWISH",        1, "HardSwish", convert_unary },
    { FC_TFLITE_LOGISTIC,          "LOGISTIC",          1, "Sigmoid",   convert_unary },
    { FC_TFLITE_MAX_POOL_2D,       "MAX_POOL_2D",       1, NULL,        fc_tflite_convert_max_pool },
    { FC_TFLITE_MUL,               "MUL",               2, "Mul",       convert_binary },
    { FC_TFLITE_PAD,               "PAD",               2, NULL,        convert_pad },
    { FC_TFLITE_PRELU,             "PRELU",             2, NULL,        convert_prelu },
    { FC_TFLITE_RELU,              "RELU",              1, "Relu",      convert_unary },
    { FC_TFLITE_RESHAPE,           "RESHAPE",           1, NULL,        convert_reshape },
    { FC_TFLITE_RESIZE_BILINEAR,   "RESIZE_BILINEAR",   2, NULL,        fc_tflite_convert_resize },
    { FC_TFLITE_CUSTOM,            "Convolution2DTransposeBias",
                                                        3, NULL, fc_tflite_convert_transposed },
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
                          const fc_onnx_value inputs[2], fc_layout layout,
                          const fc_tflite_shape *shape, fc_error *err)
{
    const struct row *row = lookup_row(operation);
    FC_ASSERT(row != NULL); /* fc_tflite_convert_operator found it before */
    const fc_onnx_node node = { .type = row->onnx,
                                .inputs = { inputs[0], inputs[1] },
                                .input_count = row->inputs };
    return fc_conversion_add(conversion, operation, shape, layout, &node, err);
}

/* A convolution whose result nobody else reads takes the function in. ONNX Runtime would join them,
 * too, walking the network twice for it. */
static fc_status convert_unary(fc_conversion *conversion, const fc_tflite_operator *operation,
                               fc_error *err)
{
    const struct row *row = lookup_row(operation);
    fc_converted *operand = NULL;
    fc_onnx_value inputs[2] = { 0 };
    bool fused = false;
    FC_ASSERT(row != NULL); /* fc_tflite_convert_operator found it before */
    FC_TRY(fc_conversion_operand(conversion, operation, 0, &operand, err));
    const fc_layout layout = fc_conversion_layout(operand);
    FC_TRY(fc_conversion_carrier(conversion, operand, layout, &inputs[0], err));
    const fc_tflite_shape shape = operand->shape;
    if (fc_tflite_only_reader(conversion->graph, operation->inputs[0]) == operation) {
        FC_TRY(fc_onnx_fuse_activation(conversion->writer, inputs[0], row->onnx, &fused, err));
    }
    if (!fused) {
        return add_same(conversion, operation, inputs, layout, &shape, err);
    }
    fc_converted *result = NULL;
    FC_TRY(fc_conversion_result(conversion, operation->output, &shape, &result, err));
    result->carriers[layout] = inputs[0];
    return FC_OK;
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
                       "tflite: ADD or MUL of tensors whose shapes do not fit together");
    }
    return FC_OK;
}

static bool is_of_one_px(const fc_tflite_shape *shape)
{
    return shape->rank == 4 && shape->lengths[HEIGHT] == 1 && shape->lengths[WIDTH] == 1;
}

/* Number by number: what lies between them in memory is anything. */
static bool is_same(const fc_tflite_shape *a, const fc_tflite_shape *b)
{
    bool same = a->rank == b->rank;
    for (int32_t axis = 0; same && axis < a->rank; axis++) {
        same = a->lengths[axis] == b->lengths[axis];
    }
    return same;
}

/* In blocks where both are, and each is the whole result or one px of it. */
static fc_layout choose_layout(fc_converted *const operands[2], const fc_tflite_shape *shape)
{
    for (size_t i = 0; i < 2; i++) {
        const fc_tflite_shape *own = &operands[i]->shape;
        const bool fits = is_of_one_px(own) ? own->lengths[CHANNELS] == shape->lengths[CHANNELS]
                                            : is_same(own, shape);
        if (!fits || fc_conversion_layout(operands[i]) != FC_LAYOUT_BLOCKS) {
            return FC_LAYOUT_INNER;
        }
    }
    return FC_LAYOUT_BLOCKS;
}

/* ADD: a convolution whose result nobody else reads takes the other one in. */
static fc_status try_sum(fc_conversion *conversion, const fc_tflite_operator *operation,
                         const fc_onnx_value inputs[2], fc_layout layout,
                         const fc_tflite_shape *shape, bool *fused, fc_error *err)
{
    for (size_t i = 0; i < 2 && !*fused && operation->code == FC_TFLITE_ADD; i++) {
        if (fc_tflite_only_reader(conversion->graph, operation->inputs[i]) == operation) {
            FC_TRY(add_sum(conversion, operation, layout, shape, inputs[i], inputs[1 - i], fused,
                           err));
        }
    }
    return FC_OK;
}

static fc_status convert_binary(fc_conversion *conversion, const fc_tflite_operator *operation,
                                fc_error *err)
{
    fc_converted *operands[2] = { NULL };
    fc_onnx_value inputs[2] = { 0 };
    FC_TRY(fc_conversion_operand(conversion, operation, 0, &operands[0], err));
    FC_TRY(fc_conversion_operand(conversion, operation, 1, &operands[1], err));
    if (operation->options.activation != 0) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: fused activation %d, only operators without one are known",
                       operation->options.activation);
    }
    fc_tflite_shape shape = { 0 };
    FC_TRY(broadcast(&operands[0]->shape, &operands[1]->shape, &shape, err));
    const fc_layout layout = choose_layout(operands, &shape);
    bool same = true;
    for (size_t i = 0; i < 2; i++) {
        FC_TRY(fc_conversion_carrier(conversion, operands[i], layout, &inputs[i], err));
        same &= is_same(&operands[i]->shape, &shape);
        if (is_of_one_px(&operands[i]->shape) && !is_of_one_px(&shape)) {
            FC_TRY(fc_tflite_spread(conversion, inputs[i], layout, &shape, &inputs[i], err));
        }
    }
    bool fused = false;
    if (same) {
        FC_TRY(try_sum(conversion, operation, inputs, layout, &shape, &fused, err));
    }
    return fused ? FC_OK : add_same(conversion, operation, inputs, layout, &shape, err);
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
        const int64_t before = fc_conversion_integer(sizes, 2 * ORDER[i]);
        const int64_t behind = fc_conversion_integer(sizes, 2 * ORDER[i] + 1);
        if (before < 0 || before > PAD_MAX || behind < 0 || behind > PAD_MAX) {
            return fc_fail(err, FC_MODEL_UNAVAILABLE, "tflite: PAD outside of 0 to %d", PAD_MAX);
        }
        pads[i] = before;
        pads[AXES + i] = behind;
        shape.lengths[ORDER[i]] += before + behind;
    }
    if (is_of_channels(pads)) {
        return pad_channels(conversion, operation, picture, pads[1], &shape, err);
    }
    fc_onnx_value inputs[2] = { 0 };
    FC_TRY(fc_conversion_carrier(conversion, picture, FC_LAYOUT_INNER, &inputs[0], err));
    FC_TRY(fc_onnx_add_integers(conversion->writer, pads, 2 * AXES, &inputs[1], err));
    const fc_onnx_node node = { .type = "Pad",
                                .inputs = { inputs[0], inputs[1] },
                                .input_count = 2 };
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
