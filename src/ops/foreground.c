#include "ops/foreground.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "base/crew.h"
#include "base/memory.h"
#include "ops/bilinear.h"
#include "ops/box_blur.h"
#include "ops/resample.h"
#include "ops/u8_clamp.h"
#include "ops/work_size.h"

/* Longest side at which the blurs run, px: their results are smooth. */
static const int32_t BLUR_SIDE_MAX = 160;

/* Radii of the two passes in face heights: the first bridges wide hair, the second follows it. */
static const double FIRST_RADIUS = 0.25;
static const double SECOND_RADIUS = 0.02;

/* Where the mean weight in a window is below this, the colour from further away takes over. */
static const float FALLBACK_WEIGHT = 0.03F;

/* Of a px next to the edge, so much of its alpha still counts. */
static const float EDGE_TRUST = 0.5F;

/* Planes: colour and weight of the foreground, colour and weight of the background. */
enum { FORE, FORE_WEIGHT = 3, BACK, BACK_WEIGHT = 7, PLANE_COUNT };
_Static_assert(PLANE_COUNT == 2 * FC_BILINEAR_PLANES, "read as two groups");

/* The blurs in work, at reduced scale. */
typedef struct fc_fusion {
    fc_size size;
    size_t count; /* px */
    const fc_image *picture;
    const fc_plane *alpha;
    float *means;    /* mean colours around each px, 0..255 */
    float *weighted; /* colours by weight and the weights, then their means over the window */
} fc_fusion;

static inline float cut(float value)
{
    return fc_clamp_from_0(value, 255.0F);
}

/* The foreground near `fore` that, mixed with `back`, comes closest to the mixture. */
static inline float unmix(float mixture, float alpha, float fore, float back)
{
    return cut(fore + alpha * (mixture - alpha * fore - (1.0F - alpha) * back));
}

/* How much a px says about a colour of which it holds this share: mixtures mislead. */
static inline float weight_of(float share)
{
    return share * share * share;
}

/*
 * Mean colours of the whole foreground and background: for windows that have none of it. A trace
 * of every px counts to both, so that a mask of only 0 or only 1 has an answer too.
 */
static void fill_overall_means(fc_fusion *fusion)
{
    double sums[PLANE_COUNT] = { 0.0 };
    for (int32_t y = 0; y < fusion->size.height; y++) {
        const uint8_t *colours = fc_image_row(fusion->picture, y);
        const float *alpha = fc_plane_row(fusion->alpha, y);
        for (size_t x = 0; x < (size_t)fusion->size.width; x++) {
            const double weights[] = { (double)weight_of(alpha[x]) + 1e-6,
                                       (double)weight_of(1.0F - alpha[x]) + 1e-6 };
            for (size_t c = 0; c < 3; c++) {
                sums[FORE + c] += weights[0] * colours[3 * x + c];
                sums[BACK + c] += weights[1] * colours[3 * x + c];
            }
            sums[FORE_WEIGHT] += weights[0];
            sums[BACK_WEIGHT] += weights[1];
        }
    }
    for (size_t plane = 0; plane < PLANE_COUNT; plane++) {
        const float mean = (float)(sums[plane] / sums[plane < BACK ? FORE_WEIGHT : BACK_WEIGHT]);
        for (size_t i = 0; i < fusion->count; i++) {
            fusion->means[plane * fusion->count + i] = mean;
        }
    }
}

/* The parts of a row's px that belong to the foreground and to the background. */
FC_WIDE static void weigh_px(const float *restrict alpha, size_t width, float *restrict fore,
                             float *restrict back)
{
    for (size_t x = 0; x < width; x++) {
        fore[x] = weight_of(alpha[x]);
        back[x] = weight_of(1.0F - alpha[x]);
    }
}

/* One colour of both; `mixture` is one of three values of a px. */
typedef struct colour_row {
    const uint8_t *mixture;
    const float *fore_means; /* NULL in the first pass, which takes the mixture itself */
    const float *back_means;
    float *fore;
    float *back;
} colour_row;

