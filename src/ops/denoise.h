/**
 * Denoise: take noise of a known strength off a picture, colour noise more than grain.
 *
 * Brightness and the two colour differences are smoothed on their own by Wiener rows
 * (ops/wiener_rows.h), then part of the difference is applied: some grain is left, because skin
 * without any looks like plastic. Grey pixels among grey ones stay grey exactly. Any thread.
 */
#pragma once

#include <stdint.h>

#include "image/image.h"

typedef struct fc_denoise_options {
    double luma_noise;   /* standard deviation to remove, levels; 0 leaves brightness alone */
    double chroma_noise; /* the same for B - Y and R - Y */
    double luma_share;   /* of the difference that is applied, 0..1 */
    double chroma_share;
    int32_t radius_px; /* of the windows, 1 .. FC_WIENER_RADIUS_MAX; reach is twice that */
} fc_denoise_options;

/**
 * Denoise an RGB picture.
 *
 * out  owner: caller. RGB, same size. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Memory: some dozen rows besides the result. Cost: about 40 ns a px (gcc
 * -O2).
 */
FC_MUST_CHECK fc_status fc_denoise(const fc_image *image, const fc_denoise_options *options,
                                   fc_image **out, fc_error *err);
