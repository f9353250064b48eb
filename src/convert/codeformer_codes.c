#include "convert/codeformer_codes.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/assert.h"

enum { TOKENS = 256, HEADS = 8, LAYERS_MAX = 64, NAME_SIZE = 64 };

#define DEVIATION_LEAST 1e-5F /* of a variance, before its root is taken */

static const int64_t FLIP[] = { 1, 0 };

/* ---- the transformer ---- */

/* One of the three parts that in_proj_weight and in_proj_bias stack: query, key, value. */
static fc_status project(fc_net *net, const char *prefix, int64_t width, int64_t part,
                         fc_onnx_value tokens, fc_onnx_value *out, fc_error *err)
{
    const int64_t shape[] = { 3 * width, width };
    fc_onnx_value weight = 0;
    fc_onnx_value bias = 0;
    FC_TRY(fc_net_rows(net, prefix, ".self_attn.in_proj_weight", shape, 2, part * width, width,
                       &weight, err));
    FC_TRY(fc_net_rows(net, prefix, ".self_attn.in_proj_bias", shape, 1, part * width, width, &bias,
                       err));
    return fc_net_product(net, tokens, weight, bias, out, err);
}

/* Tokens x width to heads x ..., in the order that the product needs. */
static fc_status split_heads(fc_net *net, int64_t width, const int64_t order[3], fc_onnx_value *io,
                             fc_error *err)
{
    const int64_t shape[] = { TOKENS, HEADS, width / HEADS };
    FC_TRY(fc_net_reshape(net, *io, shape, 3, io, err));
    return fc_net_transpose(net, *io, order, 3, io, err);
}

static fc_status attend(fc_net *net, int64_t width, fc_onnx_value query, fc_onnx_value key,
                        fc_onnx_value value, fc_onnx_value *out, fc_error *err)
{
    static const int64_t ROWS[] = { 1, 0, 2 };
    static const int64_t COLUMNS[] = { 1, 2, 0 };
    const int64_t joined[] = { TOKENS, width };
    fc_onnx_value scale = 0;
    FC_TRY(fc_net_number(net, 1.0F / sqrtf((float)(width / HEADS)), &scale, err));
    FC_TRY(fc_net_binary(net, "Mul", query, scale, &query, err));
    FC_TRY(split_heads(net, width, ROWS, &query, err));
    FC_TRY(split_heads(net, width, COLUMNS, &key, err));
    FC_TRY(split_heads(net, width, ROWS, &value, err));
    fc_onnx_value share = 0;
    FC_TRY(fc_net_binary(net, "MatMul", query, key, &share, err));
    FC_TRY(fc_net_softmax(net, share, &share, err));
    FC_TRY(fc_net_binary(net, "MatMul", share, value, &share, err));
    FC_TRY(fc_net_transpose(net, share, ROWS, 3, &share, err));
    return fc_net_reshape(net, share, joined, 2, out, err);
}

static void join(char name[NAME_SIZE], const char *prefix, const char *suffix)
{
    const int length = snprintf(name, NAME_SIZE, "%s%s", prefix, suffix);
    FC_ASSERT(length > 0 && length < NAME_SIZE);
}

static fc_status linear(fc_net *net, const char *prefix, const char *suffix, int64_t width,
                        fc_onnx_value in, int64_t *out_width, fc_onnx_value *out, fc_error *err)
{
    char name[NAME_SIZE];
    join(name, prefix, suffix);
    return fc_net_linear(net, name, width, in, out_width, out, err);
}

static fc_status norm(fc_net *net, const char *prefix, const char *suffix, int64_t width,
                      fc_onnx_value in, fc_onnx_value *out, fc_error *err)
{
    char name[NAME_SIZE];
    join(name, prefix, suffix);
    return fc_net_layer_norm(net, name, width, in, out, err);
}

/* Positions help to find, not to tell: they are added to queries and keys, not to values. */
static fc_status self_attention(fc_net *net, const char *prefix, int64_t width,
                                fc_onnx_value positions, fc_onnx_value *io, fc_error *err)
{
    fc_onnx_value tokens = 0;
    fc_onnx_value placed = 0;
    fc_onnx_value parts[3] = { 0 };
    int64_t same = 0;
    FC_TRY(norm(net, prefix, ".norm1", width, *io, &tokens, err));
    FC_TRY(fc_net_binary(net, "Add", tokens, positions, &placed, err));
    for (int part = 0; part < 3; part++) {
        FC_TRY(project(net, prefix, width, part, part < 2 ? placed : tokens, &parts[part], err));
    }
    FC_TRY(attend(net, width, parts[0], parts[1], parts[2], &tokens, err));
    FC_TRY(linear(net, prefix, ".self_attn.out_proj", width, tokens, &same, &tokens, err));
    return fc_net_binary(net, "Add", *io, tokens, io, err);
}

