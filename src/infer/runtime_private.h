/** What a runtime is made of, for the sessions that run on it. Only for the infer room. */
#pragma once

#include <limits.h>
#include <pthread.h>

#include "base/attributes.h"
#include "base/error.h"
#include "base/semaphore.h"
#include "infer/ort.h"
#include "infer/provider.h"

/** One per process. Constant once its sessions are made, but for what `lock` guards. */
typedef struct fc_runtime {
    OrtEnv *env;
    OrtMemoryInfo *memory; /* "ordinary memory of the processor", for every tensor */
    int32_t threads;
    int32_t block; /* fc_runtime_block */
    int32_t gpu;
    int32_t gpu_memory_mb;
    fc_provider provider;        /* of the heavy models */
    bool by_name;                /* it was asked for by name: nothing else will do */
    const OrtEpDevice *openvino; /* NULL where the plug-in is not loaded; owned by env */
    char cache_dir[PATH_MAX];
    fc_provider_report reports[FC_PROVIDERS_COUNT];
    fc_semaphore gate; /* of runs of heavy models */
    pthread_rwlock_t lock;
    struct fc_session *heavy; /* first of the list; guarded by lock */
} fc_runtime;

/**
 * Let a session run on the runtime's GPU. Loads ONNX Runtime's CUDA libraries at the first call.
 *
 * Errors: FC_MODEL_UNAVAILABLE naming the library that is missing.
 */
FC_MUST_CHECK fc_status fc_cuda_append(const fc_runtime *runtime, const char *name,
                                       OrtSessionOptions *options, fc_error *err);

/** Type that a session computes in: bf16 where the processor has tiles for it and the network does
 *  not insist on float32. */
const char *fc_openvino_precision(bool exact);

/** Let a session run on OpenVINO. Errors: FC_MODEL_UNAVAILABLE. */
FC_MUST_CHECK fc_status fc_openvino_append(const fc_runtime *runtime, const char *name, bool exact,
                                           OrtSessionOptions *options, fc_error *err);
