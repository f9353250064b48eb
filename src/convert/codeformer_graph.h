/**
 * CodeFormer graph: the network as an ONNX model, made from the names and shapes in its published
 * checkpoint. The weights stay in the checkpoint: its entries are plain numbers, and the model says
 * where they begin.
 *
 * Pure function, any thread.
 */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "convert/torch_checkpoint.h"

/** The whole network, or one of its halves. */
typedef enum fc_codeformer_part {
    /* picture (1 x 3 x 512 x 512, RGB, -1..1), fidelity (1 value, 0..1)
     * -> picture (the same shape), codes (256, the chosen entries of the codebook) */
    FC_CODEFORMER_WHOLE,
    /* picture -> features (1 x E x 16 x 16), the encoder's maps of 32, 64, 128 and 256 px, codes */
    FC_CODEFORMER_CODES,
    /* features, the four maps, fidelity -> picture */
    FC_CODEFORMER_GENERATOR,
    FC_CODEFORMER_PARTS_COUNT,
} fc_codeformer_part;

/** Where a model is made from. */
typedef struct fc_codeformer_source {
    const fc_torch_checkpoint *checkpoint;
    fc_bytes file;         /* the checkpoint's bytes */
    const char *data_file; /* its name, next to the model */
    const char *digest;    /* goes into the model as the remark FC_CODEFORMER_REMARK */
} fc_codeformer_source;

#define FC_CODEFORMER_REMARK "facecraft.checkpoint"

/** Bytes of a model, without its weights; the published one has about 150 KB. */
#define FC_CODEFORMER_GRAPH_BYTES_MAX ((size_t)8 << 20)

/**
 * Write a model.
 *
 * out   an empty buffer of at least FC_CODEFORMER_GRAPH_BYTES_MAX
 *
 * Errors: FC_MODEL_UNAVAILABLE naming the tensor that is missing or has another shape,
 * FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY. Cost: some ms; weights are not touched.
 */
FC_MUST_CHECK fc_status fc_codeformer_graph(const fc_codeformer_source *source,
                                            fc_codeformer_part part, fc_buffer *out, fc_error *err);
