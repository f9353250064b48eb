#include "models/face_look.h"

#include <math.h>
#include <stdbool.h>

#include "base/assert.h"
#include "base/memory.h"
#include "models/letterbox.h"
#include "models/planes.h"
#include "ops/turn.h"
#include "ops/warp.h"

#define SIDE FC_BLAZEFACE_SIDE

/* dlib's box from the network's, in shares of its side (measured on 53 faces). It is about the
 * upright picture; the roll of a face does not matter. */
#define DLIB_SIDE 0.9565
#define DLIB_RIGHT (-0.007)
#define DLIB_DOWN 0.032

/* With what one look needs besides pictures: too large for a stack. */
struct fc_face_looker {
    fc_session *session;
    const fc_image *picture;
    float input[SIDE * SIDE * 3];
    float regressions[FC_BLAZEFACE_ANCHORS * FC_BLAZEFACE_VALUES];
    float scores[FC_BLAZEFACE_ANCHORS];
    fc_face candidates[FC_BLAZEFACE_ANCHORS];
};

fc_status fc_face_looker_new(fc_session *session, const fc_image *picture, fc_face_looker **out,
                             fc_error *err)
{
    FC_ASSERT(session != NULL);
    FC_ASSERT(picture != NULL && picture->channels == 3);
    FC_ASSERT(out != NULL);

    fc_face_looker *looker = NULL;
    FC_TRY(fc_memory_new(1, sizeof *looker, (void **)&looker, err));
    looker->session = session;
    looker->picture = picture;
    *out = looker;
    return FC_OK;
}

void fc_face_looker_free(fc_face_looker *looker)
{
    fc_memory_free(looker);
}

static fc_status run_network(fc_face_looker *looker, const fc_image *square, fc_error *err)
{
    static const fc_levels LEVELS = { 1.0F / 127.5F, -1.0F };
    fc_planes_fill(square, LEVELS, false, looker->input);
    const fc_tensor input = { looker->input, { 1, 3, SIDE, SIDE }, 4 };
    const fc_tensor outputs[] = {
        { looker->regressions, { 1, FC_BLAZEFACE_ANCHORS, FC_BLAZEFACE_VALUES }, 3 },
        { looker->scores, { 1, FC_BLAZEFACE_ANCHORS, 1 }, 3 },
    };
    return fc_session_run(looker->session, &input, 1, outputs, 2, err);
}

/* What the network saw last, in px of its square. */
static void decode(fc_face_looker *looker, double score_min, fc_faces *out)
{
    const int32_t count =
        fc_blazeface_decode(looker->regressions, looker->scores, score_min, looker->candidates);
    fc_faces_merge(looker->candidates, count, out);
}

static fc_box dlib_box(fc_box box)
{
    const double side = (box.width + box.height) / 2;
    const fc_point centre = fc_box_centre(box);
    return (fc_box){ centre.x + (DLIB_RIGHT - DLIB_SIDE / 2) * side,
                     centre.y + (DLIB_DOWN - DLIB_SIDE / 2) * side, DLIB_SIDE * side,
                     DLIB_SIDE * side };
}

/* One clockwise quarter turn of the network's square. */
static fc_box turn_box(fc_box box)
{
    return (fc_box){ SIDE - box.y - box.height, box.x, box.height, box.width };
}

/* A face seen after `turns` clockwise quarter turns, as it lies in the picture. */
static fc_face place_face(fc_face face, int32_t turns, fc_placement placed)
{
    face.dlib_box = dlib_box(face.box);
    for (int32_t turn = turns; turn % 4 != 0; turn++) {
        face.box = turn_box(face.box);
        face.dlib_box = turn_box(face.dlib_box);
        for (int i = 0; i < FC_KEYPOINT_COUNT; i++) {
            face.keypoints[i] = (fc_point){ SIDE - face.keypoints[i].y, face.keypoints[i].x };
        }
    }
    face.box = fc_placement_apply_box(placed, face.box);
    face.dlib_box = fc_placement_apply_box(placed, face.dlib_box);
    for (int i = 0; i < FC_KEYPOINT_COUNT; i++) {
        face.keypoints[i] = fc_placement_apply(placed, face.keypoints[i]);
    }
    return face;
}

