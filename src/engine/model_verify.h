/** Verify: whether a model file is the published one, by its SHA-256. Any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "config/options.h"
#include "engine/model_files.h"

/** SHA-256 of a whole file, a slice in memory at a time. */
void fc_model_digest(const fc_mapping *mapping, char sha256[FC_DIGEST_SIZE]);

/** What a model file was found to be. */
typedef struct fc_model_verdict {
    fc_model_state state;
    bool genuine; /* found, and size and hash are those of supply.lock */
    int64_t bytes;
    char sha256[FC_DIGEST_SIZE]; /* empty where no file was hashed */
} fc_model_verdict;

/**
 * Hash a model file. One that is not there, or is refused, is a verdict and no failure.
 *
 * Errors: FC_MODEL_UNAVAILABLE (it cannot be read), FC_OUT_OF_MEMORY; then `out` is unchanged.
 * Cost: reads the whole file, about a second for 400 MB; needs no memory of that size.
 */
FC_MUST_CHECK fc_status fc_model_verify(int index, const fc_settings *settings,
                                        fc_model_verdict *out, fc_error *err);
