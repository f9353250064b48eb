#include "models/mediapipe.h"

#include <math.h>

#include "base/assert.h"
#include "base/memory.h"
#include "convert/tflite.h"
#include "models/planes.h"

/* Bytes of a converted network: 2.6 MB of weights are float32 already, 1.2 MB become it. */
#define ONNX_BYTES_MAX ((size_t)16 << 20)

fc_status fc_mediapipe_open(fc_runtime *runtime, const char *name, fc_bytes tflite, fc_size sides,
                            fc_session **out, fc_error *err)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(name != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO_BUFFER(onnx, ONNX_BYTES_MAX);
    FC_TRY(fc_tflite_to_onnx(tflite, sides, fc_runtime_block(runtime), &onnx, err));
    return fc_session_new(runtime, name, fc_buffer_bytes(&onnx), out, err);
}

fc_status fc_mediapipe_look(fc_session *session, const fc_image *picture, bool mirrored,
                            const fc_tensor *outputs, size_t output_count, fc_error *err)
{
    FC_ASSERT(session != NULL);
    FC_ASSERT(picture != NULL);
    FC_ASSERT(picture->channels == 3);
    FC_ASSERT(outputs != NULL);

    const int32_t width = picture->size.width;
    const int32_t height = picture->size.height;
    FC_AUTO(fc_floats) input = NULL;
    FC_TRY(fc_memory_new((size_t)width * (size_t)height, 3 * sizeof(float), (void **)&input, err));
    fc_planes_fill(picture, (fc_levels){ 1.0F / 255.0F, 0 }, mirrored, input);
    const fc_tensor in = { .data = input, .shape = { 1, 3, height, width }, .rank = 4 };
    return fc_session_run(session, &in, 1, outputs, output_count, err);
}

fc_status fc_mediapipe_check_points(const char *name, const float *values, size_t count,
                                    fc_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) {
            return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: a point that is no number", name);
        }
    }
    return FC_OK;
}
