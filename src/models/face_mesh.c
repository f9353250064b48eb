#include "models/face_mesh.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "models/face.h"
#include "models/mediapipe.h"

enum { SIDE = FC_FACE_MESH_SIDE, POINTS = FC_FACE_MESH_POINTS, AXES = 3 };

#define NAME "face_landmark"

struct fc_face_mesh {
    fc_session *session;
};

_Static_assert(sizeof(fc_mesh_point) == AXES * sizeof(float), "the network's row is one point");

/* dlib's outline of the jaw, seen from the root of the nose, lies this much further out than the
 * mesh, which ends where the neck begins. */
#define JAW_OUT 1.03

/* The mesh's longer side in the patch that the network was trained on, and a little more of the
 * face: it then agrees best with dlib's points. */
#define CLOSER_SIDES 1.4

enum { JAW_COUNT = 17, NOSE_ROOT = 27 };

/* Which point of the mesh stands for each of the 68, or the middle of which two. Jaw, brows, nose
 * and eyes are the points that lie nearest to dlib's on 25 faces, the same on both sides; of the
 * brows dlib draws the middle, and of the eyes the lower lid's edge and no corners. */
/* clang-format off */
#define AT(a) { a, a }
static const uint16_t PLACES[FC_LANDMARK_COUNT][2] = {
    /* jaw */
    AT(127), AT(234), AT(177), AT(215), AT(138), AT(136), AT(149), AT(148), AT(152),
    AT(377), AT(378), AT(365), AT(367), AT(435), AT(401), AT(454), AT(356),
    /* brow left in the picture, brow right */
    AT(70), AT(63), { 105, 52 }, { 66, 65 }, { 107, 55 },
    { 336, 285 }, { 296, 295 }, { 334, 282 }, AT(293), AT(300),
    /* nose */
    AT(168), AT(197), AT(5), AT(4), AT(75), AT(97), AT(2), AT(326), AT(305),
    /* eye left in the picture, eye right */
    AT(7), AT(160), AT(158), AT(155), { 154, 23 }, { 145, 24 },
    AT(382), AT(385), AT(387), AT(249), { 374, 254 }, { 381, 253 },
    /* lips outside, lips inside */
    AT(61), AT(39), AT(37), AT(0), AT(267), AT(269), AT(291), AT(405), AT(314), AT(17), AT(84), AT(181),
    AT(78), AT(82), AT(13), AT(312), AT(308), AT(317), AT(14), AT(87),
};
#undef AT
/* clang-format on */

/* The other side's point. */
static const uint8_t MIRRORED[FC_LANDMARK_COUNT] = {
    16, 15, 14, 13, 12, 11, 10, 9,  8,  7,  6,  5,  4,  3,  2,  1,  0,  26, 25, 24, 23, 22, 21,
    20, 19, 18, 17, 27, 28, 29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46, 39, 38, 37, 36,
    41, 40, 54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65,
};

fc_status fc_face_mesh_new(fc_runtime *runtime, fc_bytes tflite, fc_face_mesh **out, fc_error *err)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_face_mesh) model = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_face_mesh), (void **)&model, err));
    FC_TRY(fc_mediapipe_open(runtime, NAME, tflite, (fc_size){ 0, 0 }, &model->session, err));
    *out = FC_STEAL(model);
    return FC_OK;
}

void fc_face_mesh_free(fc_face_mesh *model)
{
    if (model != NULL) {
        fc_session_free(model->session);
        fc_memory_free(model);
    }
}

const char *fc_face_mesh_device(const fc_face_mesh *model)
{
    FC_ASSERT(model != NULL);
    return fc_session_device(model->session);
}

