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

static fc_status add_resize_node(fc_conversion *conversion, fc_onnx_value input,
                                 const fc_tflite_shape *shape, bool linear, fc_onnx_node *node,
                                 fc_error *err)
{
    static const fc_onnx_attribute LINEAR[] = {
        { .name = "mode", .text = "linear" },
        { .name = "coordinate_transformation_mode", .text = "half_pixel" },
    };
    static const fc_onnx_attribute NEAREST[] = {
        { .name = "mode", .text = "nearest" },
        { .name = "coordinate_transformation_mode", .text = "asymmetric" },
        { .name = "nearest_mode", .text = "floor" },
    };
    const int64_t lengths[] = { shape->lengths[0], shape->lengths[CHANNELS], shape->lengths[HEIGHT],
                                shape->lengths[WIDTH] };
    fc_onnx_value sizes = 0;
    FC_TRY(fc_onnx_add_integers(conversion->writer, lengths, 4, &sizes, err));
    *node = (fc_onnx_node){
        .type = "Resize",
        .inputs = { input, 0, 0, sizes }, /* without region and scales */
        .input_count = 4,
        .attributes = linear ? LINEAR : NEAREST,
        .attribute_count =
            linear ? sizeof LINEAR / sizeof LINEAR[0] : sizeof NEAREST / sizeof NEAREST[0],
    };
    return FC_OK;
}

fc_status fc_tflite_add_resize(fc_conversion *conversion, const fc_tflite_operator *operation,
                               fc_onnx_value small, const fc_tflite_shape *shape, fc_error *err)
{
    FC_ASSERT(conversion != NULL && operation != NULL && shape != NULL);
    fc_onnx_node node = { 0 };
    FC_TRY(add_resize_node(conversion, small, shape, true, &node, err));
    return fc_conversion_add(conversion, operation, shape, FC_LAYOUT_INNER, &node, err);
}

fc_status fc_tflite_spread(fc_conversion *conversion, fc_onnx_value px,
                           const fc_tflite_shape *shape, fc_onnx_value *out, fc_error *err)
{
    FC_ASSERT(conversion != NULL && shape != NULL && shape->rank == 4 && out != NULL);
    fc_onnx_node node = { 0 };
    FC_TRY(add_resize_node(conversion, px, shape, false, &node, err));
    return fc_onnx_add_node(conversion->writer, &node, out, err);
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
    fc_onnx_value input = 0;
    FC_TRY(fc_conversion_carrier(conversion, picture, FC_LAYOUT_INNER, &input, err));
    return fc_tflite_add_resize(conversion, operation, input, &shape, err);
}
