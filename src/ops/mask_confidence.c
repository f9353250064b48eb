#include "ops/mask_confidence.h"

#include "base/assert.h"

/* Whole px of a box. */
typedef struct area {
    int32_t left;
    int32_t top;
    int32_t right;
    int32_t bottom;
} area;

static area cut_to(fc_box box, fc_size size)
{
    const fc_box part = fc_box_intersect(box, (fc_box){ 0, 0, size.width, size.height });
    return (area){ (int32_t)part.x, (int32_t)part.y, (int32_t)(part.x + part.width),
                   (int32_t)(part.y + part.height) };
}

static float identity(float a)
{
    return a;
}

static float undecided(float a)
{
    return 4.0F * a * (1.0F - a);
}

static double mean_of(const fc_plane *mask, area part, float (*of)(float), double otherwise)
{
    double sum = 0.0;
    for (int32_t y = part.top; y < part.bottom; y++) {
        const float *row = fc_plane_row(mask, y);
        for (int32_t x = part.left; x < part.right; x++) {
            sum += (double)of(row[x]);
        }
    }
    const double count = (double)(part.right - part.left) * (part.bottom - part.top);
    return count > 0.0 ? sum / count : otherwise;
}

fc_mask_confidence fc_mask_confidence_measure(const fc_plane *mask, fc_box window, fc_box face)
{
    FC_ASSERT(mask != NULL);

    const fc_box middle = { face.x + face.width / 4, face.y + face.height / 4, face.width / 2,
                            face.height / 2 };
    return (fc_mask_confidence){
        .undecided = mean_of(mask, cut_to(window, mask->size), undecided, 0.0),
        .face = mean_of(mask, cut_to(middle, mask->size), identity, 1.0),
    };
}
