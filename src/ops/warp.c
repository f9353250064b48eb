#include "ops/warp.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "base/crew.h"
#include "base/memory.h"
#include "ops/cubic.h"
#include "ops/float4.h"
#include "ops/float8.h"
#include "ops/resample.h"
#include "ops/u8_clamp.h"

/* How much finer than the canvas the photo may stay before it is turned. Against a rotated Lanczos
 * of three lobes, 1.0 keeps 90 % of the differences between neighbours, 1.25 keeps 95 %, 1.4 keeps
 * 98 %, but then more of what the canvas cannot show comes back as aliases. */
#define FINER_MAX 1.25

/* Photo px a canvas px below which rings are spread wide enough to be seen. */
#define ENLARGED (2.0 / 3)

#define SCALE_MAX 1000.0
#define CHANNELS 3
#define TAPS FC_CUBIC_TAPS

/* The canvas is worked on in squares, so that the pixels under one of them stay in the cache. */
#define TILE 64
_Static_assert(TILE <= FC_CUBIC_PLACES, "a row of a tile is looked up at once");
/* Side of what can lie under a tile: its diagonal at the coarsest scale, and the taps. */
#define PATCH 128

/* Pixels and how the canvas lies on them. */
typedef struct texture {
    const fc_image *pixels;
    fc_similarity from_canvas;
} texture;

/* The part of a texture under one tile: R, G, B and nothing, as floats. The edge is repeated. */
typedef struct patch {
    int32_t left;
    int32_t top;
    fc_size size;
    float values[PATCH * PATCH * 4];
} patch;

static void patch_free(patch *the)
{
    fc_memory_free(the);
}
FC_DEFINE_CLEANUP(patch, patch_free)

static double clamp_double(double value, double low, double high)
{
    return fmin(fmax(value, low), high);
}

/* The whole pixels under the canvas and around it; at least one, so that there is an edge. */
static fc_box cover(const fc_image *source, fc_similarity to_source, fc_size size)
{
    const fc_box canvas = { 0, 0, size.width, size.height };
    const fc_box box = fc_similarity_apply_box(to_source, canvas);
    const double margin = ceil(TAPS * fmax(fc_similarity_scale(to_source), 1));
    const double width = source->size.width;
    const double height = source->size.height;
    const double left = clamp_double(floor(box.x) - margin, 0, width - 1);
    const double top = clamp_double(floor(box.y) - margin, 0, height - 1);
    const double right = clamp_double(ceil(box.x + box.width) + margin, left + 1, width);
    const double bottom = clamp_double(ceil(box.y + box.height) + margin, top + 1, height);
    return (fc_box){ left, top, right - left, bottom - top };
}

/* Shrink what lies under the canvas. Sides are whole pixels, so each axis has its own scale; the
 * region gives way by up to a pixel of the result until both are equal. */
static fc_status shrink(const fc_image *source, fc_similarity to_source, fc_size size,
                        fc_image **out, fc_similarity *from_canvas, fc_error *err)
{
    const double scale = fc_similarity_scale(to_source) / FINER_MAX;
    fc_box region = cover(source, to_source, size);
    const fc_size reduced = { (int32_t)fmax(floor(region.width / scale), 1),
                              (int32_t)fmax(floor(region.height / scale), 1) };
    region.width = fmin(region.width, reduced.width * scale);
    region.height = fmin(region.height, reduced.height * scale);
    FC_TRY(fc_resample(source, region, reduced, out, err));
    const fc_similarity to_reduced = { 1 / scale, 0, -region.x / scale, -region.y / scale };
    *from_canvas = fc_similarity_compose(to_reduced, to_source);
    return FC_OK;
}

static int32_t clamp_index(int32_t index, int32_t count)
{
    return index < 0 ? 0 : index >= count ? count - 1 : index;
}

