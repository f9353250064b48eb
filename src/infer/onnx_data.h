/**
 * ONNX data: the weights of a tensor that lie outside the model, in a file of the same folder.
 *
 * Source: external_data of TensorProto in onnx.proto. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** Where one tensor says its data is; texts borrowed from the model, untrusted. */
typedef struct fc_onnx_data {
    fc_bytes location; /* data NULL where the tensor does not say */
    fc_bytes offset;
    fc_bytes length;
} fc_onnx_data;

/** Take one pair of external_data. False: an unknown key, or one that was there before. */
FC_MUST_CHECK bool fc_onnx_data_set(fc_onnx_data *data, fc_bytes key, fc_bytes value);

/**
 * Check that the data is a part of a plain file in the model's own folder: a name without
 * separators, no link, and offset and length inside the file. Names with a separator also carry
 * ONNX Runtime's mark for addresses in memory, which a file must never give.
 *
 * name    for error texts
 * folder  the model's folder
 * stamp   mixed with what tells the file from another one: its size, time and number
 *
 * Errors: FC_MODEL_UNAVAILABLE.
 */
FC_MUST_CHECK fc_status fc_onnx_data_check(const char *name, const fc_onnx_data *data,
                                           const char *folder, uint64_t *stamp, fc_error *err);
