#include "ops/lift.h"

#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "ops/bilinear.h"
#include "ops/box_blur.h"
#include "ops/foreground.h"
#include "ops/guided_filter.h"
#include "ops/level.h"
#include "ops/resample.h"
#include "ops/work_size.h"

/* The fit that carries the mask to full scale, and the levels that end its haze: those of
 * ops/matte_refine.c. */
static const int32_t CARRY_RADIUS_PX = 2;
static const double CARRY_EPSILON = 1e-5;
static const float HAZE_LOW = 0.05F;
static const float HAZE_HIGH = 0.95F;

/* A px of the mask whose neighbours this far away all have its value, 0 or 1, lets no edge through:
 * two windows of the fit, one step between px, and one more for rounding. */
static const int32_t SURE_RADIUS_PX = 6;
static const float SURE = 1e-5F;

/* Longest side at which the colours about the edges are found, px. */
static const int32_t COLOUR_SIDE_MAX = 384;

/* Px that are worked on in one go. */
#define BLOCK 256

typedef enum place { CLEAR, BAND, KEEP } place;

typedef struct lifting {
    const fc_image *picture;
    fc_size small;
    fc_plane *sure; /* mean of the mask about each px: 0 or 1 where nothing else is near */
    fc_bilinear *fit;
    fc_bilinear *fore;
    fc_bilinear *back;
    fc_image *out;
} lifting;

static place place_of(float mean)
{
    return mean <= SURE ? CLEAR : mean >= 1.0F - SURE ? KEEP : BAND;
}

static void keep_run(const uint8_t *restrict from, uint8_t *restrict to, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        to[4 * i] = from[3 * i];
        to[4 * i + 1] = from[3 * i + 1];
        to[4 * i + 2] = from[3 * i + 2];
        to[4 * i + 3] = 255;
    }
}

static void end_haze(float *alpha, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        alpha[i] = fc_clamp((alpha[i] - HAZE_LOW) / (HAZE_HIGH - HAZE_LOW), 0.0F, 1.0F);
    }
}

static void join(const uint8_t *restrict colours, const float *restrict alpha, uint8_t *restrict to,
                 size_t count)
{
    for (size_t i = 0; i < count; i++) {
        to[4 * i] = colours[3 * i];
        to[4 * i + 1] = colours[3 * i + 1];
        to[4 * i + 2] = colours[3 * i + 2];
        to[4 * i + 3] = fc_level(255.0F * alpha[i]);
    }
}

/* At most BLOCK px of a row in the band. */
static void work_block(const lifting *lift, int32_t y, int32_t first, int32_t end)
{
    float alpha[BLOCK];
    uint8_t colours[3 * BLOCK];
    const size_t count = (size_t)(end - first);
    const uint8_t *from = fc_image_row(lift->picture, y) + (ptrdiff_t)3 * first;
    const ptrdiff_t at = (ptrdiff_t)FC_BILINEAR_PLANES * first;
    fc_guided_row(fc_bilinear_span(lift->fit, y, first, end) + at, from, count, alpha);
    end_haze(alpha, count);
    fc_foreground_row(from, alpha, fc_bilinear_span(lift->fore, y, first, end) + at,
                      fc_bilinear_span(lift->back, y, first, end) + at, count, colours);
    join(colours, alpha, fc_image_row(lift->out, y) + (ptrdiff_t)4 * first, count);
}

static void work_run(const lifting *lift, int32_t y, int32_t first, int32_t end, place where)
{
    uint8_t *to = fc_image_row(lift->out, y) + (ptrdiff_t)4 * first;
    switch (where) {
    case CLEAR:
        memset(to, 0, 4 * (size_t)(end - first));
        return;
    case KEEP:
        keep_run(fc_image_row(lift->picture, y) + (ptrdiff_t)3 * first, to, (size_t)(end - first));
        return;
    case BAND:
        for (int32_t x = first; x < end; x += BLOCK) {
            work_block(lift, y, x, x + BLOCK < end ? x + BLOCK : end);
        }
        return;
    }
}

