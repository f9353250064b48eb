#define _GNU_SOURCE /* dladdr */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "infer/processor.h"
#include "infer/provider.h"

static const char WHO[] = "OpenVINO";
static const char LIBRARY[] = "libonnxruntime_providers_openvino_plugin.so";

/* Folder of ONNX Runtime's library, which the plug-in comes beside. */
static bool find_runtime(char folder[PATH_MAX])
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

static bool exists(char path[PATH_MAX], const char *folder, const char *below)
{
    const int written = snprintf(path, PATH_MAX, "%s%s/%s", folder, below, LIBRARY);
    return written > 0 && written < PATH_MAX && access(path, F_OK) == 0;
}

static bool find_library(const char *folder, char path[PATH_MAX])
{
    char beside[PATH_MAX];
    return folder[0] != '\0' ? exists(path, folder, "")
                             : find_runtime(beside) && (exists(path, beside, "/openvino") ||
                                                        exists(path, beside, "/../openvino"));
}

bool fc_openvino_installed(const char *folder)
{
    char path[PATH_MAX];
    return find_library(folder, path);
}

static void copy(char *to, size_t size, const char *text)
{
    (void)snprintf(to, size, "%s", text != NULL ? text : "");
}

/* The plug-in offers a device for each part of the machine, and mixtures of them. */
static fc_status find_device(fc_runtime *runtime, fc_provider_report *report, fc_error *err)
{
    const OrtApi *ort = fc_ort();
    const OrtEpDevice *const *devices = NULL;
    size_t count = 0;
    FC_TRY(fc_ort_check(WHO, ort->GetEpDevices(runtime->env, &devices, &count), err));
    for (size_t i = 0; i < count; i++) {
        const OrtKeyValuePairs *facts = ort->EpDevice_EpMetadata(devices[i]);
        const char *device = ort->GetKeyValue(facts, "ov_device");
        if (strcmp(ort->EpDevice_EpName(devices[i]), "OpenVINOExecutionProvider") == 0 &&
            device != NULL && strcmp(device, "CPU") == 0) {
            runtime->openvino = devices[i];
            copy(report->version, sizeof report->version, ort->GetKeyValue(facts, "version"));
            copy(report->device, sizeof report->device,
                 ort->GetKeyValue(facts, "FULL_DEVICE_NAME"));
            return FC_OK;
        }
    }
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "OpenVINO: its plug-in has no device \"CPU\"");
}

fc_status fc_openvino_load(fc_runtime *runtime, const char *folder, fc_provider_report *report,
                           fc_error *err)
{
    char path[PATH_MAX];
    if (!find_library(folder, path)) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "the OpenVINO plug-in is not installed, no %s in %.80s", LIBRARY,
                       folder[0] != '\0' ? folder : "the folder openvino beside ONNX Runtime");
    }
    FC_TRY(fc_ort_check(
        WHO, fc_ort()->RegisterExecutionProviderLibrary(runtime->env, "facecraft", path), err));
    return find_device(runtime, report, err);
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
