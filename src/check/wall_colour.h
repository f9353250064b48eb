/** Wall colour: how far the wall behind a person is from what a rule allows. Any thread. */
#pragma once

#include <stdint.h>

#include "config/presets.h"
#include "ops/srgb.h"

/**
 * Distance in CIELAB from the nearest colour that any of the kinds has, 0 for one of theirs. Rules
 * have words, no numbers; the boxes are ours, wide enough for white walls in a dim room.
 *
 * walls   FC_WALL_, at least one
 */
double fc_wall_colour_distance(fc_lab seen, uint32_t walls);
