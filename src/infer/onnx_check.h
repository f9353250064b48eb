/**
 * ONNX check: walks a model before the runtime sees it and refuses one that wants data from foreign
 * files: a name could point at anything the process can read.
 *
 * Source: the field numbers of onnx.proto and the protobuf wire format. Any thread.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/**
 * Walk every tensor of the model: of graphs, of attributes, of functions, of nested graphs.
 *
 * name    for error texts
 * model   untrusted
 * folder  where data may lie in plain files (infer/onnx_data.h); NULL: nowhere, for a model in
 *         memory, which has no folder of its own
 * stamp   NULL, or set to a number for the data files: their sizes, times and numbers
 *
 * Errors: FC_MODEL_UNAVAILABLE (data elsewhere, not an ONNX file, nested too deeply).
 * Cost: one pass over the field headers; weights are skipped. No allocation.
 */
FC_MUST_CHECK fc_status fc_onnx_check(const char *name, fc_bytes model, const char *folder,
                                      uint64_t *stamp, fc_error *err);