/* A box keeps its size, and its sides stay upright: only its middle goes along. */
static fc_box carry_box(fc_similarity to_picture, fc_box box)
{
    const double scale = fc_similarity_scale(to_picture);
    const fc_point centre = fc_similarity_apply(to_picture, fc_box_centre(box));
    return (fc_box){ centre.x - scale * box.width / 2, centre.y - scale * box.height / 2,
                     scale * box.width, scale * box.height };
}

static fc_face carry_face(fc_face face, fc_similarity to_picture)
{
    face.dlib_box = carry_box(to_picture, dlib_box(face.box));
    face.box = carry_box(to_picture, face.box);
    for (int i = 0; i < FC_KEYPOINT_COUNT; i++) {
        face.keypoints[i] = fc_similarity_apply(to_picture, face.keypoints[i]);
    }
    return face;
}

/* The black bars and what hostile weights make up are no place for a face. */
static bool lies_within(fc_size size, const fc_face *face)
{
    const fc_point centre = fc_box_centre(face->box);
    return centre.x >= 0 && centre.y >= 0 && centre.x < size.width && centre.y < size.height;
}

static void add_within(fc_size size, fc_face face, fc_faces *out)
{
    if (lies_within(size, &face)) {
        out->items[out->count++] = face;
    }
}

fc_status fc_face_look(fc_face_looker *looker, const fc_face_view *view, double score_min,
                       fc_faces *out, fc_error *err)
{
    FC_ASSERT(looker != NULL && view != NULL && out != NULL);

    FC_AUTO(fc_image) square = NULL;
    FC_AUTO(fc_image) turned = NULL;
    fc_placement placed;
    FC_TRY(fc_letterbox(looker->picture, view->region, (fc_letterbox_sides){ view->side, SIDE },
                        &square, &placed, err));
    if (view->quarter_turns != 0) {
        FC_TRY(fc_turn(square, view->quarter_turns, &turned, err));
    }
    FC_TRY(run_network(looker, turned != NULL ? turned : square, err));
    fc_faces seen;
    decode(looker, score_min, &seen);
    out->count = 0;
    for (int32_t i = 0; i < seen.count; i++) {
        add_within(looker->picture->size, place_face(seen.items[i], view->quarter_turns, placed),
                   out);
    }
    return FC_OK;
}

fc_status fc_face_look_askew(fc_face_looker *looker, fc_point centre, double side, double roll_rad,
                             double score_min, fc_faces *out, fc_error *err)
{
    FC_ASSERT(looker != NULL && out != NULL);
    FC_ASSERT(side > 0);

    const double scale = side / SIDE;
    fc_similarity to_picture = { scale * cos(roll_rad), scale * sin(roll_rad), 0, 0 };
    const fc_point middle = fc_similarity_apply(to_picture, (fc_point){ SIDE / 2.0, SIDE / 2.0 });
    to_picture.tx = centre.x - middle.x;
    to_picture.ty = centre.y - middle.y;

    FC_AUTO(fc_image) square = NULL;
    FC_AUTO(fc_plane) coverage = NULL;
    FC_TRY(fc_warp(looker->picture, to_picture, (fc_size){ SIDE, SIDE }, &square, &coverage, err));
    FC_TRY(run_network(looker, square, err));
    fc_faces seen;
    decode(looker, score_min, &seen);
    out->count = 0;
    for (int32_t i = 0; i < seen.count; i++) {
        add_within(looker->picture->size, carry_face(seen.items[i], to_picture), out);
    }
    return FC_OK;
}

double fc_face_roll(const fc_face *face)
{
    FC_ASSERT(face != NULL);
    const fc_point left = face->keypoints[FC_KEYPOINT_LEFT_EYE];
    const fc_point right = face->keypoints[FC_KEYPOINT_RIGHT_EYE];
    return atan2(right.y - left.y, right.x - left.x);
}
