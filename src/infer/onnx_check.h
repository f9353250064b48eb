/**
 * ONNX check: looks through a model before the runtime sees it and refuses one that wants data
 * from other files. A model in memory has no folder of its own, so such a name could point at
 * anything the process can read.
 *
 * Source: the field numbers of onnx.proto and the protobuf wire format. Pure function, any thread.
 */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/**
 * Walk every tensor of the model: of graphs, of attributes, of functions, of nested graphs.
 *
 * name    for error texts
 * model   untrusted
 *
 * Errors: FC_MODEL_UNAVAILABLE (external data, not an ONNX file, nested too deeply).
 * Cost: one pass over the field headers; weights are skipped. No allocation.
 */
FC_MUST_CHECK fc_status fc_onnx_check(const char *name, fc_bytes model, fc_error *err);
