#include "models/face_mesh.h"

#include <math.h>

#include "base/assert.h"
#include "base/memory.h"
#include "convert/tflite.h"

enum { SIDE = FC_FACE_MESH_SIDE, POINTS = 468, AXES = 3 };

/** Bytes of the converted model: weights of 1.2 MB become float32. */
#define ONNX_BYTES_MAX ((size_t)8 << 20)

struct fc_face_mesh {
    fc_session *session;
};

/* Which point of the mesh stands for each of the 68. Eyes and mouth by what they are; jaw, brows
 * and nose are the points that lie nearest to dlib's on 12 faces, the same on both sides. */
static const uint16_t PLACES[FC_LANDMARK_COUNT] = {
    127, 234, 177, 215, 138, 136, 149, 148, 152, 377, 378, 365, 367, 435, 401, 454, 356, /* jaw */
    70,  63,  52,  65,  55,                                     /* brow left in the picture */
    285, 295, 282, 293, 300,                                    /* brow right */
    168, 197, 5,   4,   75,  97,  2,   326, 305,                /* nose */
    33,  160, 158, 133, 153, 144,                               /* eye left in the picture */
    362, 385, 387, 263, 373, 380,                               /* eye right */
    61,  39,  37,  0,   267, 269, 291, 405, 314, 17,  84,  181, /* lips outside */
    78,  82,  13,  312, 308, 317, 14,  87,                      /* lips inside */
};

fc_status fc_face_mesh_new(fc_runtime *runtime, fc_bytes tflite, fc_face_mesh **out, fc_error *err)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_face_mesh) model = NULL;
    FC_AUTO_BUFFER(onnx, ONNX_BYTES_MAX);
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_face_mesh), (void **)&model, err));
    FC_TRY(fc_tflite_to_onnx(tflite, (fc_size){ 0, 0 }, &onnx, err));
    FC_TRY(fc_session_new(runtime, "face_landmark", fc_buffer_bytes(&onnx), &model->session, err));
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

static void fill_input(const fc_image *patch, float *input)
{
    for (int32_t y = 0; y < SIDE; y++) {
        const uint8_t *row = fc_image_row(patch, y);
        for (int32_t i = 0; i < 3 * SIDE; i++) {
            *input++ = (float)row[i] * (1.0F / 255.0F);
        }
    }
}

fc_status fc_face_mesh_find(const fc_face_mesh *model, const fc_image *patch,
                            fc_point out[FC_LANDMARK_COUNT], double *presence, fc_error *err)
{
    FC_ASSERT(model != NULL);
    FC_ASSERT(patch != NULL);
    FC_ASSERT(patch->channels == 3);
    FC_ASSERT(patch->size.width == SIDE && patch->size.height == SIDE);
    FC_ASSERT(presence != NULL);

    FC_AUTO(fc_floats) input = NULL;
    float points[POINTS * AXES] = { 0 };
    float face = 0;
    FC_TRY(fc_memory_new((size_t)SIDE * SIDE, 3 * sizeof(float), (void **)&input, err));
    fill_input(patch, input);
    const fc_tensor in = { .data = input, .shape = { 1, SIDE, SIDE, 3 }, .rank = 4 };
    const fc_tensor results[] = {
        { .data = points, .shape = { 1, 1, 1, POINTS * AXES }, .rank = 4 },
        { .data = &face, .shape = { 1, 1, 1, 1 }, .rank = 4 },
    };
    FC_TRY(fc_session_run(model->session, &in, 1, results, 2, err));
    for (size_t i = 0; i < FC_LANDMARK_COUNT; i++) {
        const float *point = &points[(size_t)PLACES[i] * AXES];
        if (!isfinite(point[0]) || !isfinite(point[1])) {
            return fc_fail(err, FC_MODEL_UNAVAILABLE, "face_landmark: a point that is no number");
        }
    }
    for (size_t i = 0; i < FC_LANDMARK_COUNT; i++) {
        const float *point = &points[(size_t)PLACES[i] * AXES];
        out[i] = (fc_point){ (double)point[0], (double)point[1] };
    }
    *presence = 1.0 / (1.0 + exp(-(double)face));
    return FC_OK;
}
