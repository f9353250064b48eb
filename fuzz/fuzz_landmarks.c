/** Fuzz target: the reader of the landmark model, and its evaluator on what was accepted. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "models/landmarks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fc_error err = { 0 };
    FC_AUTO(fc_landmark_model) model = NULL;
    if (fc_landmark_model_new((fc_bytes){ data, size }, &model, &err) != FC_OK) {
        FC_ASSERT(model == NULL);
        return 0;
    }
    FC_AUTO(fc_image) grey = NULL;
    if (fc_image_new((fc_size){ 40, 30 }, 1, &grey, &err) != FC_OK) {
        return 0;
    }
    for (int32_t y = 0; y < grey->size.height; y++) {
        memset(fc_image_row(grey, y), y * 8, 40);
    }
    fc_point points[FC_LANDMARK_COUNT];
    fc_landmark_model_find(model, grey, (fc_box){ -5, 3, 30, 30 }, 0.5, points);
    return 0;
}
