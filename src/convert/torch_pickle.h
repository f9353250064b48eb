/**
 * Torch pickle: reads the data.pkl of a checkpoint with a machine that knows only what torch.save
 * writes for tensors. A pickle is a program; of this one nothing is executed but pushing, naming
 * and collecting, and everything else is refused by its name.
 *
 * Source: Python's pickletools (protocols 0 to 5). One thread at a time.
 */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "convert/arena.h"
#include "convert/torch_value.h"
#include "convert/torch_zip.h"

/**
 * The value that the pickle makes.
 *
 * arena   owns what the value refers to
 * zip     must outlive the value
 *
 * Errors: FC_MODEL_UNAVAILABLE (an opcode or a name that is not allowed, what does not fit the
 * stack or the memo, tensors that do not fit the entries), FC_LIMIT_EXCEEDED (the arena's),
 * FC_OUT_OF_MEMORY. Cost: one pass.
 */
FC_MUST_CHECK fc_status fc_torch_pickle_read(const fc_torch_zip *zip, fc_arena *arena,
                                             fc_torch_value *out, fc_error *err);
