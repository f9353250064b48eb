#include "convert/torch_net.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/assert.h"

enum { NAME_SIZE = 96, SHAPE_TEXT_SIZE = 64, ALIGNMENT = 4 };

/* ---- weights ---- */

static void join(char name[NAME_SIZE], const char *prefix, const char *suffix)
{
    const int length = snprintf(name, NAME_SIZE, "%s%s", prefix, suffix);
    FC_ASSERT(length > 0 && length < NAME_SIZE);
}

/* "64x3x3x3", with "?" for a length that may be any. */
static void print_shape(const int64_t *shape, int32_t rank, char text[SHAPE_TEXT_SIZE])
{
    size_t used = 0;
    text[0] = '\0';
    for (int32_t axis = 0; axis < rank && used < SHAPE_TEXT_SIZE; axis++) {
        const char *sign = axis > 0 ? "x" : "";
        const int written =
            shape[axis] == FC_NET_ANY
                ? snprintf(text + used, SHAPE_TEXT_SIZE - used, "%s?", sign)
                : snprintf(text + used, SHAPE_TEXT_SIZE - used, "%s%" PRId64, sign, shape[axis]);
        used += (size_t)written;
    }
}

static bool shape_fits(const fc_torch_tensor *tensor, const int64_t *shape, int32_t rank)
{
    bool fits = tensor->rank == rank;
    for (int32_t axis = 0; fits && axis < rank; axis++) {
        fits = shape[axis] == FC_NET_ANY || shape[axis] == tensor->shape[axis];
    }
    return fits;
}

static fc_status find(const fc_net *net, const char *prefix, const char *suffix,
                      const int64_t *shape, int32_t rank, const fc_torch_tensor **out,
                      fc_error *err)
{
    char name[NAME_SIZE];
    join(name, prefix, suffix);
    const fc_torch_tensor *tensor = fc_torch_checkpoint_lookup(net->checkpoint, name);
    if (tensor == NULL) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "checkpoint: no tensor '%s'", name);
    }
    if (!shape_fits(tensor, shape, rank)) {
        char found[SHAPE_TEXT_SIZE];
        char wanted[SHAPE_TEXT_SIZE];
        print_shape(tensor->shape, tensor->rank, found);
        print_shape(shape, rank, wanted);
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "checkpoint: tensor '%s' is %s, %s is needed",
                       name, found, wanted);
    }
    *out = tensor;
    return FC_OK;
}

bool fc_net_has(const fc_net *net, const char *prefix, const char *suffix)
{
    char name[NAME_SIZE];
    join(name, prefix, suffix);
    return fc_torch_checkpoint_lookup(net->checkpoint, name) != NULL;
}

fc_status fc_net_length(const fc_net *net, const char *prefix, const char *suffix, int32_t rank,
                        int32_t axis, int64_t *out, fc_error *err)
{
    static const int64_t ANY[FC_TORCH_RANK_MAX] = { FC_NET_ANY, FC_NET_ANY, FC_NET_ANY,
                                                    FC_NET_ANY };
    const fc_torch_tensor *tensor = NULL;
    FC_ASSERT(axis < rank);
    FC_TRY(find(net, prefix, suffix, ANY, rank, &tensor, err));
    FC_ASSERT(tensor != NULL);
    *out = tensor->shape[axis];
    return FC_OK;
}

fc_status fc_net_rows(fc_net *net, const char *prefix, const char *suffix, const int64_t *shape,
                      int32_t rank, int64_t first, int64_t count, fc_onnx_value *out, fc_error *err)
{
    FC_ASSERT(rank >= 1);
    const fc_torch_tensor *tensor = NULL;
    FC_TRY(find(net, prefix, suffix, shape, rank, &tensor, err));
    FC_ASSERT(first >= 0 && count >= 1 && first + count <= tensor->shape[0]);
    const bool half = tensor->type == FC_TORCH_FLOAT16;
    const size_t row = tensor->data.size / (size_t)tensor->shape[0];
    const size_t start = (size_t)(tensor->data.data - net->file.data);
    const fc_onnx_external place = { net->data_file, start + (size_t)first * row, half };
    if (place.offset % ALIGNMENT != 0) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "checkpoint: tensor '%s%s' begins at byte %" PRIu64
                       ", no multiple of %d as torch.save has it",
                       prefix, suffix, place.offset, ALIGNMENT);
    }
    int64_t lengths[FC_TORCH_RANK_MAX];
    for (int32_t axis = 0; axis < rank; axis++) {
        lengths[axis] = axis == 0 ? count : tensor->shape[axis];
    }
    FC_TRY(fc_onnx_add_external(net->writer, &place, lengths, (size_t)rank, out, err));
    if (half) { /* the runtime widens it once, when it loads the model */
        static const fc_onnx_attribute FLOAT32 = { .name = "to", .integer = 1 };
        const fc_onnx_node cast = { "Cast", { *out }, 1, &FLOAT32, 1, NULL };
        return fc_onnx_add_node(net->writer, &cast, out, err);
    }
    return FC_OK;
}

