#define _GNU_SOURCE /* dladdr */
#include "infer/runtime.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/brief.h"
#include "base/memory.h"
#include "infer/block.h"
#include "infer/cuda_driver.h"
#include "infer/device.h"
#include "infer/ort.h"
#include "infer/processor.h"
#include "infer/runtime_private.h"

static const char WHO[] = "ONNX Runtime";

static void free_cuda(OrtCUDAProviderOptionsV2 *options)
{
    if (options != NULL) {
        fc_ort()->ReleaseCUDAProviderOptions(options);
    }
}
FC_DEFINE_CLEANUP(OrtCUDAProviderOptionsV2, free_cuda)

fc_status fc_cuda_append(const fc_runtime *runtime, const char *name, OrtSessionOptions *options,
                         fc_error *err)
{
    const OrtApi *ort = fc_ort();
    char gpu[16];
    char bytes[24];
    (void)snprintf(gpu, sizeof gpu, "%d", (int)runtime->gpu);
    (void)snprintf(bytes, sizeof bytes, "%" PRId64, (int64_t)runtime->gpu_memory_mb << 20);
    /* The arena grows by what is asked for, not to the next power of two. */
    const char *const keys[] = { "device_id", "arena_extend_strategy", "gpu_mem_limit" };
    const char *const values[] = { gpu, "kSameAsRequested", bytes };
    const size_t count = runtime->gpu_memory_mb > 0 ? 3 : 2;

    FC_AUTO(OrtCUDAProviderOptionsV2) cuda = NULL;
    FC_TRY(fc_ort_check(name, ort->CreateCUDAProviderOptions(&cuda), err));
    FC_TRY(fc_ort_there(name, cuda, err));
    FC_TRY(fc_ort_check(name, ort->UpdateCUDAProviderOptions(cuda, keys, values, count), err));
    return fc_ort_check(name, ort->SessionOptionsAppendExecutionProvider_CUDA_V2(options, cuda),
                        err);
}

static const char OPENVINO[] = "OpenVINO";
static const char OPENVINO_LIBRARY[] = "libonnxruntime_providers_openvino_plugin.so";

/* Folder of ONNX Runtime's library, which the plug-in comes beside. */
static bool find_runtime_folder(char folder[PATH_MAX])
{
    Dl_info facts = { 0 };
    const OrtApiBase *(*const function)(void) = OrtGetApiBase;
    void *address = NULL;
    memcpy(&address, &function, sizeof address);
    if (dladdr(address, &facts) == 0 || realpath(facts.dli_fname, folder) == NULL) {
        return false;
    }
    *strrchr(folder, '/') = '\0'; /* the path is absolute */
    return true;
}

static bool library_exists(char path[PATH_MAX], const char *folder, const char *below)
{
    const int written = snprintf(path, PATH_MAX, "%s%s/%s", folder, below, OPENVINO_LIBRARY);
    return written > 0 && written < PATH_MAX && access(path, F_OK) == 0;
}

static bool find_library(const char *folder, char path[PATH_MAX])
{
    char beside[PATH_MAX];
    return folder[0] != '\0'
               ? library_exists(path, folder, "")
               : find_runtime_folder(beside) && (library_exists(path, beside, "/openvino") ||
                                                 library_exists(path, beside, "/../openvino"));
}

/* Whether a plug-in is there, without loading it. */
static bool openvino_is_installed(const char *folder)
{
    char path[PATH_MAX];
    return find_library(folder, path);
}

static void copy_text(char *to, size_t size, const char *text)
{
    (void)snprintf(to, size, "%s", text != NULL ? text : "");
}

/* The plug-in offers a device for each part of the machine, and mixtures of them. */
static fc_status find_openvino_device(fc_runtime *runtime, fc_provider_report *report,
                                      fc_error *err)
{
    const OrtApi *ort = fc_ort();
    const OrtEpDevice *const *devices = NULL;
    size_t count = 0;
    FC_TRY(fc_ort_check(OPENVINO, ort->GetEpDevices(runtime->env, &devices, &count), err));
    for (size_t i = 0; i < count; i++) {
        const OrtKeyValuePairs *facts = ort->EpDevice_EpMetadata(devices[i]);
        const char *device = ort->GetKeyValue(facts, "ov_device");
        if (strcmp(ort->EpDevice_EpName(devices[i]), "OpenVINOExecutionProvider") == 0 &&
            device != NULL && strcmp(device, "CPU") == 0) {
            runtime->openvino = devices[i];
            copy_text(report->version, sizeof report->version, ort->GetKeyValue(facts, "version"));
            copy_text(report->device, sizeof report->device,
                      ort->GetKeyValue(facts, "FULL_DEVICE_NAME"));
            return FC_OK;
        }
    }
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "OpenVINO: its plug-in has no device \"CPU\"");
}

