#define _DEFAULT_SOURCE /* le64toh */
#include "models/landmarks.h"

#include <endian.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "models/landmarks_private.h"
#include "ops/grey.h"

/*
 * Reader of dlib's shape predictor file. The format is a plain row of numbers without magic or
 * padding, so a damaged file shows only in counts and ranges: each is checked as it comes.
 *
 * An integer is a control byte (low half: bytes that follow, top bit: negative) and a magnitude,
 * little endian. A real is an integer mantissa and an integer exponent of 2. A vector is its count
 * and its items; a matrix is its rows and columns, both negated, and its items.
 */

#define CASCADES_MAX 64
#define COORDINATE_MAX 1024.0F

/* Shortest encodings: an integer takes 2 bytes, a real 4, the shape of a leaf 4. */
#define SPLIT_BYTES_MIN (2 + 2 + 4)
#define LEAF_BYTES_MIN (4 + 4 * FC_LANDMARK_COORDINATES)
#define TREE_BYTES_MIN                                                                             \
    (2 + SPLIT_BYTES_MIN * FC_LANDMARK_SPLITS + 2 + LEAF_BYTES_MIN * FC_LANDMARK_LEAVES)

/* The first fault sticks and moves `at` to the end: from there on every number reads as 0, so that
 * only whoever allocates or stores by a count has to look. */
typedef struct reader {
    const uint8_t *start;
    const uint8_t *at;
    const uint8_t *end;
    const fc_mapping *mapping; /* of these bytes, NULL where they are in plain memory */
    const char *fault;         /* NULL while all is well */
    size_t fault_offset;
} reader;

static FC_COLD void set_fault(reader *in, const char *fault)
{
    if (in->fault == NULL) {
        in->fault = fault;
        in->fault_offset = (size_t)(in->at - in->start);
        in->at = in->end;
    }
}

static fc_status report_fault(const reader *in, fc_error *err)
{
    return fc_fail(err, FC_MODEL_UNAVAILABLE,
                   "landmark model: %s at byte %zu; dlib's predictor of %d points with trees of "
                   "depth %d is needed",
                   in->fault, in->fault_offset, FC_LANDMARK_COUNT, FC_LANDMARK_DEPTH);
}

static int64_t read_integer(reader *in)
{
    const size_t left = (size_t)(in->end - in->at);
    const size_t size = left > 0 ? in->at[0] & 0x0FU : 0;
    if (left <= size) {
        set_fault(in, "the file is cut short");
        return 0;
    }
    if (size < 1 || size > 7 || (in->at[0] & 0x70) != 0) {
        set_fault(in, "no number of 1 to 7 bytes");
        return 0;
    }
    int64_t magnitude = 0;
    for (size_t i = size; i > 0; i--) {
        magnitude = magnitude << 8 | in->at[i];
    }
    const bool negative = (in->at[0] & 0x80) != 0;
    in->at += 1 + size;
    return negative ? -magnitude : magnitude;
}

/* An integer in min..max; `min` after a fault, so that an index or a count stays valid. */
static int32_t read_within(reader *in, int32_t min, int32_t max, const char *fault)
{
    const int64_t value = read_integer(in);
    if (value < min || value > max) {
        set_fault(in, fault);
    }
    return in->fault == NULL ? (int32_t)value : min;
}

static void expect(reader *in, int32_t value, const char *fault)
{
    (void)read_within(in, value, value, fault);
}

