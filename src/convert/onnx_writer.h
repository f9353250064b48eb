/**
 * ONNX writer: builds an ONNX model (operator set 17, IR version 8) node by node and packs it.
 *
 * A value is a number: the result of a node, a constant or an input of the network; 0 stands for
 * an input that is left out. Sources: the ONNX IR specification, onnx.proto. One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

#define FC_ONNX_INPUTS_MAX 4

/** ONNX Runtime's operators on pictures in blocks of channels (tflite_convert.h). */
#define FC_ONNX_BLOCKS "com.microsoft.nchwc"

typedef int32_t fc_onnx_value;

/** An attribute of a node: its text, real or integers where given, else the one integer. */
typedef struct fc_onnx_attribute {
    const char *name;
    const char *text;
    const float *real;
    const int64_t *integers; /* NULL: the one in `integer` */
    size_t count;
    int64_t integer;
} fc_onnx_attribute;

/** Texts must live as long as the writer (they are literals); all else is copied. */
typedef struct fc_onnx_node {
    const char *type; /* such as "Conv" */
    fc_onnx_value inputs[FC_ONNX_INPUTS_MAX];
    size_t input_count;
    const fc_onnx_attribute *attributes;
    size_t attribute_count;
    const char *domain; /* whose operator it is: NULL for ONNX itself, or FC_ONNX_BLOCKS */
} fc_onnx_node;

typedef struct fc_onnx_writer fc_onnx_writer;

/** `bytes_max` bounds the memory for constants and nodes, and so the model. Errors:
 *  FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_onnx_writer_new(size_t bytes_max, fc_onnx_writer **out, fc_error *err);
void fc_onnx_writer_free(fc_onnx_writer *writer);
FC_DEFINE_CLEANUP(fc_onnx_writer, fc_onnx_writer_free)

/*
 * All of these: FC_LIMIT_EXCEEDED past bytes_max, FC_OUT_OF_MEMORY. After a failure the writer is
 * only good for being freed.
 */

/** An input of the network: float32 of the given lengths. */
FC_MUST_CHECK fc_status fc_onnx_add_input(fc_onnx_writer *writer, const int64_t *shape, size_t rank,
                                          fc_onnx_value *out, fc_error *err);

/** Make a value an output of the network. */
FC_MUST_CHECK fc_status fc_onnx_add_output(fc_onnx_writer *writer, fc_onnx_value value,
                                           const int64_t *shape, size_t rank, fc_error *err);

/** A float32 constant; the caller fills `data`, which has as many values as the shape says, all 0.
 */
FC_MUST_CHECK fc_status fc_onnx_add_floats(fc_onnx_writer *writer, const int64_t *shape,
                                           size_t rank, float **data, fc_onnx_value *out,
                                           fc_error *err);

/** A constant list of int64. */
FC_MUST_CHECK fc_status fc_onnx_add_integers(fc_onnx_writer *writer, const int64_t *values,
                                             size_t count, fc_onnx_value *out, fc_error *err);

/** A run of numbers in a file next to the model. */
typedef struct fc_onnx_external {
    const char *file; /* its name, without a folder; must live as long as the writer */
    uint64_t offset;  /* bytes from its beginning */
    bool half;        /* float16 instead of float32 */
} fc_onnx_external;

/** A constant whose values stay in another file, little endian. */
FC_MUST_CHECK fc_status fc_onnx_add_external(fc_onnx_writer *writer, const fc_onnx_external *place,
                                             const int64_t *shape, size_t rank, fc_onnx_value *out,
                                             fc_error *err);

/** A remark about the model as a whole. Both texts must live as long as the writer. */
FC_MUST_CHECK fc_status fc_onnx_add_remark(fc_onnx_writer *writer, const char *key,
                                           const char *text, fc_error *err);

/** A node with one result. */
FC_MUST_CHECK fc_status fc_onnx_add_node(fc_onnx_writer *writer, const fc_onnx_node *node,
                                         fc_onnx_value *out, fc_error *err);

/**
 * Let the convolution that makes a value apply a function to it, too, and the value keeps its
 * number. A plain one becomes ONNX Runtime's own kind, FusedConv.
 *
 * value       nobody may want it as it was
 * activation  "Relu", "Sigmoid" or "HardSwish", a literal
 * fused       false: no convolution without a function makes it, and nothing has changed
 */
FC_MUST_CHECK fc_status fc_onnx_fuse_activation(fc_onnx_writer *writer, fc_onnx_value value,
                                                const char *activation, bool *fused, fc_error *err);

/**
 * Let the convolution in blocks that makes a value add another one to it, of the same shape; the
 * value keeps its number. A function that it takes in later comes after the sum.
 *
 * value   nobody may want it as it was
 * fused   false: no convolution in blocks without a function and a sum makes it, and nothing has
 *         changed
 */
FC_MUST_CHECK fc_status fc_onnx_fuse_sum(fc_onnx_writer *writer, fc_onnx_value value,
                                         fc_onnx_value other, bool *fused, fc_error *err);

/** Append the model to `out`. Errors: as fc_buffer_append; `out` then holds a part of it. */
FC_MUST_CHECK fc_status fc_onnx_pack(fc_onnx_writer *writer, fc_buffer *out, fc_error *err);