/* Load the OpenVINO plug-in into the runtime.
 *
 * folder   "": `openvino` in ONNX Runtime's folder or in the one above
 * report   gets version and device
 */
static fc_status load_openvino(fc_runtime *runtime, const char *folder, fc_provider_report *report,
                               fc_error *err)
{
    char path[PATH_MAX];
    if (!find_library(folder, path)) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "the OpenVINO plug-in is not installed, no %s in %.80s", OPENVINO_LIBRARY,
                       folder[0] != '\0' ? folder : "the folder openvino next to ONNX Runtime");
    }
    FC_TRY(fc_ort_check(OPENVINO,
                        fc_ort()->RegisterExecutionProviderLibrary(runtime->env, "facecraft", path),
                        err));
    return find_openvino_device(runtime, report, err);
}

const char *fc_openvino_precision(bool exact)
{
    return !exact && fc_processor_has("amx_bf16") ? "bf16" : "f32";
}

/* Only load_config is obeyed: the plug-in takes options such as num_of_threads and ignores them. */
fc_status fc_openvino_append(const fc_runtime *runtime, const char *name, bool exact,
                             OrtSessionOptions *options, fc_error *err)
{
    char config[128];
    (void)snprintf(
        config, sizeof config,
        "{\"CPU\":{\"INFERENCE_NUM_THREADS\":\"%d\",\"INFERENCE_PRECISION_HINT\":\"%s\"}}",
        (int)runtime->threads, fc_openvino_precision(exact));
    const char *const keys[] = { "load_config" };
    const char *const values[] = { config };
    return fc_ort_check(name,
                        fc_ort()->SessionOptionsAppendExecutionProvider_V2(
                            options, runtime->env, &runtime->openvino, 1, keys, values, 1),
                        err);
}

static const char *const NAMES[FC_PROVIDERS_COUNT] = { "cpu", "openvino", "cuda" };

static void explain(fc_provider_report *report, const char *outcome, const char *why)
{
    (void)snprintf(report->text, sizeof report->text, "%s, %.150s", outcome, why);
}

static const char *selection_reason(const fc_runtime *runtime)
{
    return runtime->by_name ? "asked for" : "the fastest that can be";
}

/* Everything that can be missing, asked in the order in which a person would put it right. */
static fc_status try_cuda(fc_runtime *runtime, int32_t gpu, fc_provider_report *report,
                          fc_error *err)
{
    if (!fc_runtime_has_cuda()) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "this ONNX Runtime was built without CUDA");
    }
    fc_gpu facts = { 0 };
    FC_TRY(fc_cuda_driver_look(FC_CUDA_DRIVER, gpu, &facts, err));
    FC_AUTO(OrtSessionOptions) options = NULL;
    FC_TRY(fc_ort_check("CUDA", fc_ort()->CreateSessionOptions(&options), err));
    FC_TRY(fc_ort_there("CUDA", options, err));
    runtime->gpu = gpu;
    FC_TRY(fc_cuda_append(runtime, "CUDA", options, err));
    (void)snprintf(report->version, sizeof report->version, "%s", fc_runtime_version());
    (void)snprintf(report->device, sizeof report->device, "%s", facts.name);
    report->cuda_version = facts.cuda_version;
    return FC_OK;
}

static fc_status try_openvino(fc_runtime *runtime, const fc_runtime_plan *plan,
                              fc_provider_report *report, fc_error *err)
{
    if (plan->provider == FC_PROVIDER_AUTO && !openvino_is_installed(plan->openvino_dir)) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "its plug-in is not installed");
    }
    if (plan->provider == FC_PROVIDER_AUTO && !fc_processor_has("amx_bf16")) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "the processor has no amx_bf16");
    }
    return load_openvino(runtime, plan->openvino_dir, report, err);
}

