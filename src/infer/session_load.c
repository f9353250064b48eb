/* Making the network of a heavy session, on the provider that the runtime has chosen. */
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "infer/model_cache.h"
#include "infer/provider.h"
#include "infer/session_private.h"

fc_status fc_session_options(const char *name, OrtSessionOptions **out, fc_error *err)
{
    const OrtApi *ort = fc_ort();
    FC_AUTO(OrtSessionOptions) options = NULL;
    FC_TRY(fc_ort_check(name, ort->CreateSessionOptions(&options), err));
    FC_TRY(fc_ort_there(name, options, err));
    FC_TRY(fc_ort_check(name, ort->DisablePerSessionThreads(options), err));
    FC_TRY(fc_ort_check(name, ort->SetSessionExecutionMode(options, ORT_SEQUENTIAL), err));
    FC_TRY(fc_ort_check(name, ort->SetSessionGraphOptimizationLevel(options, ORT_ENABLE_ALL), err));
    /* An arena would save 3 % of the time of a portrait, and keep 25 MB until the program ends;
     * of heavy networks it would keep hundreds (docs/decisions/0005). */
    FC_TRY(fc_ort_check(name, ort->DisableCpuMemArena(options), err));
    *out = FC_STEAL(options);
    return FC_OK;
}

static fc_status set(OrtSessionOptions *options, const char *name, const char *key,
                     const char *value, fc_error *err)
{
    return fc_ort_check(name, fc_ort()->AddSessionConfigEntry(options, key, value), err);
}

/* `whole`: refuse a network of which a part would run on the processor's own kernels. */
static fc_status make_options(const fc_session *session, bool whole, OrtSessionOptions **out,
                              fc_error *err)
{
    FC_AUTO(OrtSessionOptions) options = NULL;
    FC_TRY(fc_session_options(session->name, &options, err));
    if (session->provider == FC_PROVIDER_CUDA) {
        FC_TRY(fc_cuda_append(session->runtime, session->name, options, err));
    } else if (session->provider == FC_PROVIDER_OPENVINO) {
        FC_TRY(fc_openvino_append(session->runtime, session->name, session->exact, options, err));
    }
    if (whole && session->provider != FC_PROVIDER_CPU) {
        FC_TRY(set(options, session->name, "session.disable_cpu_ep_fallback", "1", err));
    }
    *out = FC_STEAL(options);
    return FC_OK;
}

static fc_status create(const fc_session *session, const char *path, OrtSessionOptions *options,
                        OrtSession **out, fc_error *err)
{
    FC_TRY(fc_ort_check(session->name,
                        fc_ort()->CreateSession(session->runtime->env, path, options, out), err));
    return fc_ort_there(session->name, *out, err);
}

/* What was kept is fit for the processor already: looking for more to improve would take as long as
 * the first time. */
static fc_status load_kept(const fc_session *session, const fc_model_cache *kept, OrtSession **out,
                           fc_error *err)
{
    FC_AUTO(OrtSessionOptions) options = NULL;
    FC_TRY(make_options(session, true, &options, err));
    if (session->provider == FC_PROVIDER_CPU) {
        FC_TRY(fc_ort_check(session->name,
                            fc_ort()->SetSessionGraphOptimizationLevel(options, ORT_DISABLE_ALL),
                            err));
    }
    return create(session, kept->model, options, out, err);
}

/* ONNX Runtime's own form: the nodes that it runs, and beside them a file of the weights in the
 * order that its kernels want, which is mapped later. */
static fc_status keep_own(const fc_session *session, const fc_model_cache *kept,
                          OrtSessionOptions *options, fc_error *err)
{
    static const char FILE_KEY[] = "session.optimized_model_external_initializers_file_name";
    static const char LEAST_KEY[] =
        "session.optimized_model_external_initializers_min_size_in_bytes";
    FC_TRY(fc_ort_check(session->name,
                        fc_ort()->SetOptimizedModelFilePath(options, kept->work_model), err));
    FC_TRY(set(options, session->name, FILE_KEY, "weights", err));
    return set(options, session->name, LEAST_KEY, "1024", err);
}

static fc_status keep_openvino(const fc_session *session, const fc_model_cache *kept,
                               OrtSessionOptions *options, fc_error *err)
{
    FC_TRY(set(options, session->name, "ep.context_enable", "1", err));
    FC_TRY(set(options, session->name, "ep.context_embed_mode", "0", err));
    return set(options, session->name, "ep.context_file_path", kept->work_model, err);
}