fc_status fc_net_weight(fc_net *net, const char *prefix, const char *suffix, const int64_t *shape,
                        int32_t rank, fc_onnx_value *out, fc_error *err)
{
    int64_t rows = 0;
    FC_TRY(fc_net_length(net, prefix, suffix, rank, 0, &rows, err));
    return fc_net_rows(net, prefix, suffix, shape, rank, 0, rows, out, err);
}

/* ---- nodes ---- */

fc_status fc_net_unary(fc_net *net, const char *type, fc_onnx_value a, fc_onnx_value *out,
                       fc_error *err)
{
    const fc_onnx_node node = { type, { a }, 1, NULL, 0, NULL };
    return fc_onnx_add_node(net->writer, &node, out, err);
}

fc_status fc_net_binary(fc_net *net, const char *type, fc_onnx_value a, fc_onnx_value b,
                        fc_onnx_value *out, fc_error *err)
{
    const fc_onnx_node node = { type, { a, b }, 2, NULL, 0, NULL };
    return fc_onnx_add_node(net->writer, &node, out, err);
}

fc_status fc_net_number(fc_net *net, float number, fc_onnx_value *out, fc_error *err)
{
    float *data = NULL;
    FC_TRY(fc_onnx_add_floats(net->writer, NULL, 0, &data, out, err));
    *data = number;
    return FC_OK;
}

fc_status fc_net_reshape(fc_net *net, fc_onnx_value a, const int64_t *shape, size_t rank,
                         fc_onnx_value *out, fc_error *err)
{
    fc_onnx_value lengths = 0;
    FC_TRY(fc_onnx_add_integers(net->writer, shape, rank, &lengths, err));
    return fc_net_binary(net, "Reshape", a, lengths, out, err);
}

fc_status fc_net_transpose(fc_net *net, fc_onnx_value a, const int64_t *order, size_t rank,
                           fc_onnx_value *out, fc_error *err)
{
    const fc_onnx_attribute axes = { .name = "perm", .integers = order, .count = rank };
    const fc_onnx_node node = { "Transpose", { a }, 1, &axes, 1, NULL };
    return fc_onnx_add_node(net->writer, &node, out, err);
}

fc_status fc_net_softmax(fc_net *net, fc_onnx_value a, fc_onnx_value *out, fc_error *err)
{
    static const fc_onnx_attribute LAST = { .name = "axis", .integer = -1 };
    const fc_onnx_node node = { "Softmax", { a }, 1, &LAST, 1, NULL };
    return fc_onnx_add_node(net->writer, &node, out, err);
}

/* ---- layers ---- */

fc_status fc_net_conv(fc_net *net, const char *prefix, const fc_net_window *window, fc_net_map in,
                      fc_net_map *out, fc_error *err)
{
    int64_t channels = 0;
    FC_TRY(fc_net_length(net, prefix, ".weight", 4, 0, &channels, err));
    const int64_t shape[] = { channels, in.channels, window->side, window->side };
    fc_onnx_value weight = 0;
    fc_onnx_value bias = 0;
    FC_TRY(fc_net_weight(net, prefix, ".weight", shape, 4, &weight, err));
    FC_TRY(fc_net_weight(net, prefix, ".bias", &channels, 1, &bias, err));
    const int64_t sides[] = { window->side, window->side };
    const int64_t strides[] = { window->stride, window->stride };
    const fc_onnx_attribute attributes[] = {
        { .name = "kernel_shape", .integers = sides, .count = 2 },
        { .name = "strides", .integers = strides, .count = 2 },
        { .name = "pads", .integers = window->pads, .count = 4 },
    };
    const fc_onnx_node node = { "Conv", { in.value, weight, bias }, 3, attributes, 3, NULL };
    const int64_t padded = in.side + window->pads[0] + window->pads[2];
    fc_net_map made = { 0, channels, (padded - window->side) / window->stride + 1 };
    FC_TRY(fc_onnx_add_node(net->writer, &node, &made.value, err));
    *out = made;
    return FC_OK;
}

/* One value for each channel, in a shape that spreads over the picture. */
static fc_status channel_weight(fc_net *net, const char *prefix, const char *suffix,
                                int64_t channels, fc_onnx_value *out, fc_error *err)
{
    const int64_t spread[] = { channels, 1, 1 };
    fc_onnx_value weight = 0;
    FC_TRY(fc_net_weight(net, prefix, suffix, &channels, 1, &weight, err));
    return fc_net_reshape(net, weight, spread, 3, out, err);
}

