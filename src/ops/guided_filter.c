#include "ops/guided_filter.h"

#include <string.h>

#include "base/assert.h"
#include "base/crew.h"
#include "base/memory.h"
#include "ops/bilinear.h"
#include "ops/box_blur.h"
#include "ops/box_rows.h"
#include "ops/symmetric3.h"
#include "ops/u8_clamp.h"

/* Values of a px whose window means make the fit: slopes over R, G and B, and the constant. */
enum { R, G, B, MASK, RR, RG, RB, GG, GB, BB, R_MASK, G_MASK, B_MASK, PLANE_COUNT };
enum { FIT_COUNT = FC_BILINEAR_PLANES };

/* Colours are taken about mid-grey: smaller numbers, so less is lost in E[xy] - E[x] E[y]. */
static inline float centred(uint8_t value)
{
    return (float)value * (1.0F / 255.0F) - 0.5F;
}

FC_WIDE static void split_colours(const uint8_t *restrict colours, size_t width,
                                  float *restrict red, float *restrict green, float *restrict blue)
{
    for (size_t x = 0; x < width; x++) {
        red[x] = centred(colours[3 * x]);
        green[x] = centred(colours[3 * x + 1]);
        blue[x] = centred(colours[3 * x + 2]);
    }
}

FC_WIDE static void multiply(const float *restrict one, const float *restrict other, size_t width,
                             float *restrict out)
{
    for (size_t x = 0; x < width; x++) {
        out[x] = one[x] * other[x];
    }
}

/* What a px is made of, of one row, and room for a product. */
typedef struct values {
    const float *of[MASK + 1];
    float *colours;
    float *product;
} values;

/* Rows that they need of their own. */
enum { OWN_ROWS = MASK + 1 };

static values place_values(float *rows, size_t width)
{
    return (values){ .colours = rows, .product = rows + MASK * width };
}

static void read_row(const fc_image *guide, const fc_plane *mask, int32_t y, values *row)
{
    const size_t width = (size_t)guide->size.width;
    split_colours(fc_image_row(guide, y), width, row->colours, row->colours + width,
                  row->colours + 2 * width);
    for (size_t i = R; i < MASK; i++) {
        row->of[i] = row->colours + i * width;
    }
    row->of[MASK] = fc_plane_row(mask, y);
}

/* A row of a plane whose window means give means, variances and covariances. */
static const float *make_plane(const values *row, size_t plane, size_t width)
{
    static const uint8_t FACTORS[PLANE_COUNT][2] = {
        [RR] = { R, R },        [RG] = { R, G },        [RB] = { R, B },
        [GG] = { G, G },        [GB] = { G, B },        [BB] = { B, B },
        [R_MASK] = { R, MASK }, [G_MASK] = { G, MASK }, [B_MASK] = { B, MASK },
    };
    if (plane <= MASK) {
        return row->of[plane];
    }
    multiply(row->of[FACTORS[plane][0]], row->of[FACTORS[plane][1]], width, row->product);
    return row->product;
}

/* The fits of a row of windows from their means. */
FC_WIDE static void fit_row(const float *restrict means, size_t width, double epsilon,
                            float *restrict slopes_r, float *restrict slopes_g,
                            float *restrict slopes_b, float *restrict constants)
{
    for (size_t x = 0; x < width; x++) {
        const float *at = means + x;
        const double r = (double)at[R * width];
        const double g = (double)at[G * width];
        const double b = (double)at[B * width];
        const double mask = (double)at[MASK * width];
        const fc_symmetric3 covariance = {
            .rr = (double)at[RR * width] - r * r,
            .rg = (double)at[RG * width] - r * g,
            .rb = (double)at[RB * width] - r * b,
            .gg = (double)at[GG * width] - g * g,
            .gb = (double)at[GB * width] - g * b,
            .bb = (double)at[BB * width] - b * b,
        };
        const double r_mask = (double)at[R_MASK * width] - r * mask;
        const double g_mask = (double)at[G_MASK * width] - g * mask;
        const double b_mask = (double)at[B_MASK * width] - b * mask;
        const fc_symmetric3 inverse = fc_symmetric3_invert(covariance, epsilon);
        const double slope_r = inverse.rr * r_mask + inverse.rg * g_mask + inverse.rb * b_mask;
        const double slope_g = inverse.rg * r_mask + inverse.gg * g_mask + inverse.gb * b_mask;
        const double slope_b = inverse.rb * r_mask + inverse.gb * g_mask + inverse.bb * b_mask;
        slopes_r[x] = (float)slope_r;
        slopes_g[x] = (float)slope_g;
        slopes_b[x] = (float)slope_b;
        constants[x] = (float)(mask - slope_r * r - slope_g * g - slope_b * b);
    }
}

