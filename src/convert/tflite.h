/**
 * TFLite to ONNX: reads the FlatBuffer of a float network and writes the same network as ONNX.
 *
 * Only the operators of the bundled networks are known (BlazeFace full-range, selfie segmentation,
 * face mesh, iris); any other is refused. The input is untrusted: each offset, count and
 * size is checked against the file before it is used. Any thread.
 *
 * Sources: the TFLite schema (public field numbers of schema.fbs), the ONNX operator set 14.
 */
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "image/geometry.h"

/**
 * Convert one model.
 *
 * file        the .tflite file
 * input_size  sides of the picture that the network is to take; { 0, 0 } keeps the file's own.
 *             A fully convolutional network takes other sides too: only its Resize sizes change
 * block       channels of one block of ONNX Runtime's (fc_runtime_block), which convolutions are
 *             written for: 1, or a multiple of 4 up to 64. 1 gives ONNX's operators, but for
 *             FusedConv
 * out         the ONNX model (opset 14, float32); unchanged on failure. Its input is in planes,
 *             NCHW, for it is filled that way with less work than it is turned; outputs are NHWC,
 *             as in the TFLite file
 *
 * Errors: FC_MODEL_UNAVAILABLE (damaged, or an operator or option that is not known, by its name
 * or its number in the schema), FC_INVALID_ARGUMENT (one side 0, negative, or above 4096),
 * FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED (past the buffer's limit).
 * Cost: 0.3 ms for segmentation, 1 ms for the detector.
 */
FC_MUST_CHECK fc_status fc_tflite_to_onnx(fc_bytes file, fc_size input_size, int32_t block,
                                          fc_buffer *out, fc_error *err);
