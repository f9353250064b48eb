/**
 * Face detector: BlazeFace full-range (MediaPipe), 192 x 192.
 *
 * Input tensor: 1 x 192 x 192 x 3, float, RGB, -1..1, letterboxed. Outputs: 1 x 2304 x 16 (box
 * centre, box size, six keypoints, in px of the input relative to the anchor) and 1 x 2304 x 1
 * (score before the sigmoid). Anchors: stride 4, one each, width and height 1.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/image.h"
#include "infer/session.h"
#include "models/face.h"

typedef struct fc_face_detector fc_face_detector;

/** How a search for faces went. */
typedef struct fc_detection {
    /** All boxes and points in px of the picture as given, even where it had to be turned: then
     *  they are what was found in the turned picture, turned back. Boxes stay upright boxes; the
     *  keypoints show which way is up, and dlib_box is set off towards the chin that way. */
    fc_faces faces;
    int32_t quarter_turns; /* 0..3: clockwise turns after which the faces stand upright */
    const char *way; /* "plain", "lower threshold", "made smaller", "quarter turns", "tiles" or
                        "quarter turns, tiles" */
    int32_t looks;   /* runs of the network that it took */
} fc_detection;

/** `tflite` is the bytes of face_detection_full_range.tflite. Errors: as fc_session_new. */
FC_MUST_CHECK fc_status fc_face_detector_new(fc_runtime *runtime, fc_bytes tflite,
                                             fc_face_detector **out, fc_error *err);
void fc_face_detector_free(fc_face_detector *detector);
FC_DEFINE_CLEANUP(fc_face_detector, fc_face_detector_free)

/** Where it runs, such as "cpu". */
const char *fc_face_detector_device(const fc_face_detector *detector);

/**
 * Find all faces. The whole picture is looked at first, and that is all where a face is sure (0.8)
 * and takes 16 px or more of the network's input, and none is smaller or weaker.
 *
 * - Nothing reaches 0.5: 0.4 does.
 * - Finds of less than 16 px, and those below 0.5: a close look at each tells whether there is a
 *   face (0.7), where it lies and how it leans. Others below 0.7 have to be seen by it as well.
 * - A large face stands, but is not sure: a look at the picture made a little smaller settles it,
 *   where it is sure there.
 * - No face is sure: the picture is looked at made smaller, for a face that fills it, and in its
 *   three other quarter turns; one of them is taken when it is clearly better.
 * - All faces are small, or there is none: tiles (models/face_tiles.h). What a tile shows large,
 *   sure, upright and whole is a face; other finds are looked at closely. Faces of 30 px and more
 *   are found like this in a picture of 2000 px, most of 25 px, unless they are smaller than a
 *   quarter of the largest.
 *
 * picture   RGB, any size. Centres of faces lie within it; boxes may reach beyond its edges
 *
 * No face at all is FC_OK with count 0. Errors: FC_MODEL_UNAVAILABLE, FC_OUT_OF_MEMORY.
 * Cost: about 2.3 ms a run of the network: one run where a face is sure and large, two where it is
 * not quite sure, up to 7 where none is; where all are small one for each tile (9 to 16 where the
 * largest takes 10 px or more of the network's input, up to 47 at 2000 x 1500 px), and for each
 * small or weak find one, or up to four where it leans. Any thread.
 */
FC_MUST_CHECK fc_status fc_face_detector_find(const fc_face_detector *detector,
                                              const fc_image *picture, fc_detection *out,
                                              fc_error *err);

/**
 * Look for a face where a person says that there is one. A network that is told so is believed at
 * 0.1.
 *
 * box     px of the picture, where dlib's box of the face may be
 * out     untouched where none is found
 * found   whether one is
 *
 * Errors: as above. Cost: one run of the network, up to four where the face leans. Any thread.
 */
FC_MUST_CHECK fc_status fc_face_detector_find_in(const fc_face_detector *detector,
                                                 const fc_image *picture, fc_box box, fc_face *out,
                                                 bool *found, fc_error *err);
