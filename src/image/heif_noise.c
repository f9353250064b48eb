#include "image/heif_noise.h"

#include <stddef.h>
#include <string.h>

#include "base/assert.h"

/*
 * A block of HEVC is at least 8 x 8 px. Smoothing the edges of its neighbours changes up to 3 px at
 * its right and lower side, 1 of chroma. What is added to the samples of a block after it was begun
 * (sample adaptive offset) is at most 31 of 1024. 25 samples that are noise by chance: 2^-100. Cr
 * comes last of all, so a block that ends too early lacks that; 9 samples are just those of the
 * noise: 2^-72.
 */
enum { BLOCK = 8, BLOCK_SURE = 5, CHROMA_BLOCK = 4, CHROMA_SURE = 3 };

/* Samples after which the noise repeats; each row begins elsewhere in it. */
enum { PERIOD = 256, ROW_STEP = 37 };

typedef struct noise {
    uint16_t values[2 * PERIOD]; /* the period twice, so that a row can begin anywhere */
} noise;

/* xorshift32, Marsaglia 2003. */
static void make_noise(noise *out, int32_t bits)
{
    uint32_t state = 2463534242;
    for (size_t i = 0; i < PERIOD; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        out->values[i] = (uint16_t)(state >> 8 & ((UINT32_C(1) << bits) - 1));
        out->values[i + PERIOD] = out->values[i];
    }
}

static const uint16_t *row_noise(const noise *from, size_t y)
{
    return from->values + y * ROW_STEP % PERIOD;
}

static void fill_row(const uint16_t *values, uint8_t *row, size_t size, bool is_wide)
{
    uint8_t narrow[PERIOD];
    for (size_t i = 0; i < PERIOD && !is_wide; i++) {
        narrow[i] = (uint8_t)values[i];
    }
    const void *from = is_wide ? (const void *)values : narrow;
    const size_t period = is_wide ? 2 * PERIOD : PERIOD;
    for (size_t at = 0; at < size; at += period) {
        memcpy(row + at, from, size - at < period ? size - at : period);
    }
}

void fc_heif_noise_fill(const fc_heif_frame *frame, fc_heif_sampling sampling)
{
    FC_ASSERT(frame != NULL);
    FC_ASSERT(sampling.bits >= 8 && sampling.bits <= 16);

    noise all;
    make_noise(&all, sampling.bits);
    for (int plane = 0; plane < 3; plane++) {
        for (size_t y = 0; y < frame->lines[plane]; y++) {
            fill_row(row_noise(&all, y), frame->planes[plane] + y * frame->strides[plane],
                     frame->strides[plane], sampling.bits > 8);
        }
    }
}

static int32_t sample_at(const uint8_t *row, size_t x, bool is_wide)
{
    if (!is_wide) {
        return row[x];
    }
    uint16_t value = 0;
    memcpy(&value, row + 2 * x, sizeof value);
    return value;
}

/* One plane of a frame, and how it is looked at. */
typedef struct look {
    const uint8_t *plane;
    size_t stride;
    fc_size size;
    bool is_wide;
    size_t block;
    size_t sure; /* the first sure x sure samples of a block are looked at */
    int32_t tolerance;
} look;

static bool is_noise(const noise *all, const look *at, size_t x, size_t y)
{
    for (size_t i = 0; i < at->sure * at->sure; i++) {
        const size_t row = y + i / at->sure;
        const size_t column = x + i % at->sure;
        const int32_t expected = row_noise(all, row)[column % PERIOD];
        const int32_t off = sample_at(at->plane + row * at->stride, column, at->is_wide) - expected;
        if (off > at->tolerance || off < -at->tolerance) {
            return false;
        }
    }
    return true;
}

static bool has_noise(const noise *all, const look *at)
{
    for (size_t y = 0; y + at->sure <= (size_t)at->size.height; y += at->block) {
        for (size_t x = 0; x + at->sure <= (size_t)at->size.width; x += at->block) {
            if (is_noise(all, at, x, y)) {
                return true;
            }
        }
    }
    return false;
}

bool fc_heif_noise_is_left(const fc_heif_frame *frame, fc_size coded, fc_heif_sampling sampling)
{
    FC_ASSERT(frame != NULL);

    noise all;
    make_noise(&all, sampling.bits);
    const int32_t offset_bits = sampling.bits < 10 ? sampling.bits : 10;
    const look luma = { .plane = frame->planes[0],
                        .stride = frame->strides[0],
                        .size = coded,
                        .is_wide = sampling.bits > 8,
                        .block = BLOCK,
                        .sure = BLOCK_SURE,
                        .tolerance = ((1 << (offset_bits - 5)) - 1)
                                     << (sampling.bits - offset_bits) };
    const look red = { .plane = frame->planes[2],
                       .stride = frame->strides[2],
                       .size = { coded.width >> sampling.shift_x,
                                 coded.height >> sampling.shift_y },
                       .is_wide = sampling.bits > 8,
                       .block = CHROMA_BLOCK,
                       .sure = CHROMA_SURE };
    return has_noise(&all, &luma) || (!sampling.is_grey && has_noise(&all, &red));
}
