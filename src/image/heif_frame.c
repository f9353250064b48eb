#include "image/heif_frame.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"

/* dav1d: sides are multiples of 128, rows begin at multiples of 64 bytes, and 64 bytes follow. */
#define SIDE_MULTIPLE 128
#define TAIL_BYTES 64

/* Begins a block. */
typedef struct head {
    size_t size; /* of the whole block */
} head;

typedef struct layout {
    size_t strides[3];
    size_t lines[3];
    size_t offsets[3];
    size_t size;
} layout;

static size_t round_up(int32_t side)
{
    return ((size_t)side + SIDE_MULTIPLE - 1) / SIDE_MULTIPLE * SIDE_MULTIPLE;
}

static layout lay_out(fc_size coded, fc_heif_sampling sampling)
{
    layout all = { .size = FC_MEMORY_ALIGNMENT };
    const int planes = sampling.is_grey ? 1 : 3;
    for (int i = 0; i < planes; i++) {
        const size_t width = round_up(coded.width) >> (i > 0 ? sampling.shift_x : 0);
        all.lines[i] = round_up(coded.height) >> (i > 0 ? sampling.shift_y : 0);
        all.strides[i] = width * (sampling.bits > 8 ? 2 : 1);
        /* Rows a whole number of kilobytes apart fall onto the same few lines of the cache. */
        all.strides[i] += all.strides[i] % 1024 == 0 ? TAIL_BYTES : 0;
        all.offsets[i] = all.size;
        all.size += all.strides[i] * all.lines[i] + TAIL_BYTES;
    }
    return all;
}

int64_t fc_heif_frame_bytes(fc_size coded, fc_heif_sampling sampling)
{
    return (int64_t)lay_out(coded, sampling).size;
}

static fc_status check_size(const fc_heif_frames *frames, fc_size coded, fc_error *err)
{
    if (coded.width < 1 || coded.height < 1 ||
        coded.width - FC_HEIF_PADDING_MAX > frames->size.width ||
        coded.height - FC_HEIF_PADDING_MAX > frames->size.height) {
        return fc_fail(err, FC_CORRUPT_IMAGE,
                       "a damaged HEIF file: its pixels are coded as %" PRId32 " x %" PRId32
                       ", its header says %" PRId32 " x %" PRId32,
                       coded.width, coded.height, frames->size.width, frames->size.height);
    }
    return FC_OK;
}

static fc_status frame_new(fc_heif_frames *frames, fc_size coded, fc_heif_sampling sampling,
                           fc_heif_frame *out)
{
    FC_TRY(check_size(frames, coded, &frames->refusal));
    const layout all = lay_out(coded, sampling);
    if ((int64_t)all.size > frames->bytes_left) {
        return fc_fail(&frames->refusal, FC_CORRUPT_IMAGE,
                       "a damaged HEIF file: decoding takes more frames or larger samples than its "
                       "header says");
    }
    uint8_t *block = NULL;
    FC_TRY(fc_memory_new_zeroed(all.size, 1, (void **)&block, &frames->refusal));
    ((head *)(void *)block)->size = all.size;
    *out = (fc_heif_frame){ .block = block };
    for (int i = 0; i < 3 && all.lines[i] > 0; i++) {
        out->planes[i] = block + all.offsets[i];
        out->strides[i] = all.strides[i];
        out->lines[i] = all.lines[i];
    }
    frames->bytes_left -= (int64_t)all.size;
    return FC_OK;
}

fc_status fc_heif_frame_new(fc_heif_frames *frames, fc_size coded, fc_heif_sampling sampling,
                            fc_heif_frame *out)
{
    FC_ASSERT(frames != NULL);
    FC_ASSERT(out != NULL);

    frames->refusal.status = frame_new(frames, coded, sampling, out);
    return frames->refusal.status;
}

static void block_free(void *block)
{
    if (block != NULL) {
        fc_memory_wipe(block, ((head *)block)->size);
        fc_memory_free(block);
    }
}

void fc_heif_frame_release(fc_heif_frames *frames, void *block)
{
    FC_ASSERT(frames != NULL);

    if (block != NULL && block != frames->kept) {
        frames->bytes_left += (int64_t)((head *)block)->size;
        block_free(block);
    }
}

void fc_heif_picture_free(fc_heif_picture *picture)
{
    if (picture != NULL) {
        block_free(picture->block);
        fc_memory_free(picture);
    }
}

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
