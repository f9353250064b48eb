#include "convert/tflite_ops.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "convert/tflite_convert.h"
#include "convert/tflite_resize.h"

enum { HEIGHT = 1, WIDTH = 2, CHANNELS = 3 }; /* axes of a picture, NHWC */

static const int32_t BIAS_ORDER[] = { 0, 1, 2, 3 };

/* How windows cover a picture, first along its height, then along its width. */
typedef struct window {
    int64_t sizes[2];
    int64_t strides[2];
    int64_t pads[4]; /* ONNX order: top, left, bottom, right */
    int64_t counts[2];
} window;

static fc_status refuse(fc_error *err, const char *what)
{
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "tflite: %s", what);
}

/* SAME: as many windows as the strides fit into the picture, begun or not; what is missing for them
 * is added half before and half behind, the odd one behind. VALID: only whole windows. */
static fc_status lay_windows(const fc_converted *picture, const fc_tflite_options *options,
                             int64_t height, int64_t width, window *out, fc_error *err)
{
    *out = (window){ .sizes = { height, width },
                     .strides = { options->stride_height, options->stride_width } };
    for (size_t i = 0; i < 2; i++) {
        const int64_t length = picture->shape.lengths[HEIGHT + i];
        if (out->sizes[i] < 1 || out->strides[i] < 1) {
            return refuse(err, "a window without size or stride");
        }
        if (options->padding == FC_TFLITE_SAME) {
            out->counts[i] = (length + out->strides[i] - 1) / out->strides[i];
            const int64_t needed = (out->counts[i] - 1) * out->strides[i] + out->sizes[i];
            const int64_t missing = needed > length ? needed - length : 0;
            out->pads[i] = missing / 2;
            out->pads[i + 2] = missing - missing / 2;
        } else if (options->padding == FC_TFLITE_VALID && length >= out->sizes[i]) {
            out->counts[i] = (length - out->sizes[i]) / out->strides[i] + 1;
        } else {
            return refuse(err, "a window larger than its picture, or a padding that is not known");
        }
    }
    return FC_OK;
}

static fc_status check_plain(const fc_tflite_options *options, fc_error *err)
{
    if (options->activation != 0) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: fused activation %d, only operators without one are known",
                       options->activation);
    }
    if (options->dilation_width != 1 || options->dilation_height != 1) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "tflite: dilation %dx%d, only 1x1 is known",
                       options->dilation_width, options->dilation_height);
    }
    return FC_OK;
}

/* Weights and bias of a convolution, checked against each other. */
typedef struct kernel {
    const fc_tflite_tensor *weights;
    const fc_tflite_tensor *bias;
} kernel;

static fc_status read_kernel(const fc_conversion *conversion, const fc_tflite_operator *operation,
                             int32_t output_axis, kernel *out, fc_error *err)
{
    FC_TRY(
        fc_conversion_constant(conversion, operation, 1, 4, FC_TFLITE_FLOAT32, &out->weights, err));
    FC_TRY(fc_conversion_constant(conversion, operation, 2, 1, FC_TFLITE_FLOAT32, &out->bias, err));
    if (out->bias->shape.lengths[0] != out->weights->shape.lengths[output_axis]) {
        return refuse(err, "weights and bias of a convolution differ in their channels");
    }
    return FC_OK;
}

