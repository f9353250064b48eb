#include "convert/tflite_channels.h"

#include <string.h>

enum { CHANNELS = 3 }; /* axis of a picture's shape */

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
    fc_onnx_value negative = 0;
    FC_TRY(add_weights(conversion, channels, 1, &data, &factors, err));
    for (int64_t i = 0; i < channels; i++) {
        data[i] = -1.0F;
    }
    FC_TRY(scale_channels(conversion, input, factors, channels, &negative, err));
    const fc_onnx_node relu = { .type = "Relu", .inputs = { negative }, .input_count = 1 };
    return fc_onnx_add_node(conversion->writer, &relu, out, err);
}

/* x + (1 - slope) max(0, -x). ONNX has PRelu, but with it the face mesh takes five times as long.
 */
fc_status fc_tflite_prelu(fc_conversion *conversion, const fc_tflite_operator *operation,
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

fc_status fc_tflite_pad_channels(fc_conversion *conversion, const fc_tflite_operator *operation,
                                 fc_converted *picture, int64_t before,
                                 const fc_tflite_shape *shape, fc_error *err)
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
