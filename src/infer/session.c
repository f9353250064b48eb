#include "infer/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/assert.h"
#include "base/brief.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "infer/model_cache.h"
#include "infer/onnx_check.h"
#include "infer/session_private.h"

static void free_session(OrtSession *session)
{
    if (session != NULL) {
        fc_ort()->ReleaseSession(session);
    }
}
FC_DEFINE_CLEANUP(OrtSession, free_session)

/* Options that all sessions have. */
static fc_status new_options(const char *name, OrtSessionOptions **out, fc_error *err)
{
    const OrtApi *ort = fc_ort();
    FC_AUTO(OrtSessionOptions) options = NULL;
    FC_TRY(fc_ort_check(name, ort->CreateSessionOptions(&options), err));
    FC_TRY(fc_ort_there(name, options, err));
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
    FC_TRY(new_options(session->name, &options, err));
    FC_TRY(fc_ort_check(session->name, fc_ort()->DisablePerSessionThreads(options), err));
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
    free_session(FC_STEAL(made));
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

/* Make the network of a heavy session and set `device`. The caller has set `changing`, or is alone.
 */
static fc_status load(fc_session *session, OrtSession **out, fc_error *err)
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

/* Nobody else touches the network until end_change. With the lock held. */
static void begin_change(fc_session *session)
{
    session->changing = true;
    (void)pthread_mutex_unlock(&session->lock);
}

/* With the lock held on return. */
static void end_change(fc_session *session, OrtSession *network)
{
    (void)pthread_mutex_lock(&session->lock);
    session->network = network;
    session->changing = false;
    (void)pthread_cond_broadcast(&session->changed);
}

/* One thread loads; others that want to run wait, and after a failure the next one tries again. */
fc_status fc_session_acquire(fc_session *session, fc_error *err)
{
    fc_status status = FC_OK;
    (void)pthread_mutex_lock(&session->lock);
    while (session->changing) {
        (void)pthread_cond_wait(&session->changed, &session->lock);
    }
    if (session->network == NULL) {
        OrtSession *network = NULL;
        begin_change(session);
        status = load(session, &network, err);
        end_change(session, network);
    }
    session->users += status == FC_OK ? 1 : 0;
    (void)pthread_mutex_unlock(&session->lock);
    return status;
}

void fc_session_release(fc_session *session)
{
    (void)pthread_mutex_lock(&session->lock);
    session->users--;
    session->last_used_us = fc_clock_us();
    (void)pthread_mutex_unlock(&session->lock);
}

static fc_status begin_session(fc_runtime *runtime, const char *name, fc_session **out,
                               fc_error *err)
{
    FC_TRY(fc_memory_new_zeroed(1, sizeof **out, (void **)out, err));
    fc_session *session = *out;
    (void)snprintf(session->name, sizeof session->name, "%s", name);
    (void)snprintf(session->device, sizeof session->device, "cpu");
    session->runtime = runtime;
    (void)pthread_mutex_init(&session->lock, NULL); /* neither can fail without attributes */
    (void)pthread_cond_init(&session->changed, NULL);
    return FC_OK;
}

fc_status fc_session_new(fc_runtime *runtime, const char *name, fc_bytes model, fc_session **out,
                         fc_error *err)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(name != NULL);
    FC_ASSERT(model.data != NULL);
    FC_ASSERT(out != NULL);

    FC_TRY(fc_onnx_check(name, model, NULL, NULL, err));
    FC_AUTO(fc_session) session = NULL;
    FC_TRY(begin_session(runtime, name, &session, err));
    FC_AUTO(OrtSessionOptions) options = NULL;
    FC_TRY(new_options(name, &options, err));
    /* Most operators of a light network take less time than waking a thread that sleeps. */
    FC_TRY(fc_ort_check(name, fc_ort()->SetIntraOpNumThreads(options, 1), err));
    /* They come as they are to run (convert/tflite_convert.h): looking for more to improve takes as
     * long as loading. */
    FC_TRY(fc_ort_check(name, fc_ort()->SetSessionGraphOptimizationLevel(options, ORT_DISABLE_ALL),
                        err));
    FC_TRY(fc_ort_check(name,
                        fc_ort()->CreateSessionFromArray(runtime->env, model.data, model.size,
                                                         options, &session->network),
                        err));
    FC_TRY(fc_io_info_read(name, session->network, &session->ports, err));
    *out = FC_STEAL(session);
    return FC_OK;
}

