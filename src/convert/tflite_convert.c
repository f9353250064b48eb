#include "convert/tflite_convert.h"

#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "base/byte_order.h"

static int32_t input_index(const fc_tflite_operator *operation, size_t index)
{
    FC_ASSERT(index < operation->input_count);
    FC_ASSERT(index < FC_TFLITE_INPUTS_MAX);
    return operation->inputs[index];
}

/* NULL where no operator has made it yet, or where it is a constant. */
static fc_converted *lookup_made(const fc_conversion *conversion, int32_t tensor)
{
    if (tensor < 0 || !conversion->tensors[tensor].known ||
        conversion->tensors[tensor].constant != NULL) {
        return NULL;
    }
    return &conversion->tensors[tensor];
}

fc_status fc_conversion_operand(const fc_conversion *conversion,
                                const fc_tflite_operator *operation, size_t index,
                                fc_converted **out, fc_error *err)
{
    const int32_t tensor = input_index(operation, index);
    fc_converted *made = lookup_made(conversion, tensor);
    if (made == NULL) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: tensor %d is used before an operator makes it", tensor);
    }
    *out = made;
    return FC_OK;
}

fc_status fc_conversion_picture(const fc_conversion *conversion,
                                const fc_tflite_operator *operation, size_t index,
                                fc_converted **out, fc_error *err)
{
    const int32_t tensor = input_index(operation, index);
    fc_converted *made = lookup_made(conversion, tensor);
    if (made == NULL || made->shape.rank != 4) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: tensor %d is not a picture that an operator has made", tensor);
    }
    *out = made;
    return FC_OK;
}

fc_status fc_conversion_constant(const fc_conversion *conversion,
                                 const fc_tflite_operator *operation, size_t index, int32_t rank,
                                 int32_t type, const fc_tflite_tensor **out, fc_error *err)
{
    const int32_t tensor = input_index(operation, index);
    if (tensor < 0) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "tflite: an operator lacks its input %zu", index);
    }
    const fc_converted *converted = &conversion->tensors[tensor];
    const fc_tflite_tensor *constant =
        converted->constant != NULL ? converted->constant : &conversion->graph->tensors[tensor];
    const bool type_fits = constant->type == type ||
                           (type == FC_TFLITE_FLOAT32 && constant->type == FC_TFLITE_FLOAT16);
    if (constant->data.size == 0 || constant->shape.rank != rank || !type_fits) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: tensor %d of %zu bytes, %d axes and type %d, a constant of %d axes "
                       "and type %d is needed",
                       tensor, constant->data.size, constant->shape.rank, constant->type, rank,
                       type);
    }
    *out = constant;
    return FC_OK;
}

/* ---- layouts ---- */

fc_layout fc_conversion_layout(const fc_converted *tensor)
{
    return tensor->carriers[FC_LAYOUT_BLOCKS] != 0 ? FC_LAYOUT_BLOCKS : FC_LAYOUT_INNER;
}

const char *fc_conversion_domain(fc_layout layout)
{
    return layout == FC_LAYOUT_BLOCKS ? FC_ONNX_BLOCKS : NULL;
}

fc_form fc_conversion_form(const fc_conversion *conversion, const fc_converted *picture,
                           bool depthwise)
{
    const int64_t channels = picture->shape.lengths[3];
    const int32_t block = conversion->block;
    if (!depthwise && channels < block) {
        return (fc_form){ FC_LAYOUT_INNER, FC_LAYOUT_BLOCKS, { block, 1 } };
    }
    if (fc_conversion_layout(picture) == FC_LAYOUT_BLOCKS || (block > 1 && channels % 4 == 0)) {
        return (fc_form){ FC_LAYOUT_BLOCKS, FC_LAYOUT_BLOCKS, { block, depthwise ? 1 : block } };
    }
    return (fc_form){ FC_LAYOUT_INNER, FC_LAYOUT_INNER, { 1, 1 } };
}

/* Into blocks from NCHW, or out of them. */
static fc_status reorder(fc_conversion *conversion, const fc_converted *tensor, fc_layout layout,
                         fc_onnx_value *out, fc_error *err)
{
    const bool enters = layout == FC_LAYOUT_BLOCKS;
    const fc_onnx_attribute attributes[] = {
        { .name = "channels_last", .integer = layout == FC_LAYOUT_FILE },
        { .name = "channels", .integer = tensor->shape.lengths[3] },
    };
    const fc_onnx_node node = {
        .type = enters ? "ReorderInput" : "ReorderOutput",
        .domain = FC_ONNX_BLOCKS,
        .inputs = { tensor->carriers[enters ? FC_LAYOUT_INNER : FC_LAYOUT_BLOCKS] },
        .input_count = 1,
        .attributes = attributes,
        .attribute_count = enters ? 1 : 2,
    };
    return fc_onnx_add_node(conversion->writer, &node, out, err);
}

