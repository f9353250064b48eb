#include "ops/taps.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"

static double catmull_rom(double distance)
{
    const double d = fabs(distance);
    if (d < 1) {
        return (1.5 * d - 2.5) * d * d + 1;
    }
    return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
}

/* Length of the part that the input sample [index, index + 1) shares with the window. */
static double shared_length(double index, double centre, double width)
{
    return fmax(0, fmin(index + 1, centre + width / 2) - fmax(index, centre - width / 2));
}

static double weigh(fc_kernel kernel, int32_t index, double centre, double width)
{
    return kernel == FC_KERNEL_CUBIC ? catmull_rom((index + 0.5 - centre) / width)
                                     : shared_length(index, centre, width);
}

static int32_t clamp_index(int32_t index, int32_t last)
{
    return index < 0 ? 0 : index > last ? last : index;
}

/* `window` samples from the kernel's first one on; `sums` has room for them. */
static void compute_taps(fc_axis axis, fc_kernel kernel, int32_t window, int32_t output,
                         fc_taps *taps, double *sums)
{
    const double scale = axis.length / axis.output;
    const double width = fmax(scale, 1);
    const double centre = axis.start + (output + 0.5) * scale;
    const double reach = kernel == FC_KERNEL_CUBIC ? 2 * width : width / 2;
    const int32_t begin = (int32_t)floor(centre - reach);
    const int32_t first = clamp_index(begin, axis.input - taps->count);

    memset(sums, 0, (size_t)taps->count * sizeof *sums);
    double total = 0;
    for (int32_t index = begin; index < begin + window; index++) {
        const double weight = weigh(kernel, index, centre, width);
        sums[clamp_index(clamp_index(index, axis.input - 1) - first, taps->count - 1)] += weight;
        total += weight;
    }
    taps->first[output] = first;
    float *weights = taps->weights + (size_t)output * (size_t)taps->count;
    for (int32_t t = 0; t < taps->count; t++) {
        weights[t] = (float)(sums[t] / total);
    }
}

fc_status fc_taps_new(fc_axis axis, fc_kernel kernel, fc_taps **out, fc_error *err)
{
    FC_ASSERT(axis.input > 0);
    FC_ASSERT(axis.output > 0);
    FC_ASSERT(axis.length > 0);
    FC_ASSERT(out != NULL);

    const double width = fmax(axis.length / axis.output, 1);
    const int32_t window = (int32_t)ceil(kernel == FC_KERNEL_CUBIC ? 4 * width : width) + 1;
    const int32_t count = window < axis.input ? window : axis.input;

    FC_AUTO(fc_taps) taps = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *taps, (void **)&taps, err));
    taps->count = count;
    const size_t outputs = (size_t)axis.output;
    FC_TRY(fc_memory_new(outputs, sizeof *taps->first, (void **)&taps->first, err));
    FC_TRY(fc_memory_new(outputs * (size_t)count, sizeof *taps->weights, (void **)&taps->weights,
                         err));
    FC_AUTO(fc_doubles) sums = NULL;
    FC_TRY(fc_memory_new((size_t)count, sizeof *sums, (void **)&sums, err));
    for (int32_t output = 0; output < axis.output; output++) {
        compute_taps(axis, kernel, window, output, taps, sums);
    }
    *out = FC_STEAL(taps);
    return FC_OK;
}

void fc_taps_free(fc_taps *taps)
{
    if (taps != NULL) {
        fc_memory_free(taps->first);
        fc_memory_free(taps->weights);
        fc_memory_free(taps);
    }
}