/* Beyond two pixels outside nothing changes any more. */
static fc_point clamp_place(const fc_image *pixels, fc_point place)
{
    return (fc_point){ clamp_double(place.x, -2, pixels->size.width + 2.0),
                       clamp_double(place.y, -2, pixels->size.height + 2.0) };
}

/* Bytes, and whole numbers that are made of them. */
typedef uint8_t octets __attribute__((vector_size(16)));
typedef int32_t lanes __attribute__((vector_size(16)));

/* R, G and B of one of some pixels as floats, and 0: each byte becomes a number's lowest. */
#define SPREAD(pixels, first)                                                                      \
    __builtin_convertvector(                                                                       \
        (lanes)__builtin_shufflevector(pixels, (octets){ 0 }, first, 16, 16, 16, (first) + 1, 16,  \
                                       16, 16, (first) + 2, 16, 16, 16, 16, 16, 16, 16),           \
        fc_float4)

/* Four pixels at a time, as long as all of 16 bytes are there. */
FC_WIDE static void load_pixels(const uint8_t *restrict pixels, int32_t count, float *restrict out)
{
    int32_t x = 0;
    for (; x + 6 <= count; x += 4) {
        octets four;
        memcpy(&four, pixels + x * CHANNELS, sizeof four);
        fc_float4_store(out + x * 4, SPREAD(four, 0));
        fc_float4_store(out + x * 4 + 4, SPREAD(four, 3));
        fc_float4_store(out + x * 4 + 8, SPREAD(four, 6));
        fc_float4_store(out + x * 4 + 12, SPREAD(four, 9));
    }
    for (; x < count; x++) {
        out[x * 4] = pixels[x * CHANNELS];
        out[x * 4 + 1] = pixels[x * CHANNELS + 1];
        out[x * 4 + 2] = pixels[x * CHANNELS + 2];
        out[x * 4 + 3] = 0;
    }
}

/* `count` pixels from column `left` on, of a row of `width`. */
static void load_row(const uint8_t *row, int32_t width, int32_t left, int32_t count, float *out)
{
    const int32_t begin = left < 0 ? clamp_index(-left, count + 1) : 0;
    const int32_t end = clamp_index(width - left, count + 1);
    for (int32_t x = 0; x < begin; x++) {
        load_pixels(row, 1, out + x * 4);
    }
    load_pixels(row + (left + begin) * CHANNELS, end - begin, out + begin * 4);
    for (int32_t x = end; x < count; x++) {
        load_pixels(row + (width - 1) * CHANNELS, 1, out + x * 4);
    }
}

static void load_patch(texture from, fc_box tile, patch *out)
{
    const fc_box box = fc_similarity_apply_box(from.from_canvas, tile);
    const fc_point low = clamp_place(from.pixels, (fc_point){ box.x, box.y });
    const fc_point high =
        clamp_place(from.pixels, (fc_point){ box.x + box.width, box.y + box.height });
    out->left = (int32_t)floor(low.x) - TAPS / 2;
    out->top = (int32_t)floor(low.y) - TAPS / 2;
    out->size = (fc_size){ (int32_t)ceil(high.x) + TAPS / 2 - out->left,
                           (int32_t)ceil(high.y) + TAPS / 2 - out->top };
    FC_ASSERT(out->size.width <= PATCH && out->size.height <= PATCH);
    for (int32_t y = 0; y < out->size.height; y++) {
        const int32_t row = clamp_index(out->top + y, from.pixels->size.height);
        load_row(fc_image_row(from.pixels, row), from.pixels->size.width, out->left,
                 out->size.width, out->values + (size_t)y * PATCH * 4);
    }
}

