#include "ops/matting_laplacian.h"

#include <string.h>

#include "base/assert.h"
#include "base/crew.h"
#include "base/memory.h"
#include "ops/symmetric3.h"

enum { WINDOW_SIDE = 3, WINDOW = WINDOW_SIDE * WINDOW_SIDE };

/* Padded planes of a colour, and of a fit. */
enum { COLOURS = 3, FITS = 4 };

/* Padding: 1 px on each side, and what the last block of a row may stick out. */
enum { LANES = FC_FLOAT8_LANES, LEFT = 1, RIGHT = LANES + 1 };

/* Variance of colours in 0..1 that a window has at least; from the paper, per px of the window. */
static const double EPSILON = 1e-5;

/*
 * The windows about a block of px. A window fits the mask by a linear function of the colour:
 * slopes = inverse * sum((colour - mean) * mask), as little as possible (`inverse` is that of the
 * covariance and holds the division by the px of the window). All 0 where there is no window.
 */
struct fc_windows {
    fc_float8 r, g, b; /* mean colour */
    fc_float8 rr, rg, rb, gg, gb, bb;
    fc_float8 share; /* 1 / WINDOW */
};

static size_t padded_place(const fc_laplacian *laplacian, int32_t x, int32_t y)
{
    return (size_t)(y + 1) * laplacian->stride + (size_t)(x + LEFT);
}

/* The px number `i` of the windows about the block at `place`. */
static inline size_t place_in_window(const fc_laplacian *laplacian, size_t place, size_t i)
{
    return place + i / WINDOW_SIDE * laplacian->stride + i % WINDOW_SIDE - laplacian->stride - 1;
}

/* Which px of a row have an unknown one within `reach` (0 or 1). */
FC_WIDE static void find_near(const fc_image *unknown, int32_t y, int32_t reach,
                              uint8_t *restrict near)
{
    const size_t width = (size_t)unknown->size.width;
    memset(near, 0, width);
    for (int32_t row = y - reach; row <= y + reach; row++) {
        const uint8_t *restrict flags = fc_image_row(unknown, row);
        for (int32_t by = -reach; by <= reach; by++) {
            for (size_t x = 1; x < width - 1; x++) {
                near[x] |= flags[x + (size_t)by];
            }
        }
    }
    near[0] = fc_image_row(unknown, y)[0];
    near[width - 1] = fc_image_row(unknown, y)[width - 1];
}

/* The first of `count` bytes that is not 0, or NULL. */
static const uint8_t *find_set(const uint8_t *bytes, int32_t count)
{
    int32_t i = 0;
    for (uint64_t some = 0; i + (int32_t)sizeof some <= count; i += (int32_t)sizeof some) {
        memcpy(&some, bytes + i, sizeof some);
        if (some != 0) {
            break;
        }
    }
    while (i < count && bytes[i] == 0) {
        i++;
    }
    return i < count ? bytes + i : NULL;
}

/* Blocks that hold all px within `reach` of an unknown one, `reach` px inside the picture. */
static fc_status find_blocks(const fc_laplacian *laplacian, const fc_image *unknown, int32_t reach,
                             fc_places *places, fc_error *err)
{
    const fc_size size = laplacian->size;
    const size_t most = (size_t)(size.width / LANES + 1) * (size_t)size.height;
    FC_AUTO(fc_octets) near = NULL;
    FC_TRY(fc_memory_new(most, sizeof(int32_t), (void **)&places->items, err));
    FC_TRY(fc_memory_new((size_t)size.width, 1, (void **)&near, err));
    for (int32_t y = reach; y < size.height - reach; y++) {
        find_near(unknown, y, reach, near);
        const int32_t end = size.width - reach;
        const uint8_t *next = find_set(near + reach, end - reach);
        while (next != NULL) {
            const int32_t x = (int32_t)(next - near);
            places->items[places->count++] = (int32_t)padded_place(laplacian, x, y);
            next = x + LANES < end ? find_set(next + LANES, end - x - LANES) : NULL;
        }
    }
    return FC_OK;
}