static fc_status compile(const fc_session *session, const fc_model_cache *kept, OrtSession **out,
                         fc_error *err)
{
    FC_AUTO(OrtSessionOptions) options = NULL;
    FC_TRY(make_options(session, true, &options, err));
    FC_TRY(session->provider == FC_PROVIDER_CPU ? keep_own(session, kept, options, err)
                                                : keep_openvino(session, kept, options, err));
    return create(session, session->path, options, out, err);
}

static bool find_place(const fc_session *session, fc_model_cache *out)
{
    const bool own = session->provider == FC_PROVIDER_CPU;
    const fc_provider_report *report = fc_runtime_report(session->runtime, session->provider);
    const fc_model_cache_key key = {
        .provider = report->name,
        .name = session->name,
        .precision = own ? "f32" : fc_openvino_precision(session->exact),
        .version = own ? fc_runtime_version() : report->version,
        .model = session->key,
    };
    return fc_model_cache_path(session->runtime->cache_dir, &key, out);
}

static fc_status load_plain(const fc_session *session, OrtSession **out, fc_error *err)
{
    FC_AUTO(OrtSessionOptions) options = NULL;
    FC_TRY(make_options(session, true, &options, err));
    return create(session, session->path, options, out, err);
}

/* Fitting a network to the processor takes up to seconds, and twice its memory; the result is kept
 * for the next start. A cache that cannot be used, or is damaged, costs time and nothing else. */
static fc_status load_keeping(const fc_session *session, OrtSession **out, fc_error *err)
{
    fc_model_cache kept;
    if (!find_place(session, &kept)) {
        return load_plain(session, out, err);
    }
    if (fc_model_cache_is_whole(&kept) && load_kept(session, &kept, out, NULL) == FC_OK) {
        return FC_OK;
    }
    if (!fc_model_cache_begin(&kept)) {
        return load_plain(session, out, err);
    }
    FC_AUTO(OrtSession) made = NULL;
    const fc_status status = compile(session, &kept, &made, err);
    fc_model_cache_commit(&kept, status == FC_OK);
    if (session->provider != FC_PROVIDER_CPU) {
        *out = FC_STEAL(made);
        return status;
    }
    /* The session that wrote it has the weights in memory of its own; the next one maps them. */
    fc_ort_free_session(FC_STEAL(made));
    fc_memory_trim();
    return status == FC_OK && load_kept(session, &kept, out, NULL) == FC_OK
               ? FC_OK
               : load_plain(session, out, err);
}

/* Networks for a GPU may have nodes, such as those that reckon with shapes, that only run on the
 * processor; the device then says so. */
static fc_status load_cuda(const fc_session *session, bool *mixed, OrtSession **out, fc_error *err)
{
    FC_AUTO(OrtSessionOptions) whole = NULL;
    FC_TRY(make_options(session, true, &whole, err));
    if (create(session, session->path, whole, out, NULL) == FC_OK) {
        return FC_OK;
    }
    FC_AUTO(OrtSessionOptions) options = NULL;
    FC_TRY(make_options(session, false, &options, err));
    *mixed = true;
    return create(session, session->path, options, out, err);
}

/* Written at the first load only: later ones give the same, while others may be reading it. */
static void name_device(fc_session *session, bool mixed)
{
    char device[sizeof session->device] = "cpu";
    if (session->provider == FC_PROVIDER_CUDA) {
        (void)snprintf(device, sizeof device, "cuda:%d%s", (int)session->runtime->gpu,
                       mixed ? "+cpu" : "");
    } else if (session->provider == FC_PROVIDER_OPENVINO) {
        (void)snprintf(device, sizeof device, "cpu:openvino-%s",
                       fc_openvino_precision(session->exact));
    }
    if (strcmp(device, session->device) != 0) {
        memcpy(session->device, device, sizeof device);
    }
}

fc_status fc_session_load(fc_session *session, OrtSession **out, fc_error *err)
{
    FC_ASSERT(session->path != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(OrtSession) network = NULL;
    bool mixed = false;
    FC_TRY(session->provider == FC_PROVIDER_CUDA ? load_cuda(session, &mixed, &network, err)
                                                 : load_keeping(session, &network, err));
    name_device(session, mixed);
    *out = FC_STEAL(network);
    return FC_OK;
}
