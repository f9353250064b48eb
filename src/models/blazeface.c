#include "models/blazeface.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/assert.h"

/* Beyond this many px from its anchor nothing can belong to a face in the picture. */
#define DISTANCE_MAX (4.0F * FC_BLAZEFACE_SIDE)

static double sigmoid(double value)
{
    return 1.0 / (1.0 + exp(-value));
}

/* False for NaN too. */
static bool is_plausible(const float *values)
{
    for (int i = 0; i < FC_BLAZEFACE_VALUES; i++) {
        if (!(fabsf(values[i]) < DISTANCE_MAX)) {
            return false;
        }
    }
    return values[2] >= 1.0F && values[3] >= 1.0F;
}

static fc_point anchor_centre(int32_t anchor)
{
    return (fc_point){ (anchor % FC_BLAZEFACE_ROW + 0.5) * FC_BLAZEFACE_STRIDE,
                       (anchor / FC_BLAZEFACE_ROW + 0.5) * FC_BLAZEFACE_STRIDE };
}

static fc_face decode_one(const float *values, fc_point anchor, double score)
{
    fc_face face = { .score = score };
    face.box = (fc_box){ anchor.x + values[0] - values[2] / 2.0,
                         anchor.y + values[1] - values[3] / 2.0, values[2], values[3] };
    for (int i = 0; i < FC_KEYPOINT_COUNT; i++) {
        face.keypoints[i] =
            (fc_point){ anchor.x + values[4 + 2 * i], anchor.y + values[5 + 2 * i] };
    }
    return face;
}

int32_t fc_blazeface_decode(const float *regressions, const float *scores, double score_min,
                            fc_face *out)
{
    FC_ASSERT(regressions != NULL);
    FC_ASSERT(scores != NULL);
    FC_ASSERT(score_min > 0.0);
    FC_ASSERT(out != NULL);

    int32_t count = 0;
    for (int32_t anchor = 0; anchor < FC_BLAZEFACE_ANCHORS; anchor++) {
        const float *values = regressions + (size_t)anchor * FC_BLAZEFACE_VALUES;
        const double score = sigmoid(scores[anchor]);
        if (score >= score_min && is_plausible(values)) {
            out[count++] = decode_one(values, anchor_centre(anchor), score);
        }
    }
    return count;
}