static fc_status attempt(fc_provider provider, fc_runtime *runtime, const fc_runtime_plan *plan,
                         int32_t gpu, fc_error *err)
{
    fc_provider_report *report = &runtime->reports[provider];
    fc_error why = { 0 };
    const fc_status status = provider == FC_PROVIDER_CUDA
                                 ? try_cuda(runtime, gpu, report, &why)
                                 : try_openvino(runtime, plan, report, &why);
    if (status == FC_OK) {
        runtime->provider = provider;
        explain(report, "used", selection_reason(runtime));
    } else if (runtime->by_name) {
        return fc_fail(err, status, "%s cannot be used: %s", NAMES[provider], why.text);
    } else {
        explain(report, "not used", why.text);
    }
    return FC_OK;
}

static fc_status check_plan(const fc_runtime_plan *plan, fc_device device, fc_error *err)
{
    const bool gpu = plan->provider == FC_PROVIDER_CUDA;
    if ((device.kind == FC_DEVICE_PROCESSOR && gpu) ||
        (device.kind == FC_DEVICE_GPU && plan->provider != FC_PROVIDER_AUTO && !gpu)) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "device is %s but provider %s, which runs on the %s: leave one at auto",
                       plan->device, NAMES[plan->provider], gpu ? "GPU" : "processor");
    }
    return FC_OK;
}

/* Choose as planned, load what was chosen, and write the three reports. At start only. */
static fc_status choose_provider(fc_runtime *runtime, const fc_runtime_plan *plan, fc_error *err)
{
    fc_device device = { 0 };
    FC_TRY(fc_device_parse(plan->device, &device, err));
    FC_TRY(check_plan(plan, device, err));

    for (int i = 0; i < FC_PROVIDERS_COUNT; i++) {
        runtime->reports[i].name = NAMES[i];
        explain(&runtime->reports[i], "not used", "not asked for");
    }
    (void)snprintf(runtime->reports[FC_PROVIDER_CPU].version,
                   sizeof runtime->reports[FC_PROVIDER_CPU].version, "%s", fc_runtime_version());
    const bool free = plan->provider == FC_PROVIDER_AUTO;
    runtime->by_name = device.kind == FC_DEVICE_GPU || !free;
    if (device.kind == FC_DEVICE_GPU || plan->provider == FC_PROVIDER_CUDA ||
        (free && device.kind == FC_DEVICE_AUTO)) {
        FC_TRY(attempt(FC_PROVIDER_CUDA, runtime, plan, device.gpu, err));
    }
    if (runtime->provider == FC_PROVIDER_CPU && (free || plan->provider == FC_PROVIDER_OPENVINO)) {
        FC_TRY(attempt(FC_PROVIDER_OPENVINO, runtime, plan, 0, err));
    }
    if (runtime->provider == FC_PROVIDER_CPU) {
        explain(&runtime->reports[FC_PROVIDER_CPU], "used", selection_reason(runtime));
    }
    runtime->reports[runtime->provider].used = true;
    return FC_OK;
}

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

static void free_threading(OrtThreadingOptions *threading)
{
    if (threading != NULL) {
        fc_ort()->ReleaseThreadingOptions(threading);
    }
}
FC_DEFINE_CLEANUP(OrtThreadingOptions, free_threading)

/* Builds of ONNX Runtime for Linux send their makers what runs and on which machine, and keep an
 * identity of it in the user's folder. This is its only switch, and it is read when an environment
 * is made. What the process has set already stays. */
static void keep_to_ourselves(void)
{
    (void)setenv("ORT_DISABLE_TELEMETRY", "1", 0);
}

/* Heavy sessions share one pool, so more models do not mean more threads; light ones run on the
 * thread that asks. Waiting threads sleep: spinning ones would take the processor from the other
 * requests. */
static fc_status make_env(const OrtApi *ort, int32_t threads, OrtEnv **out, fc_error *err)
{
    keep_to_ourselves();
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
    FC_TRY(fc_block_ask(runtime, &runtime->block, err));
    FC_TRY(choose_provider(runtime, plan, err));
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

int32_t fc_runtime_block(const fc_runtime *runtime)
{
    FC_ASSERT(runtime != NULL);
    return runtime->block;
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