FC_WIDE static void weigh_colour(const colour_row *row, const float *restrict alpha, size_t width)
{
    const uint8_t *restrict mixture = row->mixture;
    const float *restrict fore_means = row->fore_means;
    const float *restrict back_means = row->back_means;
    float *restrict fore = row->fore;
    float *restrict back = row->back;
    if (fore_means == NULL) {
        for (size_t x = 0; x < width; x++) {
            fore[x] = weight_of(alpha[x]) * mixture[3 * x];
            back[x] = weight_of(1.0F - alpha[x]) * mixture[3 * x];
        }
        return;
    }
    for (size_t x = 0; x < width; x++) {
        fore[x] =
            weight_of(alpha[x]) * unmix(mixture[3 * x], alpha[x], fore_means[x], back_means[x]);
        back[x] = weight_of(1.0F - alpha[x]) * back_means[x];
    }
}

/* Colours by weight. The first pass takes the mixture itself, the second what is known by now. */
static void weigh(const fc_fusion *fusion, bool first)
{
    const size_t step = fusion->count;
    for (int32_t y = 0; y < fusion->size.height; y++) {
        const size_t width = (size_t)fusion->size.width;
        const float *alpha = fc_plane_row(fusion->alpha, y);
        const float *means = fusion->means + (size_t)y * width;
        float *weighted = fusion->weighted + (size_t)y * width;
        weigh_px(alpha, width, weighted + FORE_WEIGHT * step, weighted + BACK_WEIGHT * step);
        for (size_t c = 0; c < 3; c++) {
            const colour_row row = {
                .mixture = fc_image_row(fusion->picture, y) + c,
                .fore_means = first ? NULL : means + (FORE + c) * step,
                .back_means = means + (BACK + c) * step,
                .fore = weighted + (FORE + c) * step,
                .back = weighted + (BACK + c) * step,
            };
            weigh_colour(&row, alpha, width);
        }
    }
}

/* The mean colour over a window from sums by weight, as far as it holds enough to tell. */
FC_WIDE static void take_means(const float *restrict weighted, const float *restrict weights,
                               size_t count, float *restrict means)
{
    for (size_t i = 0; i < count; i++) {
        means[i] = (weighted[i] + FALLBACK_WEIGHT * means[i]) / (weights[i] + FALLBACK_WEIGHT);
    }
}

/* One blur: the means become those of the window, where it holds enough to tell. */
static fc_status blur_pass(fc_fusion *fusion, bool first, double radius_px, fc_error *err)
{
    weigh(fusion, first);
    const int32_t radius = (int32_t)lround(fmin(fmax(radius_px, 1.0), BLUR_SIDE_MAX));
    FC_TRY(fc_box_blur_in_place(fusion->weighted, PLANE_COUNT, fusion->size, radius, err));
    for (size_t plane = 0; plane < PLANE_COUNT; plane++) {
        const size_t side = plane < BACK ? FORE_WEIGHT : BACK_WEIGHT;
        take_means(fusion->weighted + plane * fusion->count,
                   fusion->weighted + side * fusion->count, fusion->count,
                   fusion->means + plane * fusion->count);
    }
    return FC_OK;
}

fc_status fc_foreground_means(const fc_image *picture, const fc_plane *alpha, double face_px,
                              float **out, fc_error *err)
{
    FC_ASSERT(picture != NULL);
    FC_ASSERT(picture->channels == 3);
    FC_ASSERT(alpha != NULL);
    FC_ASSERT(alpha->size.width == picture->size.width);
    FC_ASSERT(alpha->size.height == picture->size.height);
    FC_ASSERT(face_px > 0.0);
    FC_ASSERT(out != NULL);

    fc_fusion fusion = { .size = picture->size, .picture = picture, .alpha = alpha };
    fusion.count = (size_t)picture->size.width * (size_t)picture->size.height;
    FC_AUTO(fc_floats) memory = NULL;
    FC_AUTO(fc_floats) weighted = NULL;
    FC_TRY(fc_memory_new(fusion.count, PLANE_COUNT * sizeof(float), (void **)&memory, err));
    FC_TRY(fc_memory_new(fusion.count, PLANE_COUNT * sizeof(float), (void **)&weighted, err));
    fusion.means = memory;
    fusion.weighted = weighted;
    fill_overall_means(&fusion);
    FC_TRY(blur_pass(&fusion, true, FIRST_RADIUS * face_px, err));
    FC_TRY(blur_pass(&fusion, false, SECOND_RADIUS * face_px, err));
    *out = FC_STEAL(memory);
    return FC_OK;
}

