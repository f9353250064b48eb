#include "image/heif_frame.h"

#include <inttypes.h>

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