/* The common end of all convolutions. */
static fc_status add_convolution(fc_conversion *conversion, const fc_tflite_operator *operation,
                                 const char *type, const kernel *with,
                                 const int32_t order[FC_TFLITE_RANK_MAX], const window *windows,
                                 int64_t groups, const fc_tflite_shape *shape, fc_error *err)
{
    fc_converted *picture = NULL;
    fc_onnx_value inputs[3] = { 0 };
    FC_TRY(fc_conversion_picture(conversion, operation, 0, &picture, err));
    if (picture->small != NULL && (windows->sizes[0] != 1 || windows->sizes[1] != 1)) {
        return refuse(err, "the weights of a convolution are larger than the file says");
    }
    fc_converted *from = picture->small != NULL ? picture->small : picture;
    FC_TRY(fc_conversion_carrier(conversion, from, FC_LAYOUT_INNER, &inputs[0], err));
    FC_TRY(fc_conversion_weights(conversion, with->weights, order, &inputs[1], err));
    FC_TRY(fc_conversion_weights(conversion, with->bias, BIAS_ORDER, &inputs[2], err));
    const fc_onnx_attribute attributes[] = {
        { .name = "kernel_shape", .integers = windows->sizes, .count = 2 },
        { .name = "strides", .integers = windows->strides, .count = 2 },
        { .name = "pads", .integers = windows->pads, .count = 4 },
        { .name = "group", .integer = groups },
    };
    const fc_onnx_node node = {
        .type = type,
        .inputs = { inputs[0], inputs[1], inputs[2] },
        .input_count = 3,
        .attributes = attributes,
        .attribute_count = sizeof attributes / sizeof attributes[0],
    };
    if (picture->small != NULL) {
        fc_onnx_value small = 0;
        FC_TRY(fc_onnx_add_node(conversion->writer, &node, &small, err));
        return fc_tflite_add_resize(conversion, operation, small, shape, err);
    }
    return fc_conversion_add(conversion, operation, shape, FC_LAYOUT_INNER, &node, err);
}

/* CONV_2D: weights are out x height x width x in. */
static fc_status convolution(fc_conversion *conversion, const fc_tflite_operator *operation,
                             fc_error *err)
{
    static const int32_t ORDER[] = { 0, 3, 1, 2 };
    fc_converted *picture = NULL;
    kernel with = { 0 };
    window windows = { 0 };
    FC_TRY(fc_conversion_picture(conversion, operation, 0, &picture, err));
    FC_TRY(read_kernel(conversion, operation, 0, &with, err));
    const int64_t *lengths = with.weights->shape.lengths;
    if (lengths[3] != picture->shape.lengths[CHANNELS]) {
        return refuse(err, "the weights of a convolution do not fit the channels of its picture");
    }
    FC_TRY(check_plain(&operation->options, err));
    FC_TRY(lay_windows(picture, &operation->options, lengths[1], lengths[2], &windows, err));
    const fc_tflite_shape shape = {
        4, { picture->shape.lengths[0], windows.counts[0], windows.counts[1], lengths[0] }
    };
    return add_convolution(conversion, operation, "Conv", &with, ORDER, &windows, 1, &shape, err);
}

/* DEPTHWISE_CONV_2D: weights are 1 x height x width x channels. */
static fc_status depthwise(fc_conversion *conversion, const fc_tflite_operator *operation,
                           fc_error *err)
{
    static const int32_t ORDER[] = { 3, 0, 1, 2 };
    fc_converted *picture = NULL;
    kernel with = { 0 };
    window windows = { 0 };
    FC_TRY(fc_conversion_picture(conversion, operation, 0, &picture, err));
    FC_TRY(read_kernel(conversion, operation, 3, &with, err));
    const int64_t *lengths = with.weights->shape.lengths;
    if (lengths[0] != 1 || lengths[3] != picture->shape.lengths[CHANNELS]) {
        return refuse(err, "a depthwise convolution that changes the number of channels");
    }
    FC_TRY(check_plain(&operation->options, err));
    FC_TRY(lay_windows(picture, &operation->options, lengths[1], lengths[2], &windows, err));
    const fc_tflite_shape shape = {
        4, { picture->shape.lengths[0], windows.counts[0], windows.counts[1], lengths[3] }
    };
    return add_convolution(conversion, operation, "Conv", &with, ORDER, &windows, lengths[3],
                           &shape, err);
}

/* The options are three int32: the padding (of no effect where stride = size), the strides. */
static int32_t read_custom_option(const fc_tflite_operator *operation, size_t index)
{
    int32_t value = 0;
    memcpy(&value, operation->custom_options.data + index * sizeof value, sizeof value);
    return value;
}

