/**
 * Noise: marks the memory that libde265 decodes into, so that what it did not decode is found.
 *
 * The library gives a frame even where slices are missing or end early, and says so neither by an
 * error nor by its warnings. So the frame is filled with noise first, and where noise is left
 * nothing was decoded. The noise is the same at every run. Pure functions, any thread.
 */
#pragma once

#include <stdbool.h>

#include "image/heif_frame.h"

/** Fill a frame. Cost: that of writing it once. */
void fc_heif_noise_fill(const fc_heif_frame *frame, fc_heif_sampling sampling);

/**
 * Whether a block of a decoded frame was never written.
 *
 * coded   px of the frame with the codec's padding
 *
 * A decoded block is taken for noise once in 2^70 blocks. Cost: a few samples of each block.
 */
bool fc_heif_noise_is_left(const fc_heif_frame *frame, fc_size coded, fc_heif_sampling sampling);