/* 2^exponent, put together from its bits: exponent within -1022..1023. */
static double power_of_two(int64_t exponent)
{
    const uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/* A real within +-COORDINATE_MAX. Exact: a float's mantissa has 24 bits. */
static float read_real(reader *in)
{
    const int64_t mantissa = read_integer(in);
    const int32_t exponent = read_within(in, -255, 255, "a real that is not finite");
    const double value = (double)mantissa * power_of_two(exponent);
    if (!(value >= -COORDINATE_MAX && value <= COORDINATE_MAX)) {
        set_fault(in, "a real outside +-1024");
        return 0.0F;
    }
    return (float)value;
}

/*
 * The reals at `in`, up to `count`, that are written as nearly all of the 16 million are: 3 bytes
 * of mantissa, a negative exponent of 1 byte. With an exponent of -14..-126 a mantissa below 2^24
 * is within +-COORDINATE_MAX and no denormal float, so that nothing is left to check. Returns how
 * many there were; the next one, if any, is for read_real.
 */
static int32_t read_common_reals(reader *in, float *values, int32_t count)
{
    enum { BYTES = 6, LOAD = 8 };
    const uint8_t *at = in->at;
    const int64_t room = in->end - at < LOAD ? 0 : (in->end - at - LOAD) / BYTES + 1;
    const int32_t most = room < count ? (int32_t)room : count;
    int32_t i = 0;
    for (; i < most; i++, at += BYTES) {
        uint64_t word = 0; /* fc_little64 as one load: a third of the time */
        memcpy(&word, at, sizeof word);
        word = le64toh(word);
        const uint32_t exponent = (uint32_t)(word >> 40) & 0xFF;
        if ((word & 0xFF0000007FULL) != 0x8100000003ULL || exponent - 14 > 126 - 14) {
            break;
        }
        const int32_t magnitude = (int32_t)(word >> 8) & 0xFFFFFF;
        const uint32_t bits = (127 - exponent) << 23 | ((uint32_t)word & 0x80) << 24;
        float power; /* of two, with the sign of the mantissa */
        memcpy(&power, &bits, sizeof power);
        values[i] = (float)magnitude * power;
    }
    in->at = at;
    return i;
}

static void read_reals(reader *in, float *values, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        i += read_common_reals(in, values + i, count - i);
        if (i < count) {
            values[i] = read_real(in);
        }
    }
}

/* A column of all coordinates. */
static void read_column(reader *in, float *values)
{
    expect(in, -FC_LANDMARK_COORDINATES, "another number of points");
    expect(in, -1, "a matrix of several columns");
    read_reals(in, values, FC_LANDMARK_COORDINATES);
}

static void read_tree(reader *in, fc_landmark_split *splits, float *leaves)
{
    expect(in, FC_LANDMARK_SPLITS, "a tree of another depth");
    for (int32_t i = 0; i < FC_LANDMARK_SPLITS; i++) {
        const char *fault = "a sampled pixel that cannot be";
        splits[i].pixel_a = (uint16_t)read_within(in, 0, FC_LANDMARK_PIXELS_MAX - 1, fault);
        splits[i].pixel_b = (uint16_t)read_within(in, 0, FC_LANDMARK_PIXELS_MAX - 1, fault);
        splits[i].threshold = read_real(in);
    }
    expect(in, FC_LANDMARK_LEAVES, "a tree of another depth");
    for (size_t i = 0; i < FC_LANDMARK_LEAVES && in->fault == NULL; i++) {
        read_column(in, leaves + i * FC_LANDMARK_COORDINATES);
    }
}

/* Counts lie cheaply: memory is taken only where the rest of the file is long enough to fill it. */
static fc_status allocate_trees(reader *in, fc_landmark_model *model, fc_error *err)
{
    const size_t trees = (size_t)model->cascade_count * (size_t)model->tree_count;
    if ((size_t)(in->end - in->at) / TREE_BYTES_MIN < trees) {
        set_fault(in, "more trees announced than the file holds");
        return report_fault(in, err);
    }
    void *block = NULL;
    FC_TRY(fc_memory_new(trees * FC_LANDMARK_SPLITS, sizeof *model->splits, &block, err));
    model->splits = block;
    const size_t count = trees * FC_LANDMARK_LEAVES * FC_LANDMARK_COORDINATES;
    FC_TRY(fc_memory_new(count, sizeof *model->leaves, &block, err));
    model->leaves = block;
    fc_memory_prefer_huge_pages(model->leaves, count * sizeof *model->leaves);
    return FC_OK;
}

static fc_status read_forests(reader *in, fc_landmark_model *model, fc_error *err)
{
    model->cascade_count = read_within(in, 1, CASCADES_MAX, "a number of cascades outside 1..64");
    for (int32_t cascade = 0; cascade < model->cascade_count; cascade++) {
        if (cascade == 0) {
            model->tree_count =
                read_within(in, 1, FC_LANDMARK_TREES_MAX, "a number of trees outside 1..4096");
            FC_TRY(allocate_trees(in, model, err));
        } else {
            expect(in, model->tree_count, "a cascade with another number of trees");
        }
        for (int32_t tree = 0; tree < model->tree_count && in->fault == NULL; tree++) {
            const size_t index = (size_t)cascade * (size_t)model->tree_count + (size_t)tree;
            read_tree(in, model->splits + index * FC_LANDMARK_SPLITS,
                      model->leaves + index * FC_LANDMARK_LEAVES * FC_LANDMARK_COORDINATES);
        }
        if (in->mapping != NULL) {
            fc_mapping_drop(in->mapping, (size_t)(in->at - in->start));
        }
    }
    return in->fault == NULL ? FC_OK : report_fault(in, err);
}

