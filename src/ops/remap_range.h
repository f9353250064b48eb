/**
 * Levels: stretch the middle of a mask to the whole range, in a straight line or smoothly.
 *
 * Pure operations, any thread. Every result is in 0..1: NaN and everything up to `low` becomes 0,
 * everything from `high` up becomes 1. Cost: O(width * height), no allocation.
 */
#pragma once

#include "image/image.h"

/** (v - low) / (high - low), cut to 0..1. low < high. With 0 and 1: only makes a mask valid. */
void fc_remap_range_in_place(fc_plane *plane, double low, double high);

/** The same followed by 3 t^2 - 2 t^3: no corner at either end. */
void fc_smoothstep_in_place(fc_plane *plane, double low, double high);
