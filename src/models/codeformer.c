#include "models/codeformer.h"

#include <math.h>

#include "base/assert.h"
#include "base/memory.h"

#define SIDE FC_CODEFORMER_SIDE

/* Values of one picture as the network has it: three planes. */
#define PLANE ((size_t)SIDE * SIDE)

struct fc_codeformer {
    fc_session *session;
};

fc_status fc_codeformer_new(fc_runtime *runtime, const char *onnx_path, fc_codeformer **out,
                            fc_error *err)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(onnx_path != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_codeformer) model = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_codeformer), (void **)&model, err));
    FC_TRY(fc_session_open(runtime, "codeformer", onnx_path, &model->session, err));
    *out = FC_STEAL(model);
    return FC_OK;
}

void fc_codeformer_free(fc_codeformer *model)
{
    if (model != NULL) {
        fc_session_free(model->session);
        fc_memory_free(model);
    }
}

const char *fc_codeformer_device(const fc_codeformer *model)
{
    FC_ASSERT(model != NULL);
    return fc_session_device(model->session);
}

/* 0..255 interleaved to -1..1 in planes. */
static void fill_input(const fc_image *face, float *input)
{
    for (int32_t y = 0; y < SIDE; y++) {
        const uint8_t *row = fc_image_row(face, y);
        float *to = input + (size_t)y * SIDE;
        for (size_t x = 0; x < SIDE; x++) {
            for (size_t channel = 0; channel < 3; channel++) {
                to[channel * PLANE + x] = (float)row[3 * x + channel] * (2.0F / 255.0F) - 1.0F;
            }
        }
    }
}

/* -1..1 to 0..255; what lies outside, or is no number at all, is cut. */
static uint8_t level_of(float value)
{
    const float cut = fminf(fmaxf(value, -1.0F), 1.0F);
    return (uint8_t)lrintf((cut + 1.0F) * 127.5F);
}

static void fill_picture(const float *output, fc_image *picture)
{
    for (int32_t y = 0; y < SIDE; y++) {
        uint8_t *row = fc_image_row(picture, y);
        const float *from = output + (size_t)y * SIDE;
        for (size_t x = 0; x < SIDE; x++) {
            for (size_t channel = 0; channel < 3; channel++) {
                row[3 * x + channel] = level_of(from[channel * PLANE + x]);
            }
        }
    }
}

fc_status fc_codeformer_run(const fc_codeformer *model, const fc_image *face, double fidelity,
                            fc_image **out, fc_error *err)
{
    FC_ASSERT(model != NULL);
    FC_ASSERT(face != NULL);
    FC_ASSERT(face->channels == 3);
    FC_ASSERT(face->size.width == SIDE && face->size.height == SIDE);
    FC_ASSERT(out != NULL);

    if (!(fidelity >= 0.0 && fidelity <= 1.0)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a fidelity of %g, it is 0 to 1", fidelity);
    }
    FC_AUTO(fc_floats) input = NULL;
    FC_AUTO(fc_floats) output = NULL;
    FC_AUTO(fc_image) picture = NULL;
    FC_TRY(fc_memory_new(3 * PLANE, sizeof(float), (void **)&input, err));
    FC_TRY(fc_memory_new(3 * PLANE, sizeof(float), (void **)&output, err));
    FC_TRY(fc_image_new(face->size, 3, &picture, err));
    fill_input(face, input);
    float weight = (float)fidelity;
    const fc_tensor inputs[] = {
        { .data = input, .shape = { 1, 3, SIDE, SIDE }, .rank = 4 },
        { .data = &weight, .shape = { 1 }, .rank = 1 },
    };
    const fc_tensor result = { .data = output, .shape = { 1, 3, SIDE, SIDE }, .rank = 4 };
    FC_TRY(fc_session_run(model->session, inputs, 2, &result, 1, err));
    fill_picture(output, picture);
    *out = FC_STEAL(picture);
    return FC_OK;
}
