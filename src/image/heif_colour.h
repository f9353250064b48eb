/**
 * Colour of HEIF pictures: rows of Y, Cb, Cr become rows of grey or RGB, by the matrix and range of
 * ITU-T H.273. What the numbers mean as colours is not touched.
 *
 * Chroma is repeated, not smoothed, as libheif does it. Pure functions, any thread.
 */
#pragma once

#include <stdint.h>

#include "image/heif_frame.h"

/** Where converted pixels go. */
typedef struct fc_heif_target {
    int32_t bits;     /* 8, or 16 where all ones is white whatever the picture's depth was */
    int32_t colours;  /* 1: grey, the luma alone; 3: RGB */
    int32_t channels; /* from one pixel to the next; those after the colours are left alone */
} fc_heif_target;

/** How a picture is converted: out = matrix x (sample - offset), then limited to 0..max. */
typedef struct fc_heif_conversion {
    float matrix[3][3];
    float offset[3];
    float max;
} fc_heif_conversion;

/** points: of the file where it says something, else those of the picture. */
fc_heif_conversion fc_heif_conversion_new(const fc_heif_picture *picture,
                                          const fc_heif_code_points *points,
                                          const fc_heif_target *target);

/**
 * Convert a part of a row.
 *
 * x, y    first pixel, inside the picture; count pixels
 * out     uint8_t or uint16_t, by the bits of the target
 */
void fc_heif_convert(const fc_heif_picture *picture, const fc_heif_conversion *conversion,
                     const fc_heif_target *target, int32_t x, int32_t y, int32_t count, void *out);
