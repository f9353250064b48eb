#include "models/codeformer.h"

#include <math.h>

#include "base/assert.h"
#include "base/memory.h"
#include "models/planes.h"

#define SIDE FC_CODEFORMER_SIDE

/* Values of one picture as the network has it: three planes. */
#define PLANE ((size_t)SIDE * SIDE)

/* What the first half hands to the second one: features, and the encoder's maps of four sizes. */
#define HANDED 5

/* Values of one of them: 128 x 256 x 256 in the published network. */
#define HANDED_VALUES_MAX ((size_t)1 << 26)

struct fc_codeformer {
    fc_session *codes;
    fc_session *generator;
    fc_tensor handed[HANDED]; /* shapes; the data of each run is its own */
    size_t handed_count;      /* values of all together */
};

static size_t count_values(const fc_tensor *tensor)
{
    size_t count = 1;
    for (int32_t axis = 0; axis < tensor->rank; axis++) {
        const int64_t length = tensor->shape[axis];
        if (length < 1 || !fc_size_multiply(count, (size_t)length, &count) ||
            count > HANDED_VALUES_MAX) {
            return 0;
        }
    }
    return count;
}

static fc_status read_shapes(fc_codeformer *model, fc_error *err)
{
    const size_t outputs = fc_session_output_count(model->codes);
    if (outputs < HANDED) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "codeformer: the first half has %zu outputs, %d are needed", outputs,
                       HANDED);
    }
    for (size_t i = 0; i < HANDED; i++) {
        model->handed[i] = fc_session_output(model->codes, i);
        const size_t count = count_values(&model->handed[i]);
        if (count == 0) {
            return fc_fail(err, FC_MODEL_UNAVAILABLE,
                           "codeformer: output %zu of the first half has no fixed shape", i);
        }
        model->handed_count += count;
    }
    return FC_OK;
}

fc_status fc_codeformer_new(fc_runtime *runtime, const char *codes_path, const char *generator_path,
                            fc_codeformer **out, fc_error *err)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(codes_path != NULL);
    FC_ASSERT(generator_path != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_codeformer) model = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_codeformer), (void **)&model, err));
    FC_TRY(fc_session_open_fp32(runtime, "codeformer_codes", codes_path, &model->codes, err));
    FC_TRY(
        fc_session_open(runtime, "codeformer_generator", generator_path, &model->generator, err));
    FC_TRY(read_shapes(model, err));
    *out = FC_STEAL(model);
    return FC_OK;
}

void fc_codeformer_free(fc_codeformer *model)
{
    if (model != NULL) {
        fc_session_free(model->codes);
        fc_session_free(model->generator);
        fc_memory_free(model);
    }
}

const char *fc_codeformer_device(const fc_codeformer *model)
{
    FC_ASSERT(model != NULL);
    return fc_session_device(model->generator);
}

/* The network's levels are -1..1. */
static const fc_levels LEVELS = { 2.0F / 255.0F, -1.0F };

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

/* Both halves; `pixels` is the given face, and then the new one. */
static fc_status repaint(const fc_codeformer *model, float *pixels, double fidelity, fc_error *err)
{
    FC_AUTO(fc_floats) between = NULL;
    FC_TRY(fc_memory_new(model->handed_count, sizeof *between, (void **)&between, err));
    const fc_tensor picture = { .data = pixels, .shape = { 1, 3, SIDE, SIDE }, .rank = 4 };
    fc_tensor given[HANDED + 1];
    size_t used = 0;
    for (size_t i = 0; i < HANDED; i++) {
        given[i] = model->handed[i];
        given[i].data = between + used;
        used += count_values(&given[i]);
    }
    float weight = (float)fidelity;
    given[HANDED] = (fc_tensor){ .data = &weight, .shape = { 1 }, .rank = 1 };
    FC_TRY(fc_session_run(model->codes, &picture, 1, given, HANDED, err));
    return fc_session_run(model->generator, given, HANDED + 1, &picture, 1, err);
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
    FC_AUTO(fc_floats) pixels = NULL;
    FC_AUTO(fc_image) picture = NULL;
    FC_TRY(fc_memory_new(3 * PLANE, sizeof *pixels, (void **)&pixels, err));
    FC_TRY(fc_image_new(face->size, 3, &picture, err));
    fc_planes_fill(face, LEVELS, false, pixels);
    FC_TRY(repaint(model, pixels, fidelity, err));
    fill_picture(pixels, picture);
    *out = FC_STEAL(picture);
    return FC_OK;
}
