/**
 * Face landmarks: the evaluator of dlib's shape_predictor_68_face_landmarks.dat, a cascade of
 * regression trees (Kazemi and Sullivan, CVPR 2014). Reads the file as it is published.
 */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "image/image.h"

typedef struct fc_landmark_model fc_landmark_model;

/**
 * Read the model. `file` is untrusted: every count is checked; not needed afterwards.
 *
 * Errors: FC_MODEL_UNAVAILABLE with the fact that does not fit, FC_OUT_OF_MEMORY.
 * Cost: one pass over 95 MB, 66 MB of memory.
 */
FC_MUST_CHECK fc_status fc_landmark_model_new(fc_bytes file, fc_landmark_model **out,
                                              fc_error *err);

/** The same from a mapped file, whose memory is given back on the way: 95 MB less at the peak. */
FC_MUST_CHECK fc_status fc_landmark_model_load(const fc_mapping *file, fc_landmark_model **out,
                                               fc_error *err);
void fc_landmark_model_free(fc_landmark_model *model);
FC_DEFINE_CLEANUP(fc_landmark_model, fc_landmark_model_free)

/** Always "cpu": the trees are our own code. */
const char *fc_landmark_model_device(const fc_landmark_model *model);

/**
 * Find the 68 points of one face.
 *
 * The cascade looks at 7500 single pixels and nothing else, so the picture is left as it is.
 *
 * picture  RGB or RGBA, of which fc_grey_of is taken; or grey
 * box      dlib's face box; right and bottom edges of its inclusive pixels are x + width - 1 and
 *          y + height - 1
 * roll     of the face, clockwise, rad: the box is turned about its middle. dlib knows 0 only
 * out      points in dlib's pixel coordinates: a pixel's centre has its column and row, without
 *          a half
 *
 * Any thread. Cost: about 2 ms, no allocation.
 */
void fc_landmark_model_find(const fc_landmark_model *model, const fc_image *picture, fc_box box,
                            double roll, fc_point out[FC_LANDMARK_COUNT]);