FC_WIDE static void read_row(const uint8_t *restrict colours, size_t width, float *restrict red,
                             float *restrict green, float *restrict blue)
{
    for (size_t x = 0; x < width; x++) {
        red[x] = (float)colours[3 * x] * (1.0F / 255.0F);
        green[x] = (float)colours[3 * x + 1] * (1.0F / 255.0F);
        blue[x] = (float)colours[3 * x + 2] * (1.0F / 255.0F);
    }
}

static void read_colours(const fc_image *guide, fc_laplacian *laplacian)
{
    for (int32_t y = 0; y < laplacian->size.height; y++) {
        const size_t at = padded_place(laplacian, 0, y);
        read_row(fc_image_row(guide, y), (size_t)laplacian->size.width, laplacian->colours[0] + at,
                 laplacian->colours[1] + at, laplacian->colours[2] + at);
    }
}

/* Mean colours of the windows about a block. */
static inline void average(const fc_laplacian *laplacian, size_t place, fc_windows *windows)
{
    for (size_t i = 0; i < WINDOW; i++) {
        const size_t at = place_in_window(laplacian, place, i);
        windows->r += *fc_float8_at(laplacian->colours[0] + at);
        windows->g += *fc_float8_at(laplacian->colours[1] + at);
        windows->b += *fc_float8_at(laplacian->colours[2] + at);
    }
    windows->r *= 1.0F / WINDOW;
    windows->g *= 1.0F / WINDOW;
    windows->b *= 1.0F / WINDOW;
}

/* Sums of the products of the colours about their means, in the place of the inverse. */
static inline void correlate(const fc_laplacian *laplacian, size_t place, fc_windows *windows)
{
    for (size_t i = 0; i < WINDOW; i++) {
        const size_t at = place_in_window(laplacian, place, i);
        const fc_float8 r = *fc_float8_at(laplacian->colours[0] + at) - windows->r;
        const fc_float8 g = *fc_float8_at(laplacian->colours[1] + at) - windows->g;
        const fc_float8 b = *fc_float8_at(laplacian->colours[2] + at) - windows->b;
        windows->rr += r * r;
        windows->rg += r * g;
        windows->rb += r * b;
        windows->gg += g * g;
        windows->gb += g * b;
        windows->bb += b * b;
    }
}

/* Turn the sums of products into the inverse; windows from `count` on are none. */
static inline void invert(fc_windows *windows, int32_t count)
{
    for (int32_t i = 0; i < LANES; i++) {
        const fc_symmetric3 sums = {
            .rr = (double)windows->rr[i],
            .rg = (double)windows->rg[i],
            .rb = (double)windows->rb[i],
            .gg = (double)windows->gg[i],
            .gb = (double)windows->gb[i],
            .bb = (double)windows->bb[i],
        };
        const fc_symmetric3 inverse = fc_symmetric3_invert(sums, EPSILON);
        const double there = i < count ? 1.0 : 0.0;
        windows->rr[i] = (float)(inverse.rr * there);
        windows->rg[i] = (float)(inverse.rg * there);
        windows->rb[i] = (float)(inverse.rb * there);
        windows->gg[i] = (float)(inverse.gg * there);
        windows->gb[i] = (float)(inverse.gb * there);
        windows->bb[i] = (float)(inverse.bb * there);
        windows->share[i] = i < count ? 1.0F / WINDOW : 0.0F;
    }
}

/* Blocks of windows that are worth being made by another thread. */
#define BAND 1024

FC_WIDE static void make_windows(fc_laplacian *laplacian, int32_t first, int32_t end)
{
    for (int32_t n = first; n < end; n++) {
        const size_t place = (size_t)laplacian->windows_at.items[n];
        fc_windows windows = { 0 };
        average(laplacian, place, &windows);
        correlate(laplacian, place, &windows);
        const int32_t x = (int32_t)(place % laplacian->stride) - LEFT;
        invert(&windows, laplacian->size.width - 1 - x);
        laplacian->windows[n] = windows;
    }
}

