/** What is shown behind a cut-out: a colour, perhaps half see-through, or a picture. Any thread. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "image/decode.h"
#include "image/image.h"
#include "pipeline/cutout.h"

/**
 * Lay the plan's colour or picture behind the person. A picture covers the canvas, from its middle.
 *
 * limits   of the picture
 * cutout   RGBA; on success nothing is see-through where the plan's background is not
 * fault    set on failure
 *
 * Errors: those of decoding the picture. Cost: O(canvas), and the picture's decoding.
 */
FC_MUST_CHECK fc_status fc_cutout_lay_behind(const fc_cutout_plan *plan,
                                             const fc_decode_limits *limits, fc_image *cutout,
                                             fc_cutout_fault *fault, fc_error *err);
