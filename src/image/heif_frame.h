/**
 * Frames: the memory that the codecs of HEIC and AVIF decode into. It is ours, so that a frame
 * larger than the file says is refused before it takes memory, and no sample is ever what the
 * memory held before.
 *
 * One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/geometry.h"

/** px that a codec may add to each side of what the file says: it codes whole blocks. */
#define FC_HEIF_PADDING_MAX 127

/** How the samples of a picture are stored. */
typedef struct fc_heif_sampling {
    int32_t bits;    /* a sample, 8..16; more than 8 take two bytes in the machine's order */
    bool is_grey;    /* no chroma */
    int32_t shift_x; /* chroma has width >> shift_x samples, rounded up */
    int32_t shift_y;
} fc_heif_sampling;

/** What the coded bytes say of their colours: code points of ITU-T H.273. */
typedef struct fc_heif_code_points {
    int32_t primaries;
    int32_t transfer;
    int32_t matrix;
    bool is_full_range;
} fc_heif_code_points;

/** A decoded picture: Y, Cb, Cr. */
typedef struct fc_heif_picture {
    fc_size size;
    fc_heif_sampling sampling;
    fc_heif_code_points points;
    const uint8_t *planes[3]; /* first sample that is seen; NULL where there is no chroma */
    size_t strides[3];        /* bytes */
    void *block;              /* owner of the planes */
} fc_heif_picture;

/** Release; NULL is fine. Samples are photos of people: they are overwritten first. */
void fc_heif_picture_free(fc_heif_picture *picture);
FC_DEFINE_CLEANUP(fc_heif_picture, fc_heif_picture_free)

/** Where the frames of one decoding come from; the codec's callbacks get it. */
typedef struct fc_heif_frames {
    fc_size size;       /* of the picture, as the file says */
    int64_t bytes_left; /* that further frames may take */
    void *kept;         /* a block that goes on living when the codec releases it */
    fc_error refusal;   /* why the last frame was refused; FC_OK: none was */
} fc_heif_frames;

/** Memory of one frame; planes have their full coded size and some more. */
typedef struct fc_heif_frame {
    uint8_t *planes[3];
    size_t strides[3]; /* bytes */
    size_t lines[3];
    void *block;
} fc_heif_frame;

/** Bytes of a frame of so many px. size: sides up to FC_IMAGE_SIDE_MAX and some padding. */
int64_t fc_heif_frame_bytes(fc_size coded, fc_heif_sampling sampling);

/**
 * Memory for a frame, every byte zero; planes lie as libde265 and dav1d want them.
 *
 * coded   px with all padding
 * out     release with fc_heif_frame_release. Untouched on failure
 *
 * Errors: FC_CORRUPT_IMAGE (larger than the file says), FC_OUT_OF_MEMORY; both are recorded in
 * `frames` as well.
 */
FC_MUST_CHECK fc_status fc_heif_frame_new(fc_heif_frames *frames, fc_size coded,
                                          fc_heif_sampling sampling, fc_heif_frame *out);

/** The codec needs a block no more; NULL is fine. */
void fc_heif_frame_release(fc_heif_frames *frames, void *block);

/**
 * Fill a frame with noise, so that what libde265 did not decode is found.
 *
 * The library gives a frame even where slices are missing or end early, and says so neither by an
 * error nor by its warnings. So the frame is filled with noise first, and where noise is left
 * nothing was decoded. The noise is the same at every run. Cost: that of writing it once.
 */
void fc_heif_noise_fill(const fc_heif_frame *frame, fc_heif_sampling sampling);

/**
 * Whether a block of a decoded frame was never written.
 *
 * coded   px of the frame with the codec's padding
 *
 * A decoded block is taken for noise once in 2^70 blocks. Cost: a few samples of each block.
 */
bool fc_heif_noise_is_left(const fc_heif_frame *frame, fc_size coded, fc_heif_sampling sampling);
