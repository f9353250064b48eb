#include "models/face_detector.h"

#include <stdbool.h>

#include "base/assert.h"
#include "base/memory.h"
#include "models/blazeface.h"
#include "models/letterbox.h"
#include "models/tflite.h"
#include "ops/turn.h"

#define SIDE FC_BLAZEFACE_SIDE
#define ONNX_BYTES_MAX ((size_t)16 << 20)

#define SCORE_MIN 0.5
#define SCORE_MIN_LOWER 0.4

/* Faces lying on their side score 0.4 to 0.8, with keypoints that mean nothing, upright ones 0.8
 * to 0.97: below SURE the picture is turned, and a turn must win clearly. On 12 photos in all
 * 4 positions (and the two of tests/data) this is right each time, and cups and clocks (0.77, 0.66
 * when turned) stay out. */
#define SCORE_SURE 0.8
#define SCORE_MIN_TURNED 0.8
#define TURNED_GAIN_MIN 0.1

#define TILES 2 /* an axis */

/* Share of a tile that its neighbour sees too: a smaller face lies in one of them completely. */
#define TILE_OVERLAP 0.3

/* A weak find is looked at alone, with this many of its sides around it. Real faces then score 0.8
 * to 0.97, craters of the moon, galaxies and blurred noise at most 0.6. */
#define SCORE_MIN_CLOSE 0.7
#define CLOSE_SIDES 4.0
#define CLOSE_LOOKS_MAX 16

/* dlib's box from the network's, in shares of its side (measured on 53 faces). It is about the
 * upright picture; the roll of a face does not matter. */
#define DLIB_SIDE 0.9565
#define DLIB_RIGHT (-0.007)
#define DLIB_DOWN 0.032

struct fc_face_detector {
    fc_session *session;
};

/* What one search needs besides pictures: too large for a stack. */
typedef struct workspace {
    float input[SIDE * SIDE * 3];
    float regressions[FC_BLAZEFACE_ANCHORS * FC_BLAZEFACE_VALUES];
    float scores[FC_BLAZEFACE_ANCHORS];
    fc_face candidates[FC_BLAZEFACE_ANCHORS];
    fc_face gathered[TILES * TILES * FC_FACES_MAX];
} workspace;

FC_DEFINE_CLEANUP(workspace, fc_memory_free)

/* What stays the same during one search. */
typedef struct finder {
    const fc_face_detector *detector;
    const fc_image *picture;
    workspace *work;
} finder;

fc_status fc_face_detector_new(fc_runtime *runtime, fc_bytes tflite, fc_face_detector **out,
                               fc_error *err)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO_BUFFER(onnx, ONNX_BYTES_MAX);
    FC_TRY(fc_tflite_to_onnx(tflite, (fc_size){ 0, 0 }, &onnx, err));

    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_face_detector), &block, err));
    FC_AUTO(fc_face_detector) detector = block;
    FC_TRY(fc_session_new(runtime, "face_detection_full_range", fc_buffer_bytes(&onnx),
                          &detector->session, err));
    *out = FC_STEAL(detector);
    return FC_OK;
}

void fc_face_detector_free(fc_face_detector *detector)
{
    if (detector != NULL) {
        fc_session_free(detector->session);
        fc_memory_free(detector);
    }
}

const char *fc_face_detector_device(const fc_face_detector *detector)
{
    FC_ASSERT(detector != NULL);
    return fc_session_device(detector->session);
}

