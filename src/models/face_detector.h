/**
 * Face detector: BlazeFace full-range (MediaPipe), 192 x 192.
 *
 * Input tensor: 1 x 192 x 192 x 3, float, RGB, -1..1, letterboxed. Outputs: 1 x 2304 x 16 (box
 * centre, box size, six keypoints, in px of the input relative to the anchor) and 1 x 2304 x 1
 * (score before the sigmoid). Anchors: stride 4, one each, width and height 1.
 */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/image.h"
#include "infer/session.h"
#include "models/face.h"

typedef struct fc_face_detector fc_face_detector;

/** How a search for faces went. */
typedef struct fc_detection {
    /** All boxes and points in px of the given picture as it lies, also where it had to be turned:
     *  then they are what was found in the turned picture, turned back. Boxes stay upright boxes;
     *  the keypoints show which way is up, and dlib_box is set off towards the chin that way. */
    fc_faces faces;
    int32_t quarter_turns; /* 0..3: clockwise turns after which the faces stand upright */
    const char *way;       /* "plain", "lower threshold", "quarter turns" or "tiles" */
} fc_detection;

/** `tflite` is the bytes of face_detection_full_range.tflite. Errors: as fc_session_new. */
FC_MUST_CHECK fc_status fc_face_detector_new(fc_runtime *runtime, fc_bytes tflite,
                                             fc_face_detector **out, fc_error *err);
void fc_face_detector_free(fc_face_detector *detector);
FC_DEFINE_CLEANUP(fc_face_detector, fc_face_detector_free)

/** Where it runs, such as "cpu". */
const char *fc_face_detector_device(const fc_face_detector *detector);

/**
 * Find all faces: score 0.5; nothing found: 0.4. Where no face is sure (below 0.8), the other
 * three quarter turns are looked at, and one is taken when it is clearly better. Still nothing:
 * 2 x 2 overlapping tiles, which find smaller faces. What scores below 0.5 or comes from a tile
 * counts only when a close look at it confirms it.
 *
 * picture   RGB, any size. Centres of faces lie within it; boxes may reach beyond its edges
 *
 * No face at all is FC_OK with count 0. Errors: FC_MODEL_UNAVAILABLE, FC_OUT_OF_MEMORY.
 * Cost: about 3 ms a run of the network: one run where a face is sure, 4 where not, 8 where there
 * is none, and one for each of the 16 weak finds at most that are looked at closely, twice.
 * Any thread.
 */
FC_MUST_CHECK fc_status fc_face_detector_find(const fc_face_detector *detector,
                                              const fc_image *picture, fc_detection *out,
                                              fc_error *err);
