#include "models/face_detector.h"

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
 * 4 positions this is right each time, and cups and clocks (0.77, 0.66 when turned) stay out. */
#define SCORE_SURE 0.85
#define SCORE_MIN_TURNED 0.8
#define TURNED_GAIN_MIN 0.1

/* A tile shows more of what only looks like a face: craters of the moon reach 0.6. */
#define SCORE_MIN_TILE 0.65
#define TILES 2 /* an axis */

/* Share of a tile that its neighbour sees too: a smaller face lies in one of them completely. */
#define TILE_OVERLAP 0.3

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
    fc_face of_tiles[TILES * TILES * FC_FACES_MAX];
} workspace;

FC_DEFINE_CLEANUP(workspace, fc_memory_free)

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

static fc_status run_network(const fc_face_detector *detector, const fc_image *view,
                             workspace *work, fc_error *err)
{
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
    return fc_session_run(detector->session, &input, 1, outputs, 2, err);
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

/* What the network saw last, as faces of the picture. */
static void collect(workspace *work, int32_t turns, fc_placement placed, double score_min,
                    fc_faces *out)
{
    const int32_t count =
        fc_blazeface_decode(work->regressions, work->scores, score_min, work->candidates);
    fc_faces_merge(work->candidates, count, out);
    for (int32_t i = 0; i < out->count; i++) {
        out->items[i] = place_face(out->items[i], turns, placed);
    }
}

static double best_score(const fc_faces *faces)
{
    return faces->count > 0 ? faces->items[0].score : 0.0;
}

/* The other three quarter turns: replaces what was found where one of them is clearly better. */
static fc_status look_turned(const fc_face_detector *detector, const fc_image *view,
                             fc_placement placed, workspace *work, fc_detection *found,
                             fc_error *err)
{
    const double upright = best_score(&found->faces);
    for (int32_t turns = 1; turns < 4; turns++) {
        FC_AUTO(fc_image) turned = NULL;
        FC_TRY(fc_turn(view, turns, &turned, err));
        FC_TRY(run_network(detector, turned, work, err));
        fc_detection other = { .quarter_turns = turns, .way = "quarter turns" };
        collect(work, turns, placed, SCORE_MIN, &other.faces);
        const double score = best_score(&other.faces);
        if (score >= SCORE_MIN_TURNED && score >= upright + TURNED_GAIN_MIN &&
            score > best_score(&found->faces)) {
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
static fc_status look_at_tiles(const fc_face_detector *detector, const fc_image *picture,
                               workspace *work, fc_faces *out, fc_error *err)
{
    int32_t count = 0;
    for (int32_t tile = 0; tile < TILES * TILES; tile++) {
        fc_box region;
        cut_tile(picture->size.width, tile % TILES, &region.x, &region.width);
        cut_tile(picture->size.height, tile / TILES, &region.y, &region.height);
        FC_AUTO(fc_image) view = NULL;
        fc_placement placed;
        FC_TRY(fc_letterbox(picture, region, SIDE, &view, &placed, err));
        FC_TRY(run_network(detector, view, work, err));
        fc_faces faces;
        collect(work, 0, placed, SCORE_MIN_TILE, &faces);
        for (int32_t i = 0; i < faces.count; i++) {
            work->of_tiles[count++] = faces.items[i];
        }
    }
    fc_faces_merge(work->of_tiles, count, out);
    return FC_OK;
}

/* The black bars and what hostile weights make up are no place for a face. */
static void drop_outside(fc_size size, fc_faces *faces)
{
    int32_t kept = 0;
    for (int32_t i = 0; i < faces->count; i++) {
        const fc_point centre = fc_box_centre(faces->items[i].box);
        if (centre.x >= 0 && centre.y >= 0 && centre.x < size.width && centre.y < size.height) {
            faces->items[kept++] = faces->items[i];
        }
    }
    faces->count = kept;
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

    const fc_box whole = { 0, 0, picture->size.width, picture->size.height };
    FC_AUTO(fc_image) view = NULL;
    fc_placement placed;
    FC_TRY(fc_letterbox(picture, whole, SIDE, &view, &placed, err));
    FC_TRY(run_network(detector, view, work, err));

    fc_detection found = { .way = "plain" };
    collect(work, 0, placed, SCORE_MIN, &found.faces);
    if (found.faces.count == 0) {
        found.way = "lower threshold";
        collect(work, 0, placed, SCORE_MIN_LOWER, &found.faces);
    }
    if (best_score(&found.faces) < SCORE_SURE) {
        FC_TRY(look_turned(detector, view, placed, work, &found, err));
    }
    if (found.faces.count == 0) {
        found.way = "tiles";
        FC_TRY(look_at_tiles(detector, picture, work, &found.faces, err));
    }
    drop_outside(picture->size, &found.faces);
    *out = found;
    return FC_OK;
}
