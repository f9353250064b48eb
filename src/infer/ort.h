/**
 * ONNX Runtime's C interface for the files that use it: its function table, its failures as
 * fc_error, and FC_AUTO for its objects. Only for the infer room.
 */
#pragma once

#include <onnxruntime_c_api.h>

#include "base/attributes.h"
#include "base/error.h"

/**
 * The function table, or NULL where the library is older than the header. Valid for ever.
 * Only fc_runtime_start needs to look: a runtime or a session exists only where there is a table.
 */
const OrtApi *fc_ort(void);

/**
 * Turn the outcome of a call into ours, and release it. NULL is FC_OK.
 *
 * name   the model or library at fault, the first word of the text
 *
 * The text becomes one line without control characters and without words that look like paths.
 * Errors: FC_OUT_OF_MEMORY, FC_MODEL_UNAVAILABLE for everything else.
 */
FC_MUST_CHECK fc_status fc_ort_check(const char *name, OrtStatus *outcome, fc_error *err);

/**
 * Whether a call that ended well has really made its object: a library that has no memory even for
 * its report of failure returns neither.
 *
 * Errors: FC_OUT_OF_MEMORY where it is NULL.
 */
FC_MUST_CHECK fc_status fc_ort_there(const char *name, const void *object, fc_error *err);

/** Release, in the shape that FC_AUTO wants; NULL is fine. */
void fc_ort_free_options(OrtSessionOptions *options);
FC_DEFINE_CLEANUP(OrtSessionOptions, fc_ort_free_options)