/* Two pixels at a time. */
static inline fc_float4 interpolate(const patch *from, const fc_cubic_places *at, int32_t i)
{
    const float *values = from->values + at->first[i];
    const fc_float8 weights = *(const fc_float8_anywhere *)at->across[i];
    const fc_float8 left = __builtin_shufflevector(weights, weights, 0, 0, 0, 0, 1, 1, 1, 1);
    const fc_float8 right = __builtin_shufflevector(weights, weights, 2, 2, 2, 2, 3, 3, 3, 3);
    const fc_float8_anywhere *row = (const fc_float8_anywhere *)values;
    fc_float8 total = at->down[0][i] * (left * row[0] + right * row[1]);
    for (int32_t j = 1; j < TAPS; j++) {
        row = (const fc_float8_anywhere *)(values + j * PATCH * 4);
        total += at->down[j][i] * (left * row[0] + right * row[1]);
    }
    return __builtin_shufflevector(total, total, 0, 1, 2, 3) +
           __builtin_shufflevector(total, total, 4, 5, 6, 7);
}

static inline fc_float4 choose(lanes first, fc_float4 a, fc_float4 b)
{
    return (fc_float4)((first & (lanes)a) | (~first & (lanes)b));
}

static inline fc_float4 lesser(fc_float4 a, fc_float4 b)
{
    return choose(a < b, a, b);
}

static inline fc_float4 larger(fc_float4 a, fc_float4 b)
{
    return choose(a > b, a, b);
}

/* Within the range of the four pixels around the place, the second and third of the taps each way:
 * where pixels are spread out, the overshoot of the cubic is seen as a line beside each edge. */
static inline fc_float4 without_ringing(const float *values, fc_float4 value)
{
    const float *above = values + (PATCH + 1) * 4;
    const float *below = above + PATCH * 4;
    const fc_float4 a = fc_float4_load(above);
    const fc_float4 b = fc_float4_load(above + 4);
    const fc_float4 c = fc_float4_load(below);
    const fc_float4 d = fc_float4_load(below + 4);
    const fc_float4 low = lesser(lesser(a, b), lesser(c, d));
    const fc_float4 high = larger(larger(a, b), larger(c, d));
    return lesser(larger(value, low), high);
}

FC_WIDE static void find_places(const fc_cubic_line *line, int32_t count, fc_cubic_places *out)
{
    fc_cubic_find(line, 0, count, out);
}

/* One row of a tile. */
FC_WIDE static void sample_row(const patch *from, const fc_cubic_places *at, int32_t count,
                               bool enlarged, float *restrict out)
{
    for (int32_t i = 0; i < count; i++) {
        fc_float4 value = interpolate(from, at, i);
        value = enlarged ? without_ringing(from->values + at->first[i], value) : value;
        fc_float4_store(out, value);
        out += CHANNELS; /* the next pixel replaces the fourth value */
    }
}

FC_WIDE static void write_row(const float *restrict values, size_t count, uint8_t *restrict out)
{
    fc_u8_clamp_row(values, count, out);
}

static void sample_tile(texture from, int32_t left, int32_t top, fc_image *result, patch *under)
{
    const int32_t width = result->size.width - left < TILE ? result->size.width - left : TILE;
    const int32_t height = result->size.height - top < TILE ? result->size.height - top : TILE;
    load_patch(from, (fc_box){ left, top, width, height }, under);
    const bool enlarged = fc_similarity_scale(from.from_canvas) < ENLARGED;
    float values[TILE * CHANNELS + 1] = { 0 };
    fc_cubic_places at;
    for (int32_t y = top; y < top + height; y++) {
        const fc_point start =
            fc_similarity_apply(from.from_canvas, (fc_point){ left + 0.5, y + 0.5 });
        /* From the centre of the patch's first pixel: there a float is exact to 2^-17 px. */
        const fc_cubic_line line = { .size = under->size,
                                     .row_step = PATCH * 4,
                                     .step = 4,
                                     .x = (float)(start.x - (under->left + 0.5)),
                                     .y = (float)(start.y - (under->top + 0.5)),
                                     .x_step = (float)from.from_canvas.a,
                                     .y_step = (float)from.from_canvas.b };
        find_places(&line, width, &at);
        sample_row(under, &at, width, enlarged, values);
        write_row(values, (size_t)(width * CHANNELS), fc_image_row(result, y) + left * CHANNELS);
    }
}