static fc_status read_anchors(reader *in, fc_landmark_model *model, fc_error *err)
{
    expect(in, model->cascade_count, "anchors for another number of cascades");
    for (int32_t cascade = 0; cascade < model->cascade_count && in->fault == NULL; cascade++) {
        if (cascade == 0) {
            model->pixel_count = read_within(in, 1, FC_LANDMARK_PIXELS_MAX,
                                             "a number of sampled pixels outside 1..1024");
            void *block = NULL;
            FC_TRY(fc_memory_new((size_t)model->cascade_count * (size_t)model->pixel_count,
                                 sizeof *model->anchors, &block, err));
            model->anchors = block;
        } else {
            expect(in, model->pixel_count, "a cascade with another number of sampled pixels");
        }
        uint8_t *anchors = model->anchors + (size_t)cascade * (size_t)model->pixel_count;
        for (int32_t i = 0; i < model->pixel_count; i++) {
            anchors[i] = (uint8_t)read_within(in, 0, FC_LANDMARK_COUNT - 1, "no such anchor");
        }
    }
    return in->fault == NULL ? FC_OK : report_fault(in, err);
}

static fc_status read_deltas(reader *in, fc_landmark_model *model, fc_error *err)
{
    void *block = NULL;
    FC_TRY(fc_memory_new((size_t)model->cascade_count * (size_t)model->pixel_count,
                         2 * sizeof *model->deltas, &block, err));
    model->deltas = block;
    expect(in, model->cascade_count, "offsets for another number of cascades");
    for (int32_t cascade = 0; cascade < model->cascade_count && in->fault == NULL; cascade++) {
        expect(in, model->pixel_count, "a cascade with another number of offsets");
        float *deltas = model->deltas + 2 * (size_t)cascade * (size_t)model->pixel_count;
        read_reals(in, deltas, 2 * model->pixel_count);
    }
    return in->fault == NULL ? FC_OK : report_fault(in, err);
}

/* What one pass cannot know: the pixel count comes after the splits that use it, and the shape's
 * extent, by which the evaluator divides, after all of its points. */
static void check_whole(reader *in, const fc_landmark_model *model)
{
    if (in->at != in->end) {
        set_fault(in, "bytes after the last number");
    }
    const size_t splits =
        (size_t)model->cascade_count * (size_t)model->tree_count * FC_LANDMARK_SPLITS;
    uint16_t last = 0;
    for (size_t i = 0; i < splits; i++) {
        last = model->splits[i].pixel_a > last ? model->splits[i].pixel_a : last;
        last = model->splits[i].pixel_b > last ? model->splits[i].pixel_b : last;
    }
    if (last >= model->pixel_count) {
        set_fault(in, "a split of a pixel that is not sampled");
    }
    float width = 0.0F;
    for (size_t i = 2; i < FC_LANDMARK_COORDINATES; i += 2) {
        const float distance = model->initial[i] - model->initial[0];
        width = distance > width ? distance : width;
    }
    if (width < 0.01F) {
        set_fault(in, "an initial shape without extent");
    }
}

static fc_status read_model(fc_bytes file, const fc_mapping *mapping, fc_landmark_model **out,
                            fc_error *err)
{
    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_landmark_model), &block, err));
    FC_AUTO(fc_landmark_model) model = block;

    reader in = {
        .start = file.data, .at = file.data, .end = file.data + file.size, .mapping = mapping
    };
    expect(&in, 1, "no version 1");
    read_column(&in, model->initial);
    FC_TRY(read_forests(&in, model, err));
    FC_TRY(read_anchors(&in, model, err));
    FC_TRY(read_deltas(&in, model, err));
    check_whole(&in, model);
    if (in.fault != NULL) {
        return report_fault(&in, err);
    }
    *out = FC_STEAL(model);
    return FC_OK;
}

fc_status fc_landmark_model_new(fc_bytes file, fc_landmark_model **out, fc_error *err)
{
    FC_ASSERT(file.data != NULL || file.size == 0);
    FC_ASSERT(out != NULL);

    return read_model(file, NULL, out, err);
}

fc_status fc_landmark_model_load(const fc_mapping *file, fc_landmark_model **out, fc_error *err)
{
    FC_ASSERT(file != NULL);
    FC_ASSERT(out != NULL);

    return read_model(file->bytes, file, out, err);
}

void fc_landmark_model_free(fc_landmark_model *model)
{
    if (model != NULL) {
        fc_memory_free(model->splits);
        fc_memory_free(model->leaves);
        fc_memory_free(model->anchors);
        fc_memory_free(model->deltas);
        fc_memory_free(model);
    }
}

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