/* The file is only mapped for the check: its weights are skipped, so they are not read twice.
 * The key tells the content of one model from that of another; it costs a look at every byte, so
 * it is made only where what is made of the model is kept. */
static fc_status check_file(fc_session *session, fc_error *err)
{
    FC_AUTO(fc_mapping) file = NULL;
    fc_error why = { 0 };
    const fc_status status = fc_mapping_new(session->path, FC_MODEL_BYTES_MAX, &file, &why);
    if (status == FC_OUT_OF_MEMORY) {
        return fc_fail(err, status, "%s", why.text);
    }
    if (status != FC_OK) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: %s", session->name, why.text);
    }
    char folder[PATH_MAX];
    (void)snprintf(folder, sizeof folder, "%s", session->path);
    *strrchr(folder, '/') = '\0'; /* the path is absolute */
    uint64_t stamp = 0;
    FC_TRY(fc_onnx_check(session->name, file->bytes, folder, &stamp, err));
    if (session->provider != FC_PROVIDER_CUDA && session->runtime->cache_dir[0] != '\0') {
        session->key = XXH3_64bits_withSeed(file->bytes.data, file->bytes.size, stamp);
    }
    return FC_OK;
}

/* On the runtime's provider; where it was only a proposal, on the processor, said in its report. */
static fc_status load_first(fc_session *session, fc_error *err)
{
    fc_runtime *runtime = session->runtime;
    fc_error why = { 0 };
    const fc_status status = load(session, &session->network, &why);
    if (status == FC_OK || status == FC_OUT_OF_MEMORY || runtime->by_name ||
        session->provider == FC_PROVIDER_CPU) {
        return status == FC_OK ? FC_OK : fc_fail(err, status, "%s", why.text);
    }
    fc_provider_report *report = &runtime->reports[session->provider];
    (void)snprintf(report->text, sizeof report->text, "not used for %.150s", why.text);
    session->provider = FC_PROVIDER_CPU;
    return load(session, &session->network, err);
}

static void join_runtime(fc_session *session)
{
    fc_runtime *runtime = session->runtime;
    (void)pthread_rwlock_wrlock(&runtime->lock);
    session->next = runtime->heavy;
    runtime->heavy = session;
    (void)pthread_rwlock_unlock(&runtime->lock);
}

static void leave_runtime(fc_session *session)
{
    fc_runtime *runtime = session->runtime;
    (void)pthread_rwlock_wrlock(&runtime->lock);
    for (fc_session **at = &runtime->heavy; *at != NULL; at = &(*at)->next) {
        if (*at == session) {
            *at = session->next;
            break;
        }
    }
    (void)pthread_rwlock_unlock(&runtime->lock);
}

static fc_status open_heavy(fc_runtime *runtime, const char *name, const char *path, bool exact,
                            fc_session **out, fc_error *err)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(name != NULL);
    FC_ASSERT(path != NULL);
    FC_ASSERT(out != NULL);

    char real[PATH_MAX];
    if (realpath(path, real) == NULL) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: %s: %s", name, fc_brief_of(path).text,
                       strerror(errno));
    }
    FC_AUTO(fc_session) session = NULL;
    FC_TRY(begin_session(runtime, name, &session, err));
    FC_TRY(fc_memory_new(strlen(real) + 1, 1, (void **)&session->path, err));
    memcpy(session->path, real, strlen(real) + 1);
    session->provider = runtime->provider;
    session->exact = exact;
    FC_TRY(check_file(session, err));
    FC_TRY(load_first(session, err));
    FC_TRY(fc_io_info_read(name, session->network, &session->ports, err));
    if (session->provider == FC_PROVIDER_CUDA) {
        FC_TRY(fc_session_warm(session, err)); /* the first run chooses kernels: seconds */
    }
    session->last_used_us = fc_clock_us();
    join_runtime(session);
    *out = FC_STEAL(session);
    return FC_OK;
}

