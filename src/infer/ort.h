/**
 * ONNX Runtime's C interface for the two files that use it: its function table, its failures as
 * fc_error, and FC_AUTO for its objects. Only for the infer room.
 */
#pragma once

#include <onnxruntime_c_api.h>

#include "base/attributes.h"
#include "base/error.h"
#include "infer/session.h"

/** One per process. Constant once made. */
struct fc_runtime {
    OrtEnv *env;
    OrtMemoryInfo *memory; /* "ordinary memory of the processor", for every tensor */
};

/**
 * The function table, or NULL where the library is older than the header. Valid for ever.
 * Only fc_runtime_new needs to look: whoever holds a runtime or a session has the table.
 */
const OrtApi *fc_ort(void);

/**
 * Turn the outcome of a call into ours, and release it. NULL is FC_OK.
 *
 * name   whose fault it is, the first word of the text
 *
 * The text becomes one line without control characters and without words that look like paths.
 * Errors: FC_OUT_OF_MEMORY, FC_MODEL_UNAVAILABLE for everything else.
 */
FC_MUST_CHECK fc_status fc_ort_check(const char *name, OrtStatus *outcome, fc_error *err);

/* Releases of ONNX Runtime's objects in the shape that FC_AUTO wants; NULL is fine. */
void fc_ort_free_options(OrtSessionOptions *options);
void fc_ort_free_session(OrtSession *session);
void fc_ort_free_threading(OrtThreadingOptions *threading);
void fc_ort_free_type(OrtTypeInfo *type);
FC_DEFINE_CLEANUP(OrtSessionOptions, fc_ort_free_options)
FC_DEFINE_CLEANUP(OrtSession, fc_ort_free_session)
FC_DEFINE_CLEANUP(OrtThreadingOptions, fc_ort_free_threading)
FC_DEFINE_CLEANUP(OrtTypeInfo, fc_ort_free_type)
