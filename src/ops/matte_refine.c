#include "ops/matte_refine.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/crew.h"
#include "ops/box_blur.h"
#include "ops/closed_form.h"
#include "ops/islands.h"
#include "ops/remap_range.h"
#include "ops/resample.h"
#include "ops/work_size.h"

/* Longest side of the reduced scale, px. */
static const int32_t WORK_SIDE_MAX = 320;

/* Guided filter of the coarse mask: radius in face heights, variance of flat windows. */
static const double GUIDED_RADIUS = 0.04;
static const double GUIDED_EPSILON = 1e-4;
static const double SMOOTH_LOW = 0.1;
static const double SMOOTH_HIGH = 0.9;

/* The same before the solver, steeper: a wrong guess is mended, an undecided one stays haze. */
static const double START_LOW = 0.3;
static const double START_HIGH = 0.7;

/* Known to the solver: above and below these, and so far from everything else (face heights). */
static const double SURE_PERSON = FC_MATTE_SURE;
static const double SURE_GROUND = 0.1;
static const double PERSON_MARGIN = 0.02;
static const double GROUND_MARGIN = 0.05;

/* Colours tell a px when they are believed this far. */
static const float TOLD = 0.9F;

/* What is keyed belongs to the person when it hangs together with it above this. */
static const double ISLAND = 0.15;

/* Hold of the coarse mask on the band: without it, haze creeps into grounds of the same colour. */
static const double TRUST = 0.04;

double fc_matte_work_scale(fc_size guide)
{
    return fc_work_scale(guide, WORK_SIDE_MAX);
}

static int32_t to_radius(double share, double face_px)
{
    return (int32_t)lround(fmin(fmax(share * face_px, 1.0), WORK_SIDE_MAX));
}

FC_WIDE static void find_within(const float *restrict mask, float low, float high, size_t count,
                                float *restrict within)
{
    for (size_t i = 0; i < count; i++) {
        within[i] = (mask[i] >= low) & (mask[i] <= high) ? 1.0F : 0.0F;
    }
}

FC_WIDE static void clear_known(const float *restrict share, size_t width,
                                uint8_t *restrict unknown)
{
    for (size_t x = 0; x < width; x++) {
        unknown[x] = share[x] > 0.99999F ? 0 : unknown[x];
    }
}

/* Clear `unknown` where the mask is within low..high in the whole window about a px. */
static fc_status mark_known(const fc_plane *mask, double low, double high, int32_t radius_px,
                            fc_image *unknown, fc_error *err)
{
    FC_AUTO(fc_plane) within = NULL;
    FC_TRY(fc_plane_new(mask->size, &within, err));
    const size_t count = (size_t)mask->size.width * (size_t)mask->size.height;
    find_within(mask->data, (float)low, (float)high, count, within->data);
    FC_TRY(fc_box_blur_in_place(within->data, 1, mask->size, radius_px, err));
    for (int32_t y = 0; y < mask->size.height; y++) {
        clear_known(fc_plane_row(within, y), (size_t)mask->size.width, fc_image_row(unknown, y));
    }
    return FC_OK;
}

static float least_of_most(const float *values, size_t at, size_t stride)
{
    float least = 1;
    for (size_t i = 0; i < 9; i++) {
        const float *middle = values + at + (i / 3) * stride + i % 3 - stride - 1;
        float most = 0;
        for (size_t k = 0; k < 9; k++) {
            const float value =
                middle[(ptrdiff_t)((k / 3) * stride + k % 3) - (ptrdiff_t)stride - 1];
            most = value > most ? value : most;
        }
        least = most < least ? most : least;
    }
    return least;
}

/* Fill holes in the sure person that no window of 3 x 3 px fits in (grey closing): single px that
 * happen to have the wall's colour. */
static fc_status close_pinholes(const fc_image *sure, fc_plane *mask, fc_error *err)
{
    FC_AUTO(fc_plane) before = NULL;
    FC_TRY(fc_plane_new(mask->size, &before, err));
    memcpy(before->data, mask->data, fc_plane_bytes(mask));
    const size_t stride = (size_t)mask->size.width;
    for (int32_t y = 2; y < mask->size.height - 2; y++) {
        const uint8_t *inside = fc_image_row(sure, y);
        for (int32_t x = 2; x < mask->size.width - 2; x++) {
            const size_t at = (size_t)y * stride + (size_t)x;
            if (inside[x] != 0 && before->data[at] < 1.0F) {
                mask->data[at] = least_of_most(before->data, at, stride);
            }
        }
    }
    return FC_OK;
}

