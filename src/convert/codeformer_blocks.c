#include "convert/codeformer_blocks.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/assert.h"

enum { GROUPS = 32, NAME_SIZE = 80 };

#define EPSILON 1e-6F

static const fc_net_window SAME = { 3, 1, { 1, 1, 1, 1 } };
static const fc_net_window POINT = { 1, 1, { 0, 0, 0, 0 } };
static const fc_net_window HALF = { 3, 2, { 0, 0, 1, 1 } }; /* padded right and below only */

/* The name of a part of a block. */
typedef struct part {
    char name[NAME_SIZE];
} part;

static part part_of(const char *prefix, const char *suffix)
{
    part made;
    const int length = snprintf(made.name, sizeof made.name, "%s%s", prefix, suffix);
    FC_ASSERT(length > 0 && length < NAME_SIZE);
    return made;
}

static fc_status conv(fc_net *net, const char *prefix, const char *suffix,
                      const fc_net_window *window, fc_net_map in, fc_net_map *out, fc_error *err)
{
    const part name = part_of(prefix, suffix);
    return fc_net_conv(net, name.name, window, in, out, err);
}

fc_status fc_block_conv(fc_net *net, const char *prefix, fc_net_map in, fc_net_map *out,
                        fc_error *err)
{
    return fc_net_conv(net, prefix, &SAME, in, out, err);
}

fc_status fc_block_norm(fc_net *net, const char *prefix, fc_net_map in, fc_net_map *out,
                        fc_error *err)
{
    return fc_net_group_norm(net, prefix, GROUPS, EPSILON, in, out, err);
}

/* Normalise, bend, convolve: half of a residual block. */
static fc_status half_residual(fc_net *net, const char *prefix, const char *norm,
                               const char *convolution, fc_net_map in, fc_net_map *out,
                               fc_error *err)
{
    const part name = part_of(prefix, norm);
    fc_net_map map = { 0 };
    FC_TRY(fc_block_norm(net, name.name, in, &map, err));
    FC_TRY(fc_net_swish(net, map, &map, err));
    return conv(net, prefix, convolution, &SAME, map, out, err);
}

fc_status fc_block_residual(fc_net *net, const char *prefix, fc_net_map in, fc_net_map *out,
                            fc_error *err)
{
    fc_net_map map = { 0 };
    fc_net_map straight = in;
    FC_TRY(half_residual(net, prefix, ".norm1", ".conv1", in, &map, err));
    FC_TRY(half_residual(net, prefix, ".norm2", ".conv2", map, &map, err));
    if (fc_net_has(net, prefix, ".conv_out.weight")) {
        FC_TRY(conv(net, prefix, ".conv_out", &POINT, in, &straight, err));
    }
    if (map.channels != straight.channels) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "checkpoint: '%s' makes %" PRId64 " channels of %" PRId64
                       " without a conv_out",
                       prefix, map.channels, straight.channels);
    }
    FC_TRY(fc_net_binary(net, "Add", straight.value, map.value, &map.value, err));
    *out = map;
    return FC_OK;
}

/* A 1 x 1 convolution, as a matrix of channels and pixels. */
static fc_status projected(fc_net *net, const char *prefix, const char *suffix, fc_net_map in,
                           fc_onnx_value *out, fc_error *err)
{
    const int64_t matrix[] = { in.channels, in.side * in.side };
    fc_net_map map = { 0 };
    FC_TRY(conv(net, prefix, suffix, &POINT, in, &map, err));
    if (map.channels != in.channels) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "checkpoint: '%s%s' makes %" PRId64 " channels of %" PRId64
                       ", attention keeps them",
                       prefix, suffix, map.channels, in.channels);
    }
    return fc_net_reshape(net, map.value, matrix, 2, out, err);
}

/* softmax over keys of query^T key / sqrt(channels), a row for each query. */
static fc_status attend(fc_net *net, int64_t channels, fc_onnx_value query, fc_onnx_value key,
                        fc_onnx_value *out, fc_error *err)
{
    static const int64_t FLIP[] = { 1, 0 };
    fc_onnx_value scale = 0;
    fc_onnx_value value = 0;
    FC_TRY(fc_net_number(net, 1.0F / sqrtf((float)channels), &scale, err));
    FC_TRY(fc_net_transpose(net, query, FLIP, 2, &value, err));
    FC_TRY(fc_net_binary(net, "MatMul", value, key, &value, err));
    FC_TRY(fc_net_binary(net, "Mul", value, scale, &value, err));
    return fc_net_softmax(net, value, out, err);
}

