#include "ops/reduce.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/assert.h"
#include "base/crew.h"
#include "base/memory.h"

typedef uint16_t fc_words;
FC_DEFINE_CLEANUP(fc_words, fc_memory_free)

static int32_t min_int(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* Rows that are added in one go: the sums are then loaded and stored less often. */
#define ROWS_AT_ONCE 4

/* Add `rows` rows, a constant of at most ROWS_AT_ONCE, value by value. */
static inline void add_some(const uint8_t *restrict top, size_t stride, size_t rows, bool begin,
                            uint16_t *restrict sums, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t sum = begin ? 0 : sums[i];
        for (size_t k = 0; k < rows; k++) {
            sum = (uint16_t)(sum + top[k * stride + i]);
        }
        sums[i] = sum;
    }
}

/* Sums of `rows` rows, at least one, value by value; what is over comes first. */
FC_WIDE static void add_rows(const uint8_t *top, size_t stride, int32_t rows,
                             uint16_t *restrict sums, size_t count)
{
    const int32_t first = (rows - 1) % ROWS_AT_ONCE + 1;
    switch (first) {
    case 1:
        add_some(top, stride, 1, true, sums, count);
        break;
    case 2:
        add_some(top, stride, 2, true, sums, count);
        break;
    case 3:
        add_some(top, stride, 3, true, sums, count);
        break;
    default:
        add_some(top, stride, ROWS_AT_ONCE, true, sums, count);
        break;
    }
    for (int32_t y = first; y < rows; y += ROWS_AT_ONCE) {
        add_some(top + (size_t)y * stride, stride, ROWS_AT_ONCE, false, sums, count);
    }
}

/* Mean of the pixels of one block; `scale` is 2^40 / area, exact for sums below 2^24. */
static inline void write_mean(const uint16_t *sums, int32_t width, int32_t channels, uint32_t area,
                              uint64_t scale, uint8_t *out)
{
    uint32_t totals[4] = { 0 };
    for (int32_t x = 0; x < width; x++) {
        for (int32_t c = 0; c < channels; c++) {
            totals[c] += sums[x * channels + c];
        }
    }
    for (int32_t c = 0; c < channels; c++) {
        out[c] = (uint8_t)((totals[c] + area / 2) * scale >> 40);
    }
}

static uint64_t reciprocal(uint32_t area)
{
    return (((uint64_t)1 << 40) + area - 1) / area;
}

/* Sums at any address, of one block or of two, and what is made of them at once. */
typedef uint16_t words_anywhere __attribute__((vector_size(8), aligned(2), may_alias));
typedef uint16_t words __attribute__((vector_size(8)));
typedef uint16_t two_words __attribute__((vector_size(16)));
typedef uint32_t wide_words __attribute__((vector_size(32)));
typedef uint8_t octets __attribute__((vector_size(16)));

/* Up to this many px a block's total fits 16 bits, and the product with 2^24 / area 32. */
#define SMALL_AREA 256

/* R, G, B and a surplus value of two px. */
static inline two_words load_two(const uint16_t *one, const uint16_t *other)
{
    const words first = *(const words_anywhere *)one;
    const words second = *(const words_anywhere *)other;
    return __builtin_shufflevector(first, second, 0, 1, 2, 3, 4, 5, 6, 7);
}

/* The means of the colour blocks of a row, two at a time as long as there are two more than these,
 * for the block after them replaces the surplus bytes. How many were written. */
static inline int32_t write_small(const uint16_t *restrict sums, int32_t blocks, int32_t factor,
                                  uint32_t area, uint8_t *restrict out)
{
    const uint32_t scale = (((uint32_t)1 << 24) + area - 1) / area;
    const uint32_t half = area / 2;
    const ptrdiff_t step = (ptrdiff_t)3 * factor;
    int32_t x = 0;
    for (; x + 2 < blocks; x += 2) {
        two_words total = load_two(sums, sums + step);
        for (ptrdiff_t i = 3; i < step; i += 3) {
            total += load_two(sums + i, sums + step + i);
        }
        const wide_words means = (__builtin_convertvector(total, wide_words) + half) * scale >> 24;
        const octets bytes = (octets) __builtin_convertvector(means, two_words);
        const octets colours = __builtin_shufflevector(bytes, bytes, 0, 2, 4, 8, 10, 12, -1, -1, -1,
                                                       -1, -1, -1, -1, -1, -1, -1);
        memcpy(out, &colours, 8);
        sums += 2 * step;
        out += 6;
    }
    return x;
}

