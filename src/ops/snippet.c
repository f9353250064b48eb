#include "ops/snippet.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "ops/reduce.h"

#define SCALE_MIN 0.01
#define SCALE_MAX 200.0
#define SHIFT_MAX 1e9 /* px; in 2^-16 px it is far from the end of 64 bits */
#define CHANNELS 3

/* Bilinear reads four px: what is finer than this many times the square would be left out. */
#define FINER_MAX 1.5

/* Weights of two pixels add up to 1 << BITS. */
#define BITS 8
#define UNIT (1 << BITS)

static int32_t clamp_to(double value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : (int32_t)value;
}

/* Block means of what lies under the square, and a px of it on each side. */
static fc_status shrink(const fc_image *source, fc_similarity *to_source, int32_t side,
                        fc_image **out, fc_error *err)
{
    const int32_t factor = (int32_t)(fc_similarity_scale(*to_source) + 0.5);
    const fc_box under = fc_similarity_apply_box(*to_source, (fc_box){ 0, 0, side, side });
    const int32_t left = clamp_to(floor(under.x) - factor, 0, source->size.width - 1);
    const int32_t top = clamp_to(floor(under.y) - factor, 0, source->size.height - 1);
    const int32_t right =
        clamp_to(ceil(under.x + under.width) + factor, left + 1, source->size.width);
    const int32_t bottom =
        clamp_to(ceil(under.y + under.height) + factor, top + 1, source->size.height);
    const fc_blocks blocks = {
        .left = left,
        .top = top,
        .factor = { factor, factor },
        .count = { (right - left + factor - 1) / factor, (bottom - top + factor - 1) / factor },
    };
    FC_TRY(fc_reduce(source, blocks, out, err));
    const double share = 1.0 / factor;
    *to_source =
        fc_similarity_compose((fc_similarity){ share, 0, -left * share, -top * share }, *to_source);
    return FC_OK;
}

/* The two pixels around a place on one axis; places are in 2^-16 px. */
typedef struct between {
    int32_t first;
    int32_t second;
    uint32_t share; /* of the second, of UNIT */
} between;

static inline between place_between(int64_t place, bool inside, int32_t count)
{
    const int64_t last = (int64_t)(count - 1) << 2 * BITS;
    const int64_t kept = inside ? place : place < 0 ? 0 : place > last ? last : place;
    const int32_t first = (int32_t)(kept >> 2 * BITS);
    const int32_t second = first + (inside || first < count - 1);
    return (between){ first, second, (kept >> BITS) & (UNIT - 1) };
}

/* A pixel's values, and one more that is left out again. */
typedef uint32_t lanes __attribute__((vector_size(16)));
typedef uint8_t octets __attribute__((vector_size(16)));

/* Nothing may lie behind the last pixel of a row. */
static inline lanes load(const uint8_t *pixel, bool last)
{
    uint32_t values = 0;
    if (last) {
        memcpy(&values, pixel, CHANNELS);
    } else {
        memcpy(&values, pixel, sizeof values);
    }
    const octets bytes = (octets)(lanes){ values };
    const octets none = { 0 };
    return (lanes)__builtin_shufflevector(bytes, none, 0, 16, 16, 16, 1, 16, 16, 16, 2, 16, 16, 16,
                                          3, 16, 16, 16);
}

static inline void store(lanes levels, bool last, uint8_t *out)
{
    const octets bytes = (octets)levels;
    const octets lowest = __builtin_shufflevector(bytes, bytes, 0, 4, 8, 12, -1, -1, -1, -1, -1, -1,
                                                  -1, -1, -1, -1, -1, -1);
    if (last) {
        memcpy(out, &lowest, CHANNELS);
    } else {
        memcpy(out, &lowest, CHANNELS + 1);
    }
}

static inline lanes mix(lanes first, lanes second, uint32_t share)
{
    return first * UNIT + (second - first) * share;
}

