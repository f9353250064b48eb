/*
 * Reader of dlib's shape predictor file. The format is a plain row of numbers without magic or
 * padding, so a damaged file shows only in counts and ranges: each is checked as it comes.
 *
 * An integer is a control byte (low half: bytes that follow, top bit: negative) and a magnitude,
 * little endian. A real is an integer mantissa and an integer exponent of 2. A vector is its count
 * and its items; a matrix is its rows and columns, both negated, and its items.
 */
#define _DEFAULT_SOURCE /* le64toh */
#include "models/landmarks_file.h"

#include <endian.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"

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