/* x, y and z of the whole mesh, in px of the patch as the network saw it. */
static fc_status look(const fc_face_mesh *model, const fc_image *patch, bool mirrored, float *mesh,
                      double *presence, fc_error *err)
{
    float face = 0;
    const fc_tensor results[] = {
        { .data = mesh, .shape = { 1, 1, 1, POINTS * AXES }, .rank = 4 },
        { .data = &face, .shape = { 1, 1, 1, 1 }, .rank = 4 },
    };
    FC_TRY(fc_mediapipe_look(model->session, patch, mirrored, results, 2, err));
    FC_TRY(fc_mediapipe_check_points(NAME, mesh, (size_t)POINTS * AXES, err));
    *presence = 1.0 / (1.0 + exp(-(double)face));
    return FC_OK;
}

static fc_point point_of(const float *mesh, size_t index)
{
    return (fc_point){ (double)mesh[index * AXES], (double)mesh[index * AXES + 1] };
}

static void choose_points(const float *mesh, bool mirrored, fc_point out[FC_LANDMARK_COUNT])
{
    for (size_t i = 0; i < FC_LANDMARK_COUNT; i++) {
        const uint16_t *place = PLACES[mirrored ? MIRRORED[i] : i];
        const fc_point a = point_of(mesh, place[0]);
        const fc_point b = point_of(mesh, place[1]);
        out[i] = (fc_point){ (a.x + b.x) / 2, (a.y + b.y) / 2 };
    }
    const fc_point root = out[NOSE_ROOT];
    for (size_t i = 0; i < JAW_COUNT; i++) {
        out[i].x = root.x + JAW_OUT * (out[i].x - root.x);
        out[i].y = root.y + JAW_OUT * (out[i].y - root.y);
    }
}

static double roll_of(const fc_point *points)
{
    fc_point across = { 0, 0 };
    for (size_t i = 0; i < FC_LANDMARK_EYE_POINTS; i++) {
        across.x += points[FC_LANDMARK_RIGHT_EYE + i].x - points[FC_LANDMARK_LEFT_EYE + i].x;
        across.y += points[FC_LANDMARK_RIGHT_EYE + i].y - points[FC_LANDMARK_LEFT_EYE + i].y;
    }
    return atan2(across.y, across.x);
}

/* The square around the mesh with its eyes level. */
static fc_similarity find_closer(const float *mesh, double roll)
{
    const fc_similarity level = { cos(roll), -sin(roll), 0, 0 };
    fc_point least = fc_similarity_apply(level, point_of(mesh, 0));
    fc_point most = least;
    for (size_t i = 1; i < POINTS; i++) {
        const fc_point at = fc_similarity_apply(level, point_of(mesh, i));
        least = (fc_point){ fmin(least.x, at.x), fmin(least.y, at.y) };
        most = (fc_point){ fmax(most.x, at.x), fmax(most.y, at.y) };
    }
    const double scale = CLOSER_SIDES * fmax(most.x - least.x, most.y - least.y) / SIDE;
    const fc_similarity place = { scale, 0, (least.x + most.x) / 2 - scale * SIDE / 2,
                                  (least.y + most.y) / 2 - scale * SIDE / 2 };
    return fc_similarity_compose(fc_similarity_invert(level), place);
}

fc_status fc_face_mesh_find(const fc_face_mesh *model, const fc_image *patch, bool mirrored,
                            fc_mesh_look *out, fc_error *err)
{
    FC_ASSERT(model != NULL);
    FC_ASSERT(patch != NULL);
    FC_ASSERT(patch->channels == 3);
    FC_ASSERT(patch->size.width == SIDE && patch->size.height == SIDE);
    FC_ASSERT(out != NULL);

    float mesh[POINTS * AXES] = { 0 };
    double presence = 0;
    FC_TRY(look(model, patch, mirrored, mesh, &presence, err));
    for (size_t i = 0; mirrored && i < POINTS; i++) {
        mesh[i * AXES] = SIDE - mesh[i * AXES];
    }
    choose_points(mesh, mirrored, out->points);
    memcpy(out->mesh, mesh, sizeof out->mesh);
    out->presence = presence;
    out->closer = find_closer(mesh, roll_of(out->points));
    return FC_OK;
}
