#include "ops/extract_person.h"

#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "ops/bilinear.h"
#include "ops/foreground.h"
#include "ops/matte_refine.h"
#include "ops/resample.h"
#include "ops/u8_clamp.h"
#include "ops/work_size.h"

/* Longest side at which the colours about the edges are found, px. */
static const int32_t COLOUR_SIDE_MAX = 384;

/* Px that are worked on in one go. */
#define BLOCK 256

typedef struct lifting {
    const fc_image *picture;
    fc_guided_upsampler *carry;
    fc_colour_key *key; /* NULL: no plain wall */
    fc_bilinear *fore;
    fc_bilinear *back;
    float *alphas; /* of the row above, of this one and of that below, in turns */
    fc_image *out;
} lifting;

enum { ROWS = 3 };

/* Where a row's alphas are; beyond the picture those of its first or last row. */
static float *alphas_of(const lifting *lift, int32_t y)
{
    const fc_size size = lift->picture->size;
    const int32_t inside = y < 0 ? 0 : y < size.height ? y : size.height - 1;
    return lift->alphas + (ptrdiff_t)size.width * (inside % ROWS);
}

static void find_alphas(const lifting *lift, int32_t y)
{
    if (y < lift->picture->size.height) {
        fc_matte_carry_row(lift->carry, lift->key, lift->picture, y, alphas_of(lift, y));
    }
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

static void join(const uint8_t *restrict colours, const float *restrict alpha, uint8_t *restrict to,
                 size_t count)
{
    for (size_t i = 0; i < count; i++) {
        to[4 * i] = colours[3 * i];
        to[4 * i + 1] = colours[3 * i + 1];
        to[4 * i + 2] = colours[3 * i + 2];
        to[4 * i + 3] = fc_u8_clamp(255.0F * alpha[i]);
    }
}

/* At most BLOCK px of a row in the band. */
static void work_block(const lifting *lift, int32_t y, int32_t first, int32_t end)
{
    float trust[BLOCK];
    uint8_t colours[3 * BLOCK];
    const size_t count = (size_t)(end - first);
    const uint8_t *from = fc_image_row(lift->picture, y) + (ptrdiff_t)3 * first;
    const ptrdiff_t at = (ptrdiff_t)FC_BILINEAR_PLANES * first;
    const float *alpha = alphas_of(lift, y) + first;
    const float *believed = alpha;
    if (lift->key != NULL) {
        const float *const rows[ROWS] = { alphas_of(lift, y - 1), alphas_of(lift, y),
                                          alphas_of(lift, y + 1) };
        fc_foreground_trust_row(rows, lift->picture->size.width, first, end, trust);
        believed = trust;
    }
    fc_foreground_row(from, believed, fc_bilinear_span(lift->fore, y, first, end) + at,
                      fc_bilinear_span(lift->back, y, first, end) + at, count, colours);
    join(colours, alpha, fc_image_row(lift->out, y) + (ptrdiff_t)4 * first, count);
}

static void work_run(const lifting *lift, int32_t y, fc_run run)
{
    const size_t count = (size_t)(run.end - run.first);
    uint8_t *to = fc_image_row(lift->out, y) + (ptrdiff_t)4 * run.first;
    switch (run.kind) {
    case FC_RUN_CLEAR:
        memset(to, 0, 4 * count);
        return;
    case FC_RUN_SOLID:
        keep_run(fc_image_row(lift->picture, y) + (ptrdiff_t)3 * run.first, to, count);
        return;
    case FC_RUN_BAND:
        for (int32_t x = run.first; x < run.end; x += BLOCK) {
            work_block(lift, y, x, x + BLOCK < run.end ? x + BLOCK : run.end);
        }
        return;
    }
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

fc_status fc_extract_person(const fc_image *picture, const fc_image *small, const fc_plane *mask,
                            double face_px, const fc_plain_wall *wall, fc_image **out,
                            fc_error *err)
{
    FC_ASSERT(picture != NULL && picture->channels == 3);
    FC_ASSERT(small != NULL && small->channels == 3);
    FC_ASSERT(mask != NULL);
    FC_ASSERT(out != NULL);

    const fc_size size = small->size;
    const double scale = fc_work_scale(size, COLOUR_SIDE_MAX);
    const fc_size reduced = fc_work_size(size, scale);
    FC_AUTO(fc_floats) means = NULL;
    FC_TRY(find_colours(small, mask, face_px * scale, reduced, &means, err));
    const size_t group = FC_BILINEAR_PLANES * (size_t)reduced.width * (size_t)reduced.height;

    FC_AUTO(fc_guided_upsampler) carry = NULL;
    FC_AUTO(fc_colour_key) key = NULL;
    FC_AUTO(fc_bilinear) fore = NULL;
    FC_AUTO(fc_bilinear) back = NULL;
    FC_AUTO(fc_image) lifted = NULL;
    FC_TRY(fc_guided_upsampler_new(small, mask, picture->size, &carry, err));
    if (wall != NULL) {
        FC_TRY(fc_colour_key_new(wall, picture->size, true, &key, err));
    }
    FC_TRY(fc_bilinear_new(means, reduced, picture->size, &fore, err));
    FC_TRY(fc_bilinear_new(means + group, reduced, picture->size, &back, err));
    FC_TRY(fc_image_new(picture->size, 4, &lifted, err));
    FC_AUTO(fc_floats) alphas = NULL;
    FC_TRY(fc_memory_new((size_t)picture->size.width, ROWS * sizeof(float), (void **)&alphas, err));
    const lifting lift = { picture, carry, key, fore, back, alphas, lifted };
    find_alphas(&lift, 0);
    for (int32_t y = 0; y < picture->size.height; y++) {
        find_alphas(&lift, y + 1);
        fc_run run = { 0 };
        while (fc_guided_upsampler_next(carry, y, &run)) {
            work_run(&lift, y, run);
        }
    }
    *out = FC_STEAL(lifted);
    return FC_OK;
}