/* The groups, normalised one by one as if each were a channel; mean 0 and deviation 1. */
static fc_status normalise_groups(fc_net *net, int64_t groups, float epsilon, fc_net_map in,
                                  fc_onnx_value *out, fc_error *err)
{
    const int64_t flat[] = { 1, groups, -1 };
    const int64_t back[] = { 1, in.channels, in.side, in.side };
    float *ones = NULL;
    float *zeros = NULL;
    fc_onnx_value scale = 0;
    fc_onnx_value shift = 0;
    fc_onnx_value value = 0;
    FC_TRY(fc_onnx_add_floats(net->writer, &groups, 1, &ones, &scale, err));
    FC_TRY(fc_onnx_add_floats(net->writer, &groups, 1, &zeros, &shift, err));
    for (int64_t i = 0; i < groups; i++) {
        ones[i] = 1.0F;
        zeros[i] = 0.0F;
    }
    FC_TRY(fc_net_reshape(net, in.value, flat, 3, &value, err));
    const fc_onnx_attribute least = { .name = "epsilon", .real = &epsilon };
    const fc_onnx_node node = {
        "InstanceNormalization", { value, scale, shift }, 3, &least, 1, NULL
    };
    FC_TRY(fc_onnx_add_node(net->writer, &node, &value, err));
    return fc_net_reshape(net, value, back, 4, out, err);
}

fc_status fc_net_group_norm(fc_net *net, const char *prefix, int64_t groups, float epsilon,
                            fc_net_map in, fc_net_map *out, fc_error *err)
{
    fc_onnx_value scale = 0;
    fc_onnx_value shift = 0;
    fc_onnx_value value = 0;
    FC_TRY(channel_weight(net, prefix, ".weight", in.channels, &scale, err));
    FC_TRY(channel_weight(net, prefix, ".bias", in.channels, &shift, err));
    if (in.channels % groups != 0) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "checkpoint: '%s' has %" PRId64 " channels, no multiple of %" PRId64, prefix,
                       in.channels, groups);
    }
    FC_TRY(normalise_groups(net, groups, epsilon, in, &value, err));
    FC_TRY(fc_net_binary(net, "Mul", value, scale, &value, err));
    fc_net_map made = in;
    FC_TRY(fc_net_binary(net, "Add", value, shift, &made.value, err));
    *out = made;
    return FC_OK;
}

fc_status fc_net_layer_norm(fc_net *net, const char *prefix, int64_t width, fc_onnx_value in,
                            fc_onnx_value *out, fc_error *err)
{
    fc_onnx_value scale = 0;
    fc_onnx_value shift = 0;
    FC_TRY(fc_net_weight(net, prefix, ".weight", &width, 1, &scale, err));
    FC_TRY(fc_net_weight(net, prefix, ".bias", &width, 1, &shift, err));
    const fc_onnx_node node = { "LayerNormalization", { in, scale, shift }, 3, NULL, 0, NULL };
    return fc_onnx_add_node(net->writer, &node, out, err);
}

fc_status fc_net_product(fc_net *net, fc_onnx_value rows, fc_onnx_value weight, fc_onnx_value bias,
                         fc_onnx_value *out, fc_error *err)
{
    static const fc_onnx_attribute SECOND = { .name = "transB", .integer = 1 };
    const fc_onnx_node node = {
        "Gemm", { rows, weight, bias }, bias != 0 ? 3 : 2, &SECOND, 1, NULL
    };
    return fc_onnx_add_node(net->writer, &node, out, err);
}

fc_status fc_net_linear(fc_net *net, const char *prefix, int64_t width, fc_onnx_value in,
                        int64_t *out_width, fc_onnx_value *out, fc_error *err)
{
    int64_t made = 0;
    fc_onnx_value weight = 0;
    fc_onnx_value bias = 0;
    FC_TRY(fc_net_length(net, prefix, ".weight", 2, 0, &made, err));
    FC_TRY(
        fc_net_weight(net, prefix, ".weight", (const int64_t[]){ made, width }, 2, &weight, err));
    FC_TRY(fc_net_weight(net, prefix, ".bias", &made, 1, &bias, err));
    FC_TRY(fc_net_product(net, in, weight, bias, out, err));
    *out_width = made;
    return FC_OK;
}

fc_status fc_net_swish(fc_net *net, fc_net_map in, fc_net_map *out, fc_error *err)
{
    fc_onnx_value gate = 0;
    fc_net_map made = in;
    FC_TRY(fc_net_unary(net, "Sigmoid", in.value, &gate, err));
    FC_TRY(fc_net_binary(net, "Mul", in.value, gate, &made.value, err));
    *out = made;
    return FC_OK;
}
