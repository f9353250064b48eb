#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "infer/ort.h"
#include "infer/session.h"

#define THREADS_MAX 64

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
    FC_TRY(fc_ort_check(WHO, ort->SetGlobalIntraOpNumThreads(threading, threads), err));
    FC_TRY(fc_ort_check(WHO, ort->SetGlobalInterOpNumThreads(threading, 1), err));
    FC_TRY(fc_ort_check(WHO, ort->SetGlobalSpinControl(threading, 0), err));
    return fc_ort_check(
        WHO,
        ort->CreateEnvWithCustomLoggerAndGlobalThreadPools(
            log_nothing, NULL, ORT_LOGGING_LEVEL_ERROR, "facecraft", threading, out),
        err);
}

fc_status fc_runtime_new(int32_t threads, fc_runtime **out, fc_error *err)
{
    FC_ASSERT(threads >= 1);
    FC_ASSERT(threads <= THREADS_MAX);
    FC_ASSERT(out != NULL);

    const OrtApi *ort = fc_ort();
    if (ort == NULL) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "ONNX Runtime %s is too old, version 1.%d or later is needed",
                       fc_runtime_version(), ORT_API_VERSION);
    }
    FC_AUTO(fc_runtime) runtime = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *runtime, (void **)&runtime, err));
    FC_TRY(make_env(ort, threads, &runtime->env, err));
    FC_TRY(fc_ort_check(
        WHO, ort->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &runtime->memory),
        err));
    *out = FC_STEAL(runtime);
    return FC_OK;
}

void fc_runtime_free(fc_runtime *runtime)
{
    if (runtime == NULL) {
        return;
    }
    if (runtime->memory != NULL) {
        fc_ort()->ReleaseMemoryInfo(runtime->memory);
    }
    if (runtime->env != NULL) {
        fc_ort()->ReleaseEnv(runtime->env);
    }
    fc_memory_free(runtime);
}

const char *fc_runtime_version(void)
{
    return OrtGetApiBase()->GetVersionString();
}
