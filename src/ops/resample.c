#include "ops/resample.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "base/crew.h"
#include "base/memory.h"
#include "ops/float4.h"
#include "ops/float8.h"
#include "ops/reduce.h"
#include "ops/taps.h"
#include "ops/u8_clamp.h"

/* When block means come before the kernel. */
typedef struct reduction {
    double from; /* scale of an axis from which on it is reduced */
    double rest; /* what is then left to the kernel, at least: more is slower, less aliases */
} reduction;

static const reduction FOR_EYES = { 8.0, 2.5 };
static const reduction FOR_NETWORKS = { 2.0, 1.0 };

static fc_status check_region(const fc_image *source, fc_box region, fc_error *err)
{
    const bool inside = region.x >= 0 && region.y >= 0 && region.width > 0 && region.height > 0 &&
                        region.x + region.width <= source->size.width &&
                        region.y + region.height <= source->size.height;
    if (!inside) { /* also when a coordinate is not a number */
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "a region of %g x %g px at %g, %g, allowed: within %d x %d px", region.width,
                       region.height, region.x, region.y, source->size.width, source->size.height);
    }
    return FC_OK;
}

/* Rows that are mixed in one go: the sums are then loaded and stored less often. */
#define ROWS_AT_ONCE 4

/* Sums of pairs of `rows` rows, a constant of at most ROWS_AT_ONCE. `begin`: the sums are these
 * rows' alone; else they are added. */
static inline void add_rows(const uint8_t *restrict top, size_t stride,
                            const float *restrict weights, size_t rows, bool begin,
                            float *restrict sums, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float pairs[2] = { 0 };
        for (size_t k = 0; k < rows; k++) {
            const float value = weights[k] * (float)top[k * stride + i];
            pairs[k / 2] = k % 2 == 0 ? value : pairs[k / 2] + value;
        }
        const float sum = rows > 2 ? pairs[0] + pairs[1] : pairs[0];
        sums[i] = begin ? sum : sums[i] + sum;
    }
}

/* One output row before its columns are mixed: the weighted sum of `count` bytes of some rows. */
FC_WIDE static void mix_rows(const fc_image *source, const fc_taps *taps, int32_t y, size_t offset,
                             float *restrict sums, size_t count)
{
    const float *weights = taps->weights + (size_t)y * (size_t)taps->count;
    int32_t last = taps->count - 1;
    while (last > 0 && !(weights[last] != 0)) {
        last--;
    }
    for (int32_t t = 0; t <= last; t += ROWS_AT_ONCE) {
        const uint8_t *top = fc_image_row(source, taps->first[y] + t) + offset;
        const bool begin = t == 0;
        switch (last - t) {
        case 0:
            add_rows(top, source->stride, weights + t, 1, begin, sums, count);
            break;
        case 1:
            add_rows(top, source->stride, weights + t, 2, begin, sums, count);
            break;
        case 2:
            add_rows(top, source->stride, weights + t, 3, begin, sums, count);
            break;
        default:
            add_rows(top, source->stride, weights + t, ROWS_AT_ONCE, begin, sums, count);
            break;
        }
    }
}

/* Four sums at once whatever the number of channels: one vector. The next pixel, written later,
 * replaces the surplus ones. */
static inline void mix_columns(const float *restrict sums, const fc_taps *taps, int32_t count,
                               int32_t width, int32_t channels, float *restrict out)
{
    const int32_t *restrict first = taps->first;
    const float *restrict weights = taps->weights;
    for (int32_t x = 0; x < width; x++) {
        const float *values = sums + (first[x] - first[0]) * channels;
        fc_float4 totals = { 0 };
        for (int32_t t = 0; t < count; t++) {
            totals += weights[t] * fc_float4_load(values + t * channels);
        }
        fc_float4_store(out, totals);
        weights += count;
        out += channels;
    }
}

