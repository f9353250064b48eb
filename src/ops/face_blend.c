#include "ops/face_blend.h"

#include <math.h>

#include "base/assert.h"
#include "ops/plane_place.h"
#include "ops/resample.h"
#include "ops/u8_clamp.h"

/* The oval, in shares of the square's side: brows to chin, cheek to cheek. Full strength within
 * OVAL_CORE of the way out, nothing from its outline on. */
#define OVAL_X 0.5
#define OVAL_Y 0.58
#define OVAL_HALF_WIDTH 0.36
#define OVAL_HALF_HEIGHT 0.40
#define OVAL_CORE 0.65

/* A change of so many levels either way fits a plane of 0..1, which is all that can be placed. */
#define LEVELS_MAX 255.0F

/* A square this much finer than the picture is reduced first, so that nothing aliases. */
#define FINER_MAX 1.25

static float oval_weight(double x, double y, double side)
{
    const double right = (x / side - OVAL_X) / OVAL_HALF_WIDTH;
    const double down = (y / side - OVAL_Y) / OVAL_HALF_HEIGHT;
    const double t = fmin(fmax((1.0 - hypot(right, down)) / (1.0 - OVAL_CORE), 0.0), 1.0);
    return (float)(t * t * (3.0 - 2.0 * t));
}

/* Change of luma, by the weights of ops/luma.h, without rounding. */
static float change_at(const uint8_t *from, const uint8_t *to)
{
    return (float)(77 * (to[0] - from[0]) + 150 * (to[1] - from[1]) + 29 * (to[2] - from[2])) /
           256.0F;
}

static double mean_change(const fc_image *given, const fc_image *repainted)
{
    double sum = 0.0;
    double weights = 0.0;
    for (int32_t y = 0; y < given->size.height; y++) {
        const uint8_t *from = fc_image_row(given, y);
        const uint8_t *to = fc_image_row(repainted, y);
        for (int32_t x = 0; x < given->size.width; x++) {
            const float weight = oval_weight(x + 0.5, y + 0.5, given->size.width);
            sum += (double)(weight * change_at(from + 3 * x, to + 3 * x));
            weights += (double)weight;
        }
    }
    return weights > 0.0 ? sum / weights : 0.0;
}

/* The faded change as 0..1: 0.5 is none. */
static fc_status write_changes(const fc_image *given, const fc_image *repainted, fc_plane **out,
                               fc_error *err)
{
    const float mean = (float)mean_change(given, repainted);
    FC_AUTO(fc_plane) changes = NULL;
    FC_TRY(fc_plane_new(given->size, &changes, err));
    for (int32_t y = 0; y < given->size.height; y++) {
        const uint8_t *from = fc_image_row(given, y);
        const uint8_t *to = fc_image_row(repainted, y);
        float *row = fc_plane_row(changes, y);
        for (int32_t x = 0; x < given->size.width; x++) {
            const float weight = oval_weight(x + 0.5, y + 0.5, given->size.width);
            const float change = weight * (change_at(from + 3 * x, to + 3 * x) - mean);
            row[x] = 0.5F + fc_clamp(change, -LEVELS_MAX, LEVELS_MAX) / (2.0F * LEVELS_MAX);
        }
    }
    *out = FC_STEAL(changes);
    return FC_OK;
}

/* The changes as the picture's pixels see them. */
static fc_status place_changes(const fc_plane *changes, fc_similarity to_square, fc_size size,
                               fc_plane **out, fc_error *err)
{
    const double side = changes->size.width;
    const double finer = fc_similarity_scale(to_square);
    const fc_box square = { 0, 0, side, side };
    if (finer <= FINER_MAX) {
        return fc_plane_place(changes, square, to_square, size, out, err);
    }
    const int32_t reduced_side = (int32_t)fmax(side / finer, 1.0);
    FC_AUTO(fc_plane) reduced = NULL;
    FC_TRY(fc_plane_resample(changes, (fc_size){ reduced_side, reduced_side }, &reduced, err));
    return fc_plane_place(reduced, square, to_square, size, out, err);
}

FC_WIDE static void add_row(const float *restrict placed, const float *restrict matte,
                            int32_t width, uint8_t *restrict rgb)
{
    for (int32_t x = 0; x < width; x++) {
        const float change = (placed[x] - 0.5F) * (2.0F * LEVELS_MAX) * matte[x];
        for (int32_t c = 0; c < 3; c++) {
            rgb[c] = fc_u8_clamp((float)rgb[c] + change);
        }
        rgb += 3;
    }
}

fc_status fc_face_blend_in_place(fc_image *picture, const fc_plane *matte, const fc_image *given,
                                 const fc_image *repainted, fc_similarity to_square, fc_error *err)
{
    FC_ASSERT(picture != NULL && picture->channels == 3);
    FC_ASSERT(matte != NULL);
    FC_ASSERT(matte->size.width == picture->size.width);
    FC_ASSERT(matte->size.height == picture->size.height);
    FC_ASSERT(given != NULL && given->channels == 3);
    FC_ASSERT(given->size.width == given->size.height);
    FC_ASSERT(repainted != NULL && repainted->channels == 3);
    FC_ASSERT(repainted->size.width == given->size.width);
    FC_ASSERT(repainted->size.height == given->size.height);

    FC_AUTO(fc_plane) changes = NULL;
    FC_AUTO(fc_plane) placed = NULL;
    FC_TRY(write_changes(given, repainted, &changes, err));
    FC_TRY(place_changes(changes, to_square, picture->size, &placed, err));
    for (int32_t y = 0; y < picture->size.height; y++) {
        add_row(fc_plane_row(placed, y), fc_plane_row(matte, y), picture->size.width,
                fc_image_row(picture, y));
    }
    return FC_OK;
}
