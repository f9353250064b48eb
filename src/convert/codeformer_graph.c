#include "convert/codeformer_graph.h"

#include <stdio.h>

#include "base/assert.h"
#include "convert/codeformer_blocks.h"
#include "convert/codeformer_codes.h"

enum { SIDE = 512, CODES = 256, TAPS = 4, NAME_SIZE = 64 };

/*
 * The blocks in their order: a convolution, residual, attention, down, up, norm. Their number in
 * the checkpoint is their place here.
 */
static const char ENCODER[] = "CRRDRRDRRDRRDRRDRARARARNC";
static const char GENERATOR[] = "CRARRARAURRURRURRURRURRNC";

/* After which blocks the encoder's maps are kept, and fused into the generator's. */
static const struct {
    int size;
    int encoder_block;
    int generator_block;
} JOINTS[TAPS] = { { 32, 14, 9 }, { 64, 11, 12 }, { 128, 8, 15 }, { 256, 5, 18 } };

/* What the first half hands to the second one. */
typedef struct handover {
    fc_net_map features;
    fc_net_map taps[TAPS];
} handover;

static fc_status add_block(fc_net *net, char kind, const char *prefix, fc_net_map *io,
                           fc_error *err)
{
    switch (kind) {
    case 'C':
        return fc_block_conv(net, prefix, *io, io, err);
    case 'R':
        return fc_block_residual(net, prefix, *io, io, err);
    case 'A':
        return fc_block_attention(net, prefix, *io, io, err);
    case 'D':
        return fc_block_down(net, prefix, *io, io, err);
    case 'U':
        return fc_block_up(net, prefix, *io, io, err);
    default:
        FC_ASSERT(kind == 'N');
        return fc_block_norm(net, prefix, *io, io, err);
    }
}

static fc_status add_input(fc_net *net, fc_net_map *map, fc_error *err)
{
    const int64_t shape[] = { 1, map->channels, map->side, map->side };
    return fc_onnx_add_input(net->writer, shape, 4, &map->value, err);
}

static fc_status add_output(fc_net *net, fc_net_map map, fc_error *err)
{
    const int64_t shape[] = { 1, map.channels, map.side, map.side };
    return fc_onnx_add_output(net->writer, map.value, shape, 4, err);
}

/* ---- the halves ---- */

static fc_status encode(fc_net *net, fc_net_map picture, handover *out, fc_onnx_value *codes,
                        fc_error *err)
{
    fc_net_map map = picture;
    for (int block = 0; ENCODER[block] != '\0'; block++) {
        char prefix[NAME_SIZE];
        (void)snprintf(prefix, sizeof prefix, "encoder.blocks.%d", block);
        FC_TRY(add_block(net, ENCODER[block], prefix, &map, err));
        for (int i = 0; i < TAPS; i++) {
            if (JOINTS[i].encoder_block == block) {
                out->taps[i] = map;
            }
        }
    }
    return fc_codeformer_codes(net, map, codes, &out->features, err);
}

static fc_status fuse(fc_net *net, int block, const handover *given, fc_onnx_value fidelity,
                      fc_net_map *io, fc_error *err)
{
    for (int i = 0; i < TAPS; i++) {
        if (JOINTS[i].generator_block == block) {
            char prefix[NAME_SIZE];
            (void)snprintf(prefix, sizeof prefix, "fuse_convs_dict.%d", JOINTS[i].size);
            return fc_block_fuse(net, prefix, fidelity, given->taps[i], *io, io, err);
        }
    }
    return FC_OK;
}

static fc_status generate(fc_net *net, const handover *given, fc_onnx_value fidelity,
                          fc_net_map *out, fc_error *err)
{
    fc_net_map map = given->features;
    for (int block = 0; GENERATOR[block] != '\0'; block++) {
        char prefix[NAME_SIZE];
        (void)snprintf(prefix, sizeof prefix, "generator.blocks.%d", block);
        FC_TRY(add_block(net, GENERATOR[block], prefix, &map, err));
        FC_TRY(fuse(net, block, given, fidelity, &map, err));
    }
    if (map.channels != 3) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "checkpoint: the generator makes %d channels, a picture has 3",
                       (int)map.channels);
    }
    *out = map;
    return FC_OK;
}

