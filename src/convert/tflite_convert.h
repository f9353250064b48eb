/**
 * State of one conversion from TFLite to ONNX: which ONNX value carries which TFLite tensor, in
 * which layout and shape. Used by the files that convert operators.
 *
 * Inside the network pictures are NCHW, as ONNX's operators want them, or in the blocks of channels
 * that ONNX Runtime's convolutions work on; shapes here stay NHWC. A tensor is turned only when
 * somebody asks for the layout that it does not have yet, so a network of picture operators is
 * turned at its edges and nowhere else.
 *
 * In blocks of n channels a picture is (channels / n) x height x width x n, and the channels that
 * fill the last block hold any numbers; weights there are 0. ONNX Runtime would rewrite a plain
 * network to that form itself, at each start, in half of the time that loading takes. The nodes
 * that run are those that it would write, so that results have the same digits. Source:
 * core/optimizer/nchwc_transformer.cc, contrib_ops/cpu/nchwc_ops.cc, core/mlas/lib/reorder.cpp of
 * ONNX Runtime.
 *
 * One thread at a time per conversion.
 */
#pragma once

#include <stdbool.h>

#include "convert/onnx_writer.h"
#include "convert/tflite_graph.h"

typedef enum fc_layout {
    FC_LAYOUT_FILE,   /* as in the TFLite file: NHWC */
    FC_LAYOUT_INNER,  /* NCHW where the tensor has four axes; else the same as FILE */
    FC_LAYOUT_BLOCKS, /* of channels: what a convolution has made, and what came of that */
    FC_LAYOUT_COUNT,
} fc_layout;

/** What became of one tensor of the file. */
typedef struct fc_converted {
    bool known;                              /* its operator has been converted */
    fc_tflite_shape shape;                   /* NHWC; differs from the file's for another size */
    fc_onnx_value carriers[FC_LAYOUT_COUNT]; /* 0: not made in this layout yet */
    const fc_tflite_tensor *constant;        /* where its values lie, for a constant; else NULL */
    struct fc_converted *small; /* what is enlarged to it only by its one reader (tflite_resize.h),
                                   so that it has no carriers; else NULL */
} fc_converted;

typedef struct fc_conversion {
    const fc_tflite_graph *graph;
    fc_converted *tensors; /* as many as the graph has */
    fc_onnx_writer *writer;
    int32_t block; /* channels of one; 1: ONNX Runtime has no blocks */
    bool resized;  /* the input is not of the size that the file says */
} fc_conversion;

/** How many channels of the result, and of the picture, lie together in weights. */
typedef struct fc_blocks {
    int32_t out;
    int32_t in;
} fc_blocks;

/** A number of channels that fills its blocks. */
static inline int64_t fc_blocks_fill(int64_t channels, int32_t block)
{
    return (channels + block - 1) / block * block;
}

/* All of these: FC_MODEL_UNAVAILABLE, FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED. */

/** Input `index` of an operator, which must be made by an operator before. */
FC_MUST_CHECK fc_status fc_conversion_operand(const fc_conversion *conversion,
                                              const fc_tflite_operator *operation, size_t index,
                                              fc_converted **out, fc_error *err);

/** The same for a picture: four axes. */
FC_MUST_CHECK fc_status fc_conversion_picture(const fc_conversion *conversion,
                                              const fc_tflite_operator *operation, size_t index,
                                              fc_converted **out, fc_error *err);

/** Input `index` of an operator, which must be a constant of `rank` axes and of this type, or of
 *  either float type where that is FC_TFLITE_FLOAT32. */
FC_MUST_CHECK fc_status fc_conversion_constant(const fc_conversion *conversion,
                                               const fc_tflite_operator *operation, size_t index,
                                               int32_t rank, int32_t type,
                                               const fc_tflite_tensor **out, fc_error *err);

/** Value `index` of a constant of either float type. */
float fc_conversion_float(const fc_tflite_tensor *constant, size_t index);

/** Value `index` of a constant of integers. */
int64_t fc_conversion_integer(const fc_tflite_tensor *constant, size_t index);

/** The layout in which operators on pictures read a tensor: BLOCKS where it is there, else INNER.
 */
fc_layout fc_conversion_layout(const fc_converted *tensor);

/** The domain of a picture's operators in a layout: NULL but for BLOCKS. */
const char *fc_conversion_domain(fc_layout layout);

/** How a convolution reads a picture, and what it makes. */
typedef struct fc_form {
    fc_layout input;
    fc_layout output;
    fc_blocks blocks; /* of the weights; of the bias those of `out` */
} fc_form;

/** In blocks, if there are any. A picture of less than a block of channels is then read plane by
 *  plane, unless it is convolved channel by channel. */
fc_form fc_conversion_form(const fc_conversion *conversion, const fc_converted *picture,
                           bool depthwise);

/** The ONNX value of a tensor of the network in a layout; adds a node that turns it where it must.
 *  BLOCKS only where there are any, and of a multiple of 4 channels. */
FC_MUST_CHECK fc_status fc_conversion_carrier(fc_conversion *conversion, fc_converted *tensor,
                                              fc_layout layout, fc_onnx_value *out, fc_error *err);

/** Put an operator's constant into the ONNX model as float32: axis i of the result is axis
 *  order[i] of the constant. Of the result axis 0 is in blocks of `blocks.out` and axis 1 in blocks
 *  of `blocks.in`, both filled by zeros; these come last, first those of axis 1. */
FC_MUST_CHECK fc_status fc_conversion_weights(fc_conversion *conversion,
                                              const fc_tflite_tensor *constant,
                                              const int32_t order[FC_TFLITE_RANK_MAX],
                                              fc_blocks blocks, fc_onnx_value *out, fc_error *err);

/**
 * The place of an operator's output, which must not have been made before.
 *
 * shape   NHWC; must be what the file says, unless the network takes another size
 */
FC_MUST_CHECK fc_status fc_conversion_result(fc_conversion *conversion, int32_t tensor,
                                             const fc_tflite_shape *shape, fc_converted **out,
                                             fc_error *err);

/** Add a node and make it the carrier of the operator's output in one layout. */
FC_MUST_CHECK fc_status fc_conversion_add(fc_conversion *conversion,
                                          const fc_tflite_operator *operation,
                                          const fc_tflite_shape *shape, fc_layout layout,
                                          const fc_onnx_node *node, fc_error *err);