/* Convolution2DTransposeBias, a custom operator of MediaPipe: weights are out x height x width x
 *  in; the windows must lie side by side (stride = size). */
static fc_status transpose_convolution(fc_conversion *conversion,
                                       const fc_tflite_operator *operation, fc_error *err)
{
    static const int32_t ORDER[] = { 3, 0, 1, 2 };
    fc_converted *picture = NULL;
    kernel with = { 0 };
    FC_TRY(fc_conversion_picture(conversion, operation, 0, &picture, err));
    FC_TRY(read_kernel(conversion, operation, 0, &with, err));
    const int64_t *from = picture->shape.lengths;
    const int64_t *lengths = with.weights->shape.lengths;
    if (lengths[3] != from[CHANNELS]) {
        return refuse(err, "the weights of a convolution do not fit the channels of its picture");
    }
    if (operation->custom_options.size != 3 * sizeof(int32_t) ||
        read_custom_option(operation, 1) != lengths[2] ||
        read_custom_option(operation, 2) != lengths[1]) {
        return refuse(err, "a transposed convolution whose windows are not side by side");
    }
    const window windows = { .sizes = { lengths[1], lengths[2] },
                             .strides = { lengths[1], lengths[2] } };
    const fc_tflite_shape shape = {
        4, { from[0], from[HEIGHT] * lengths[1], from[WIDTH] * lengths[2], lengths[0] }
    };
    return add_convolution(conversion, operation, "ConvTranspose", &with, ORDER, &windows, 1,
                           &shape, err);
}

/* MAX_POOL_2D. */
static fc_status max_pool(fc_conversion *conversion, const fc_tflite_operator *operation,
                          fc_error *err)
{
    const fc_tflite_options *options = &operation->options;
    fc_converted *picture = NULL;
    fc_onnx_value input = 0;
    window windows = { 0 };
    FC_TRY(fc_conversion_picture(conversion, operation, 0, &picture, err));
    FC_TRY(check_plain(options, err));
    FC_TRY(lay_windows(picture, options, options->filter_height, options->filter_width, &windows,
                       err));
    FC_TRY(fc_conversion_carrier(conversion, picture, FC_LAYOUT_INNER, &input, err));
    const fc_onnx_attribute attributes[] = {
        { .name = "kernel_shape", .integers = windows.sizes, .count = 2 },
        { .name = "strides", .integers = windows.strides, .count = 2 },
        { .name = "pads", .integers = windows.pads, .count = 4 },
    };
    const fc_onnx_node node = {
        .type = "MaxPool",
        .inputs = { input },
        .input_count = 1,
        .attributes = attributes,
        .attribute_count = sizeof attributes / sizeof attributes[0],
    };
    const fc_tflite_shape shape = { 4,
                                    { picture->shape.lengths[0], windows.counts[0],
                                      windows.counts[1], picture->shape.lengths[CHANNELS] } };
    return fc_conversion_add(conversion, operation, &shape, FC_LAYOUT_INNER, &node, err);
}