/* Colours, with the numbers of taps that are usual as constants: loops without a test. */
static inline void mix_colours(const float *restrict sums, const fc_taps *taps, int32_t width,
                               float *restrict out)
{
    switch (taps->count) {
    case 4:
        mix_columns(sums, taps, 4, width, 3, out);
        break;
    case 5:
        mix_columns(sums, taps, 5, width, 3, out);
        break;
    case 6:
        mix_columns(sums, taps, 6, width, 3, out);
        break;
    case 7:
        mix_columns(sums, taps, 7, width, 3, out);
        break;
    case 8:
        mix_columns(sums, taps, 8, width, 3, out);
        break;
    case 9:
        mix_columns(sums, taps, 9, width, 3, out);
        break;
    default:
        mix_columns(sums, taps, taps->count, width, 3, out);
        break;
    }
}

/* One output row from its sums; `mixed` has room for it and four values more. */
FC_WIDE static void finish_row(const float *restrict sums, const fc_taps *columns, int32_t width,
                               int32_t channels, float *restrict mixed, uint8_t *restrict out)
{
    switch (channels) { /* constants for the compiler */
    case 1:
        mix_columns(sums, columns, columns->count, width, 1, mixed);
        break;
    case 3:
        mix_colours(sums, columns, width, mixed);
        break;
    default:
        mix_columns(sums, columns, columns->count, width, 4, mixed);
        break;
    }
    fc_u8_clamp_row(mixed, (size_t)width * (size_t)channels, out);
}

/* Taps at the ends of a sample that weigh nothing. */
static int32_t count_idle(const float *weights, int32_t count, int32_t first, int32_t step)
{
    int32_t idle = 0;
    while (idle < count - 1 && !(weights[first + idle * step] != 0)) {
        idle++;
    }
    return idle;
}

/* Leave out taps that weigh nothing, as far as all samples can spare some. Sums that are added up
 * one by one stay the same to the bit. */
static void tighten(fc_taps *taps, int32_t outputs)
{
    const int32_t count = taps->count;
    int32_t most = 1;
    for (int32_t i = 0; i < outputs; i++) {
        const float *weights = taps->weights + (size_t)i * (size_t)count;
        const int32_t used =
            count - count_idle(weights, count, 0, 1) - count_idle(weights, count, count - 1, -1);
        most = used > most ? used : most;
    }
    for (int32_t i = 0; i < outputs; i++) {
        const float *weights = taps->weights + (size_t)i * (size_t)count;
        const int32_t before = count_idle(weights, count, 0, 1);
        const int32_t spared = before < count - most ? before : count - most;
        memmove(taps->weights + (size_t)i * (size_t)most, weights + spared,
                (size_t)most * sizeof *weights);
        taps->first[i] += spared;
    }
    taps->count = most;
}

/* Rows of a result that are worth being made by another thread. */
#define BAND 64

/* A result in the making. */
typedef struct filling {
    const fc_image *source;
    const fc_taps *columns;
    const fc_taps *rows;
    fc_image *result;
} filling;

static fc_status fill_band(void *context, int32_t begin, int32_t end, fc_error *err)
{
    const filling *the = context;
    const fc_taps *columns = the->columns;
    const int32_t width = the->result->size.width;
    const int32_t channels = the->source->channels;
    const int32_t first = columns->first[0];
    const int32_t last = columns->first[width - 1] + columns->count;
    const size_t count = (size_t)(last - first) * (size_t)channels;
    const size_t mixed_count = (size_t)width * (size_t)channels;
    FC_AUTO(fc_floats) sums = NULL;
    FC_AUTO(fc_floats) mixed = NULL;
    FC_TRY(fc_memory_new_zeroed(count + 4, sizeof *sums, (void **)&sums, err));
    FC_TRY(fc_memory_new(mixed_count + 4, sizeof *mixed, (void **)&mixed, err));

    for (int32_t y = begin; y < end; y++) {
        mix_rows(the->source, the->rows, y, (size_t)first * (size_t)channels, sums, count);
        finish_row(sums, columns, width, channels, mixed, fc_image_row(the->result, y));
    }
    return FC_OK;
}

static fc_status fill(const fc_image *source, fc_box region, fc_image *result, fc_error *err)
{
    const fc_size size = result->size;
    FC_AUTO(fc_taps) columns = NULL;
    FC_AUTO(fc_taps) rows = NULL;
    FC_TRY(fc_taps_new((fc_axis){ source->size.width, region.x, region.width, size.width },
                       FC_KERNEL_CUBIC, &columns, err));
    tighten(columns, size.width);
    FC_TRY(fc_taps_new((fc_axis){ source->size.height, region.y, region.height, size.height },
                       FC_KERNEL_CUBIC, &rows, err));
    filling the = { source, columns, rows, result };
    return fc_crew_rows(size.height, BAND, fill_band, &the, err);
}