/* Runs of px of the mask that are of one kind, seen at full scale. */
static void work_row(const lifting *lift, int32_t y)
{
    const fc_size full = lift->picture->size;
    const int32_t small_y = (int32_t)((int64_t)y * lift->small.height / full.height);
    const float *sure = fc_plane_row(lift->sure, small_y);
    int32_t first = 0;
    for (int32_t x = 1; x <= lift->small.width; x++) {
        if (x < lift->small.width && place_of(sure[x]) == place_of(sure[x - 1])) {
            continue;
        }
        const int32_t end = (int32_t)((int64_t)x * full.width / lift->small.width);
        work_run(lift, y, first, end, place_of(sure[x - 1]));
        first = end;
    }
}

static fc_status find_sure(const fc_plane *mask, fc_plane **out, fc_error *err)
{
    FC_AUTO(fc_plane) sure = NULL;
    FC_TRY(fc_plane_new(mask->size, &sure, err));
    const size_t count = (size_t)mask->size.width * (size_t)mask->size.height;
    memcpy(sure->data, mask->data, count * sizeof(float));
    FC_TRY(fc_box_blur_in_place(sure->data, 1, mask->size, SURE_RADIUS_PX, err));
    *out = FC_STEAL(sure);
    return FC_OK;
}

/* Colours of person and ground about each px, at a scale of their own: they are smooth. */
static fc_status find_colours(const fc_image *small, const fc_plane *mask, double face_px,
                              fc_size size, float **out, fc_error *err)
{
    const fc_box all = { 0, 0, small->size.width, small->size.height };
    FC_AUTO(fc_image) picture = NULL;
    FC_AUTO(fc_plane) alpha = NULL;
    FC_TRY(fc_resample(small, all, size, &picture, err));
    FC_TRY(fc_plane_resample(mask, size, &alpha, err));
    return fc_foreground_means(picture, alpha, face_px, out, err);
}

fc_status fc_lift(const fc_image *picture, const fc_image *small, const fc_plane *mask,
                  double face_px, fc_image **out, fc_error *err)
{
    FC_ASSERT(picture != NULL && picture->channels == 3);
    FC_ASSERT(small != NULL && small->channels == 3);
    FC_ASSERT(mask != NULL);
    FC_ASSERT(out != NULL);

    const fc_size size = small->size;
    const double scale = fc_work_scale(size, COLOUR_SIDE_MAX);
    const fc_size reduced = fc_work_size(size, scale);
    FC_AUTO(fc_floats) fit = NULL;
    FC_AUTO(fc_floats) means = NULL;
    FC_TRY(fc_guided_fit(small, mask, CARRY_RADIUS_PX, CARRY_EPSILON, &fit, err));
    FC_TRY(find_colours(small, mask, face_px * scale, reduced, &means, err));
    const size_t group = FC_BILINEAR_PLANES * (size_t)reduced.width * (size_t)reduced.height;

    FC_AUTO(fc_plane) sure = NULL;
    FC_AUTO(fc_bilinear) fit_reader = NULL;
    FC_AUTO(fc_bilinear) fore = NULL;
    FC_AUTO(fc_bilinear) back = NULL;
    FC_AUTO(fc_image) lifted = NULL;
    FC_TRY(find_sure(mask, &sure, err));
    FC_TRY(fc_bilinear_new(fit, size, picture->size, &fit_reader, err));
    FC_TRY(fc_bilinear_new(means, reduced, picture->size, &fore, err));
    FC_TRY(fc_bilinear_new(means + group, reduced, picture->size, &back, err));
    FC_TRY(fc_image_new(picture->size, 4, &lifted, err));
    const lifting lift = { picture, size, sure, fit_reader, fore, back, lifted };
    for (int32_t y = 0; y < picture->size.height; y++) {
        work_row(&lift, y);
    }
    *out = FC_STEAL(lifted);
    return FC_OK;
}
