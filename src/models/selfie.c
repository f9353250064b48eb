#include "models/selfie.h"

#include "base/assert.h"
#include "base/memory.h"
#include "models/crop_region.h"
#include "models/mediapipe.h"
#include "ops/clarify.h"
#include "ops/remap_range.h"
#include "ops/resample.h"

/* Sides of the network's square: its own, and the larger one of the second look. */
enum { FIRST_SIDE = 256, SECOND_SIDE = FC_SELFIE_SIDE_MAX };

struct fc_selfie_model {
    fc_session *first;
    fc_session *second;
};

static fc_status open_session(fc_runtime *runtime, fc_bytes tflite, int32_t side, fc_session **out,
                              fc_error *err)
{
    const fc_size sides = { side, side };
    return fc_mediapipe_open(runtime, "selfie_segmentation", tflite, sides, out, err);
}

fc_status fc_selfie_model_new(fc_runtime *runtime, fc_bytes tflite, fc_selfie_model **out,
                              fc_error *err)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_selfie_model) model = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_selfie_model), (void **)&model, err));
    FC_TRY(open_session(runtime, tflite, FIRST_SIDE, &model->first, err));
    FC_TRY(open_session(runtime, tflite, SECOND_SIDE, &model->second, err));
    *out = FC_STEAL(model);
    return FC_OK;
}

void fc_selfie_model_free(fc_selfie_model *model)
{
    if (model != NULL) {
        fc_session_free(model->first);
        fc_session_free(model->second);
        fc_memory_free(model);
    }
}

const char *fc_selfie_model_device(const fc_selfie_model *model)
{
    FC_ASSERT(model != NULL);
    return fc_session_device(model->first);
}

/* One look at the region, squashed to a square. The mask is cut to 0..1: networks promise little.
 */
static fc_status look(fc_session *session, const fc_image *picture, fc_box region, int32_t side,
                      fc_selfie_way way, fc_plane **out, fc_error *err)
{
    FC_AUTO(fc_image) square = NULL;
    FC_AUTO(fc_plane) mask = NULL;
    const fc_size size = { side, side };
    FC_TRY(fc_resample_for_network(picture, region, size, &square, err));
    if (way == FC_SELFIE_BLURRED || way == FC_SELFIE_NOISY) {
        const fc_clarify kind = way == FC_SELFIE_BLURRED ? FC_CLARIFY_BLURRED : FC_CLARIFY_NOISY;
        FC_TRY(fc_clarify_in_place(square, kind, err));
    }
    FC_TRY(fc_plane_new(size, &mask, err));
    const fc_tensor result = { .data = mask->data, .shape = { 1, side, side, 1 }, .rank = 4 };
    FC_TRY(fc_mediapipe_look(session, square, false, &result, 1, err));
    fc_remap_range_in_place(mask, 0.0, 1.0);
    *out = FC_STEAL(mask);
    return FC_OK;
}

fc_status fc_selfie_model_look_again(const fc_selfie_model *model, const fc_image *picture,
                                     fc_box covered, const fc_plane *first, fc_plane **out,
                                     fc_error *err)
{
    FC_ASSERT(model != NULL);
    FC_ASSERT(picture != NULL && picture->channels == 3);
    FC_ASSERT(first != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_plane) first_enlarged = NULL;
    FC_AUTO(fc_plane) mask = NULL;
    FC_TRY(look(model->second, picture, covered, SECOND_SIDE, FC_SELFIE_ONCE, &mask, err));
    FC_TRY(fc_plane_resample(first, mask->size, &first_enlarged, err));
    for (size_t i = 0; i < (size_t)SECOND_SIDE * SECOND_SIDE; i++) {
        mask->data[i] = 0.5F * (mask->data[i] + first_enlarged->data[i]);
    }
    *out = FC_STEAL(mask);
    return FC_OK;
}

static fc_status look_twice(const fc_selfie_model *model, const fc_image *picture, fc_box region,
                            fc_plane **out, fc_error *err)
{
    FC_AUTO(fc_plane) first = NULL;
    FC_TRY(look(model->first, picture, region, FIRST_SIDE, FC_SELFIE_ONCE, &first, err));
    return fc_selfie_model_look_again(model, picture, region, first, out, err);
}

fc_status fc_selfie_model_run(const fc_selfie_model *model, const fc_image *picture, fc_box region,
                              fc_selfie_way way, fc_plane **out, fc_box *covered, fc_error *err)
{
    FC_ASSERT(model != NULL);
    FC_ASSERT(picture != NULL);
    FC_ASSERT(picture->channels == 3);
    FC_ASSERT(out != NULL);
    FC_ASSERT(covered != NULL);

    fc_box cut = { 0 };
    FC_TRY(fc_crop_region(region, picture->size, &cut, err));
    FC_TRY(way == FC_SELFIE_TWICE ? look_twice(model, picture, cut, out, err)
                                  : look(model->first, picture, cut, FIRST_SIDE, way, out, err));
    *covered = cut;
    return FC_OK;
}
