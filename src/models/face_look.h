/**
 * Face look: one look of the detector's network at a part of a picture, turned and sized as asked.
 *
 * A search makes one and looks many times. One thread at a time.
 */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "image/image.h"
#include "infer/session.h"
#include "models/blazeface.h"
#include "models/face.h"

typedef struct fc_face_looker fc_face_looker;

/**
 * session, picture   borrowed, and needed as long as the looker. The picture is RGB
 * out                owner: caller. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_face_looker_new(fc_session *session, const fc_image *picture,
                                           fc_face_looker **out, fc_error *err);
void fc_face_looker_free(fc_face_looker *looker);
FC_DEFINE_CLEANUP(fc_face_looker, fc_face_looker_free)

/** The part of a picture to look at. */
typedef struct fc_face_view {
    fc_box region;         /* px of the picture, within it, not empty */
    int32_t side;          /* px of the network's square that its longer side takes: up to
                              FC_BLAZEFACE_SIDE; the rest is black */
    int32_t quarter_turns; /* 0..3: how it is turned clockwise before it is looked at */
} fc_face_view;

/**
 * Look at a part of the picture.
 *
 * score_min   above 0, up to 1
 * out         in px of the picture as it lies; centres lie within it. Untouched on failure
 *
 * Errors: FC_MODEL_UNAVAILABLE, FC_OUT_OF_MEMORY. Cost: about 2.3 ms.
 */
FC_MUST_CHECK fc_status fc_face_look(fc_face_looker *looker, const fc_face_view *view,
                                     double score_min, fc_faces *out, fc_error *err);

/**
 * The same for a square that stands askew. Beyond the picture its edge repeats.
 *
 * centre, side   of the square, px of the picture; side above 0
 * roll_rad       how the square is turned, clockwise: faces that lean like this stand upright in it
 */
FC_MUST_CHECK fc_status fc_face_look_askew(fc_face_looker *looker, fc_point centre, double side,
                                           double roll_rad, double score_min, fc_faces *out,
                                           fc_error *err);

/** Of the line from the left eye to the right one, clockwise, -pi..pi. */
double fc_face_roll(const fc_face *face);
