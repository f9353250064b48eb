/**
 * Detail statistics: how noisy and how sharp the person is.
 *
 * Noise: in blocks of 8 x 8 px the mean absolute answer to a mask that ignores ramps (J. Immerkaer,
 * "Fast noise variance estimation", 1996); a low percentile over the blocks is the noise, because
 * texture and edges only ever add. Sharpness: how much of the detail on edges is finest detail.
 * Pure measurement, any thread.
 */
#pragma once

#include <stdint.h>

#include "image/geometry.h"
#include "image/image.h"

/* Most px of the canvas that a px of the photo may take. */
#define FC_DETAIL_STEP_MAX 4

typedef struct fc_detail_stats {
    double luma_noise;   /* standard deviation, levels */
    double chroma_noise; /* the same of B - Y and R - Y, the larger one */
    double sharpness;    /* 0 (soft) .. 1 (as sharp as pixels allow); 0 also without edges */
} fc_detail_stats;

/**
 * Measure the person on a canvas.
 *
 * canvas   RGB
 * matte    share of person 0..1, of the same size
 * face     box as dlib draws it; sharpness is measured in it
 * step_px  size of a photo px on the canvas, 1 .. FC_DETAIL_STEP_MAX: noise is no finer than that
 *
 * Where nothing can be measured the numbers are 0. Never fails. Cost: about 5 ns a px.
 */
fc_detail_stats fc_detail_measure(const fc_image *canvas, const fc_plane *matte, fc_box face,
                                  int32_t step_px);
