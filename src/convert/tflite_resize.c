#include "convert/tflite_resize.h"

#include "base/assert.h"

enum { HEIGHT = 1, WIDTH = 2, CHANNELS = 3 }; /* axes of a picture, NHWC */

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

/* A 1 x 1 convolution of the tensor that adds no channels. */
static bool is_cheaper_before(const fc_tflite_graph *graph, const fc_tflite_operator *reader,
                              int32_t tensor)
{
    if (reader == NULL || reader->code != FC_TFLITE_CONV_2D || reader->input_count != 3 ||
        reader->inputs[0] != tensor || reader->inputs[1] < 0) {
        return false;
    }
    const fc_tflite_shape *weights = &graph->tensors[reader->inputs[1]].shape;
    return weights->rank == 4 && weights->lengths[HEIGHT] == 1 && weights->lengths[WIDTH] == 1 &&
           weights->lengths[0] <= weights->lengths[CHANNELS] && reader->options.stride_width == 1 &&
           reader->options.stride_height == 1;
}

static const fc_onnx_attribute LINEAR[] = {
    { .name = "mode", .text = "linear" },
    { .name = "coordinate_transformation_mode", .text = "half_pixel" },
};
static const fc_onnx_attribute NEAREST[] = {
    { .name = "mode", .text = "nearest" },
    { .name = "coordinate_transformation_mode", .text = "asymmetric" },
    { .name = "nearest_mode", .text = "floor" },
};

/* ONNX takes the new sides. */
static fc_status resize_planes(fc_conversion *conversion, fc_onnx_value input,
                               const fc_tflite_shape *shape, bool linear, fc_onnx_value *out,
                               fc_error *err)
{
    const int64_t lengths[] = { shape->lengths[0], shape->lengths[CHANNELS], shape->lengths[HEIGHT],
                                shape->lengths[WIDTH] };
    fc_onnx_value sizes = 0;
    FC_TRY(fc_onnx_add_integers(conversion->writer, lengths, 4, &sizes, err));
    const fc_onnx_node node = {
        .type = "Resize",
        .inputs = { input, 0, 0, sizes }, /* without region and scales */
        .input_count = 4,
        .attributes = linear ? LINEAR : NEAREST,
        .attribute_count = linear ? 2 : 3,
    };
    return fc_onnx_add_node(conversion->writer, &node, out, err);
}

/* In blocks it is how many px come of one. */
static fc_status resize_blocks(fc_conversion *conversion, fc_onnx_value input, int64_t down,
                               int64_t across, bool linear, fc_onnx_value *out, fc_error *err)
{
    const int64_t scales[] = { 1, 1, down, across };
    const fc_onnx_attribute *mode = linear ? LINEAR : NEAREST;
    const fc_onnx_attribute attributes[] = {
        mode[0],
        mode[1],
        { .name = "scales", .integers = scales, .count = 4 },
    };
    const fc_onnx_node node = {
        .type = "Upsample",
        .domain = FC_ONNX_BLOCKS,
        .inputs = { input },
        .input_count = 1,
        .attributes = attributes,
        .attribute_count = sizeof attributes / sizeof attributes[0],
    };
    return fc_onnx_add_node(conversion->writer, &node, out, err);
}

fc_status fc_tflite_add_resize(fc_conversion *conversion, const fc_tflite_operator *operation,
                               fc_converted *small, const fc_tflite_shape *shape, fc_error *err)
{
    FC_ASSERT(conversion != NULL && operation != NULL && small != NULL && shape != NULL);
    const int64_t *from = small->shape.lengths;
    const int64_t *to = shape->lengths;
    const bool whole = to[HEIGHT] % from[HEIGHT] == 0 && to[WIDTH] % from[WIDTH] == 0;
    const fc_layout layout = whole ? fc_conversion_layout(small) : FC_LAYOUT_INNER;
    fc_onnx_value input = 0;
    fc_converted *result = NULL;
    FC_TRY(fc_conversion_carrier(conversion, small, layout, &input, err));
    FC_TRY(fc_conversion_result(conversion, operation->output, shape, &result, err));
    fc_onnx_value *out = &result->carriers[layout];
    return layout == FC_LAYOUT_BLOCKS ? resize_blocks(conversion, input, to[HEIGHT] / from[HEIGHT],
                                                      to[WIDTH] / from[WIDTH], true, out, err)
                                      : resize_planes(conversion, input, shape, true, out, err);
}

fc_status fc_tflite_spread(fc_conversion *conversion, fc_onnx_value px, fc_layout layout,
                           const fc_tflite_shape *shape, fc_onnx_value *out, fc_error *err)
{
    FC_ASSERT(conversion != NULL && shape != NULL && shape->rank == 4 && out != NULL);
    return layout == FC_LAYOUT_BLOCKS ? resize_blocks(conversion, px, shape->lengths[HEIGHT],
                                                      shape->lengths[WIDTH], false, out, err)
                                      : resize_planes(conversion, px, shape, false, out, err);
}

fc_status fc_tflite_convert_resize(fc_conversion *conversion, const fc_tflite_operator *operation,
                                   fc_error *err)
{
    FC_ASSERT(conversion != NULL && operation != NULL);
    const fc_tflite_graph *graph = conversion->graph;
    fc_converted *picture = NULL;
    const fc_tflite_tensor *target = NULL; /* height, width */
    FC_TRY(fc_conversion_picture(conversion, operation, 0, &picture, err));
    FC_TRY(fc_conversion_constant(conversion, operation, 1, 1, FC_TFLITE_INT32, &target, err));
    if (target->shape.lengths[0] != 2 || operation->options.align_corners != 0 ||
        operation->options.half_pixel_centers != 1) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: RESIZE_BILINEAR other than to two sides, by half pixel centers");
    }
    const int64_t *declared = graph->tensors[operation->inputs[0]].shape.lengths;
    fc_tflite_shape shape = picture->shape;
    for (size_t i = 0; i < 2; i++) {
        FC_TRY(scale_length(fc_conversion_integer(target, i), declared[1 + i], shape.lengths[1 + i],
                            &shape.lengths[1 + i], err));
    }
    const int32_t output = operation->output;
    if (is_cheaper_before(graph, fc_tflite_only_reader(graph, output), output)) {
        fc_converted *result = NULL;
        FC_TRY(fc_conversion_result(conversion, output, &shape, &result, err));
        result->small = picture;
        return FC_OK;
    }
    return fc_tflite_add_resize(conversion, operation, picture, &shape, err);
}
