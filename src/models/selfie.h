/**
 * Selfie segmentation (MediaPipe, 256 x 256): which pixels are a person.
 *
 * Input tensor: 1 x H x W x 3, float, RGB, 0..1. Output: 1 x H x W x 1, float, 0..1.
 * The network is convolutional: H = W = 256, and 384 for the second look.
 */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/image.h"
#include "infer/session.h"

/** Side of the larger square that it looks at, px: finer pictures bring nothing. */
#define FC_SELFIE_SIDE_MAX 384

typedef struct fc_selfie_model fc_selfie_model;

/** Ways to look. The last two are for pictures in which the others see nobody. */
typedef enum fc_selfie_way {
    FC_SELFIE_ONCE,
    FC_SELFIE_TWICE,   /* also at 384 x 384, averaged: 7 ms more, better edges */
    FC_SELFIE_BLURRED, /* once, at a picture that is clarified (ops/clarify.h): 2 ms more */
    FC_SELFIE_NOISY,   /* likewise */
} fc_selfie_way;

/** `tflite` is the bytes of selfie_segmentation.tflite. Errors: as fc_session_new. */
FC_MUST_CHECK fc_status fc_selfie_model_new(fc_runtime *runtime, fc_bytes tflite,
                                            fc_selfie_model **out, fc_error *err);
void fc_selfie_model_free(fc_selfie_model *model);
FC_DEFINE_CLEANUP(fc_selfie_model, fc_selfie_model_free)

const char *fc_selfie_model_device(const fc_selfie_model *model);

/**
 * Coarse mask of a part of a picture.
 *
 * picture  RGB
 * region   the part that is looked at, px; cut to the picture, then squashed to the network's
 *          square without padding
 * way      how it is looked at
 * out      owner: caller. 256 x 256 (384 x 384 for FC_SELFIE_TWICE), covering the cut region
 * covered  the region after cutting
 *
 * Errors: FC_INVALID_ARGUMENT (the region lies outside), FC_MODEL_UNAVAILABLE, FC_OUT_OF_MEMORY.
 * Any thread.
 */
FC_MUST_CHECK fc_status fc_selfie_model_run(const fc_selfie_model *model, const fc_image *picture,
                                            fc_box region, fc_selfie_way way, fc_plane **out,
                                            fc_box *covered, fc_error *err);

/**
 * Look a second time, as FC_SELFIE_TWICE does, once it is known that the first look is not enough.
 *
 * covered  as fc_selfie_model_run gave it
 * first    its mask, by FC_SELFIE_ONCE
 * out      owner: caller. 384 x 384: both looks, averaged. Untouched on failure
 *
 * Errors: as fc_selfie_model_run. Any thread.
 */
FC_MUST_CHECK fc_status fc_selfie_model_look_again(const fc_selfie_model *model,
                                                   const fc_image *picture, fc_box covered,
                                                   const fc_plane *first, fc_plane **out,
                                                   fc_error *err);
