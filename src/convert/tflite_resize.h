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

/** Enlarge a picture to the sides of `shape`, for the output of an operator; its channels are those
 *  of `shape`. It stays in blocks where the sides are enlarged to whole multiples. */
FC_MUST_CHECK fc_status fc_tflite_add_resize(fc_conversion *conversion,
                                             const fc_tflite_operator *operation,
                                             fc_converted *small, const fc_tflite_shape *shape,
                                             fc_error *err);

/**
 * Give a picture of one px the sides of a larger one. ONNX multiplies and adds the two without
 * that, but in blocks ONNX Runtime cannot.
 *
 * px    in `layout`
 * out   may be the place of `px`
 */
FC_MUST_CHECK fc_status fc_tflite_spread(fc_conversion *conversion, fc_onnx_value px,
                                         fc_layout layout, const fc_tflite_shape *shape,
                                         fc_onnx_value *out, fc_error *err);
