/**
 * MediaPipe's networks: TFLite files that look at one RGB picture of fixed sides. What iris, face
 * mesh, selfie segmentation and face detector have in common. Any thread.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/image.h"
#include "infer/session.h"

/**
 * Make a session of a published file.
 *
 * name   for error texts
 * sides  of the picture that it will be shown; { 0, 0 } keeps the file's own
 *
 * Errors: as fc_tflite_to_onnx and fc_session_new.
 */
FC_MUST_CHECK fc_status fc_mediapipe_open(fc_runtime *runtime, const char *name, fc_bytes tflite,
                                          fc_size sides, fc_session **out, fc_error *err);

/**
 * Show a picture to a network that takes levels as 0..1.
 *
 * picture   RGB, of the network's sides
 * mirrored  show it as in a mirror
 * outputs   as fc_session_run has them
 *
 * Errors: FC_MODEL_UNAVAILABLE, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_mediapipe_look(fc_session *session, const fc_image *picture,
                                          bool mirrored, const fc_tensor *outputs,
                                          size_t output_count, fc_error *err);

/** Refuse coordinates that are no numbers, as damaged weights make them: FC_MODEL_UNAVAILABLE. */
FC_MUST_CHECK fc_status fc_mediapipe_check_points(const char *name, const float *values,
                                                  size_t count, fc_error *err);
