/**
 * Runtime: ONNX Runtime, started once, and the choice of what runs the heavy models: the
 * processor with ONNX Runtime's own kernels, the processor with OpenVINO, or a GPU with CUDA.
 *
 * Nothing is chosen silently: a provider or device asked for by name that is not available is an
 * error, and every automatic choice is reported with its reason. One per process; constant once
 * made.
 *
 * Making one sets ORT_DISABLE_TELEMETRY=1 in the environment, unless it is set: without it ONNX
 * Runtime reports to its makers. A program whose other threads read the environment sets it itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "infer/provider.h"

/** Threads that may work on one run. */
#define FC_RUNTIME_THREADS_MAX 64

/** Settings of the runtime. Texts are copied. */
typedef struct fc_runtime_plan {
    int32_t threads;          /* 1..64 that work on one run of a heavy session */
    int32_t processors;       /* 1.. that all runs together may use */
    int32_t gpu_memory_mb;    /* bound of the memory on the GPU; 0: all that it has */
    int provider;             /* an fc_provider or FC_PROVIDER_AUTO: of the heavy models */
    const char *device;       /* auto, cpu, cuda, cuda:N */
    const char *openvino_dir; /* folder of the plug-in; "": next to ONNX Runtime */
    const char *cache_dir;    /* where compiled networks are kept; "": nowhere */
} fc_runtime_plan;

typedef struct fc_runtime fc_runtime;

/**
 * Start the runtime for the processor alone. `threads` work on one run of a heavy session,
 * 1..64.
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

/** Channels of the blocks in which ONNX Runtime's convolutions keep pictures on this processor, a
 *  multiple of 4 up to 64; 1: it has none here. */
int32_t fc_runtime_block(const fc_runtime *runtime);

/** State of a provider. Valid as long as the runtime. */
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
