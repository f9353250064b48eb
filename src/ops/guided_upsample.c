#include "ops/guided_upsample.h"

#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "ops/bilinear.h"
#include "ops/box_blur.h"
#include "ops/guided_filter.h"
#include "ops/u8_clamp.h"

/* The fit, and the levels that end its haze. */
static const int32_t FIT_RADIUS_PX = 2;
static const double FIT_EPSILON = 1e-5;
static const float HAZE_LOW = 0.05F;
static const float HAZE_HIGH = 0.95F;

/* A px of the mask whose neighbours this far away all have its value, 0 or 1, lets no edge through:
 * two windows of the fit, one step between px, and one more for rounding. */
static const int32_t SURE_RADIUS_PX = 6;
static const float SURE = 1e-5F;

struct fc_guided_upsampler {
    fc_size full;
    fc_plane *means; /* of the mask about each px: 0 or 1 where nothing else is near */
    float *fit;
    fc_bilinear *reader;
};

static fc_status find_means(const fc_plane *mask, fc_plane **out, fc_error *err)
{
    FC_AUTO(fc_plane) means = NULL;
    FC_TRY(fc_plane_new(mask->size, &means, err));
    const size_t count = (size_t)mask->size.width * (size_t)mask->size.height;
    memcpy(means->data, mask->data, count * sizeof(float));
    FC_TRY(fc_box_blur_in_place(means->data, 1, mask->size, SURE_RADIUS_PX, err));
    *out = FC_STEAL(means);
    return FC_OK;
}

fc_status fc_guided_upsampler_new(const fc_image *small, const fc_plane *mask, fc_size full,
                                  fc_guided_upsampler **out, fc_error *err)
{
    FC_ASSERT(small != NULL);
    FC_ASSERT(mask != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_guided_upsampler) carry = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_guided_upsampler), (void **)&carry, err));
    carry->full = full;
    FC_TRY(fc_guided_fit(small, mask, FIT_RADIUS_PX, FIT_EPSILON, &carry->fit, err));
    FC_TRY(fc_bilinear_new(carry->fit, small->size, full, &carry->reader, err));
    FC_TRY(find_means(mask, &carry->means, err));
    *out = FC_STEAL(carry);
    return FC_OK;
}

void fc_guided_upsampler_free(fc_guided_upsampler *carry)
{
    if (carry != NULL) {
        fc_bilinear_free(carry->reader);
        fc_memory_free(carry->fit);
        fc_plane_free(carry->means);
        fc_memory_free(carry);
    }
}

static fc_run_kind kind_of(float mean)
{
    return mean <= SURE ? FC_RUN_CLEAR : mean >= 1.0F - SURE ? FC_RUN_SOLID : FC_RUN_BAND;
}

bool fc_guided_upsampler_next(const fc_guided_upsampler *carry, int32_t y, fc_run *run)
{
    FC_ASSERT(carry != NULL && run != NULL);
    FC_ASSERT(y >= 0 && y < carry->full.height);

    const fc_size size = carry->means->size;
    if (run->next == size.width) {
        return false;
    }
    const float *means =
        fc_plane_row(carry->means, (int32_t)((int64_t)y * size.height / carry->full.height));
    run->kind = kind_of(means[run->next]);
    do {
        run->next++;
    } while (run->next < size.width && kind_of(means[run->next]) == run->kind);
    run->first = run->end;
    run->end = (int32_t)((int64_t)run->next * carry->full.width / size.width);
    return true;
}

FC_WIDE static void end_haze(float *alpha, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        alpha[i] = fc_clamp((alpha[i] - HAZE_LOW) * (1.0F / (HAZE_HIGH - HAZE_LOW)), 0.0F, 1.0F);
    }
}

void fc_guided_upsampler_alpha(fc_guided_upsampler *carry, int32_t y, int32_t first, int32_t end,
                               const uint8_t *colours, float *alpha)
{
    FC_ASSERT(carry != NULL && colours != NULL && alpha != NULL);

    const size_t count = (size_t)(end - first);
    const float *fit = fc_bilinear_span(carry->reader, y, first, end);
    fc_guided_row(fit + (ptrdiff_t)FC_BILINEAR_PLANES * first, colours, count, alpha);
    end_haze(alpha, count);
}