static fc_status transpose(fc_conversion *conversion, fc_onnx_value from, fc_layout layout,
                           fc_onnx_value *out, fc_error *err)
{
    static const int64_t ORDERS[][4] = {
        [FC_LAYOUT_FILE] = { 0, 2, 3, 1 },  /* NCHW to NHWC */
        [FC_LAYOUT_INNER] = { 0, 3, 1, 2 }, /* NHWC to NCHW */
    };
    const fc_onnx_attribute order = { .name = "perm", .integers = ORDERS[layout], .count = 4 };
    const fc_onnx_node node = {
        .type = "Transpose",
        .inputs = { from },
        .input_count = 1,
        .attributes = &order,
        .attribute_count = 1,
    };
    return fc_onnx_add_node(conversion->writer, &node, out, err);
}

fc_status fc_conversion_carrier(fc_conversion *conversion, fc_converted *tensor, fc_layout layout,
                                fc_onnx_value *out, fc_error *err)
{
    FC_ASSERT(tensor->known);
    fc_onnx_value *carrier = &tensor->carriers[layout];
    if (*carrier == 0 && layout == FC_LAYOUT_BLOCKS) {
        fc_onnx_value inner = 0;
        FC_TRY(fc_conversion_carrier(conversion, tensor, FC_LAYOUT_INNER, &inner, err));
        FC_TRY(reorder(conversion, tensor, layout, carrier, err));
    } else if (*carrier == 0 && tensor->carriers[FC_LAYOUT_BLOCKS] != 0) {
        FC_TRY(reorder(conversion, tensor, layout, carrier, err));
    } else if (*carrier == 0) {
        const fc_layout other = layout == FC_LAYOUT_FILE ? FC_LAYOUT_INNER : FC_LAYOUT_FILE;
        FC_ASSERT(tensor->carriers[other] != 0);
        FC_TRY(transpose(conversion, tensor->carriers[other], layout, carrier, err));
    }
    *out = *carrier;
    return FC_OK;
}

/* ---- weights ---- */

/* IEEE 754 binary16 to binary32; exact. Without a branch, so that loops become vectors: the
 * exponents differ by 112, also for numbers below 2^-14, but for infinity and what is no number. */
static inline float widen(uint32_t half)
{
    const uint32_t bits = (half & 0x7fffU) << 13;
    const uint32_t special = bits | 0x7f800000U;
    const uint32_t sign = (half & 0x8000U) << 16;
    float value = 0.0F;
    memcpy(&value, &bits, sizeof value);
    value *= 0x1p112F;
    uint32_t wide = 0;
    memcpy(&wide, &value, sizeof wide);
    wide = (bits >= 0x0f800000U ? special : wide) | sign;
    memcpy(&value, &wide, sizeof value);
    return value;
}

float fc_conversion_float(const fc_tflite_tensor *constant, size_t index)
{

    const uint8_t *data = constant->data.data;
    if (constant->type == FC_TFLITE_FLOAT16) {
        return widen(fc_little16(data + 2 * index));
    }
    float value = 0.0F;
    memcpy(&value, data + sizeof value * index, sizeof value);
    return value;
}

int64_t fc_conversion_integer(const fc_tflite_tensor *constant, size_t index)
{
    int32_t value = 0; /* little-endian */
    memcpy(&value, constant->data.data + index * sizeof value, sizeof value);
    return value;
}

FC_WIDE static void widen_run(const uint8_t *restrict halves, size_t count, float *restrict out)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t half = 0;
        memcpy(&half, halves + 2 * i, sizeof half);
        out[i] = widen(half);
    }
}

/* `count` values of a constant from `first` on. */
static void read_run(const fc_tflite_tensor *constant, size_t first, size_t count, float *out)
{
    if (constant->type == FC_TFLITE_FLOAT16) {
        widen_run(constant->data.data + 2 * first, count, out);
    } else {
        memcpy(out, constant->data.data + sizeof *out * first, count * sizeof *out);
    }
}

/* Where the values along an axis of the constant go: so many of a block `within` apart, and the
 * blocks `between`. */
typedef struct target_axis {
    size_t length;
    size_t block;
    size_t within;
    size_t between;
} target_axis;

static size_t place_at(const target_axis *axis, size_t index)
{
    return index / axis->block * axis->between + index % axis->block * axis->within;
}

/* The axes of the constant, those of length 1 in front: runs along the last one are then long. */
static void find_targets(const fc_tflite_tensor *constant, const int32_t order[FC_TFLITE_RANK_MAX],
                         const int64_t lengths[FC_TFLITE_RANK_MAX], fc_blocks blocks,
                         target_axis out[FC_TFLITE_RANK_MAX])
{
    const size_t steps[FC_TFLITE_RANK_MAX] = { 1, (size_t)blocks.out, 0, 0 };
    const size_t sizes[FC_TFLITE_RANK_MAX] = { (size_t)blocks.out, (size_t)blocks.in, 1, 1 };
    size_t strides[FC_TFLITE_RANK_MAX]; /* of blocks; the last is a place of the window */
    strides[3] = sizes[0] * sizes[1];
    for (size_t i = 3; i-- > 0;) {
        strides[i] = strides[i + 1] * (size_t)lengths[i + 1] / sizes[i + 1];
    }
    size_t at = FC_TFLITE_RANK_MAX;
    for (size_t axis = FC_TFLITE_RANK_MAX; axis-- > 0;) {
        for (size_t i = 0; i < FC_TFLITE_RANK_MAX && constant->shape.lengths[axis] != 1; i++) {
            if ((size_t)order[i] == axis) {
                const size_t length = (size_t)constant->shape.lengths[axis];
                out[--at] = sizes[i] > 1 ? (target_axis){ length, sizes[i], steps[i], strides[i] }
                                         : (target_axis){ length, length, strides[i], 0 };
            }
        }
    }
    while (at > 0) {
        out[--at] = (target_axis){ .length = 1, .block = 1 };
    }
}

