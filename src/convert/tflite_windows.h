/**
 * Operators that lay windows over a picture: convolutions and pools.
 *
 * All of them: FC_MODEL_UNAVAILABLE for an option or a shape that is not known, and what
 * fc_onnx_add_node says.
 */
#pragma once

#include "convert/tflite_convert.h"

/** CONV_2D: weights are out x height x width x in. */
FC_MUST_CHECK fc_status fc_tflite_convert_convolution(fc_conversion *conversion,
                                                      const fc_tflite_operator *operation,
                                                      fc_error *err);

/** DEPTHWISE_CONV_2D: weights are 1 x height x width x channels. */
FC_MUST_CHECK fc_status fc_tflite_convert_depthwise(fc_conversion *conversion,
                                                    const fc_tflite_operator *operation,
                                                    fc_error *err);

/** Convolution2DTransposeBias, a custom operator of MediaPipe: weights are out x height x width x
 *  in; the windows must lie side by side (stride = size). */
FC_MUST_CHECK fc_status fc_tflite_convert_transposed(fc_conversion *conversion,
                                                     const fc_tflite_operator *operation,
                                                     fc_error *err);

/** MAX_POOL_2D. */
FC_MUST_CHECK fc_status fc_tflite_convert_max_pool(fc_conversion *conversion,
                                                   const fc_tflite_operator *operation,
                                                   fc_error *err);

/** AVERAGE_POOL_2D over the whole picture; it stays so when the network takes another size. */
FC_MUST_CHECK fc_status fc_tflite_convert_average_pool(fc_conversion *conversion,
                                                       const fc_tflite_operator *operation,
                                                       fc_error *err);