static fc_status run_network(const finder *search, const fc_image *view, fc_error *err)
{
    workspace *work = search->work;
    for (int32_t y = 0; y < SIDE; y++) {
        const uint8_t *from = fc_image_row(view, y);
        float *to = work->input + (size_t)y * SIDE * 3;
        for (size_t i = 0; i < 3 * (size_t)SIDE; i++) {
            to[i] = (float)from[i] / 127.5F - 1.0F;
        }
    }
    const fc_tensor input = { work->input, { 1, SIDE, SIDE, 3 }, 4 };
    const fc_tensor outputs[] = {
        { work->regressions, { 1, FC_BLAZEFACE_ANCHORS, FC_BLAZEFACE_VALUES }, 3 },
        { work->scores, { 1, FC_BLAZEFACE_ANCHORS, 1 }, 3 },
    };
    return fc_session_run(search->detector->session, &input, 1, outputs, 2, err);
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

/* The black bars and what hostile weights make up are no place for a face. */
static bool lies_within(fc_size size, const fc_face *face)
{
    const fc_point centre = fc_box_centre(face->box);
    return centre.x >= 0 && centre.y >= 0 && centre.x < size.width && centre.y < size.height;
}

/* What the network saw last, as faces of the picture. */
static void collect(const finder *search, int32_t turns, fc_placement placed, double score_min,
                    fc_faces *out)
{
    workspace *work = search->work;
    const int32_t count =
        fc_blazeface_decode(work->regressions, work->scores, score_min, work->candidates);
    fc_faces seen;
    fc_faces_merge(work->candidates, count, &seen);
    out->count = 0;
    for (int32_t i = 0; i < seen.count; i++) {
        const fc_face face = place_face(seen.items[i], turns, placed);
        if (lies_within(search->picture->size, &face)) {
            out->items[out->count++] = face;
        }
    }
}

/* A part of the picture, upright. */
static fc_status look_at(const finder *search, fc_box region, double score_min, fc_faces *out,
                         fc_error *err)
{
    FC_AUTO(fc_image) view = NULL;
    fc_placement placed;
    FC_TRY(fc_letterbox(search->picture, region, SIDE, &view, &placed, err));
    FC_TRY(run_network(search, view, err));
    collect(search, 0, placed, score_min, out);
    return FC_OK;
}

static double best_score(const fc_faces *faces)
{
    return faces->count > 0 ? faces->items[0].score : 0.0;
}

/* The other three quarter turns: replaces what was found where one of them is clearly better. */
static fc_status look_turned(const finder *search, const fc_image *view, fc_placement placed,
                             fc_detection *found, fc_error *err)
{
    const double upright = best_score(&found->faces);
    for (int32_t turns = 1; turns < 4; turns++) {
        FC_AUTO(fc_image) turned = NULL;
        FC_TRY(fc_turn(view, turns, &turned, err));
        FC_TRY(run_network(search, turned, err));
        fc_detection other = { .quarter_turns = turns, .way = "quarter turns" };
        collect(search, turns, placed, SCORE_MIN_TURNED, &other.faces);
        const double score = best_score(&other.faces);
        if (score >= upright + TURNED_GAIN_MIN && score > best_score(&found->faces)) {
            *found = other;
        }
    }
    return FC_OK;
}

/* Tile 0 begins at 0, the last one ends at the picture's edge. Whole px, at least 1. */
static void cut_tile(int32_t length, int32_t tile, double *start, double *size)
{
    const int32_t side = (int32_t)(length / (TILES - (TILES - 1) * TILE_OVERLAP));
    *size = side > 1 ? side : 1;
    *start = (int32_t)((length - *size) * tile / (TILES - 1));
}

/* Each tile on its own, which shows its faces 1.7 times as large. */
static fc_status look_at_tiles(const finder *search, fc_faces *out, fc_error *err)
{
    int32_t count = 0;
    for (int32_t tile = 0; tile < TILES * TILES; tile++) {
        fc_box region;
        fc_faces faces;
        cut_tile(search->picture->size.width, tile % TILES, &region.x, &region.width);
        cut_tile(search->picture->size.height, tile / TILES, &region.y, &region.height);
        FC_TRY(look_at(search, region, SCORE_MIN_LOWER, &faces, err));
        for (int32_t i = 0; i < faces.count; i++) {
            search->work->gathered[count++] = faces.items[i];
        }
    }
    fc_faces_merge(search->work->gathered, count, out);
    return FC_OK;
}

/* Replace weak finds, the strongest ones only, by the best that a close look at each shows. */
static fc_status look_closely(const finder *search, fc_faces *faces, fc_error *err)
{
    const fc_box whole = { 0, 0, search->picture->size.width, search->picture->size.height };
    int32_t count = 0;
    for (int32_t i = 0; i < faces->count && i < CLOSE_LOOKS_MAX; i++) {
        const fc_box box = faces->items[i].box;
        const double side = CLOSE_SIDES * box.width;
        const fc_point centre = fc_box_centre(box);
        const fc_box around = { centre.x - side / 2, centre.y - side / 2, side, side };
        fc_faces seen;
        FC_TRY(look_at(search, fc_box_intersect(around, whole), SCORE_MIN_CLOSE, &seen, err));
        if (seen.count > 0) {
            search->work->gathered[count++] = seen.items[0];
        }
    }
    fc_faces_merge(search->work->gathered, count, faces);
    return FC_OK;
}

/* The whole picture, then turned where no face is sure. */
static fc_status look_at_whole(const finder *search, fc_detection *found, fc_error *err)
{
    const fc_box whole = { 0, 0, search->picture->size.width, search->picture->size.height };
    FC_AUTO(fc_image) view = NULL;
    fc_placement placed;
    FC_TRY(fc_letterbox(search->picture, whole, SIDE, &view, &placed, err));
    FC_TRY(run_network(search, view, err));

    found->way = "plain";
    collect(search, 0, placed, SCORE_MIN, &found->faces);
    if (found->faces.count == 0) {
        found->way = "lower threshold";
        collect(search, 0, placed, SCORE_MIN_LOWER, &found->faces);
        FC_TRY(look_closely(search, &found->faces, err));
    }
    if (best_score(&found->faces) < SCORE_SURE) {
        FC_TRY(look_turned(search, view, placed, found, err));
    }
    return FC_OK;
}

fc_status fc_face_detector_find(const fc_face_detector *detector, const fc_image *picture,
                                fc_detection *out, fc_error *err)
{
    FC_ASSERT(detector != NULL);
    FC_ASSERT(picture != NULL);
    FC_ASSERT(picture->channels == 3);
    FC_ASSERT(out != NULL);

    void *block = NULL;
    FC_TRY(fc_memory_new(1, sizeof(workspace), &block, err));
    FC_AUTO(workspace) work = block;
    const finder search = { detector, picture, work };

    fc_detection found = { 0 };
    FC_TRY(look_at_whole(&search, &found, err));
    if (found.faces.count == 0) {
        found.way = "tiles";
        FC_TRY(look_at_tiles(&search, &found.faces, err));
        FC_TRY(look_closely(&search, &found.faces, err));
    }
    *out = found;
    return FC_OK;
}