static fc_status make_band(void *context, int32_t first, int32_t end, fc_error *err)
{
    (void)err;
    make_windows(context, first, end);
    return FC_OK;
}

/* Windows that reach a place of an axis: their centres keep 1 px inside the picture. */
static int32_t windows_over(int32_t at, int32_t length)
{
    const int32_t first = at - 1 > 1 ? at - 1 : 1;
    const int32_t last = at + 1 < length - 2 ? at + 1 : length - 2;
    return last - first + 1;
}

static void make_px(const fc_image *unknown, fc_laplacian *laplacian)
{
    for (int32_t n = 0; n < laplacian->px_at.count; n++) {
        const size_t place = (size_t)laplacian->px_at.items[n];
        const int32_t y = (int32_t)(place / laplacian->stride) - 1;
        const int32_t first = (int32_t)(place % laplacian->stride) - LEFT;
        fc_band_px px = { 0 };
        for (int32_t i = 0; i < LANES && first + i < laplacian->size.width; i++) {
            const int32_t x = first + i;
            px.unknown[i] = fc_image_row(unknown, y)[x] != 0 ? 1.0F : 0.0F;
            px.weight[i] = (float)(windows_over(x, laplacian->size.width) *
                                   windows_over(y, laplacian->size.height));
        }
        laplacian->px[n] = px;
    }
}

/* Fit a plane in block `n` of the windows. What is taken off is the mean less the colour, so that
 * the colour is read by the subtraction itself. */
static inline void fit(const fc_laplacian *laplacian, float *plane, int32_t n)
{
    const fc_windows *windows = &laplacian->windows[n];
    const size_t place = (size_t)laplacian->windows_at.items[n];
    float *const *colours = laplacian->colours;
    fc_float8 sum = { 0 };
    fc_float8 red = { 0 };
    fc_float8 green = { 0 };
    fc_float8 blue = { 0 };
    for (size_t i = 0; i < WINDOW_SIDE; i++) {
        const size_t left = place_in_window(laplacian, place, i * WINDOW_SIDE);
        for (size_t k = 0; k < WINDOW_SIDE; k++) {
            const size_t at = left + k;
            const fc_float8 value = *fc_float8_at(plane + at);
            sum += value;
            red -= (windows->r - *fc_float8_at(colours[0] + at)) * value;
            green -= (windows->g - *fc_float8_at(colours[1] + at)) * value;
            blue -= (windows->b - *fc_float8_at(colours[2] + at)) * value;
        }
    }
    const fc_float8 r = windows->rr * red + windows->rg * green + windows->rb * blue;
    const fc_float8 g = windows->rg * red + windows->gg * green + windows->gb * blue;
    const fc_float8 b = windows->rb * red + windows->gb * green + windows->bb * blue;
    *fc_float8_at(laplacian->fits[0] + place) = r;
    *fc_float8_at(laplacian->fits[1] + place) = g;
    *fc_float8_at(laplacian->fits[2] + place) = b;
    *fc_float8_at(laplacian->fits[3] + place) =
        windows->share * sum - r * windows->r - g * windows->g - b * windows->b;
}

/* What all windows over the px of a block fit there, added up. */
static inline void add_fits(const fc_laplacian *laplacian, size_t place, fc_float8 *out)
{
    fc_float8 r = { 0 };
    fc_float8 g = { 0 };
    fc_float8 b = { 0 };
    fc_float8 constant = { 0 };
    for (size_t i = 0; i < WINDOW_SIDE; i++) {
        const size_t left = place_in_window(laplacian, place, i * WINDOW_SIDE);
        for (size_t k = 0; k < WINDOW_SIDE; k++) {
            const size_t at = left + k;
            r += *fc_float8_at(laplacian->fits[0] + at);
            g += *fc_float8_at(laplacian->fits[1] + at);
            b += *fc_float8_at(laplacian->fits[2] + at);
            constant += *fc_float8_at(laplacian->fits[3] + at);
        }
    }
    *out = r * *fc_float8_at(laplacian->colours[0] + place) +
           g * *fc_float8_at(laplacian->colours[1] + place) +
           b * *fc_float8_at(laplacian->colours[2] + place) + constant;
}

