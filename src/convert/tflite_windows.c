#include "convert/tflite_windows.h"

#include <string.h>

#include "base/assert.h"

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
    FC_TRY(fc_conversion_carrier(conversion, picture, FC_LAYOUT_INNER, &inputs[0], err));
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
    return fc_conversion_add(conversion, operation, shape, FC_LAYOUT_INNER, &node, err);
}

fc_status fc_tflite_convolution(fc_conversion *conversion, const fc_tflite_operator *operation,
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

fc_status fc_tflite_depthwise(fc_conversion *conversion, const fc_tflite_operator *operation,
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

fc_status fc_tflite_transpose_convolution(fc_conversion *conversion,
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
        return refuse(err, "a transposed convolution whose windows do not lie side by side");
    }
    const window windows = { .sizes = { lengths[1], lengths[2] },
                             .strides = { lengths[1], lengths[2] } };
    const fc_tflite_shape shape = {
        4, { from[0], from[HEIGHT] * lengths[1], from[WIDTH] * lengths[2], lengths[0] }
    };
    return add_convolution(conversion, operation, "ConvTranspose", &with, ORDER, &windows, 1,
                           &shape, err);
}

fc_status fc_tflite_max_pool(fc_conversion *conversion, const fc_tflite_operator *operation,
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

fc_status fc_tflite_average_pool(fc_conversion *conversion, const fc_tflite_operator *operation,
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
    /* Not GlobalAveragePool: ONNX Runtime's blocked version of it adds up 16384 values one by one,
     * which costs a digit of the result; its mean is five times closer and as fast. */
    static const int64_t SIDES[] = { 2, 3 };
    static const fc_onnx_attribute ATTRIBUTES[] = {
        { .name = "axes", .integers = SIDES, .count = 2 },
        { .name = "keepdims", .integer = 1 },
    };
    const fc_onnx_node node = {
        .type = "ReduceMean",
        .inputs = { input },
        .input_count = 1,
        .attributes = ATTRIBUTES,
        .attribute_count = 2,
    };
    const fc_tflite_shape shape = {
        4, { picture->shape.lengths[0], 1, 1, picture->shape.lengths[CHANNELS] }
    };
    return fc_conversion_add(conversion, operation, &shape, FC_LAYOUT_INNER, &node, err);
}