/* Share of a pixel of the canvas within the source, along each axis; exact without rotation. */
static inline float share_at(fc_size source, double left, double above, double per_px)
{
    const double right = source.width - left;
    const double below = source.height - above;
    const double across = (left < right ? left : right) * per_px + 0.5;
    const double down = (above < below ? above : below) * per_px + 0.5;
    return fc_clamp((float)across, 0, 1) * fc_clamp((float)down, 0, 1);
}

/* A row whose ends are within the source is within it. */
static void cover_row(fc_size source, fc_similarity to_source, int32_t y, int32_t width, float *out)
{
    const double per_px = 1 / fc_similarity_scale(to_source);
    const fc_point first = fc_similarity_apply(to_source, (fc_point){ 0.5, y + 0.5 });
    const fc_point last = fc_similarity_apply(to_source, (fc_point){ width - 0.5, y + 0.5 });
    const bool inside = share_at(source, first.x, first.y, per_px) >= 1 &&
                        share_at(source, last.x, last.y, per_px) >= 1;
    for (int32_t x = 0; x < width; x++) {
        out[x] =
            inside ? 1
                   : share_at(source, first.x + x * to_source.a, first.y + x * to_source.b, per_px);
    }
}

/* Rows of tiles that are worth being made by another thread. */
#define BAND 2

/* A canvas in the making. */
typedef struct canvas {
    const fc_image *source;
    fc_similarity to_source;
    texture from;
    fc_image *pixels;
    fc_plane *shares;
} canvas;

/* Rows of tiles. */
static fc_status make_band(void *context, int32_t first, int32_t end, fc_error *err)
{
    const canvas *the = context;
    const fc_size size = the->pixels->size;
    const int32_t bottom = end * TILE < size.height ? end * TILE : size.height;
    FC_AUTO(patch) under = NULL;
    FC_TRY(fc_memory_new(1, sizeof *under, (void **)&under, err));
    for (int32_t top = first * TILE; top < bottom; top += TILE) {
        for (int32_t left = 0; left < size.width; left += TILE) {
            sample_tile(the->from, left, top, the->pixels, under);
        }
    }
    for (int32_t y = first * TILE; y < bottom; y++) {
        cover_row(the->source->size, the->to_source, y, size.width, fc_plane_row(the->shares, y));
    }
    return FC_OK;
}

fc_status fc_warp(const fc_image *source, fc_similarity to_source, fc_size size, fc_image **out,
                  fc_plane **coverage, fc_error *err)
{
    FC_ASSERT(source != NULL);
    FC_ASSERT(source->channels == CHANNELS);
    FC_ASSERT(out != NULL);
    FC_ASSERT(coverage != NULL);

    const double scale = fc_similarity_scale(to_source);
    if (!(scale >= 1 / SCALE_MAX && scale <= SCALE_MAX && isfinite(to_source.tx) &&
          isfinite(to_source.ty))) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "a scale of %g and a shift of %g, %g px, allowed: a scale from %g to %g",
                       scale, to_source.tx, to_source.ty, 1 / SCALE_MAX, SCALE_MAX);
    }
    FC_AUTO(fc_image) result = NULL;
    FC_AUTO(fc_plane) shares = NULL;
    FC_TRY(fc_image_new(size, CHANNELS, &result, err));
    FC_TRY(fc_plane_new(size, &shares, err));

    FC_AUTO(fc_image) shrunk = NULL;
    texture from = { source, to_source };
    if (scale > FINER_MAX) {
        FC_TRY(shrink(source, to_source, size, &shrunk, &from.from_canvas, err));
        from.pixels = shrunk;
    }
    canvas the = { source, to_source, from, result, shares };
    FC_TRY(fc_crew_rows((size.height + TILE - 1) / TILE, BAND, make_band, &the, err));
    *out = FC_STEAL(result);
    *coverage = FC_STEAL(shares);
    return FC_OK;
}
