#include "infer/provider.h"

#include <stdio.h>
#include <string.h>

#include "infer/cuda_driver.h"
#include "infer/device.h"
#include "infer/processor.h"

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
    if (plan->provider == FC_PROVIDER_AUTO && !fc_openvino_installed(plan->openvino_dir)) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "its plug-in is not installed");
    }
    if (plan->provider == FC_PROVIDER_AUTO && !fc_processor_has("amx_bf16")) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "the processor has no amx_bf16");
    }
    return fc_openvino_load(runtime, plan->openvino_dir, report, err);
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

fc_status fc_provider_choose(fc_runtime *runtime, const fc_runtime_plan *plan, fc_error *err)
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
