#include "ops/patches.h"

#include "base/assert.h"
#include "base/memory.h"

/* Empty a patch; how many px it has, which the queue then holds. */
static size_t take_patch(size_t first, fc_size size, float *marks, int32_t *queue)
{
    const size_t width = (size_t)size.width;
    const size_t count = width * (size_t)size.height;
    size_t queued = 1;
    queue[0] = (int32_t)first;
    marks[first] = 0;
    for (size_t i = 0; i < queued; i++) {
        const size_t at = (size_t)queue[i];
        const size_t beside[] = { at % width > 0 ? at - 1 : at,
                                  at % width + 1 < width ? at + 1 : at,
                                  at >= width ? at - width : at,
                                  at + width < count ? at + width : at };
        for (int k = 0; k < 4; k++) {
            if (marks[beside[k]] > 0) {
                marks[beside[k]] = 0;
                queue[queued++] = (int32_t)beside[k];
            }
        }
    }
    return queued;
}

/* Whether the patch reaches the lower border. */
static bool goes_on_below(const int32_t *queue, size_t count, fc_size size)
{
    const int32_t last_row = (size.height - 1) * size.width;
    for (size_t i = 0; i < count; i++) {
        if (queue[i] >= last_row) {
            return true;
        }
    }
    return false;
}

fc_status fc_patches_mark(float *marks, fc_size size, double limit, bool large, float *to,
                          fc_error *err)
{
    FC_ASSERT(marks != NULL && to != NULL);
    FC_ASSERT(size.width > 0 && size.height > 0);

    const size_t count = (size_t)size.width * (size_t)size.height;
    FC_AUTO(fc_integers) queue = NULL;
    FC_TRY(fc_memory_new(count, sizeof(int32_t), (void **)&queue, err));
    for (size_t i = 0; i < count; i++) {
        const size_t found = marks[i] > 0 ? take_patch(i, size, marks, queue) : 0;
        const bool is_large = (double)found > limit || goes_on_below(queue, found, size);
        for (size_t k = 0; k < found && is_large == large; k++) {
            to[queue[k]] = 1;
        }
    }
    return FC_OK;
}