/* `inside`: no limits are needed (is_inside). */
static inline lanes sample(const fc_image *source, int64_t x, int64_t y, bool inside)
{
    const fc_size size = source->size;
    const between across = place_between(x, inside, size.width);
    const between down = place_between(y, inside, size.height);
    const uint8_t *above = fc_image_row(source, down.first);
    const uint8_t *below = fc_image_row(source, down.second);
    const size_t left = (size_t)across.first * CHANNELS;
    const size_t right = (size_t)across.second * CHANNELS;
    const bool at_end = !inside && across.second == size.width - 1;
    const lanes upper = mix(load(above + left, at_end), load(above + right, at_end), across.share);
    const lanes lower = mix(load(below + left, at_end), load(below + right, at_end), across.share);
    return (mix(upper, lower, down.share) + UNIT * UNIT / 2) >> 2 * BITS;
}

/* The places of a row of the result, counted from the centre of the first pixel. */
typedef struct places {
    int64_t x, y;
    int64_t x_step, y_step;
    int32_t count;
} places;

/* Whether all four px of a place, and the byte after them, lie in the picture. */
static bool is_inside(fc_size size, int64_t x, int64_t y)
{
    return x >= 0 && y >= 0 && x >> 2 * BITS < size.width - 2 && y >> 2 * BITS < size.height - 1;
}

/* A row that begins and ends inside lies inside. */
static bool are_inside(fc_size size, places at)
{
    const int64_t steps = at.count - 1;
    return is_inside(size, at.x, at.y) &&
           is_inside(size, at.x + steps * at.x_step, at.y + steps * at.y_step);
}

FC_WIDE static void sample_inside(const fc_image *source, places at, uint8_t *restrict out)
{
    for (int32_t i = 0; i < at.count; i++) {
        store(sample(source, at.x, at.y, true), i == at.count - 1, out);
        out += CHANNELS;
        at.x += at.x_step;
        at.y += at.y_step;
    }
}

FC_WIDE static void sample_anywhere(const fc_image *source, places at, uint8_t *restrict out)
{
    for (int32_t i = 0; i < at.count; i++) {
        store(sample(source, at.x, at.y, false), i == at.count - 1, out);
        out += CHANNELS;
        at.x += at.x_step;
        at.y += at.y_step;
    }
}

static void sample_row(const fc_image *source, fc_point start, fc_similarity step, int32_t count,
                       uint8_t *out)
{
    const double fine = UNIT * UNIT;
    const places at = { llround(start.x * fine), llround(start.y * fine), llround(step.a * fine),
                        llround(step.b * fine), count };
    if (are_inside(source->size, at)) {
        sample_inside(source, at, out);
    } else {
        sample_anywhere(source, at, out);
    }
}

fc_status fc_snippet(const fc_image *source, fc_similarity to_source, int32_t side, fc_image **out,
                     fc_error *err)
{
    FC_ASSERT(source != NULL);
    FC_ASSERT(source->channels == CHANNELS);
    FC_ASSERT(out != NULL);

    const double scale = fc_similarity_scale(to_source);
    if (!(scale >= SCALE_MIN && scale <= SCALE_MAX && fabs(to_source.tx) <= SHIFT_MAX &&
          fabs(to_source.ty) <= SHIFT_MAX)) {
        return fc_fail(
            err, FC_INVALID_ARGUMENT,
            "a scale of %g and a shift of %g, %g px, allowed: a scale from %g to %g, shifts "
            "up to %g",
            scale, to_source.tx, to_source.ty, SCALE_MIN, SCALE_MAX, SHIFT_MAX);
    }
    FC_AUTO(fc_image) result = NULL;
    FC_AUTO(fc_image) shrunk = NULL;
    FC_TRY(fc_image_new((fc_size){ side, side }, CHANNELS, &result, err));
    if (scale >= FINER_MAX) {
        FC_TRY(shrink(source, &to_source, side, &shrunk, err));
        source = shrunk;
    }
    for (int32_t y = 0; y < side; y++) {
        fc_point start = fc_similarity_apply(to_source, (fc_point){ 0.5, y + 0.5 });
        start = (fc_point){ start.x - 0.5, start.y - 0.5 };
        sample_row(source, start, to_source, side, fc_image_row(result, y));
    }
    *out = FC_STEAL(result);
    return FC_OK;
}