static void write_run(const fc_tflite_tensor *constant, size_t first, const target_axis *axis,
                      float *out)
{
    enum { PIECE = 256 };
    float run[PIECE];
    size_t to = 0;
    size_t left = axis->block; /* in the block that `to` is in */
    for (size_t from = 0; from < axis->length; from += PIECE) {
        const size_t count = axis->length - from < PIECE ? axis->length - from : PIECE;
        read_run(constant, first + from, count, run);
        for (size_t i = 0; i < count; i++) {
            out[to] = run[i];
            to += axis->within;
            if (--left == 0) {
                to += axis->between - axis->block * axis->within;
                left = axis->block;
            }
        }
    }
}

fc_status fc_conversion_weights(fc_conversion *conversion, const fc_tflite_tensor *constant,
                                const int32_t order[FC_TFLITE_RANK_MAX], fc_blocks blocks,
                                fc_onnx_value *out, fc_error *err)
{
    int64_t lengths[FC_TFLITE_RANK_MAX];
    for (size_t i = 0; i < FC_TFLITE_RANK_MAX; i++) {
        lengths[i] = constant->shape.lengths[order[i]];
    }
    lengths[0] = fc_blocks_fill(lengths[0], blocks.out);
    lengths[1] = fc_blocks_fill(lengths[1], blocks.in);
    float *data = NULL;
    FC_TRY(fc_onnx_add_floats(conversion->writer, lengths, (size_t)constant->shape.rank, &data, out,
                              err));
    target_axis axes[FC_TFLITE_RANK_MAX];
    find_targets(constant, order, lengths, blocks, axes);
    size_t first = 0;
    for (size_t a = 0; a < axes[0].length; a++) {
        for (size_t b = 0; b < axes[1].length; b++) {
            for (size_t c = 0; c < axes[2].length; c++) {
                write_run(constant, first, &axes[3],
                          data + place_at(&axes[0], a) + place_at(&axes[1], b) +
                              place_at(&axes[2], c));
                first += axes[3].length;
            }
        }
    }
    return FC_OK;
}

/* ---- results ---- */

/* The sides may differ when the network takes another size; channels and axes never. */
static bool shape_fits(const fc_tflite_shape *made, const fc_tflite_shape *declared, bool resized)
{
    if (made->rank != declared->rank) {
        return false;
    }
    for (int32_t axis = 0; axis < made->rank; axis++) {
        const bool may_differ = resized && axis > 0 && axis < made->rank - 1;
        if (!may_differ && made->lengths[axis] != declared->lengths[axis]) {
            return false;
        }
    }
    return true;
}

fc_status fc_conversion_result(fc_conversion *conversion, int32_t tensor,
                               const fc_tflite_shape *shape, fc_converted **out, fc_error *err)
{
    const fc_tflite_tensor *declared = &conversion->graph->tensors[tensor];
    fc_converted *result = &conversion->tensors[tensor];
    if (result->known || declared->data.size != 0) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "tflite: tensor %d is made twice", tensor);
    }
    if (declared->type != FC_TFLITE_FLOAT32) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: tensor %d has element type %d, results are float32", tensor,
                       declared->type);
    }
    if (fc_tflite_shape_count(shape) == 0 ||
        !shape_fits(shape, &declared->shape, conversion->resized)) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "tflite: tensor %d of shape %" PRId64 "x%" PRId64 "x%" PRId64 "x%" PRId64
                       " does not follow from its operator",
                       tensor, declared->shape.lengths[0], declared->shape.lengths[1],
                       declared->shape.lengths[2], declared->shape.lengths[3]);
    }
    *result = (fc_converted){ .known = true, .shape = *shape };
    *out = result;
    return FC_OK;
}

fc_status fc_conversion_add(fc_conversion *conversion, const fc_tflite_operator *operation,
                            const fc_tflite_shape *shape, fc_layout layout,
                            const fc_onnx_node *node, fc_error *err)
{
    fc_converted *result = NULL;
    FC_TRY(fc_conversion_result(conversion, operation->output, shape, &result, err));
    FC_TRY(fc_onnx_add_node(conversion->writer, node, &result->carriers[layout], err));
    if (shape->rank != 4) { /* only pictures have several layouts */
        result->carriers[FC_LAYOUT_FILE] = result->carriers[layout];
        result->carriers[FC_LAYOUT_INNER] = result->carriers[layout];
    }
    return FC_OK;
}