fc_status fc_session_open(fc_runtime *runtime, const char *name, const char *path, fc_session **out,
                          fc_error *err)
{
    return open_heavy(runtime, name, path, false, out, err);
}

fc_status fc_session_open_fp32(fc_runtime *runtime, const char *name, const char *path,
                               fc_session **out, fc_error *err)
{
    return open_heavy(runtime, name, path, true, out, err);
}

void fc_session_free(fc_session *session)
{
    if (session == NULL) {
        return;
    }
    leave_runtime(session);
    fc_io_info_clear(&session->ports);
    free_session(session->network);
    (void)pthread_cond_destroy(&session->changed);
    (void)pthread_mutex_destroy(&session->lock);
    fc_memory_free(session->path);
    fc_memory_free(session);
}

size_t fc_session_output_count(const fc_session *session)
{
    FC_ASSERT(session != NULL);
    return session->ports.output_count;
}

fc_tensor fc_session_output(const fc_session *session, size_t index)
{
    FC_ASSERT(session != NULL);
    FC_ASSERT(index < session->ports.output_count);
    fc_tensor tensor = { .rank = session->ports.outputs[index].rank };
    memcpy(tensor.shape, session->ports.outputs[index].shape, sizeof tensor.shape);
    return tensor;
}

const char *fc_session_device(const fc_session *session)
{
    FC_ASSERT(session != NULL);
    return session->device;
}

bool fc_session_loaded(fc_session *session)
{
    FC_ASSERT(session != NULL);
    (void)pthread_mutex_lock(&session->lock);
    const bool loaded = session->network != NULL;
    (void)pthread_mutex_unlock(&session->lock);
    return loaded;
}

static bool release_idle(fc_session *session, int64_t before_us)
{
    (void)pthread_mutex_lock(&session->lock);
    const bool idle = !session->changing && session->network != NULL && session->users == 0 &&
                      session->last_used_us <= before_us;
    if (idle) {
        OrtSession *network = session->network;
        session->network = NULL;
        begin_change(session);
        free_session(network);
        end_change(session, NULL);
    }
    (void)pthread_mutex_unlock(&session->lock);
    return idle;
}

/* Who walks the list shares its lock with others who walk it: releasing takes a while. */
size_t fc_runtime_unloaded(fc_runtime *runtime, const char **names, size_t room)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(names != NULL);
    size_t count = 0;
    (void)pthread_rwlock_rdlock(&runtime->lock);
    for (fc_session *at = runtime->heavy; at != NULL && count < room; at = at->next) {
        if (!fc_session_loaded(at)) {
            names[count++] = at->name;
        }
    }
    (void)pthread_rwlock_unlock(&runtime->lock);
    return count;
}

int32_t fc_runtime_release_idle(fc_runtime *runtime, int64_t idle_us)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(idle_us >= 0);
    const int64_t before_us = fc_clock_us() - idle_us;
    int32_t released = 0;
    (void)pthread_rwlock_rdlock(&runtime->lock);
    for (fc_session *at = runtime->heavy; at != NULL; at = at->next) {
        released += release_idle(at, before_us) ? 1 : 0;
    }
    (void)pthread_rwlock_unlock(&runtime->lock);
    if (released > 0) {
        fc_memory_trim(); /* without it most of a released network stays in this process */
    }
    return released;
}
