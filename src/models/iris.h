/**
 * Iris (MediaPipe iris_landmark, 64 x 64): the coloured ring of one eye, and its lids.
 *
 * Input tensor: 1 x 64 x 64 x 3, float, RGB, 0..1, a square around an eye that is left in the
 * picture. Outputs: 1 x 213, x, y and z of 71 points, first
 * the edge of the lower lid and then that of the upper one; 1 x 15, x, y and z of the
 * iris's middle, right, top, left and bottom in px of the input.
 *
 * Source: Ablavatski et al., "Real-time Pupil Tracking from Monocular Video for Digital
 * Puppetry", 2020.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/geometry.h"
#include "image/image.h"
#include "infer/session.h"

/** Sides of the patch that the network looks at, px. */
#define FC_IRIS_SIDE 64

/** Side of the patch in widths of the eye, from corner to corner. */
#define FC_IRIS_EYE_WIDTHS 2.3

typedef struct fc_iris_model fc_iris_model;

/** `tflite` is the bytes of iris_landmark.tflite. Errors: as fc_session_new. */
FC_MUST_CHECK fc_status fc_iris_model_new(fc_runtime *runtime, fc_bytes tflite, fc_iris_model **out,
                                          fc_error *err);
void fc_iris_model_free(fc_iris_model *model);
FC_DEFINE_CLEANUP(fc_iris_model, fc_iris_model_free)

/** Where it runs, such as "cpu". */
const char *fc_iris_model_device(const fc_iris_model *model);

/** An eye, px of the patch. */
typedef struct fc_iris {
    fc_point centre;
    fc_point middle; /* between the corners of the eye */
    double diameter; /* mean of width and height */
    double open;     /* largest distance of the lids; 0 or less: shut */
} fc_iris;

/**
 * Find the iris of the eye in the middle of a patch.
 *
 * patch      RGB, FC_IRIS_SIDE squared, the eye level
 * mirrored   the eye is right in the picture: the network looks in a mirror, what it finds is told
 *            for the patch as it lies
 * out        unchanged on failure
 *
 * Errors: FC_MODEL_UNAVAILABLE, FC_OUT_OF_MEMORY. Any thread. Cost: about 2 ms.
 */
FC_MUST_CHECK fc_status fc_iris_model_find(const fc_iris_model *model, const fc_image *patch,
                                           bool mirrored, fc_iris *out, fc_error *err);
