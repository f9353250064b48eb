/**
 * RESIZE_BILINEAR, and other pictures that get the sides of larger ones.
 *
 * Whatever costs less is done at the smaller scale: a 1 x 1 convolution of an enlarged picture is
 * the same before it is enlarged, because the weights of each px add up to 1. There it has fewer
 * px, and often fewer channels are left to enlarge.
 */
#pragma once

#include "convert/tflite_convert.h"

/** The operator: FC_MODEL_UNAVAILABLE but for whole sides and half pixel centers. */
FC_MUST_CHECK fc_status fc_tflite_convert_resize(fc_conversion *conversion,
                                                 const fc_tflite_operator *operation,
                                                 fc_error *err);

/** Enlarge `small`, NCHW, to the output of an operator; its channels are those of `shape`. */
FC_MUST_CHECK fc_status fc_tflite_add_resize(fc_conversion *conversion,
                                             const fc_tflite_operator *operation,
                                             fc_onnx_value small, const fc_tflite_shape *shape,
                                             fc_error *err);

/**
 * Give a picture of one px the sides of a larger one. ONNX multiplies and adds the two without
 * that, but ONNX Runtime then takes both out of its blocks of channels, which costs more.
 *
 * out   may be the place of `px`
 */
FC_MUST_CHECK fc_status fc_tflite_spread(fc_conversion *conversion, fc_onnx_value px,
                                         const fc_tflite_shape *shape, fc_onnx_value *out,
                                         fc_error *err);
