/**
 * Runtime: ONNX Runtime, started once, and the choice of what runs the heavy models: the
 * processor with ONNX Runtime's own kernels, the processor with OpenVINO, or a GPU with CUDA.
 *
 * Nothing is chosen silently: what is asked for by name and cannot be had is an error, and what is
 * left to choose is reported with its reason. One per process; constant once made.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

/** Threads that may work on one run. */
#define FC_RUNTIME_THREADS_MAX 64

/** What runs a network. The order is that of the setting `provider` behind its "auto". */
typedef enum fc_provider {
    FC_PROVIDER_CPU,
    FC_PROVIDER_OPENVINO,
    FC_PROVIDER_CUDA,
    FC_PROVIDERS_COUNT,
} fc_provider;

/** Leave it to the runtime: CUDA where it can be used; else OpenVINO where it is installed and the
 *  processor has amx_bf16, without which it is no faster; else the processor. */
#define FC_PROVIDER_AUTO (-1)

/** What is asked of the runtime. Texts are copied. */
typedef struct fc_runtime_plan {
    int32_t threads;          /* 1..64 that work on one run of a session */
    int32_t processors;       /* 1.. that all runs together may use */
    int32_t gpu_memory_mb;    /* bound of the memory on the GPU; 0: all that it has */
    int provider;             /* an fc_provider or FC_PROVIDER_AUTO: of the heavy models */
    const char *device;       /* auto, cpu, cuda, cuda:N */
    const char *openvino_dir; /* folder of the plug-in; "": beside ONNX Runtime */
    const char *cache_dir;    /* where compiled networks are kept; "": nowhere */
} fc_runtime_plan;

/** What became of one provider. */
typedef struct fc_provider_report {
    const char *name; /* "cpu", "openvino", "cuda" */
    bool used;        /* for the heavy models */
    char version[48]; /* "" where it is not loaded */
    char device[64];  /* what it runs on, such as the name of the GPU; "" where it is not loaded */
    char text[176];   /* such as "not used, the processor has no amx_bf16" */
    int32_t cuda_version; /* 1000 * major + 10 * minor of the driver; 0: none */
} fc_provider_report;

typedef struct fc_runtime fc_runtime;

/**
 * Start the runtime for the processor alone. `threads` work on one run of a session, 1..64.
 *
 * Errors: FC_MODEL_UNAVAILABLE (library too old), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_runtime_new(int32_t threads, fc_runtime **out, fc_error *err);

/**
 * Start the runtime as planned.
 *
 * Errors: those of fc_runtime_new; FC_INVALID_ARGUMENT (device or its combination with the
 * provider); FC_MODEL_UNAVAILABLE naming the library or driver that is missing for a provider or
 * device that was asked for by name.
 */
FC_MUST_CHECK fc_status fc_runtime_start(const fc_runtime_plan *plan, fc_runtime **out,
                                         fc_error *err);
void fc_runtime_free(fc_runtime *runtime);
FC_DEFINE_CLEANUP(fc_runtime, fc_runtime_free)

/** What became of a provider. Valid as long as the runtime. */
const fc_provider_report *fc_runtime_report(const fc_runtime *runtime, fc_provider provider);

/** Which heavy models are released now: writes at most `room` names, which live as long as their
 *  sessions, and returns how many it has written. Waits for no network. Any thread. */
size_t fc_runtime_unloaded(fc_runtime *runtime, const char **names, size_t room);

/** Version of ONNX Runtime, such as "1.31.1". */
const char *fc_runtime_version(void);

/** Whether this ONNX Runtime was built with CUDA; nothing is loaded to find out. */
bool fc_runtime_has_cuda(void);

/**
 * Release the networks of heavy models that were not run for `idle_us` microseconds. The next run
 * makes them again and waits for that. Returns how many were released. Any thread.
 */
int32_t fc_runtime_release_idle(fc_runtime *runtime, int64_t idle_us);