static int32_t reduce_factor(double scale, reduction how)
{
    return scale < how.from ? 1 : (int32_t)fmin(scale / how.rest, FC_REDUCE_FACTOR_MAX);
}

/* Blocks of one axis that cover the region and what the kernel reaches around it. */
static void cover_axis(double start, double length, int32_t output, int32_t input, reduction how,
                       int32_t *first, int32_t *factor, int32_t *count)
{
    const double scale = length / output;
    *factor = reduce_factor(scale, how);
    const double reach = 2 * scale + *factor;
    *first = (int32_t)fmax(0, floor(start - reach));
    const int32_t end = (int32_t)fmin(input, ceil(start + length + reach));
    *count = (end - *first + *factor - 1) / *factor;
}

static fc_status resample(const fc_image *source, fc_box region, fc_size size, reduction how,
                          fc_image **out, fc_error *err)
{
    FC_TRY(check_region(source, region, err));
    FC_AUTO(fc_image) result = NULL;
    FC_TRY(fc_image_new(size, source->channels, &result, err));
    fc_blocks blocks = { 0 };
    cover_axis(region.x, region.width, size.width, source->size.width, how, &blocks.left,
               &blocks.factor.width, &blocks.count.width);
    cover_axis(region.y, region.height, size.height, source->size.height, how, &blocks.top,
               &blocks.factor.height, &blocks.count.height);
    FC_AUTO(fc_image) means = NULL;
    if (blocks.factor.width > 1 || blocks.factor.height > 1) {
        FC_TRY(fc_reduce(source, blocks, &means, err));
        region =
            (fc_box){ (region.x - blocks.left) / blocks.factor.width,
                      (region.y - blocks.top) / blocks.factor.height,
                      region.width / blocks.factor.width, region.height / blocks.factor.height };
        source = means;
    }
    FC_TRY(fill(source, region, result, err));
    *out = FC_STEAL(result);
    return FC_OK;
}

fc_status fc_resample(const fc_image *source, fc_box region, fc_size size, fc_image **out,
                      fc_error *err)
{
    FC_ASSERT(source != NULL);
    FC_ASSERT(out != NULL);
    return resample(source, region, size, FOR_EYES, out, err);
}

fc_status fc_resample_for_network(const fc_image *source, fc_box region, fc_size size,
                                  fc_image **out, fc_error *err)
{
    FC_ASSERT(source != NULL);
    FC_ASSERT(out != NULL);
    return resample(source, region, size, FOR_NETWORKS, out, err);
}

/* One output row. Cubic weights overshoot and sums of rounded weights may miss 1 by an ulp: hence
 * the limits. */
FC_WIDE static void mix_plane_row(const fc_plane *source, const fc_taps *rows, int32_t y,
                                  const float limits[2], float *restrict out)
{
    const float low = limits[0];
    const float high = limits[1];
    const size_t count = (size_t)source->size.width;
    const float *weights = rows->weights + (size_t)y * (size_t)rows->count;
    const float *restrict first = fc_plane_row(source, rows->first[y]);
    for (size_t i = 0; i < count; i++) {
        out[i] = weights[0] * first[i];
    }
    for (int32_t t = 1; t < rows->count; t++) {
        const float weight = weights[t];
        const float *restrict row = fc_plane_row(source, rows->first[y] + t);
        for (size_t i = 0; i < count; i++) {
            out[i] += weight * row[i];
        }
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = fc_clamp(out[i], low, high);
    }
}

/* Rows that are turned in one go, so that what is written lies together. */
#define TURNED 8

static void turn_rows(const fc_plane *source, int32_t top, fc_plane *out)
{
    const size_t step = (size_t)source->size.width;
    const float *restrict from = fc_plane_row(source, top);
    float *restrict to = out->data + top;
    for (size_t x = 0; x < step; x++) {
        for (size_t y = 0; y < TURNED; y++) {
            to[x * (size_t)out->size.width + y] = from[y * step + x];
        }
    }
}