/* v / 2 * (1 + erf(v / sqrt 2)), in the order that ONNX Runtime knows as one operation. */
static fc_status gelu(fc_net *net, fc_onnx_value in, fc_onnx_value *out, fc_error *err)
{
    static const float NUMBERS[3] = { 1.41421356237309515F, 1.0F, 0.5F };
    fc_onnx_value numbers[3] = { 0 };
    fc_onnx_value value = 0;
    for (int i = 0; i < 3; i++) {
        FC_TRY(fc_net_number(net, NUMBERS[i], &numbers[i], err));
    }
    FC_TRY(fc_net_binary(net, "Div", in, numbers[0], &value, err));
    FC_TRY(fc_net_unary(net, "Erf", value, &value, err));
    FC_TRY(fc_net_binary(net, "Add", value, numbers[1], &value, err));
    FC_TRY(fc_net_binary(net, "Mul", in, value, &value, err));
    return fc_net_binary(net, "Mul", value, numbers[2], out, err);
}

static fc_status feed_forward(fc_net *net, const char *prefix, int64_t width, fc_onnx_value *io,
                              fc_error *err)
{
    fc_onnx_value tokens = 0;
    int64_t inner = 0;
    int64_t same = 0;
    FC_TRY(norm(net, prefix, ".norm2", width, *io, &tokens, err));
    FC_TRY(linear(net, prefix, ".linear1", width, tokens, &inner, &tokens, err));
    FC_TRY(gelu(net, tokens, &tokens, err));
    FC_TRY(linear(net, prefix, ".linear2", inner, tokens, &same, &tokens, err));
    return fc_net_binary(net, "Add", *io, tokens, io, err);
}

/* The encoder's result as rows of channels, through all layers. */
static fc_status transform(fc_net *net, fc_net_map in, int64_t *width, fc_onnx_value *out,
                           fc_error *err)
{
    const int64_t matrix[] = { in.channels, TOKENS };
    fc_onnx_value tokens = 0;
    fc_onnx_value positions = 0;
    FC_TRY(fc_net_reshape(net, in.value, matrix, 2, &tokens, err));
    FC_TRY(fc_net_transpose(net, tokens, FLIP, 2, &tokens, err));
    FC_TRY(fc_net_linear(net, "feat_emb", in.channels, tokens, width, &tokens, err));
    if (*width % HEADS != 0) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "checkpoint: tokens of %" PRId64 " values, no multiple of %d", *width,
                       HEADS);
    }
    const int64_t shape[] = { TOKENS, *width };
    FC_TRY(fc_net_weight(net, "position_emb", "", shape, 2, &positions, err));
    for (int layer = 0; layer < LAYERS_MAX; layer++) {
        char prefix[NAME_SIZE];
        (void)snprintf(prefix, sizeof prefix, "ft_layers.%d", layer);
        if (layer > 0 && !fc_net_has(net, prefix, ".norm1.weight")) {
            break;
        }
        FC_TRY(self_attention(net, prefix, *width, positions, &tokens, err));
        FC_TRY(feed_forward(net, prefix, *width, &tokens, err));
    }
    *out = tokens;
    return FC_OK;
}

/* ---- the codebook ---- */

/* The entry with the highest mark for each token: 256 integers. */
static fc_status choose(fc_net *net, int64_t width, int64_t entries, fc_onnx_value tokens,
                        fc_onnx_value *out, fc_error *err)
{
    static const fc_onnx_attribute LAST[] = {
        { .name = "axis", .integer = 1 },
        { .name = "keepdims", .integer = 0 },
    };
    const int64_t shape[] = { entries, width };
    fc_onnx_value weight = 0;
    fc_onnx_value marks = 0;
    FC_TRY(fc_net_layer_norm(net, "idx_pred_layer.0", width, tokens, &marks, err));
    FC_TRY(fc_net_weight(net, "idx_pred_layer.1", ".weight", shape, 2, &weight, err));
    FC_TRY(fc_net_product(net, marks, weight, 0, &marks, err));
    const fc_onnx_node best = { "ArgMax", { marks }, 1, LAST, 2, NULL };
    return fc_onnx_add_node(net->writer, &best, out, err);
}

