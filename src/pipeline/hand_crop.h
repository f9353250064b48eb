/**
 * Hand crop: what people change of a frame by hand - they move, zoom and turn the photo under the
 * portrait. Geometry only, any thread.
 */
#pragma once

#include <stdbool.h>

#include "config/options.h"
#include "pipeline/frame.h"

/** Whether anything is changed by hand. */
bool fc_hand_crop_is_wanted(const fc_params *params);

/**
 * Change a frame: turn and zoom about the middle of the canvas, then move. The oval stays where it
 * is on the canvas. What the photo's end does to the frame (`ends`, `document`) is left to the
 * caller.
 */
void fc_hand_crop_apply(const fc_params *params, fc_frame *frame);
