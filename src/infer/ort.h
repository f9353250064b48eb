/**
 * ONNX Runtime's C interface for the files that use it: its function table, its failures as
 * fc_error, FC_AUTO for its objects, and what a runtime is made of. Only for the infer room.
 */
#pragma once

#include <limits.h>
#include <pthread.h>

#include <onnxruntime_c_api.h>

#include "base/attributes.h"
#include "base/error.h"
#include "infer/runtime.h"
#include "infer/semaphore.h"
#include "infer/session.h"

/** One per process. Constant once its sessions are made, but for what `lock` guards. */
struct fc_runtime {
    OrtEnv *env;
    OrtMemoryInfo *memory; /* "ordinary memory of the processor", for every tensor */
    int32_t threads;
    int32_t gpu;
    int32_t gpu_memory_mb;
    fc_provider provider;        /* of the heavy models */
    bool by_name;                /* it was asked for by name: nothing else will do */
    const OrtEpDevice *openvino; /* NULL where the plug-in is not loaded; owned by env */
    char cache_dir[PATH_MAX];
    fc_provider_report reports[FC_PROVIDERS_COUNT];
    fc_semaphore gate; /* of runs of heavy models */
    pthread_rwlock_t lock;
    fc_session *heavy; /* first of the list; guarded by lock */
};

/**
 * The function table, or NULL where the library is older than the header. Valid for ever.
 * Only fc_runtime_start needs to look: whoever holds a runtime or a session has the table.
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

/**
 * Whether a call that ended well has really made its object: a library that has no memory even for
 * its report of failure returns neither.
 *
 * Errors: FC_OUT_OF_MEMORY where it is NULL.
 */
FC_MUST_CHECK fc_status fc_ort_there(const char *name, const void *object, fc_error *err);

/* Releases of ONNX Runtime's objects in the shape that FC_AUTO wants; NULL is fine. */
void fc_ort_free_options(OrtSessionOptions *options);
void fc_ort_free_session(OrtSession *session);
void fc_ort_free_threading(OrtThreadingOptions *threading);
void fc_ort_free_type(OrtTypeInfo *type);
void fc_ort_free_cuda(OrtCUDAProviderOptionsV2 *options);
FC_DEFINE_CLEANUP(OrtSessionOptions, fc_ort_free_options)
FC_DEFINE_CLEANUP(OrtSession, fc_ort_free_session)
FC_DEFINE_CLEANUP(OrtThreadingOptions, fc_ort_free_threading)
FC_DEFINE_CLEANUP(OrtTypeInfo, fc_ort_free_type)
FC_DEFINE_CLEANUP(OrtCUDAProviderOptionsV2, fc_ort_free_cuda)