/* AVERAGE_POOL_2D over the whole picture; it stays so when the network takes another size. */
static fc_status average_pool(fc_conversion *conversion, const fc_tflite_operator *operation,
                              fc_error *err)
{
    fc_converted *picture = NULL;
    fc_onnx_value input = 0;
    FC_TRY(fc_conversion_picture(conversion, operation, 0, &picture, err));
    FC_TRY(check_plain(&operation->options, err));
    const int64_t *whole = conversion->graph->tensors[operation->inputs[0]].shape.lengths;
    if (operation->options.filter_height != whole[HEIGHT] ||
        operation->options.filter_width != whole[WIDTH] ||
        operation->options.padding != FC_TFLITE_VALID) {
        return refuse(err, "an average over a part of the picture, only over the whole is known");
    }
    FC_TRY(fc_conversion_carrier(conversion, picture, FC_LAYOUT_INNER, &input, err));
    /* By rows first: ONNX Runtime adds up the values of a pool one by one, which costs a digit of
     * the result where there are 16384. ReduceMean does not, but knows no blocks of channels. */
    const int64_t row[] = { 1, picture->shape.lengths[WIDTH] };
    const fc_onnx_attribute attributes[] = {
        { .name = "kernel_shape", .integers = row, .count = 2 },
        { .name = "strides", .integers = row, .count = 2 },
    };
    const fc_onnx_node rows = {
        .type = "AveragePool",
        .inputs = { input },
        .input_count = 1,
        .attributes = attributes,
        .attribute_count = sizeof attributes / sizeof attributes[0],
    };
    fc_onnx_value means = 0;
    FC_TRY(fc_onnx_add_node(conversion->writer, &rows, &means, err));
    const fc_onnx_node node = { .type = "GlobalAveragePool",
                                .inputs = { means },
                                .input_count = 1 };
    const fc_tflite_shape shape = {
        4, { picture->shape.lengths[0], 1, 1, picture->shape.lengths[CHANNELS] }
    };
    return fc_conversion_add(conversion, operation, &shape, FC_LAYOUT_INNER, &node, err);
}

/* ---- whole channels -------------------------------------------------------------------------
 * As 1 x 1 convolutions: ONNX Runtime keeps pictures in blocks of channels between convolutions,
 * and each operator that knows no blocks costs two copies of the picture, which is more than the
 * operator itself. */

/* A 1 x 1 convolution without bias. Its weights are `to` x `from`, or one a channel. */
static fc_status add_weights(fc_conversion *conversion, int64_t to, int64_t from, float **data,
                             fc_onnx_value *out, fc_error *err)
{
    const int64_t lengths[] = { to, from, 1, 1 };
    return fc_onnx_add_floats(conversion->writer, lengths, 4, data, out, err);
}

static fc_status scale_channels(fc_conversion *conversion, fc_onnx_value input,
                                fc_onnx_value factors, int64_t channels, fc_onnx_value *out,
                                fc_error *err)
{
    const fc_onnx_attribute group = { .name = "group", .integer = channels };
    const fc_onnx_node node = {
        .type = "Conv",
        .inputs = { input, factors },
        .input_count = 2,
        .attributes = &group,
        .attribute_count = 1,
    };
    return fc_onnx_add_node(conversion->writer, &node, out, err);
}

/* How far each value lies below 0, else 0. The convolution takes Relu in. */
static fc_status add_depth(fc_conversion *conversion, fc_onnx_value input, int64_t channels,
                           fc_onnx_value *out, fc_error *err)
{
    float *data = NULL;
    fc_onnx_value factors = 0;
    FC_TRY(add_weights(conversion, channels, 1, &data, &factors, err));
    for (int64_t i = 0; i < channels; i++) {
        data[i] = -1.0F;
    }
    FC_TRY(scale_channels(conversion, input, factors, channels, out, err));
    bool fused = false;
    FC_TRY(fc_onnx_fuse_activation(conversion->writer, *out, "Relu", &fused, err));
    FC_ASSERT(fused);
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
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "tflite: PRELU without one slope a channel");
    }
    const fc_tflite_shape shape = picture->shape;
    float *data = NULL;
    fc_onnx_value input = 0;
    fc_onnx_value depth = 0;
    fc_onnx_value factors = 0;
    fc_onnx_value lift = 0;
    FC_TRY(fc_conversion_carrier(conversion, picture, FC_LAYOUT_INNER, &input, err));
    FC_TRY(add_depth(conversion, input, channels, &depth, err));
    FC_TRY(add_weights(conversion, channels, 1, &data, &factors, err));
    for (int64_t i = 0; i < channels; i++) {
        data[i] = 1.0F - fc_conversion_float(slopes, (size_t)i);
    }
    FC_TRY(scale_channels(conversion, depth, factors, channels, &lift, err));
    const fc_onnx_node sum = { .type = "Add", .inputs = { lift, input }, .input_count = 2 };
    return fc_conversion_add(conversion, operation, &shape, FC_LAYOUT_INNER, &sum, err);
}