static inline uint8_t to_octet(float value)
{
    return (uint8_t)(cut(value) + 0.5F);
}

FC_WIDE void fc_foreground_row(const uint8_t *restrict picture, const float *restrict alpha,
                               const float *restrict fore, const float *restrict back, size_t count,
                               uint8_t *restrict out)
{
    for (size_t x = 0; x < count; x++) {
        for (size_t c = 0; c < 3; c++) {
            const size_t mean = FC_BILINEAR_PLANES * x + c;
            const uint8_t own = picture[3 * x + c];
            const uint8_t unmixed = to_octet(unmix(own, alpha[x], fore[mean], back[mean]));
            out[3 * x + c] = alpha[x] >= 1.0F ? own : unmixed;
        }
    }
}

/* Whether a px is neither all person nor all ground. */
static inline bool is_mixed(float alpha)
{
    return alpha > 0.0F && alpha < 1.0F;
}

/* Px that are looked at in one go. */
enum { STRETCH = 32 };

/* The first mixed px from `x` on, or `width`. */
FC_WIDE static int32_t find_mixed(const float *alpha, int32_t x, int32_t width)
{
    for (; x + STRETCH <= width; x += STRETCH) {
        int32_t mixed = 0;
        for (int32_t i = 0; i < STRETCH; i++) {
            mixed |= (alpha[x + i] > 0.0F) & (alpha[x + i] < 1.0F);
        }
        if (mixed != 0) {
            break;
        }
    }
    while (x < width && !is_mixed(alpha[x])) {
        x++;
    }
    return x;
}

/* The end of the run of mixed px that begins at `first`. */
static int32_t end_of_run(const float *alpha, int32_t first, int32_t width)
{
    int32_t end = first + 1;
    while (end < width && is_mixed(alpha[end])) {
        end++;
    }
    return end;
}

/* A row of the picture, its mixed px replaced: a few in a hundred of a portrait's. */
static void unmix_row(const fc_image *picture, const fc_plane *alpha, int32_t y, fc_bilinear *fore,
                      fc_bilinear *back, fc_image *result)
{
    const int32_t width = picture->size.width;
    const float *share = fc_plane_row(alpha, y);
    const uint8_t *from = fc_image_row(picture, y);
    uint8_t *to = fc_image_row(result, y);
    memcpy(to, from, 3 * (size_t)width);
    int32_t end = 0;
    for (int32_t x = 0; (x = find_mixed(share, end, width)) < width;) {
        end = end_of_run(share, x, width);
        const ptrdiff_t at = (ptrdiff_t)FC_BILINEAR_PLANES * x;
        fc_foreground_row(
            from + (ptrdiff_t)3 * x, share + x, fc_bilinear_span(fore, y, x, end) + at,
            fc_bilinear_span(back, y, x, end) + at, (size_t)(end - x), to + (ptrdiff_t)3 * x);
    }
}

/* Rows that are worth being unmixed by another thread. */
#define BAND 96

/* A foreground in the making. */
typedef struct unmixing {
    const fc_image *picture;
    const fc_plane *alpha;
    fc_size reduced;
    const float *means; /* of `reduced` size */
    fc_image *result;
} unmixing;