/* Columns become rows. */
static void transpose(const fc_plane *source, fc_plane *out)
{
    int32_t y = 0;
    for (; y + TURNED <= source->size.height; y += TURNED) {
        turn_rows(source, y, out);
    }
    for (; y < source->size.height; y++) {
        for (int32_t x = 0; x < source->size.width; x++) {
            fc_plane_row(out, x)[y] = fc_plane_row(source, y)[x];
        }
    }
}

/* The smallest and the largest value, in lanes, for the compiler may not change the order of
 * comparisons. */
FC_WIDE static void find_limits(const fc_plane *plane, float limits[2])
{
    typedef int32_t whole __attribute__((vector_size(32)));
    const size_t count = (size_t)plane->size.width * (size_t)plane->size.height;
    fc_float8 low = plane->data[0] - (fc_float8){ 0 };
    fc_float8 high = low;
    size_t i = 0;
    for (; i + FC_FLOAT8_LANES <= count; i += FC_FLOAT8_LANES) {
        const fc_float8 values = *fc_float8_at(plane->data + i);
        const whole less = values < low;
        const whole more = values > high;
        low = (fc_float8)(((whole)values & less) | ((whole)low & ~less));
        high = (fc_float8)(((whole)values & more) | ((whole)high & ~more));
    }
    limits[0] = low[0];
    limits[1] = high[0];
    for (size_t k = 0; k < FC_FLOAT8_LANES; k++) {
        limits[0] = low[k] < limits[0] ? low[k] : limits[0];
        limits[1] = high[k] > limits[1] ? high[k] : limits[1];
    }
    for (; i < count; i++) {
        limits[0] = plane->data[i] < limits[0] ? plane->data[i] : limits[0];
        limits[1] = plane->data[i] > limits[1] ? plane->data[i] : limits[1];
    }
}

/* Other rows, the same columns. */
static fc_status mix_plane_rows(const fc_plane *source, const float limits[2], fc_plane *out,
                                fc_error *err)
{
    const int32_t input = source->size.height;
    const int32_t output = out->size.height;
    FC_AUTO(fc_taps) rows = NULL;
    FC_TRY(fc_taps_new((fc_axis){ input, 0, input, output },
                       output < input ? FC_KERNEL_AREA : FC_KERNEL_CUBIC, &rows, err));
    for (int32_t y = 0; y < output; y++) {
        mix_plane_row(source, rows, y, limits, fc_plane_row(out, y));
    }
    return FC_OK;
}

/* Columns are worked on as rows: values side by side are then computed at once. */
static fc_status mix_plane(const fc_plane *source, fc_plane *result, fc_error *err)
{
    static const float NONE[2] = { -FLT_MAX, FLT_MAX };
    const fc_size size = result->size;
    FC_AUTO(fc_plane) high = NULL;
    FC_AUTO(fc_plane) turned = NULL;
    FC_AUTO(fc_plane) mixed = NULL;
    FC_TRY(fc_plane_new((fc_size){ source->size.width, size.height }, &high, err));
    FC_TRY(fc_plane_new((fc_size){ size.height, source->size.width }, &turned, err));
    FC_TRY(fc_plane_new((fc_size){ size.height, size.width }, &mixed, err));
    float limits[2] = { 0 };
    find_limits(source, limits);
    FC_TRY(mix_plane_rows(source, NONE, high, err));
    transpose(high, turned);
    FC_TRY(mix_plane_rows(turned, limits, mixed, err));
    transpose(mixed, result);
    return FC_OK;
}

fc_status fc_plane_resample(const fc_plane *source, fc_size size, fc_plane **out, fc_error *err)
{
    FC_ASSERT(source != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_plane) result = NULL;
    FC_TRY(fc_plane_new(size, &result, err));
    if (size.width == source->size.width && size.height == source->size.height) {
        memcpy(result->data, source->data, fc_plane_bytes(source));
    } else {
        FC_TRY(mix_plane(source, result, err));
    }
    *out = FC_STEAL(result);
    return FC_OK;
}
