#include "models/u2net.h"

#include <math.h>

#include "base/assert.h"
#include "base/memory.h"
#include "models/crop_region.h"
#include "ops/lanczos8.h"

enum { SIDE = FC_U2NET_SIDE, CHANNELS = 3, PIXELS = SIDE * SIDE };

/* Answers that differ by less than this are one answer. */
#define FLAT_MAX 1e-6

struct fc_u2net_model {
    fc_session *session;
};

fc_status fc_u2net_model_new(fc_runtime *runtime, const char *path, fc_u2net_model **out,
                             fc_error *err)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(path != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_u2net_model) model = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_u2net_model), (void **)&model, err));
    FC_TRY(fc_session_open(runtime, "u2net_human_seg", path, &model->session, err));
    *out = FC_STEAL(model);
    return FC_OK;
}

void fc_u2net_model_free(fc_u2net_model *model)
{
    if (model != NULL) {
        fc_session_free(model->session);
        fc_memory_free(model);
    }
}

const char *fc_u2net_model_device(const fc_u2net_model *model)
{
    FC_ASSERT(model != NULL);
    return fc_session_device(model->session);
}

static int32_t largest_level(const fc_image *square)
{
    int32_t largest = 0;
    for (int32_t y = 0; y < SIDE; y++) {
        const uint8_t *row = fc_image_row(square, y);
        for (int32_t i = 0; i < CHANNELS * SIDE; i++) {
            largest = row[i] > largest ? row[i] : largest;
        }
    }
    return largest;
}

/* The tensor's value for every level of a channel: only 256 different ones can come. */
static void tabulate(int32_t channel, int32_t largest, float table[256])
{
    static const double MEAN[CHANNELS] = { 0.485, 0.456, 0.406 };
    static const double DEVIATION[CHANNELS] = { 0.229, 0.224, 0.225 };
    const double divisor = fmax(largest, 1e-6);
    for (int32_t level = 0; level < 256; level++) {
        table[level] = (float)((level / divisor - MEAN[channel]) / DEVIATION[channel]);
    }
}

static void fill_input(const fc_image *square, float *input)
{
    const int32_t largest = largest_level(square);
    for (int32_t c = 0; c < CHANNELS; c++) {
        float table[256];
        tabulate(c, largest, table);
        for (int32_t y = 0; y < SIDE; y++) {
            const uint8_t *row = fc_image_row(square, y) + c;
            for (int32_t x = 0; x < SIDE; x++) {
                *input++ = table[row[CHANNELS * x]];
            }
        }
    }
}

/* In steps of 1/255, downwards: the masks of rembg are bytes. What is no number becomes 0. */
static void stretch(fc_plane *mask)
{
    double low = INFINITY;
    double high = -INFINITY;
    for (int32_t i = 0; i < PIXELS; i++) {
        low = fmin(low, (double)mask->data[i]);
        high = fmax(high, (double)mask->data[i]);
    }
    const bool flat = !(high - low > FLAT_MAX) || !isfinite(high - low);
    const float from = flat ? 0.0F : (float)low;
    const float range = flat ? 1.0F : (float)high - (float)low;
    for (int32_t i = 0; i < PIXELS; i++) {
        const float share = (mask->data[i] - from) / range;
        mask->data[i] = share > 0.0F ? floorf(fminf(share, 1.0F) * 255.0F) / 255.0F : 0.0F;
    }
}

static fc_status look(const fc_u2net_model *model, const fc_image *part, fc_plane **out,
                      fc_error *err)
{
    FC_AUTO(fc_image) square = NULL;
    FC_AUTO(fc_floats) input = NULL;
    FC_AUTO(fc_plane) mask = NULL;
    FC_TRY(fc_lanczos8(part, (fc_size){ SIDE, SIDE }, &square, err));
    FC_TRY(fc_memory_new(PIXELS, CHANNELS * sizeof(float), (void **)&input, err));
    FC_TRY(fc_plane_new(square->size, &mask, err));
    fill_input(square, input);
    const fc_tensor in = { .data = input, .shape = { 1, CHANNELS, SIDE, SIDE }, .rank = 4 };
    const fc_tensor result = { .data = mask->data, .shape = { 1, 1, SIDE, SIDE }, .rank = 4 };
    FC_TRY(fc_session_run(model->session, &in, 1, &result, 1, err));
    stretch(mask);
    *out = FC_STEAL(mask);
    return FC_OK;
}

fc_status fc_u2net_model_run(const fc_u2net_model *model, const fc_image *picture, fc_box region,
                             fc_plane **out, fc_box *covered, fc_error *err)
{
    FC_ASSERT(model != NULL);
    FC_ASSERT(picture != NULL);
    FC_ASSERT(picture->channels == CHANNELS);
    FC_ASSERT(out != NULL);
    FC_ASSERT(covered != NULL);

    fc_box cut = { 0 };
    FC_TRY(fc_crop_region(region, picture->size, &cut, err));
    const double right = ceil(cut.x + cut.width);
    const double bottom = ceil(cut.y + cut.height);
    cut.x = floor(cut.x);
    cut.y = floor(cut.y);
    cut.width = right - cut.x;
    cut.height = bottom - cut.y;
    /* A window onto the picture: same rows, begun later and ended earlier. */
    const fc_image part = { .size = { (int32_t)cut.width, (int32_t)cut.height },
                            .channels = CHANNELS,
                            .stride = picture->stride,
                            .data = fc_image_row(picture, (int32_t)cut.y) +
                                    CHANNELS * (ptrdiff_t)cut.x };
    FC_TRY(look(model, &part, out, err));
    *covered = cut;
    return FC_OK;
}