static inline void write_row(const uint16_t *sums, int32_t width, int32_t rows, fc_blocks blocks,
                             int32_t factor, int32_t channels, uint8_t *out)
{
    const int32_t last = blocks.count.width - 1;
    const uint32_t area = (uint32_t)(factor * rows);
    const uint64_t scale = reciprocal(area);
    const bool small = channels == 3 && area <= SMALL_AREA;
    int32_t x = small ? write_small(sums, blocks.count.width, factor, area, out) : 0;
    for (; x < last; x++) {
        write_mean(sums + (size_t)x * (size_t)(factor * channels), factor, channels, area, scale,
                   out + (size_t)x * (size_t)channels);
    }
    const int32_t rest = min_int(width - last * factor, factor);
    const uint32_t rest_area = (uint32_t)(rest * rows);
    write_mean(sums + (size_t)last * (size_t)(factor * channels), rest, channels, rest_area,
               reciprocal(rest_area), out + (size_t)last * (size_t)channels);
}

/* The number of channels, and of colours the most frequent factors, as constants: loops that the
 * compiler can unroll. */
FC_WIDE static void write_means(const uint16_t *sums, int32_t width, int32_t rows, fc_blocks blocks,
                                int32_t channels, uint8_t *out)
{
    const int32_t factor = blocks.factor.width;
    if (channels == 1) {
        write_row(sums, width, rows, blocks, factor, 1, out);
    } else if (channels == 4) {
        write_row(sums, width, rows, blocks, factor, 4, out);
    } else if (factor == 2) {
        write_row(sums, width, rows, blocks, 2, 3, out);
    } else if (factor == 3) {
        write_row(sums, width, rows, blocks, 3, 3, out);
    } else {
        write_row(sums, width, rows, blocks, factor, 3, out);
    }
}

/* Rows of means that are worth being made by another thread. */
#define BAND 64

/* Means in the making. */
typedef struct reduction {
    const fc_image *source;
    fc_blocks blocks;
    fc_image *means;
} reduction;

static fc_status reduce_band(void *context, int32_t first, int32_t end, fc_error *err)
{
    const reduction *the = context;
    const fc_image *source = the->source;
    const fc_blocks blocks = the->blocks;
    const int32_t width =
        min_int(blocks.count.width * blocks.factor.width, source->size.width - blocks.left);
    const size_t channels = (size_t)source->channels;
    const size_t count = (size_t)width * channels;
    FC_AUTO(fc_words) sums = NULL;
    FC_TRY(fc_memory_new(count + 1, sizeof *sums, (void **)&sums, err));

    for (int32_t y = first; y < end; y++) {
        const int32_t top = blocks.top + y * blocks.factor.height;
        const int32_t rows = min_int(blocks.factor.height, source->size.height - top);
        add_rows(fc_image_row(source, top) + (size_t)blocks.left * channels, source->stride, rows,
                 sums, count);
        write_means(sums, width, rows, blocks, source->channels, fc_image_row(the->means, y));
    }
    return FC_OK;
}

fc_status fc_reduce(const fc_image *source, fc_blocks blocks, fc_image **out, fc_error *err)
{
    FC_ASSERT(source != NULL);
    FC_ASSERT(out != NULL);
    FC_ASSERT(blocks.left >= 0 && blocks.top >= 0);
    FC_ASSERT(blocks.factor.width >= 1 && blocks.factor.width <= FC_REDUCE_FACTOR_MAX);
    FC_ASSERT(blocks.factor.height >= 1 && blocks.factor.height <= FC_REDUCE_FACTOR_MAX);
    FC_ASSERT(blocks.left + (blocks.count.width - 1) * blocks.factor.width < source->size.width);
    FC_ASSERT(blocks.top + (blocks.count.height - 1) * blocks.factor.height < source->size.height);

    FC_AUTO(fc_image) means = NULL;
    FC_TRY(fc_image_new(blocks.count, source->channels, &means, err));
    reduction the = { source, blocks, means };
    FC_TRY(fc_crew_rows(blocks.count.height, BAND, reduce_band, &the, err));
    *out = FC_STEAL(means);
    return FC_OK;
}