static fc_status unmix_band(void *context, int32_t first, int32_t end, fc_error *err)
{
    const unmixing *the = context;
    const fc_size size = the->picture->size;
    const size_t back = BACK * (size_t)the->reduced.width * (size_t)the->reduced.height;
    FC_AUTO(fc_bilinear) fore_reader = NULL;
    FC_AUTO(fc_bilinear) back_reader = NULL;
    FC_TRY(fc_bilinear_new(the->means, the->reduced, size, &fore_reader, err));
    FC_TRY(fc_bilinear_new(the->means + back, the->reduced, size, &back_reader, err));
    for (int32_t y = first; y < end; y++) {
        unmix_row(the->picture, the->alpha, y, fore_reader, back_reader, the->result);
    }
    return FC_OK;
}

fc_status fc_foreground(const fc_image *picture, const fc_plane *alpha, double face_px,
                        fc_image **out, fc_error *err)
{
    FC_ASSERT(picture != NULL);
    FC_ASSERT(picture->channels == 3);
    FC_ASSERT(alpha != NULL);
    FC_ASSERT(alpha->size.width == picture->size.width);
    FC_ASSERT(alpha->size.height == picture->size.height);
    FC_ASSERT(face_px > 0.0);
    FC_ASSERT(out != NULL);

    const fc_size size = picture->size;
    const double scale = fc_work_scale(size, BLUR_SIDE_MAX);
    const fc_size reduced = fc_work_size(size, scale);
    const fc_box whole = { 0.0, 0.0, size.width, size.height };
    FC_AUTO(fc_image) small = NULL;
    FC_AUTO(fc_plane) small_alpha = NULL;
    FC_AUTO(fc_floats) means = NULL;
    FC_TRY(fc_resample_for_network(picture, whole, reduced, &small, err));
    FC_TRY(fc_plane_resample(alpha, reduced, &small_alpha, err));
    FC_TRY(fc_foreground_means(small, small_alpha, face_px * scale, &means, err));

    FC_AUTO(fc_image) result = NULL;
    FC_TRY(fc_image_new(size, 3, &result, err));
    unmixing the = { picture, alpha, reduced, means, result };
    FC_TRY(fc_crew_rows(size.height, BAND, unmix_band, &the, err));
    *out = FC_STEAL(result);
    return FC_OK;
}

static inline float lesser(float a, float b)
{
    return a < b ? a : b;
}

/* As fc_foreground_trust_row, of one px between its neighbours. */
static inline float trust_px(const float *const rows[3], int32_t left, int32_t x, int32_t right)
{
    float least = rows[1][x];
    for (size_t r = 0; r < 3; r++) {
        least = lesser(lesser(least, rows[r][left]), lesser(rows[r][x], rows[r][right]));
    }
    const float share = EDGE_TRUST * rows[1][x];
    return least < share ? share : least;
}

FC_WIDE void fc_foreground_trust_row(const float *const rows[3], int32_t width, int32_t first,
                                     int32_t end, float *restrict out)
{
    FC_ASSERT(rows != NULL && out != NULL);
    FC_ASSERT(0 <= first && first <= end && end <= width);
    const int32_t last = end < width ? end : width - 1;
    for (int32_t x = first > 0 ? first : 1; x < last; x++) {
        out[x - first] = trust_px(rows, x - 1, x, x + 1);
    }
    if (first == 0 && end > 0) {
        out[0] = trust_px(rows, 0, 0, width > 1 ? 1 : 0);
    }
    if (first < end && end == width) {
        out[width - 1 - first] = trust_px(rows, width > 1 ? width - 2 : 0, width - 1, width - 1);
    }
}

fc_status fc_foreground_trust(const fc_plane *matte, fc_plane **out, fc_error *err)
{
    FC_ASSERT(matte != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_plane) trust = NULL;
    FC_TRY(fc_plane_new(matte->size, &trust, err));
    const int32_t width = matte->size.width;
    const int32_t height = matte->size.height;
    for (int32_t y = 0; y < height; y++) {
        const float *const rows[] = { fc_plane_row(matte, y > 0 ? y - 1 : y),
                                      fc_plane_row(matte, y),
                                      fc_plane_row(matte, y + 1 < height ? y + 1 : y) };
        fc_foreground_trust_row(rows, width, 0, width, fc_plane_row(trust, y));
    }
    *out = FC_STEAL(trust);
    return FC_OK;
}
