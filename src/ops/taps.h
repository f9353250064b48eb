/**
 * Taps: which input samples one output sample of an axis mixes, and with which weights.
 *
 * Shared by the operations that resample along rows and columns. Any thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

typedef enum fc_kernel {
    FC_KERNEL_CUBIC, /* Catmull-Rom (Keys 1981, a = -0.5), widened by the scale when shrinking */
    FC_KERNEL_AREA,  /* the share of each input sample that an output sample covers */
} fc_kernel;

/** What part of an axis becomes how many samples. Coordinates as in image/geometry.h. */
typedef struct fc_axis {
    int32_t input;  /* samples of the input, 1.. */
    double start;   /* where the first output sample begins, in input samples */
    double length;  /* how far all output samples reach, above 0 */
    int32_t output; /* samples of the output, 1.. */
} fc_axis;

/** Output i is the sum of weights[i * count + t] * input[first[i] + t] over t = 0..count-1. */
typedef struct fc_taps {
    int32_t count;
    int32_t *first; /* first[i] + count never passes the end of the input */
    float *weights; /* of one output sample they add up to 1 */
} fc_taps;

/**
 * Compute the taps of an axis. Beyond its ends the input is taken to repeat its edge sample.
 *
 * out   owner: caller, release with fc_taps_free. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: O(output * count).
 */
FC_MUST_CHECK fc_status fc_taps_new(fc_axis axis, fc_kernel kernel, fc_taps **out, fc_error *err);

void fc_taps_free(fc_taps *taps);
FC_DEFINE_CLEANUP(fc_taps, fc_taps_free)