/* Key the mask, and clear `unknown` where colours tell it. What is keyed and does not hang together
 * with the person is none of it. */
static fc_status key_mask(const fc_image *guide, const fc_plain_wall *wall, fc_image *unknown,
                          fc_plane *mask, fc_error *err)
{
    FC_AUTO(fc_colour_key) key = NULL;
    FC_AUTO(fc_image) person = NULL;
    FC_TRY(fc_colour_key_new(wall, mask->size, false, &key, err));
    FC_TRY(fc_image_new(mask->size, 1, &person, err));
    for (int32_t y = 0; y < mask->size.height; y++) {
        float *alpha = fc_plane_row(mask, y);
        uint8_t *sure = fc_image_row(person, y);
        uint8_t *open = fc_image_row(unknown, y);
        for (int32_t x = 0; x < mask->size.width; x++) {
            sure[x] = alpha[x] > (float)SURE_PERSON ? 1 : 0;
        }
        const float *belief =
            fc_colour_key_row(key, y, 0, mask->size.width, fc_image_row(guide, y), alpha);
        for (int32_t x = 0; x < mask->size.width; x++) {
            open[x] = belief[x] > TOLD ? 0 : open[x];
        }
    }
    FC_TRY(close_pinholes(person, mask, err));
    return fc_islands_clear(mask, ISLAND, person, err);
}

/* Solve the band between sure person and sure ground, as far as colours do not tell it. */
static fc_status solve_band(const fc_image *guide, double face_px, const fc_plain_wall *wall,
                            fc_plane *mask, fc_error *err)
{
    FC_AUTO(fc_image) unknown = NULL;
    FC_TRY(fc_image_new(mask->size, 1, &unknown, err));
    for (int32_t y = 0; y < mask->size.height; y++) {
        memset(fc_image_row(unknown, y), 255, (size_t)mask->size.width);
    }
    const int32_t person = to_radius(PERSON_MARGIN, face_px);
    const int32_t ground = to_radius(GROUND_MARGIN, face_px);
    FC_TRY(mark_known(mask, SURE_PERSON, 1.0, person, unknown, err));
    FC_TRY(mark_known(mask, 0.0, SURE_GROUND, ground, unknown, err));
    if (wall != NULL) {
        FC_TRY(key_mask(guide, wall, unknown, mask, err));
    }
    return fc_closed_form_in_place(guide, unknown, TRUST, FC_CLOSED_FORM_STEPS, mask, err);
}

/* The mask at the reduced scale, cut to 0..1. */
static fc_status reduce_mask(const fc_plane *coarse, fc_size size, fc_plane **out, fc_error *err)
{
    FC_AUTO(fc_plane) mask = NULL;
    FC_TRY(fc_plane_resample(coarse, size, &mask, err));
    fc_remap_range_in_place(mask, 0.0, 1.0);
    *out = FC_STEAL(mask);
    return FC_OK;
}

/* Guided filter alone, straight to full scale. */
static fc_status refine_fast(const fc_image *guide, const fc_image *small, const fc_plane *coarse,
                             double face_px, fc_plane **out, fc_error *err)
{
    FC_AUTO(fc_plane) alpha = NULL;
    FC_TRY(fc_guided_filter(small, coarse, to_radius(GUIDED_RADIUS, face_px), GUIDED_EPSILON, guide,
                            &alpha, err));
    fc_smoothstep_in_place(alpha, SMOOTH_LOW, SMOOTH_HIGH);
    *out = FC_STEAL(alpha);
    return FC_OK;
}

fc_status fc_matte_solve(const fc_image *guide, const fc_plane *coarse, double face_px, bool fine,
                         const fc_plain_wall *wall, fc_plane **out, fc_error *err)
{
    FC_ASSERT(guide != NULL);
    FC_ASSERT(coarse != NULL);
    FC_ASSERT(face_px > 0.0);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_plane) mask = NULL;
    FC_TRY(fc_guided_filter(guide, coarse, to_radius(GUIDED_RADIUS, face_px), GUIDED_EPSILON, guide,
                            &mask, err));
    if (fine) {
        fc_smoothstep_in_place(mask, START_LOW, START_HIGH);
        FC_TRY(solve_band(guide, face_px, wall, mask, err));
        fc_remap_range_in_place(mask, 0.0, 1.0);
    } else {
        fc_smoothstep_in_place(mask, SMOOTH_LOW, SMOOTH_HIGH);
    }
    *out = FC_STEAL(mask);
    return FC_OK;
}

