/**
 * Torch calls: the few names that a checkpoint's pickle may use, and what using them gives. Nothing
 * of the file is executed: a call is looked up here or refused.
 */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "convert/arena.h"
#include "convert/torch_value.h"
#include "convert/torch_zip.h"

/** A name, such as torch FloatStorage. Errors: FC_MODEL_UNAVAILABLE naming it. */
FC_MUST_CHECK fc_status fc_torch_name(fc_bytes module, fc_bytes name, fc_torch_value *out,
                                      fc_error *err);

/**
 * Call a name with a tuple: OrderedDict gives a dictionary, _rebuild_tensor_v2 and
 * _rebuild_parameter a tensor.
 *
 * Errors: FC_MODEL_UNAVAILABLE (not to be called; arguments that do not fit; a shape, strides or
 * place that the storage does not have), FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_torch_call(fc_arena *arena, const fc_torch_value *called,
                                      const fc_torch_value *arguments, fc_torch_value *out,
                                      fc_error *err);

/**
 * The storage that a persistent identifier names: ('storage', type, key, device, count).
 *
 * Errors: FC_MODEL_UNAVAILABLE (no such entry, or of another size), FC_LIMIT_EXCEEDED,
 * FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_torch_storage(fc_arena *arena, const fc_torch_zip *zip,
                                         const fc_torch_value *identifier, fc_torch_value *out,
                                         fc_error *err);
