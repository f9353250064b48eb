/**
 * The TFLite operators that treat whole channels of a picture, as 1 x 1 convolutions: ONNX Runtime
 * keeps pictures in blocks of channels between convolutions, and each operator that knows no blocks
 * costs two copies of the picture, which is more than the operator itself.
 *
 * Each takes pictures as NCHW and gives NCHW. Errors: as fc_tflite_convert_operator.
 */
#pragma once

#include "convert/tflite_convert.h"

/** PRELU: one slope a channel, for the values below 0. */
FC_MUST_CHECK fc_status fc_tflite_prelu(fc_conversion *conversion,
                                        const fc_tflite_operator *operation, fc_error *err);

/**
 * PAD of channels: zeros before and behind those of the picture.
 *
 * shape   NHWC, of the result: the picture's, but for its channels
 */
FC_MUST_CHECK fc_status fc_tflite_pad_channels(fc_conversion *conversion,
                                               const fc_tflite_operator *operation,
                                               fc_converted *picture, int64_t before,
                                               const fc_tflite_shape *shape, fc_error *err);
