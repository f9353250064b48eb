#include "ops/plane_place.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/crew.h"
#include "ops/cubic.h"
#include "ops/u8_clamp.h"

/* Copies of the edge around the mask: then no tap needs to be checked. */
#define BORDER 2

static int32_t clamp_index(int32_t index, int32_t count)
{
    return index < 0 ? 0 : index >= count ? count - 1 : index;
}

static fc_status add_border(const fc_plane *mask, fc_plane **out, fc_error *err)
{
    const fc_size size = { mask->size.width + 2 * BORDER, mask->size.height + 2 * BORDER };
    fc_plane *bordered = NULL;
    FC_TRY(fc_plane_new(size, &bordered, err));
    const int32_t width = mask->size.width;
    for (int32_t y = 0; y < size.height; y++) {
        const float *from = fc_plane_row(mask, clamp_index(y - BORDER, mask->size.height));
        float *row = fc_plane_row(bordered, y);
        memcpy(row + BORDER, from, (size_t)width * sizeof(float));
        for (int32_t i = 0; i < BORDER; i++) {
            row[i] = from[0];
            row[BORDER + width + i] = from[width - 1];
        }
    }
    *out = bordered;
    return FC_OK;
}

/* Some places of a line. It is there for all of them, for compilers fill it with zeros where it
 * begins. */
typedef struct samples {
    fc_cubic_places at;
    float mixed[FC_CUBIC_PLACES][FC_CUBIC_TAPS];
} samples;

/* Each place's taps, mixed down its columns and then weighed, are added last: many at once. */
FC_WIDE static void sample_line(const float *mask, const fc_cubic_line *line, int32_t begin,
                                int32_t count, samples *restrict the, float *restrict out)
{
    fc_cubic_find(line, begin, count, &the->at);
    for (int32_t i = 0; i < count; i++) {
        const float *from = mask + the->at.first[i];
        fc_float4 sums = the->at.down[0][i] * fc_float4_load(from);
        for (int32_t j = 1; j < FC_CUBIC_TAPS; j++) {
            sums += the->at.down[j][i] * fc_float4_load(from + (ptrdiff_t)j * line->row_step);
        }
        fc_float4_store(the->mixed[i], sums * fc_float4_load(the->at.across[i]));
    }
    for (int32_t i = 0; i < count; i++) {
        const float *taps = the->mixed[i];
        out[i] = fc_clamp((taps[0] + taps[1]) + (taps[2] + taps[3]), 0, 1);
    }
}

/* Rows that are worth being made by another thread. */
#define BAND 64

/* A mask in its place, in the making. */
typedef struct placing {
    const fc_plane *bordered;
    fc_box covered;
    double across; /* samples of the mask for each px of the photo */
    double down;
    fc_similarity to_photo;
    fc_plane *result;
} placing;

static fc_status place_band(void *context, int32_t first, int32_t end, fc_error *err)
{
    (void)err;
    const placing *the = context;
    samples some;
    for (int32_t y = first; y < end; y++) {
        const fc_point start = fc_similarity_apply(the->to_photo, (fc_point){ 0.5, y + 0.5 });
        /* The centre of the first sample lies half a sample inside. */
        const fc_cubic_line line = {
            .size = the->bordered->size,
            .row_step = the->bordered->size.width,
            .step = 1,
            .x = (float)((start.x - the->covered.x) * the->across - 0.5 + BORDER),
            .y = (float)((start.y - the->covered.y) * the->down - 0.5 + BORDER),
            .x_step = (float)(the->to_photo.a * the->across),
            .y_step = (float)(the->to_photo.b * the->down),
        };
        const int32_t width = the->result->size.width;
        float *row = fc_plane_row(the->result, y);
        for (int32_t x = 0; x < width; x += FC_CUBIC_PLACES) {
            const int32_t rest = width - x;
            sample_line(the->bordered->data, &line, x,
                        rest < FC_CUBIC_PLACES ? rest : FC_CUBIC_PLACES, &some, row + x);
        }
    }
    return FC_OK;
}

fc_status fc_plane_place(const fc_plane *mask, fc_box covered, fc_similarity to_photo, fc_size size,
                         fc_plane **out, fc_error *err)
{
    FC_ASSERT(mask != NULL);
    FC_ASSERT(out != NULL);

    if (!(covered.width > 0 && covered.height > 0)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a mask that covers %g x %g px, allowed: above 0",
                       covered.width, covered.height);
    }
    if (!(isfinite(covered.x) && isfinite(covered.y) && isfinite(to_photo.a) &&
          isfinite(to_photo.b) && isfinite(to_photo.tx) && isfinite(to_photo.ty))) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a mask in a place that is not a number");
    }
    FC_AUTO(fc_plane) result = NULL;
    FC_TRY(fc_plane_new(size, &result, err));
    FC_AUTO(fc_plane) bordered = NULL;
    FC_TRY(add_border(mask, &bordered, err));

    placing the = {
        bordered, covered, mask->size.width / covered.width, mask->size.height / covered.height,
        to_photo, result
    };
    FC_TRY(fc_crew_rows(size.height, BAND, place_band, &the, err));
    *out = FC_STEAL(result);
    return FC_OK;
}
