#include "infer/runtime.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/brief.h"
#include "base/memory.h"
#include "infer/ort.h"
#include "infer/provider.h"

static const char WHO[] = "ONNX Runtime";

/* Whatever is worth knowing comes back as a status; the library must not write to our streams. */
static void log_nothing(void *param, OrtLoggingLevel severity, const char *category,
                        const char *logid, const char *code_location, const char *message)
{
    (void)param;
    (void)severity;
    (void)category;
    (void)logid;
    (void)code_location;
    (void)message;
}

/* All sessions share one pool, so more models do not mean more threads. Waiting threads sleep:
 * spinning ones would take the processor from the other requests. */
static fc_status make_env(const OrtApi *ort, int32_t threads, OrtEnv **out, fc_error *err)
{
    FC_AUTO(OrtThreadingOptions) threading = NULL;
    FC_TRY(fc_ort_check(WHO, ort->CreateThreadingOptions(&threading), err));
    FC_TRY(fc_ort_there(WHO, threading, err));
    FC_TRY(fc_ort_check(WHO, ort->SetGlobalIntraOpNumThreads(threading, threads), err));
    FC_TRY(fc_ort_check(WHO, ort->SetGlobalInterOpNumThreads(threading, 1), err));
    FC_TRY(fc_ort_check(WHO, ort->SetGlobalSpinControl(threading, 0), err));
    FC_TRY(
        fc_ort_check(WHO,
                     ort->CreateEnvWithCustomLoggerAndGlobalThreadPools(
                         log_nothing, NULL, ORT_LOGGING_LEVEL_ERROR, "facecraft", threading, out),
                     err));
    return fc_ort_there(WHO, *out, err);
}

/* Each run of a heavy model has `threads` at work, so only as many run as have processors. What a
 * GPU can hold is not known before: one picture at a time. */
static int32_t count_places(const fc_runtime *runtime, const fc_runtime_plan *plan)
{
    const int32_t places =
        runtime->provider == FC_PROVIDER_CUDA ? 1 : plan->processors / plan->threads;
    return places < 1 ? 1 : places;
}

static fc_status keep_plan(const fc_runtime_plan *plan, fc_runtime *runtime, fc_error *err)
{
    runtime->threads = plan->threads;
    runtime->gpu_memory_mb = plan->gpu_memory_mb;
    const size_t size = sizeof runtime->cache_dir;
    if (strlen(plan->cache_dir) >= size) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "%s: the name is too long",
                       fc_brief_of(plan->cache_dir).text);
    }
    (void)snprintf(runtime->cache_dir, size, "%s", plan->cache_dir);
    return FC_OK;
}

fc_status fc_runtime_start(const fc_runtime_plan *plan, fc_runtime **out, fc_error *err)
{
    FC_ASSERT(plan != NULL);
    FC_ASSERT(plan->threads >= 1);
    FC_ASSERT(plan->threads <= FC_RUNTIME_THREADS_MAX);
    FC_ASSERT(plan->processors >= 1);
    FC_ASSERT(plan->provider >= FC_PROVIDER_AUTO);
    FC_ASSERT(plan->provider < FC_PROVIDERS_COUNT);
    FC_ASSERT(out != NULL);

    const OrtApi *ort = fc_ort();
    if (ort == NULL) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "ONNX Runtime %s is too old, version 1.%d or later is needed",
                       fc_runtime_version(), ORT_API_VERSION);
    }
    FC_AUTO(fc_runtime) runtime = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *runtime, (void **)&runtime, err));
    fc_semaphore_init(&runtime->gate, 1);
    (void)pthread_rwlock_init(&runtime->lock, NULL); /* cannot fail without attributes */
    FC_TRY(keep_plan(plan, runtime, err));
    FC_TRY(make_env(ort, plan->threads, &runtime->env, err));
    FC_TRY(fc_ort_check(
        WHO, ort->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &runtime->memory),
        err));
    FC_TRY(fc_ort_there(WHO, runtime->memory, err));
    FC_TRY(fc_provider_choose(runtime, plan, err));
    runtime->gate.places = count_places(runtime, plan);
    *out = FC_STEAL(runtime);
    return FC_OK;
}

fc_status fc_runtime_new(int32_t threads, fc_runtime **out, fc_error *err)
{
    const fc_runtime_plan plan = {
        .threads = threads,
        .processors = threads,
        .provider = FC_PROVIDER_CPU,
        .device = "cpu",
        .openvino_dir = "",
        .cache_dir = "",
    };
    return fc_runtime_start(&plan, out, err);
}

void fc_runtime_free(fc_runtime *runtime)
{
    if (runtime == NULL) {
        return;
    }
    FC_ASSERT(runtime->heavy == NULL); /* sessions end before their runtime */
    if (runtime->memory != NULL) {
        fc_ort()->ReleaseMemoryInfo(runtime->memory);
    }
    if (runtime->env != NULL) {
        fc_ort()->ReleaseEnv(runtime->env);
    }
    (void)pthread_rwlock_destroy(&runtime->lock);
    fc_semaphore_destroy(&runtime->gate);
    fc_memory_free(runtime);
}

const fc_provider_report *fc_runtime_report(const fc_runtime *runtime, fc_provider provider)
{
    FC_ASSERT(runtime != NULL);
    return &runtime->reports[provider];
}

const char *fc_runtime_version(void)
{
    return OrtGetApiBase()->GetVersionString();
}

bool fc_runtime_has_cuda(void)
{
    const OrtApi *ort = fc_ort();
    char **names = NULL;
    int count = 0;
    bool found = false;
    if (ort == NULL ||
        fc_ort_check(WHO, ort->GetAvailableProviders(&names, &count), NULL) != FC_OK) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        found |= strcmp(names[i], "CUDAExecutionProvider") == 0;
    }
    (void)!fc_ort_check(WHO, ort->ReleaseAvailableProviders(names, count), NULL);
    return found;
}
