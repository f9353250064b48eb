/**
 * Torch checkpoint: the named tensors of a file that torch.save wrote. They stay where they are in
 * the file; nothing in it is executed.
 *
 * Constant once made; any thread.
 */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "convert/torch_value.h"
#include "convert/torch_zip.h"

/** Tensors of one checkpoint. */
#define FC_TORCH_TENSORS_MAX 8192

typedef struct fc_torch_checkpoint fc_torch_checkpoint;

/**
 * Read a checkpoint: a dictionary that has the tensors by name under `part`.
 *
 * file   untrusted; must outlive the result
 * part   such as "params_ema"
 *
 * Errors: those of fc_torch_zip_new and fc_torch_pickle_read; FC_MODEL_UNAVAILABLE (no such part,
 * something else than named tensors in it, a name twice).
 * Cost: 1 ms for 500 tensors; weights are not touched. 6 MB of memory while it reads.
 */
FC_MUST_CHECK fc_status fc_torch_checkpoint_new(fc_bytes file, const char *part,
                                                fc_torch_checkpoint **out, fc_error *err);
void fc_torch_checkpoint_free(fc_torch_checkpoint *checkpoint);
FC_DEFINE_CLEANUP(fc_torch_checkpoint, fc_torch_checkpoint_free)

/** A tensor by its name, or NULL. Borrowed. */
const fc_torch_tensor *fc_torch_checkpoint_lookup(const fc_torch_checkpoint *checkpoint,
                                                  const char *name);

/** The container, with sums and places of its entries. Borrowed. */
const fc_torch_zip *fc_torch_checkpoint_zip(const fc_torch_checkpoint *checkpoint);