fc_status fc_block_attention(fc_net *net, const char *prefix, fc_net_map in, fc_net_map *out,
                             fc_error *err)
{
    static const int64_t FLIP[] = { 1, 0 };
    const part norm = part_of(prefix, ".norm");
    const int64_t shape[] = { 1, in.channels, in.side, in.side };
    fc_net_map map = { 0 };
    fc_onnx_value query = 0;
    fc_onnx_value key = 0;
    fc_onnx_value value = 0;
    fc_onnx_value share = 0;
    FC_TRY(fc_block_norm(net, norm.name, in, &map, err));
    FC_TRY(projected(net, prefix, ".q", map, &query, err));
    FC_TRY(projected(net, prefix, ".k", map, &key, err));
    FC_TRY(projected(net, prefix, ".v", map, &value, err));
    FC_TRY(attend(net, in.channels, query, key, &share, err));
    FC_TRY(fc_net_transpose(net, share, FLIP, 2, &share, err));
    FC_TRY(fc_net_binary(net, "MatMul", value, share, &value, err));
    FC_TRY(fc_net_reshape(net, value, shape, 4, &map.value, err));
    FC_TRY(projected(net, prefix, ".proj_out", map, &value, err));
    FC_TRY(fc_net_reshape(net, value, shape, 4, &map.value, err));
    FC_TRY(fc_net_binary(net, "Add", in.value, map.value, &map.value, err));
    *out = map;
    return FC_OK;
}

fc_status fc_block_down(fc_net *net, const char *prefix, fc_net_map in, fc_net_map *out,
                        fc_error *err)
{
    return conv(net, prefix, ".conv", &HALF, in, out, err);
}

fc_status fc_block_up(fc_net *net, const char *prefix, fc_net_map in, fc_net_map *out,
                      fc_error *err)
{
    /* What nearest means when the side doubles: each pixel becomes 2 x 2. */
    static const fc_onnx_attribute NEAREST[] = {
        { .name = "mode", .text = "nearest" },
        { .name = "coordinate_transformation_mode", .text = "asymmetric" },
        { .name = "nearest_mode", .text = "floor" },
    };
    fc_onnx_value factors = 0;
    float *data = NULL;
    FC_TRY(fc_onnx_add_floats(net->writer, (const int64_t[]){ 4 }, 1, &data, &factors, err));
    data[0] = data[1] = 1.0F;
    data[2] = data[3] = 2.0F;
    const fc_onnx_node resize = { "Resize", { in.value, 0, factors }, 3, NEAREST, 3, NULL };
    fc_net_map map = { 0, in.channels, 2 * in.side };
    FC_TRY(fc_onnx_add_node(net->writer, &resize, &map.value, err));
    return conv(net, prefix, ".conv", &SAME, map, out, err);
}

/* Two convolutions with a bend between. */
static fc_status suggest(fc_net *net, const char *prefix, const char *first, const char *second,
                         fc_net_map in, fc_net_map *out, fc_error *err)
{
    static const float SLOPE = 0.2F;
    const fc_onnx_attribute slope = { .name = "alpha", .real = &SLOPE };
    fc_net_map map = { 0 };
    FC_TRY(conv(net, prefix, first, &SAME, in, &map, err));
    const fc_onnx_node bend = { "LeakyRelu", { map.value }, 1, &slope, 1, NULL };
    FC_TRY(fc_onnx_add_node(net->writer, &bend, &map.value, err));
    return conv(net, prefix, second, &SAME, map, out, err);
}

fc_status fc_block_fuse(fc_net *net, const char *prefix, fc_onnx_value fidelity, fc_net_map encoded,
                        fc_net_map in, fc_net_map *out, fc_error *err)
{
    const part residual = part_of(prefix, ".encode_enc");
    static const fc_onnx_attribute CHANNELS = { .name = "axis", .integer = 1 };
    const fc_onnx_node both = { "Concat", { encoded.value, in.value }, 2, &CHANNELS, 1, NULL };
    fc_net_map map = { 0, encoded.channels + in.channels, in.side };
    fc_net_map scale = { 0 };
    fc_net_map shift = { 0 };
    fc_onnx_value value = 0;
    FC_ASSERT(encoded.side == in.side);
    FC_TRY(fc_onnx_add_node(net->writer, &both, &map.value, err));
    FC_TRY(fc_block_residual(net, residual.name, map, &map, err));
    FC_TRY(suggest(net, prefix, ".scale.0", ".scale.2", map, &scale, err));
    FC_TRY(suggest(net, prefix, ".shift.0", ".shift.2", map, &shift, err));
    if (scale.channels != in.channels || shift.channels != in.channels) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "checkpoint: '%s' makes %" PRId64 " and %" PRId64 " channels, %" PRId64
                       " are needed",
                       prefix, scale.channels, shift.channels, in.channels);
    }
    FC_TRY(fc_net_binary(net, "Mul", in.value, scale.value, &value, err));
    FC_TRY(fc_net_binary(net, "Add", value, shift.value, &value, err));
    FC_TRY(fc_net_binary(net, "Mul", value, fidelity, &value, err));
    map = in;
    FC_TRY(fc_net_binary(net, "Add", in.value, value, &map.value, err));
    *out = map;
    return FC_OK;
}
