#include "models/landmarks.h"

#include <string.h>

#include "base/assert.h"
#include "models/landmarks_file.h"

/* Rotation and scale, in the precision that the model was trained in. */
typedef struct turn {
    float p;
    float q;
} turn;

/* From shares of the box to px: dlib's unit box ends at the centre of the last pixel. */
static fc_point to_picture(fc_box box, double x, double y)
{
    return (fc_point){ box.x + (box.width - 1.0) * x, box.y + (box.height - 1.0) * y };
}

static fc_point mean_of(const float *shape)
{
    fc_point sum = { 0.0, 0.0 };
    for (size_t i = 0; i < FC_LANDMARK_COUNT; i++) {
        sum.x += shape[2 * i];
        sum.y += shape[2 * i + 1];
    }
    return (fc_point){ sum.x / FC_LANDMARK_COUNT, sum.y / FC_LANDMARK_COUNT };
}

/* The least squares similarity from one shape onto another, without its translation. */
static turn turn_between(const float *from, const float *onto)
{
    const fc_point mean_a = mean_of(from);
    const fc_point mean_b = mean_of(onto);
    double square = 0.0;
    double dot = 0.0;
    double cross = 0.0;
    for (size_t i = 0; i < FC_LANDMARK_COUNT; i++) {
        const double ax = from[2 * i] - mean_a.x;
        const double ay = from[2 * i + 1] - mean_a.y;
        const double bx = onto[2 * i] - mean_b.x;
        const double by = onto[2 * i + 1] - mean_b.y;
        square += ax * ax + ay * ay;
        dot += ax * bx + ay * by;
        cross += ax * by - ay * bx;
    }
    return (turn){ (float)(dot / square), (float)(cross / square) };
}

/* Grey of the pixel whose centre is nearest, 0 outside. The comparison comes before the
 * conversion: a box may lie anywhere. */
static float grey_at(const fc_image *grey, fc_point point)
{
    const double x = point.x + 0.5;
    const double y = point.y + 0.5;
    if (!(x >= 0.0 && y >= 0.0 && x < grey->size.width && y < grey->size.height)) {
        return 0.0F;
    }
    return fc_image_row(grey, (int32_t)y)[(int32_t)x];
}

/* Look at the cascade's pixels; they move with the shape found so far. */
static void sample(const fc_landmark_model *model, int32_t cascade, const float *shape,
                   const fc_image *grey, fc_box box, float *pixels)
{
    const size_t first = (size_t)cascade * (size_t)model->pixel_count;
    const uint8_t *anchors = model->anchors + first;
    const float *deltas = model->deltas + 2 * first;
    const turn m = turn_between(model->initial, shape);
    for (int32_t i = 0; i < model->pixel_count; i++) {
        const float dx = deltas[2 * i];
        const float dy = deltas[2 * i + 1];
        const float x = m.p * dx - m.q * dy + shape[2 * anchors[i]];
        const float y = m.q * dx + m.p * dy + shape[2 * anchors[i] + 1];
        pixels[i] = grey_at(grey, to_picture(box, x, y));
    }
}

/* The leaf in which the sampled pixels end, 0 .. FC_LANDMARK_LEAVES - 1. */
static size_t descend(const fc_landmark_split *splits, const float *pixels)
{
    size_t node = 0;
    while (node < FC_LANDMARK_SPLITS) {
        const fc_landmark_split *split = &splits[node];
        const bool left = pixels[split->pixel_a] - pixels[split->pixel_b] > split->threshold;
        node = 2 * node + (left ? 1 : 2);
    }
    return node - FC_LANDMARK_SPLITS;
}

/* Every tree moves the shape by its leaf; all trees of a cascade see the same pixels. */
static void move(const fc_landmark_model *model, int32_t cascade, const float *pixels, float *shape)
{
    const size_t first = (size_t)cascade * (size_t)model->tree_count;
    for (size_t tree = first; tree < first + (size_t)model->tree_count; tree++) {
        const size_t leaf = descend(model->splits + tree * FC_LANDMARK_SPLITS, pixels);
        const float *values =
            model->leaves + (tree * FC_LANDMARK_LEAVES + leaf) * FC_LANDMARK_COORDINATES;
        for (size_t i = 0; i < FC_LANDMARK_COORDINATES; i++) {
            shape[i] += values[i];
        }
    }
}

void fc_landmark_model_find(const fc_landmark_model *model, const fc_image *grey, fc_box box,
                            fc_point out[FC_LANDMARK_COUNT])
{
    FC_ASSERT(model != NULL);
    FC_ASSERT(grey != NULL);
    FC_ASSERT(grey->channels == 1);

    float shape[FC_LANDMARK_COORDINATES];
    float pixels[FC_LANDMARK_PIXELS_MAX];
    memcpy(shape, model->initial, sizeof shape);
    for (int32_t cascade = 0; cascade < model->cascade_count; cascade++) {
        sample(model, cascade, shape, grey, box, pixels);
        move(model, cascade, pixels, shape);
    }
    for (size_t i = 0; i < FC_LANDMARK_COUNT; i++) {
        out[i] = to_picture(box, shape[2 * i], shape[2 * i + 1]);
    }
}