/* PAD of channels: zeros before and behind those of the picture. `shape` is that of the result, the
 * picture's but for its channels. */
static fc_status pad_channels(fc_conversion *conversion, const fc_tflite_operator *operation,
                              fc_converted *picture, int64_t before, const fc_tflite_shape *shape,
                              fc_error *err)
{
    const int64_t from = picture->shape.lengths[CHANNELS];
    const int64_t to = shape->lengths[CHANNELS];
    float *data = NULL;
    fc_onnx_value inputs[2] = { 0 };
    FC_TRY(fc_conversion_carrier(conversion, picture, FC_LAYOUT_INNER, &inputs[0], err));
    FC_TRY(add_weights(conversion, to, from, &data, &inputs[1], err));
    memset(data, 0, (size_t)(to * from) * sizeof *data);
    for (int64_t i = 0; i < from; i++) {
        data[(before + i) * from + i] = 1.0F;
    }
    const fc_onnx_node node = { .type = "Conv",
                                .inputs = { inputs[0], inputs[1] },
                                .input_count = 2 };
    return fc_conversion_add(conversion, operation, shape, FC_LAYOUT_INNER, &node, err);
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
    { FC_TFLITE_AVERAGE_POOL_2D,   "AVERAGE_POOL_2D",   1, NULL,        average_pool },
    { FC_TFLITE_CONV_2D,           "CONV_2D",           3, NULL,        convolution },
    { FC_TFLITE_DEPTHWISE_CONV_2D, "DEPTHWISE_CONV_2D", 3, NULL,        depthwise },
    { FC_TFLITE_DEQUANTIZE,        "DEQUANTIZE",        1, NULL,        convert_dequantize },
    { FC_TFLITE_HARD_SWISH,        "HARD_SWISH",        1, "HardSwish", convert_unary },
    { FC_TFLITE_LOGISTIC,          "LOGISTIC",          1, "Sigmoid",   convert_unary },
    { FC_TFLITE_MAX_POOL_2D,       "MAX_POOL_2D",       1, NULL,        max_pool },
    { FC_TFLITE_MUL,               "MUL",               2, "Mul",       convert_binary },
    { FC_TFLITE_PAD,               "PAD",               2, NULL,        convert_pad },
    { FC_TFLITE_PRELU,             "PRELU",             2, NULL,        convert_prelu },
    { FC_TFLITE_RELU,              "RELU",              1, "Relu",      convert_unary },
    { FC_TFLITE_RESHAPE,           "RESHAPE",           1, NULL,        convert_reshape },
    { FC_TFLITE_RESIZE_BILINEAR,   "RESIZE_BILINEAR",   2, NULL,        fc_tflite_convert_resize },
    { FC_TFLITE_CUSTOM,            "Convolution2DTransposeBias",
                                                        3, NULL, transpose_convolution },
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
    FC_TRY(fc_conversion_carrier(conversion, operand, FC_LAYOUT_INNER, &inputs[0], err));
    const fc_tflite_shape shape = operand->shape;
    if (fc_tflite_only_reader(conversion->graph, operation->inputs[0]) == operation) {
        FC_TRY(fc_onnx_fuse_activation(conversion->writer, inputs[0], row->onnx, &fused, err));
    }
    if (!fused) {
        return add_same(conversion, operation, inputs, &shape, err);
    }
    fc_converted *result = NULL;
    FC_TRY(fc_conversion_result(conversion, operation->output, &shape, &result, err));
    result->carriers[FC_LAYOUT_INNER] = inputs[0];
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
    for (size_t i = 0; i < 2; i++) {
        if (is_of_one_px(&operands[i]->shape) && !is_of_one_px(&shape)) {
            FC_TRY(fc_tflite_spread(conversion, inputs[i], &shape, &inputs[i], err));
        }
    }
    return add_same(conversion, operation, inputs, &shape, err);
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
