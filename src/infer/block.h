/** Which blocks of channels ONNX Runtime's convolutions work on. Only for the infer room. */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "infer/runtime_private.h"

/**
 * Ask ONNX Runtime: a picture of 4 channels is put into blocks, and comes out with as many channels
 * as one has. A library without that operator has no blocks, which is no failure.
 *
 * runtime  with its environment and memory
 * out      a multiple of 4 up to 64, or 1: none
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: 0.1 ms.
 */
FC_MUST_CHECK fc_status fc_block_ask(const fc_runtime *runtime, int32_t *out, fc_error *err);