/* The fit of each px applied to its colour: `fit` holds the four values of each px side by side. */
static FC_WIDE void solve_row(const float *restrict fit, const uint8_t *restrict colours,
                              size_t count, float *restrict out)
{
    for (size_t x = 0; x < count; x++) {
        out[x] = fit[FIT_COUNT * x] * centred(colours[3 * x]) +
                 fit[FIT_COUNT * x + 1] * centred(colours[3 * x + 1]) +
                 fit[FIT_COUNT * x + 2] * centred(colours[3 * x + 2]) + fit[FIT_COUNT * x + 3];
    }
}

/* Rows of a target that are worth being evaluated by another thread. */
#define BAND 64

/* A fit and what it is applied to. */
typedef struct evaluation {
    const float *planes;
    fc_size size;
    const fc_image *target;
    fc_plane *result;
} evaluation;

static fc_status evaluate_band(void *context, int32_t first, int32_t end, fc_error *err)
{
    const evaluation *the = context;
    const fc_size size = the->target->size;
    FC_AUTO(fc_bilinear) reader = NULL;
    FC_TRY(fc_bilinear_new(the->planes, the->size, size, &reader, err));
    for (int32_t y = first; y < end; y++) {
        solve_row(fc_bilinear_row(reader, y), fc_image_row(the->target, y), (size_t)size.width,
                  fc_plane_row(the->result, y));
    }
    return FC_OK;
}

/* The fit, brought to the scale of the target, applied to the target's colours. */
static fc_status evaluate(const float *planes, fc_size size, const fc_image *target, fc_plane **out,
                          fc_error *err)
{
    FC_AUTO(fc_plane) result = NULL;
    FC_TRY(fc_plane_new(target->size, &result, err));
    evaluation the = { planes, size, target, result };
    FC_TRY(fc_crew_rows(target->size.height, BAND, evaluate_band, &the, err));
    *out = FC_STEAL(result);
    return FC_OK;
}

/* The windows of all planes move down to row y; plane by plane, so that little has to be at hand.
 */
static void move_windows(fc_box_rows *rows, const values *entering, const values *leaving,
                         fc_size size, int32_t y, float *means)
{
    const int32_t radius = fc_box_rows_radius(rows);
    const size_t width = (size_t)size.width;
    for (size_t i = 0; i < PLANE_COUNT; i++) {
        const bool enters = y + radius < size.height;
        const bool leaves = y > radius;
        const float *in = enters ? make_plane(entering, i, width) : NULL;
        const float *out = leaves ? make_plane(leaving, i, width) : NULL;
        if (enters && leaves) {
            fc_box_rows_slide(rows, i, in, out);
        } else if (enters) {
            fc_box_rows_enter(rows, i, in);
        } else if (leaves) {
            fc_box_rows_leave(rows, i, out);
        }
        if (y >= 0) {
            fc_box_rows_means(rows, i, y, means + i * width);
        }
    }
}

/* The fit of each window. Products are made as their row enters a window, and again as it leaves:
 * that takes less time than to keep them. */
static fc_status fit_windows(const fc_image *guide, const fc_plane *mask, int32_t radius_px,
                             double epsilon, float *fits, fc_error *err)
{
    const fc_size size = guide->size;
    const size_t width = (size_t)size.width;
    const size_t count = width * (size_t)size.height;
    FC_AUTO(fc_box_rows) rows = NULL;
    FC_AUTO(fc_floats) memory = NULL;
    FC_TRY(fc_box_rows_new(size, PLANE_COUNT, radius_px, &rows, err));
    FC_TRY(
        fc_memory_new(width, (PLANE_COUNT + 2 * OWN_ROWS) * sizeof(float), (void **)&memory, err));
    float *const means = memory;
    values entering = place_values(memory + PLANE_COUNT * width, width);
    values leaving = place_values(entering.colours + OWN_ROWS * width, width);
    const int32_t radius = fc_box_rows_radius(rows);
    for (int32_t y = -radius; y < size.height; y++) {
        if (y + radius < size.height) {
            read_row(guide, mask, y + radius, &entering);
        }
        if (y > radius) {
            read_row(guide, mask, y - radius - 1, &leaving);
        }
        move_windows(rows, &entering, &leaving, size, y, means);
        if (y >= 0) {
            float *fit = fits + (size_t)y * width;
            fit_row(means, width, epsilon, fit, fit + count, fit + 2 * count, fit + 3 * count);
        }
    }
    return FC_OK;
}

/* The first half of fc_guided_filter, for who evaluates the fit himself and only where it matters.
 *
 * guide, mask, radius_px, epsilon   as above
 * out   owner: caller, release with fc_memory_free. FC_BILINEAR_PLANES planes of the guide's size
 *       (ops/bilinear.h): the slopes over R, G and B, and the constant. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED. Cost: about 40 ns a px of `guide`. */
