/**
 * The operators that are known, one row each. To add one, add a row and its function.
 *
 * Sources: the TFLite operator semantics, the ONNX operator set 14.
 */
#pragma once

#include "convert/tflite_convert.h"

/**
 * Convert one operator: adds its nodes and constants to the ONNX model.
 *
 * Errors: FC_MODEL_UNAVAILABLE (operator not known, an option or shape of it is not),
 * FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED.
 */
FC_MUST_CHECK fc_status fc_tflite_convert_operator(fc_conversion *conversion,
                                                   const fc_tflite_operator *operation,
                                                   fc_error *err);