/* ---- the parts ---- */

/* What the first half will hand over, as inputs of the second one. */
static fc_status add_handover(fc_net *net, handover *out, fc_error *err)
{
    FC_TRY(fc_net_length(net, "encoder.blocks.24", ".weight", 4, 0, &out->features.channels, err));
    out->features.side = SIDE / 32;
    FC_TRY(add_input(net, &out->features, err));
    for (int i = 0; i < TAPS; i++) {
        char prefix[NAME_SIZE];
        (void)snprintf(prefix, sizeof prefix, "encoder.blocks.%d", JOINTS[i].encoder_block);
        FC_TRY(fc_net_length(net, prefix, ".conv2.weight", 4, 0, &out->taps[i].channels, err));
        out->taps[i].side = JOINTS[i].size;
        FC_TRY(add_input(net, &out->taps[i], err));
    }
    return FC_OK;
}

static fc_status add_codes(fc_net *net, fc_onnx_value codes, fc_error *err)
{
    return fc_onnx_add_output(net->writer, codes, (const int64_t[]){ CODES }, 1, err);
}

static fc_status add_fidelity(fc_net *net, fc_onnx_value *out, fc_error *err)
{
    return fc_onnx_add_input(net->writer, (const int64_t[]){ 1 }, 1, out, err);
}

static fc_status build_whole(fc_net *net, fc_error *err)
{
    fc_net_map picture = { 0, 3, SIDE };
    fc_onnx_value fidelity = 0;
    fc_onnx_value codes = 0;
    handover between = { 0 };
    FC_TRY(add_input(net, &picture, err));
    FC_TRY(add_fidelity(net, &fidelity, err));
    FC_TRY(encode(net, picture, &between, &codes, err));
    FC_TRY(generate(net, &between, fidelity, &picture, err));
    FC_TRY(add_output(net, picture, err));
    return add_codes(net, codes, err);
}

static fc_status build_codes(fc_net *net, fc_error *err)
{
    fc_net_map picture = { 0, 3, SIDE };
    fc_onnx_value codes = 0;
    handover between = { 0 };
    FC_TRY(add_input(net, &picture, err));
    FC_TRY(encode(net, picture, &between, &codes, err));
    FC_TRY(add_output(net, between.features, err));
    for (int i = 0; i < TAPS; i++) {
        FC_TRY(add_output(net, between.taps[i], err));
    }
    return add_codes(net, codes, err);
}

static fc_status build_generator(fc_net *net, fc_error *err)
{
    fc_net_map picture = { 0 };
    fc_onnx_value fidelity = 0;
    handover between = { 0 };
    FC_TRY(add_handover(net, &between, err));
    FC_TRY(add_fidelity(net, &fidelity, err));
    FC_TRY(generate(net, &between, fidelity, &picture, err));
    return add_output(net, picture, err);
}

fc_status fc_codeformer_graph(const fc_codeformer_source *source, fc_codeformer_part part,
                              fc_buffer *out, fc_error *err)
{
    static fc_status (*const BUILD[FC_CODEFORMER_PARTS_COUNT])(fc_net *, fc_error *) = {
        [FC_CODEFORMER_WHOLE] = build_whole,
        [FC_CODEFORMER_CODES] = build_codes,
        [FC_CODEFORMER_GENERATOR] = build_generator,
    };
    FC_ASSERT(source != NULL);
    FC_ASSERT(part < FC_CODEFORMER_PARTS_COUNT);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_onnx_writer) writer = NULL;
    FC_TRY(fc_onnx_writer_new(FC_CODEFORMER_GRAPH_BYTES_MAX, &writer, err));
    fc_net net = { writer, source->checkpoint, source->file, source->data_file };
    FC_TRY(fc_onnx_add_remark(writer, FC_CODEFORMER_REMARK, source->digest, err));
    FC_TRY(BUILD[part](&net, err));
    return fc_onnx_pack(writer, out, err);
}
