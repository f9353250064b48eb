/**
 * The network of a .tflite file as plain structs: tensors, operators in the order in which they
 * run, and their options. Says nothing about what an operator does.
 *
 * Source: field numbers and enumerations of the TFLite schema. Any thread.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

#define FC_TFLITE_RANK_MAX 4
#define FC_TFLITE_INPUTS_MAX 3  /* of one operator */
#define FC_TFLITE_OUTPUTS_MAX 8 /* of the network */

/** Element types that are known, by the schema's number. */
enum { FC_TFLITE_FLOAT32 = 0, FC_TFLITE_FLOAT16 = 1, FC_TFLITE_INT32 = 2 };

/** Operators whose options are known, by the schema's number. */
enum {
    FC_TFLITE_ADD = 0,
    FC_TFLITE_AVERAGE_POOL_2D = 1,
    FC_TFLITE_CONV_2D = 3,
    FC_TFLITE_DEPTHWISE_CONV_2D = 4,
    FC_TFLITE_DEQUANTIZE = 6,
    FC_TFLITE_LOGISTIC = 14,
    FC_TFLITE_MAX_POOL_2D = 17,
    FC_TFLITE_MUL = 18,
    FC_TFLITE_RELU = 19,
    FC_TFLITE_RESHAPE = 22,
    FC_TFLITE_RESIZE_BILINEAR = 23,
    FC_TFLITE_CUSTOM = 32,
    FC_TFLITE_PAD = 34,
    FC_TFLITE_PRELU = 54,
    FC_TFLITE_HARD_SWISH = 117,
};

/** How far a window may reach over the edge. */
enum { FC_TFLITE_SAME = 0, FC_TFLITE_VALID = 1 };

/** Lengths are at least 1, their product at most 2^28. */
typedef struct fc_tflite_shape {
    int32_t rank;
    int64_t lengths[FC_TFLITE_RANK_MAX]; /* 1 beyond the rank */
} fc_tflite_shape;

typedef struct fc_tflite_tensor {
    fc_tflite_shape shape; /* NHWC where it is a picture */
    int32_t type;
    fc_bytes data; /* constants: exactly as many bytes as the shape needs; else empty */
} fc_tflite_tensor;

/** 0..4096 each. Those that an operator does not have are 0, dilations 1. */
typedef struct fc_tflite_options {
    int32_t padding;
    int32_t stride_width;
    int32_t stride_height;
    int32_t dilation_width;
    int32_t dilation_height;
    int32_t filter_width;
    int32_t filter_height;
    int32_t activation; /* 0: none */
    int32_t align_corners;
    int32_t half_pixel_centers;
} fc_tflite_options;

typedef struct fc_tflite_operator {
    int32_t code;
    fc_bytes custom_name;
    fc_bytes custom_options;
    int32_t inputs[FC_TFLITE_INPUTS_MAX]; /* the first ones; each is a tensor's index, or -1 */
    size_t input_count;                   /* may be above FC_TFLITE_INPUTS_MAX */
    int32_t output;                       /* the first one, a tensor's index */
    size_t output_count;
    fc_tflite_options options;
} fc_tflite_operator;

typedef struct fc_tflite_graph {
    fc_tflite_tensor *tensors;
    size_t tensor_count;
    fc_tflite_operator *operators;
    size_t operator_count;
    int32_t input; /* a tensor's index: the network has one input */
    int32_t outputs[FC_TFLITE_OUTPUTS_MAX];
    size_t output_count;
} fc_tflite_graph;

/**
 * Read the file. Indices of tensors and sizes of constants are checked here, so that whoever walks
 * the graph can rely on them.
 *
 * out   owner: caller, release with fc_tflite_graph_free. Borrows the constants from `file`
 *
 * Errors: FC_MODEL_UNAVAILABLE with the fact that does not fit, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_tflite_graph_new(fc_bytes file, fc_tflite_graph **out, fc_error *err);

void fc_tflite_graph_free(fc_tflite_graph *graph);
FC_DEFINE_CLEANUP(fc_tflite_graph, fc_tflite_graph_free)

/** The operator that alone reads a tensor, once; NULL: there is none such, or it is an output of
 * the network. */
const fc_tflite_operator *fc_tflite_only_reader(const fc_tflite_graph *graph, int32_t tensor);

/** Number of values, or 0 where it is above the limit of 2^28 or a length is below 1. */
int64_t fc_tflite_shape_count(const fc_tflite_shape *shape);