/* The chosen entries as a matrix of channels and places. */
static fc_status look_up(fc_net *net, int64_t entries, int64_t channels, fc_onnx_value chosen,
                         fc_onnx_value *out, fc_error *err)
{
    const int64_t shape[] = { entries, channels };
    fc_onnx_value book = 0;
    FC_TRY(fc_net_weight(net, "quantize.embedding", ".weight", shape, 2, &book, err));
    FC_TRY(fc_net_binary(net, "Gather", book, chosen, out, err));
    return fc_net_transpose(net, *out, FLIP, 2, out, err);
}

/* A mean along rows, or a mean of squares, that stays a column. */
static fc_status reduce(fc_net *net, const char *type, fc_onnx_value in, fc_onnx_value *out,
                        fc_error *err)
{
    static const int64_t ROW[] = { 1 };
    static const fc_onnx_attribute AXES = { .name = "axes", .integers = ROW, .count = 1 };
    const fc_onnx_node node = { type, { in }, 1, &AXES, 1, NULL };
    return fc_onnx_add_node(net->writer, &node, out, err);
}

/* Rows less their mean, the mean, and the deviation: with the unbiased variance. */
static fc_status centre(fc_net *net, fc_onnx_value rows, fc_onnx_value *centred,
                        fc_onnx_value *mean, fc_onnx_value *deviation, fc_error *err)
{
    fc_onnx_value share = 0;
    fc_onnx_value least = 0;
    fc_onnx_value value = 0;
    FC_TRY(fc_net_number(net, 1.0F / (TOKENS - 1), &share, err));
    FC_TRY(fc_net_number(net, DEVIATION_LEAST, &least, err));
    FC_TRY(reduce(net, "ReduceMean", rows, mean, err));
    FC_TRY(fc_net_binary(net, "Sub", rows, *mean, centred, err));
    FC_TRY(reduce(net, "ReduceSumSquare", *centred, &value, err));
    FC_TRY(fc_net_binary(net, "Mul", value, share, &value, err));
    FC_TRY(fc_net_binary(net, "Add", value, least, &value, err));
    return fc_net_unary(net, "Sqrt", value, deviation, err);
}

/* The rows of `like` lend the rows of `in` their mean and deviation. */
static fc_status adapt(fc_net *net, fc_onnx_value in, fc_onnx_value like, fc_onnx_value *out,
                       fc_error *err)
{
    enum { CENTRED, MEAN, DEVIATION };
    fc_onnx_value a[3] = { 0 };
    fc_onnx_value b[3] = { 0 };
    fc_onnx_value value = 0;
    FC_TRY(centre(net, in, &a[CENTRED], &a[MEAN], &a[DEVIATION], err));
    FC_TRY(centre(net, like, &b[CENTRED], &b[MEAN], &b[DEVIATION], err));
    FC_TRY(fc_net_binary(net, "Div", a[CENTRED], a[DEVIATION], &value, err));
    FC_TRY(fc_net_binary(net, "Mul", value, b[DEVIATION], &value, err));
    return fc_net_binary(net, "Add", value, b[MEAN], out, err);
}

fc_status fc_codeformer_codes(fc_net *net, fc_net_map in, fc_onnx_value *codes, fc_net_map *out,
                              fc_error *err)
{
    FC_ASSERT(net != NULL);
    FC_ASSERT(in.side * in.side == TOKENS);

    static const fc_onnx_attribute FLOAT32 = { .name = "to", .integer = 1 };
    const int64_t matrix[] = { in.channels, TOKENS };
    const int64_t picture[] = { 1, in.channels, in.side, in.side };
    int64_t width = 0;
    int64_t entries = 0;
    fc_onnx_value tokens = 0;
    fc_onnx_value chosen = 0;
    fc_onnx_value like = 0;
    fc_onnx_value value = 0;
    FC_TRY(transform(net, in, &width, &tokens, err));
    FC_TRY(fc_net_length(net, "quantize.embedding", ".weight", 2, 0, &entries, err));
    FC_TRY(choose(net, width, entries, tokens, &chosen, err));
    FC_TRY(look_up(net, entries, in.channels, chosen, &value, err));
    FC_TRY(fc_net_reshape(net, in.value, matrix, 2, &like, err));
    FC_TRY(adapt(net, value, like, &value, err));
    FC_TRY(fc_net_reshape(net, value, picture, 4, &value, err));
    const fc_onnx_node cast = { "Cast", { chosen }, 1, &FLOAT32, 1, NULL };
    FC_TRY(fc_onnx_add_node(net->writer, &cast, codes, err));
    *out = (fc_net_map){ value, in.channels, in.side };
    return FC_OK;
}