void fc_matte_carry_row(fc_guided_upsampler *carry, fc_colour_key *key, const fc_image *picture,
                        int32_t y, float *alpha)
{
    FC_ASSERT(carry != NULL && picture != NULL && alpha != NULL);
    fc_run run = { 0 };
    while (fc_guided_upsampler_next(carry, y, &run)) {
        if (run.kind == FC_RUN_BAND) {
            const uint8_t *colours = fc_image_row(picture, y) + (ptrdiff_t)3 * run.first;
            fc_guided_upsampler_alpha(carry, y, run.first, run.end, colours, alpha + run.first);
            if (key != NULL) {
                (void)fc_colour_key_row(key, y, run.first, run.end, colours, alpha + run.first);
            }
            continue;
        }
        for (int32_t x = run.first; x < run.end; x++) {
            alpha[x] = run.kind == FC_RUN_SOLID ? 1.0F : 0.0F;
        }
    }
}

/* Rows of the matte that are worth being made by another thread. */
#define BAND 96

/* A matte in the making. */
typedef struct carrying {
    const fc_guided_upsampler *carry;
    const fc_plain_wall *wall; /* or NULL */
    const fc_image *guide;
    fc_plane *alpha;
} carrying;

static fc_status carry_band(void *context, int32_t first, int32_t end, fc_error *err)
{
    const carrying *the = context;
    FC_AUTO(fc_colour_key) key = NULL;
    FC_AUTO(fc_guided_upsampler) carry = NULL;
    if (the->wall != NULL) {
        FC_TRY(fc_colour_key_new(the->wall, the->guide->size, true, &key, err));
    }
    FC_TRY(fc_guided_upsampler_borrow(the->carry, &carry, err));
    for (int32_t y = first; y < end; y++) {
        fc_matte_carry_row(carry, key, the->guide, y, fc_plane_row(the->alpha, y));
    }
    return FC_OK;
}

static fc_status carry_mask(const fc_image *guide, const fc_image *small, const fc_plane *mask,
                            const fc_plain_wall *wall, fc_plane **out, fc_error *err)
{
    FC_AUTO(fc_guided_upsampler) carry = NULL;
    FC_AUTO(fc_plane) alpha = NULL;
    FC_TRY(fc_guided_upsampler_new(small, mask, guide->size, &carry, err));
    FC_TRY(fc_plane_new(guide->size, &alpha, err));
    carrying the = { carry, wall, guide, alpha };
    FC_TRY(fc_crew_rows(guide->size.height, BAND, carry_band, &the, err));
    *out = FC_STEAL(alpha);
    return FC_OK;
}

/* Guided filter, then the band, and only then to full scale. */
static fc_status refine_fine(const fc_image *guide, const fc_image *small, const fc_plane *coarse,
                             double face_px, const fc_plain_wall *wall, fc_plane **out,
                             fc_error *err)
{
    FC_AUTO(fc_plane) mask = NULL;
    FC_TRY(fc_matte_solve(small, coarse, face_px, true, wall, &mask, err));
    return carry_mask(guide, small, mask, wall, out, err);
}

fc_status fc_matte_refine(const fc_image *guide, const fc_plane *coarse, double face_px, bool fine,
                          const fc_plain_wall *wall, fc_plane **out, fc_error *err)
{
    FC_ASSERT(guide != NULL);
    FC_ASSERT(guide->channels == 3);
    FC_ASSERT(coarse != NULL);
    FC_ASSERT(face_px > 0.0);
    FC_ASSERT(out != NULL);

    const fc_size size = guide->size;
    const double scale = fc_matte_work_scale(size);
    const fc_size reduced = fc_work_size(size, scale);
    const fc_box whole = { 0.0, 0.0, size.width, size.height };
    FC_AUTO(fc_image) small = NULL;
    FC_AUTO(fc_plane) mask = NULL;
    FC_TRY(fc_resample_for_network(guide, whole, reduced, &small, err));
    FC_TRY(reduce_mask(coarse, reduced, &mask, err));
    return fine ? refine_fine(guide, small, mask, face_px * scale, wall, out, err)
                : refine_fast(guide, small, mask, face_px * scale, out, err);
}
