#include "convert/tflite_windows.h"

#include <string.h>

#include "base/assert.h"
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

static fc_status add_enlarged(fc_conversion *conversion, const fc_tflite_operator *operation,
                              fc_layout layout, const fc_converted *small, int64_t channels,
                              const fc_onnx_node *node, const fc_tflite_shape *shape, fc_error *err)
{
    fc_converted made = { .known = true, .shape = small->shape };
    made.shape.lengths[CHANNELS] = channels;
    FC_TRY(fc_onnx_add_node(conversion->writer, node, &made.carriers[layout], err));
    return fc_tflite_add_resize(conversion, operation, &made, shape, err);
}

/* The common end of all convolutions. `groups` of channels in blocks are as many as fill those. */
static fc_status add_convolution(fc_conversion *conversion, const fc_tflite_operator *operation,
                                 const char *type, const fc_form *as, const kernel *with,
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
    FC_TRY(fc_conversion_carrier(conversion, from, as->input, &inputs[0], err));
    FC_TRY(fc_conversion_weights(conversion, with->weights, order, as->blocks, &inputs[1], err));
    FC_TRY(fc_conversion_weights(conversion, with->bias, BIAS_ORDER,
                                 (fc_blocks){ as->blocks.out, 1 }, &inputs[2], err));
    const fc_onnx_attribute attributes[] = {
        { .name = "kernel_shape", .integers = windows->sizes, .count = 2 },
        { .name = "strides", .integers = windows->strides, .count = 2 },
        { .name = "pads", .integers = windows->pads, .count = 4 },
        { .name = "group", .integer = groups == 1 ? 1 : fc_blocks_fill(groups, as->blocks.out) },
    };
    const fc_onnx_node node = {
        .type = type,
        .domain = fc_conversion_domain(as->output),
        .inputs = { inputs[0], inputs[1], inputs[2] },
        .input_count = 3,
        .attributes = attributes,
        .attribute_count = sizeof attributes / sizeof attributes[0],
    };
    return picture->small != NULL
               ? add_enlarged(conversion, operation, as->output, from, shape->lengths[CHANNELS],
                              &node, shape, err)
               : fc_conversion_add(conversion, operation, shape, as->output, &node, err);
}

fc_status fc_tflite_convert_convolution(fc_conversion *conversion,
                                        const fc_tflite_operator *operation, fc_error *err)
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
    const fc_form as =
        fc_conversion_form(conversion, picture->small != NULL ? picture->small : picture, false);
    return add_convolution(conversion, operation, "Conv", &as, &with, ORDER, &windows, 1, &shape,
                           err);
}

fc_status fc_tflite_convert_depthwise(fc_conversion *conversion,
                                      const fc_tflite_operator *operation, fc_error *err)
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
    const fc_form as = fc_conversion_form(conversion, picture, lengths[3] > 1);
    return add_convolution(conversion, operation, "Conv", &as, &with, ORDER, &windows, lengths[3],
                           &shape, err);
}

/* The options are three int32: the padding (of no effect where stride = size), the strides. */
static int32_t read_custom_option(const fc_tflite_operator *operation, size_t index)
{
    int32_t value = 0;
    memcpy(&value, operation->custom_options.data + index * sizeof value, sizeof value);
    return value;
}

fc_status fc_tflite_convert_transposed(fc_conversion *conversion,
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
    const fc_form plain = { FC_LAYOUT_INNER, FC_LAYOUT_INNER, { 1, 1 } };
    return add_convolution(conversion, operation, "ConvTranspose", &plain, &with, ORDER, &windows,
                           1, &shape, err);
}

fc_status fc_tflite_convert_max_pool(fc_conversion *conversion, const fc_tflite_operator *operation,
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
    const fc_layout layout = fc_conversion_layout(picture);
    FC_TRY(fc_conversion_carrier(conversion, picture, layout, &input, err));
    const fc_onnx_attribute attributes[] = {
        { .name = "kernel_shape", .integers = windows.sizes, .count = 2 },
        { .name = "strides", .integers = windows.strides, .count = 2 },
        { .name = "pads", .integers = windows.pads, .count = 4 },
    };
    const fc_onnx_node node = {
        .type = "MaxPool",
        .domain = fc_conversion_domain(layout),
        .inputs = { input },
        .input_count = 1,
        .attributes = attributes,
        .attribute_count = sizeof attributes / sizeof attributes[0],
    };
    const fc_tflite_shape shape = { 4,
                                    { picture->shape.lengths[0], windows.counts[0],
                                      windows.counts[1], picture->shape.lengths[CHANNELS] } };
    return fc_conversion_add(conversion, operation, &shape, layout, &node, err);
}

fc_status fc_tflite_convert_average_pool(fc_conversion *conversion,
                                         const fc_tflite_operator *operation, fc_error *err)
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
    /* Of whole blocks only: so ONNX Runtime would write it, and the last digits depend on it. */
    const bool filled = picture->shape.lengths[CHANNELS] % conversion->block == 0;
    const fc_layout layout = filled ? fc_conversion_layout(picture) : FC_LAYOUT_INNER;
    FC_TRY(fc_conversion_carrier(conversion, picture, layout, &input, err));
    /* By rows first: ONNX Runtime adds up the values of a pool one by one, which costs a digit of
     * the result where there are 16384. ReduceMean does not, but knows no blocks of channels. */
    const int64_t row[] = { 1, picture->shape.lengths[WIDTH] };
    const fc_onnx_attribute attributes[] = {
        { .name = "kernel_shape", .integers = row, .count = 2 },
        { .name = "strides", .integers = row, .count = 2 },
    };
    const fc_onnx_node rows = {
        .type = "AveragePool",
        .domain = fc_conversion_domain(layout),
        .inputs = { input },
        .input_count = 1,
        .attributes = attributes,
        .attribute_count = sizeof attributes / sizeof attributes[0],
    };
    fc_onnx_value means = 0;
    FC_TRY(fc_onnx_add_node(conversion->writer, &rows, &means, err));
    const fc_onnx_node node = { .type = "GlobalAveragePool",
                                .domain = fc_conversion_domain(layout),
                                .inputs = { means },
                                .input_count = 1 };
    const fc_tflite_shape shape = {
        4, { picture->shape.lengths[0], 1, 1, picture->shape.lengths[CHANNELS] }
    };
    return fc_conversion_add(conversion, operation, &shape, layout, &node, err);
}