/* out = rows of the unknown px of the Laplacian times a plane. Windows are fitted one row ahead of
 * the px, so that their fits are still near. */
FC_WIDE void fc_laplacian_multiply(const fc_laplacian *laplacian, float *plane, fc_float8 *out)
{
    FC_ASSERT(plane != NULL && out != NULL);

    int32_t fitted = 0;
    for (int32_t n = 0; n < laplacian->px_at.count; n++) {
        const size_t place = (size_t)laplacian->px_at.items[n];
        while (fitted < laplacian->windows_at.count &&
               (size_t)laplacian->windows_at.items[fitted] < place + 2 * laplacian->stride) {
            fit(laplacian, plane, fitted++);
        }
        fc_float8 fits = { 0 };
        add_fits(laplacian, place, &fits);
        const fc_band_px *px = &laplacian->px[n];
        out[n] = px->unknown * (px->weight * *fc_float8_at(plane + place) - fits);
    }
}

void fc_laplacian_pad(const fc_laplacian *laplacian, const fc_plane *plane, float *padded)
{
    for (int32_t y = 0; y < laplacian->size.height; y++) {
        memcpy(padded + padded_place(laplacian, 0, y), fc_plane_row(plane, y),
               (size_t)laplacian->size.width * sizeof(float));
    }
}

void fc_laplacian_unpad(const fc_laplacian *laplacian, const float *padded, fc_plane *plane)
{
    for (int32_t y = 0; y < laplacian->size.height; y++) {
        memcpy(fc_plane_row(plane, y), padded + padded_place(laplacian, 0, y),
               (size_t)laplacian->size.width * sizeof(float));
    }
}

fc_status fc_laplacian_init(const fc_image *guide, const fc_image *unknown, fc_laplacian *out,
                            fc_error *err)
{
    FC_ASSERT(guide != NULL && guide->channels == 3);
    FC_ASSERT(guide->size.width >= WINDOW_SIDE && guide->size.height >= WINDOW_SIDE);
    FC_ASSERT(unknown != NULL && unknown->channels == 1);
    FC_ASSERT(unknown->size.width == guide->size.width);
    FC_ASSERT(unknown->size.height == guide->size.height);
    FC_ASSERT(out != NULL);

    out->size = guide->size;
    out->stride = LEFT + (size_t)out->size.width + RIGHT;
    out->padded = out->stride * ((size_t)out->size.height + 2);
    FC_TRY(fc_memory_new_zeroed(out->padded, (COLOURS + FITS) * sizeof(float),
                                (void **)&out->memory, err));
    for (size_t i = 0; i < COLOURS; i++) {
        out->colours[i] = out->memory + i * out->padded;
    }
    for (size_t i = 0; i < FITS; i++) {
        out->fits[i] = out->memory + (COLOURS + i) * out->padded;
    }
    FC_TRY(find_blocks(out, unknown, 1, &out->windows_at, err));
    FC_TRY(find_blocks(out, unknown, 0, &out->px_at, err));
    FC_TRY(fc_memory_new((size_t)out->windows_at.count, sizeof(fc_windows), (void **)&out->windows,
                         err));
    FC_TRY(fc_memory_new((size_t)out->px_at.count, sizeof(fc_band_px), (void **)&out->px, err));
    read_colours(guide, out);
    make_px(unknown, out);
    return out->windows_at.count > 0
               ? fc_crew_rows(out->windows_at.count, BAND, make_band, out, err)
               : FC_OK;
}

void fc_laplacian_clear(fc_laplacian *laplacian)
{
    fc_memory_free(laplacian->px_at.items);
    fc_memory_free(laplacian->px);
    fc_memory_free(laplacian->windows_at.items);
    fc_memory_free(laplacian->windows);
    fc_memory_free(laplacian->memory);
    *laplacian = (fc_laplacian){ 0 };
}
