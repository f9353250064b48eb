#include "models/landmarks.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "models/landmarks_file.h"
#include "ops/grey.h"

/* Rotation and scale, in the precision that the model was trained in. */
typedef struct turn {
    float p;
    float q;
} turn;

/* Where shares of the box lie in the picture. */
typedef struct placement {
    fc_point origin;
    fc_point across; /* the box's upper side */
    fc_point down;   /* its left side */
} placement;

/* dlib's unit box ends at the centre of the last pixel. A turn is about the middle. */
static placement place_shape(fc_box box, double roll)
{
    const double width = box.width - 1.0;
    const double height = box.height - 1.0;
    placement place = { { box.x, box.y },
                        { width * cos(roll), width * sin(roll) },
                        { -height * sin(roll), height * cos(roll) } };
    if (roll != 0) {
        place.origin.x += (width - place.across.x - place.down.x) / 2;
        place.origin.y += (height - place.across.y - place.down.y) / 2;
    }
    return place;
}

static fc_point to_picture(const placement *place, double x, double y)
{
    return (fc_point){ place->origin.x + place->across.x * x + place->down.x * y,
                       place->origin.y + place->across.y * x + place->down.y * y };
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
static float grey_at(const fc_image *picture, fc_point point)
{
    const double x = point.x + 0.5;
    const double y = point.y + 0.5;
    if (!(x >= 0.0 && y >= 0.0 && x < picture->size.width && y < picture->size.height)) {
        return 0.0F;
    }
    const uint8_t *pixel = fc_image_row(picture, (int32_t)y) + (int32_t)x * picture->channels;
    return picture->channels == 1 ? *pixel : fc_grey_of(pixel);
}

/* Look at the cascade's pixels; they move with the shape found so far. */
static void sample(const fc_landmark_model *model, int32_t cascade, const float *shape,
                   const fc_image *picture, const placement *place, float *pixels)
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
        pixels[i] = grey_at(picture, to_picture(place, x, y));
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

/* Every tree moves the shape by its leaf; all trees of a cascade see the same pixels. The leaves
 * lie far apart in 66 MB: all are sent for before the first is needed. */
static void move(const fc_landmark_model *model, int32_t cascade, const float *pixels, float *shape)
{
    enum { LINE = 64 / sizeof(float) };
    const size_t first = (size_t)cascade * (size_t)model->tree_count;
    uint32_t leaves[FC_LANDMARK_TREES_MAX];
    for (size_t tree = 0; tree < (size_t)model->tree_count; tree++) {
        const fc_landmark_split *splits = model->splits + (first + tree) * FC_LANDMARK_SPLITS;
        const size_t leaf = (first + tree) * FC_LANDMARK_LEAVES + descend(splits, pixels);
        for (size_t i = 0; i < FC_LANDMARK_COORDINATES; i += LINE) {
            __builtin_prefetch(model->leaves + leaf * FC_LANDMARK_COORDINATES + i);
        }
        leaves[tree] = (uint32_t)leaf;
    }
    for (size_t tree = 0; tree < (size_t)model->tree_count; tree++) {
        const float *values = model->leaves + (size_t)leaves[tree] * FC_LANDMARK_COORDINATES;
        for (size_t i = 0; i < FC_LANDMARK_COORDINATES; i++) {
            shape[i] += values[i];
        }
    }
}

const char *fc_landmark_model_device(const fc_landmark_model *model)
{
    FC_ASSERT(model != NULL);
    return "cpu";
}

void fc_landmark_model_find(const fc_landmark_model *model, const fc_image *picture, fc_box box,
                            double roll, fc_point out[FC_LANDMARK_COUNT])
{
    FC_ASSERT(model != NULL);
    FC_ASSERT(picture != NULL);

    float shape[FC_LANDMARK_COORDINATES];
    float pixels[FC_LANDMARK_PIXELS_MAX];
    const placement place = place_shape(box, roll);
    memcpy(shape, model->initial, sizeof shape);
    for (int32_t cascade = 0; cascade < model->cascade_count; cascade++) {
        sample(model, cascade, shape, picture, &place, pixels);
        move(model, cascade, pixels, shape);
    }
    for (size_t i = 0; i < FC_LANDMARK_COUNT; i++) {
        out[i] = to_picture(&place, shape[2 * i], shape[2 * i + 1]);
    }
}
