/**
 * Layout of a cut-out: which part of the photo counts, where the person lies on the canvas and how
 * large that is. Pixel operations on RGBA; any thread.
 */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "image/image.h"
#include "pipeline/cutout.h"

/** Whole px of a canvas. */
typedef struct fc_region {
    int32_t left;
    int32_t top;
    fc_size size; /* 0 x 0: nothing */
} fc_region;

/** Box of all that is not quite see-through. Cost: the alpha is read once. */
fc_region fc_cutout_person(const fc_image *cutout);

/**
 * Make everything outside of the plan's `roi` see-through.
 *
 * photo    size of the upright photo at full scale, which px of the roi are counted in
 * cutout   RGBA
 * fault    set on failure
 *
 * Errors: FC_INVALID_ARGUMENT (it goes beyond the photo, or is empty).
 */
FC_MUST_CHECK fc_status fc_cutout_limit(const fc_cutout_plan *plan, fc_size photo, fc_image *cutout,
                                        fc_cutout_fault *fault, fc_error *err);

/** The largest canvas that fc_cutout_arrange can make of a cut-out of this size. */
fc_size fc_cutout_canvas_max(const fc_cutout_plan *plan, fc_size size);

/**
 * Crop, scale and place as the plan says.
 *
 * person   its box in the cut-out, not empty; on success its box on the new canvas
 * cutout   replaced on success; untouched where the plan asks for nothing
 *
 * Errors: FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY. Cost: O(canvas).
 */
FC_MUST_CHECK fc_status fc_cutout_arrange(const fc_cutout_plan *plan, fc_region *person,
                                          fc_image **cutout, fc_error *err);