static fc_status fit_planes(const fc_image *guide, const fc_plane *mask, int32_t radius_px,
                            double epsilon, float **out, fc_error *err)
{
    FC_ASSERT(guide != NULL);
    FC_ASSERT(guide->channels == 3);
    FC_ASSERT(mask->size.width == guide->size.width);
    FC_ASSERT(mask->size.height == guide->size.height);
    FC_ASSERT(epsilon > 0.0);
    FC_ASSERT(out != NULL);

    const fc_size size = guide->size;
    const size_t count = (size_t)size.width * (size_t)size.height;
    FC_AUTO(fc_floats) fits = NULL;
    FC_TRY(fc_memory_new(count, FIT_COUNT * sizeof(float), (void **)&fits, err));
    FC_TRY(fit_windows(guide, mask, radius_px, epsilon, fits, err));
    FC_TRY(fc_box_blur_in_place(fits, FIT_COUNT, size, radius_px, err));
    *out = FC_STEAL(fits);
    return FC_OK;
}

fc_status fc_guided_filter(const fc_image *guide, const fc_plane *mask, int32_t radius_px,
                           double epsilon, const fc_image *target, fc_plane **out, fc_error *err)
{
    FC_ASSERT(target != NULL);
    FC_ASSERT(target->channels == 3);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_floats) fit = NULL;
    FC_TRY(fit_planes(guide, mask, radius_px, epsilon, &fit, err));
    return evaluate(fit, guide->size, target, out, err);
}

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
    fc_image *kinds; /* of each px of the mask, one of fc_run_kind */
    float *fit;
    fc_bilinear *reader;
    bool borrows; /* kinds and fit are another one's */
};

/* By the mean of the mask about a px: 0 or 1 where nothing else is near. */
FC_WIDE static void tell_kinds(const float *restrict means, size_t width, uint8_t *restrict kinds)
{
    for (size_t x = 0; x < width; x++) {
        const uint8_t open = means[x] < 1.0F - SURE ? FC_RUN_BAND : FC_RUN_SOLID;
        kinds[x] = means[x] <= SURE ? FC_RUN_CLEAR : open;
    }
}

static fc_status find_kinds(const fc_plane *mask, fc_image **out, fc_error *err)
{
    FC_AUTO(fc_plane) means = NULL;
    FC_AUTO(fc_image) kinds = NULL;
    FC_TRY(fc_plane_new(mask->size, &means, err));
    FC_TRY(fc_image_new(mask->size, 1, &kinds, err));
    memcpy(means->data, mask->data, fc_plane_bytes(mask));
    FC_TRY(fc_box_blur_in_place(means->data, 1, mask->size, SURE_RADIUS_PX, err));
    for (int32_t y = 0; y < mask->size.height; y++) {
        tell_kinds(fc_plane_row(means, y), (size_t)mask->size.width, fc_image_row(kinds, y));
    }
    *out = FC_STEAL(kinds);
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
    FC_TRY(fit_planes(small, mask, FIT_RADIUS_PX, FIT_EPSILON, &carry->fit, err));
    FC_TRY(fc_bilinear_new(carry->fit, small->size, full, &carry->reader, err));
    FC_TRY(find_kinds(mask, &carry->kinds, err));
    *out = FC_STEAL(carry);
    return FC_OK;
}

fc_status fc_guided_upsampler_borrow(const fc_guided_upsampler *from, fc_guided_upsampler **out,
                                     fc_error *err)
{
    FC_ASSERT(from != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_guided_upsampler) carry = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_guided_upsampler), (void **)&carry, err));
    *carry = *from;
    carry->borrows = true;
    carry->reader = NULL;
    FC_TRY(fc_bilinear_new(carry->fit, carry->kinds->size, carry->full, &carry->reader, err));
    *out = FC_STEAL(carry);
    return FC_OK;
}

void fc_guided_upsampler_free(fc_guided_upsampler *carry)
{
    if (carry != NULL) {
        fc_bilinear_free(carry->reader);
        if (!carry->borrows) {
            fc_memory_free(carry->fit);
            fc_image_free(carry->kinds);
        }
        fc_memory_free(carry);
    }
}

/* The end of the px of one kind that begin at `first`, looked at a word at a time. */
static int32_t end_of_kind(const uint8_t *kinds, int32_t first, int32_t width)
{
    uint64_t alike = 0;
    uint64_t some = 0;
    const int32_t step = (int32_t)sizeof some;
    memset(&alike, kinds[first], sizeof alike);
    int32_t end = first;
    for (; end + step <= width; end += step) {
        memcpy(&some, kinds + end, sizeof some);
        if (some != alike) {
            break;
        }
    }
    while (end < width && kinds[end] == kinds[first]) {
        end++;
    }
    return end;
}

bool fc_guided_upsampler_next(const fc_guided_upsampler *carry, int32_t y, fc_run *run)
{
    FC_ASSERT(carry != NULL && run != NULL);
    FC_ASSERT(y >= 0 && y < carry->full.height);

    const fc_size size = carry->kinds->size;
    if (run->next == size.width) {
        return false;
    }
    const uint8_t *kinds =
        fc_image_row(carry->kinds, (int32_t)((int64_t)y * size.height / carry->full.height));
    run->kind = (fc_run_kind)kinds[run->next];
    run->next = end_of_kind(kinds, run->next, size.width);
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
    solve_row(fit + (ptrdiff_t)FC_BILINEAR_PLANES * first, colours, count, alpha);
    end_haze(alpha, count);
}
