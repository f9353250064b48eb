#include "infer/session.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "infer/onnx_check.h"
#include "infer/ort.h"

#define PORTS_MAX 16 /* inputs, and outputs, of one model */
#define NAME_SIZE 64

/* Where a tensor goes into the network or comes out of it. */
typedef struct port {
    char *name;                        /* owned by ONNX Runtime's default allocator */
    int64_t shape[FC_TENSOR_RANK_MAX]; /* -1 where any length will do */
    int32_t rank;
} port;

struct fc_session {
    OrtSession *session;
    const OrtMemoryInfo *memory; /* borrowed from the runtime */
    port inputs[PORTS_MAX];
    port outputs[PORTS_MAX];
    size_t input_count;
    size_t output_count;
    char name[NAME_SIZE];
};

/* OrtValues of one run; on the stack, so that runs on many threads share nothing. */
typedef struct bindings {
    OrtValue *values[PORTS_MAX];
    const char *names[PORTS_MAX];
} bindings;

static void clear_bindings(bindings *bound)
{
    for (size_t i = 0; i < PORTS_MAX; i++) {
        if (bound->values[i] != NULL) {
            fc_ort()->ReleaseValue(bound->values[i]);
        }
    }
}

#define AUTO_BINDINGS(name) __attribute__((cleanup(clear_bindings))) bindings name = { 0 }

static fc_status make_options(const char *name, OrtSessionOptions **out, fc_error *err)
{
    const OrtApi *ort = fc_ort();
    FC_AUTO(OrtSessionOptions) options = NULL;
    FC_TRY(fc_ort_check(name, ort->CreateSessionOptions(&options), err));
    FC_TRY(fc_ort_check(name, ort->DisablePerSessionThreads(options), err));
    FC_TRY(fc_ort_check(name, ort->SetSessionExecutionMode(options, ORT_SEQUENTIAL), err));
    FC_TRY(fc_ort_check(name, ort->SetSessionGraphOptimizationLevel(options, ORT_ENABLE_ALL), err));
    /* An arena would save 3 % of the time of a portrait, and keep 25 MB until the program ends. */
    FC_TRY(fc_ort_check(name, ort->DisableCpuMemArena(options), err));
    *out = FC_STEAL(options);
    return FC_OK;
}

static fc_status read_shape(const char *name, const OrtTypeInfo *type, port *out, fc_error *err)
{
    const OrtApi *ort = fc_ort();
    const OrtTensorTypeAndShapeInfo *tensor = NULL;
    FC_TRY(fc_ort_check(name, ort->CastTypeInfoToTensorInfo(type, &tensor), err));
    ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    size_t rank = 0;
    if (tensor != NULL) {
        FC_TRY(fc_ort_check(name, ort->GetTensorElementType(tensor, &element), err));
        FC_TRY(fc_ort_check(name, ort->GetDimensionsCount(tensor, &rank), err));
    }
    if (element != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "%s: '%s' is not a float32 tensor, only those are known", name, out->name);
    }
    if (rank > FC_TENSOR_RANK_MAX) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: '%s' has %zu axes, at most %d are known",
                       name, out->name, rank, FC_TENSOR_RANK_MAX);
    }
    out->rank = (int32_t)rank;
    return fc_ort_check(name, ort->GetDimensions(tensor, out->shape, rank), err);
}

/* Which side of the network a port is on. */
typedef enum side { INPUT, OUTPUT } side;

static fc_status read_port(const fc_session *session, side which, size_t index,
                           OrtAllocator *allocator, port *out, fc_error *err)
{
    const OrtApi *ort = fc_ort();
    const OrtSession *network = session->session;
    FC_AUTO(OrtTypeInfo) type = NULL;
    if (which == INPUT) {
        FC_TRY(fc_ort_check(session->name,
                            ort->SessionGetInputName(network, index, allocator, &out->name), err));
        FC_TRY(
            fc_ort_check(session->name, ort->SessionGetInputTypeInfo(network, index, &type), err));
    } else {
        FC_TRY(fc_ort_check(session->name,
                            ort->SessionGetOutputName(network, index, allocator, &out->name), err));
        FC_TRY(
            fc_ort_check(session->name, ort->SessionGetOutputTypeInfo(network, index, &type), err));
    }
    return read_shape(session->name, type, out, err);
}

static fc_status read_ports(fc_session *session, fc_error *err)
{
    const OrtApi *ort = fc_ort();
    const char *name = session->name;
    OrtAllocator *allocator = NULL;
    size_t inputs = 0;
    size_t outputs = 0;
    FC_TRY(fc_ort_check(name, ort->GetAllocatorWithDefaultOptions(&allocator), err));
    FC_TRY(fc_ort_check(name, ort->SessionGetInputCount(session->session, &inputs), err));
    FC_TRY(fc_ort_check(name, ort->SessionGetOutputCount(session->session, &outputs), err));
    if (inputs > PORTS_MAX || outputs > PORTS_MAX) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "%s: %zu inputs and %zu outputs, at most %d of each are known", name, inputs,
                       outputs, PORTS_MAX);
    }
    for (size_t i = 0; i < inputs; i++) {
        FC_TRY(read_port(session, INPUT, i, allocator, &session->inputs[i], err));
    }
    for (size_t i = 0; i < outputs; i++) {
        FC_TRY(read_port(session, OUTPUT, i, allocator, &session->outputs[i], err));
    }
    session->input_count = inputs;
    session->output_count = outputs;
    return FC_OK;
}

static fc_status make_session(const fc_runtime *runtime, const char *name, fc_session **out,
                              fc_error *err)
{
    FC_TRY(fc_memory_new_zeroed(1, sizeof **out, (void **)out, err));
    (void)snprintf((*out)->name, sizeof(*out)->name, "%s", name);
    (*out)->memory = runtime->memory;
    return FC_OK;
}

fc_status fc_session_new(fc_runtime *runtime, const char *name, fc_bytes model, fc_session **out,
                         fc_error *err)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(name != NULL);
    FC_ASSERT(model.data != NULL);
    FC_ASSERT(out != NULL);

    FC_TRY(fc_onnx_check(name, model, NULL, err));
    FC_AUTO(fc_session) session = NULL;
    FC_TRY(make_session(runtime, name, &session, err));
    FC_AUTO(OrtSessionOptions) options = NULL;
    FC_TRY(make_options(name, &options, err));
    FC_TRY(fc_ort_check(name,
                        fc_ort()->CreateSessionFromArray(runtime->env, model.data, model.size,
                                                         options, &session->session),
                        err));
    FC_TRY(read_ports(session, err));
    *out = FC_STEAL(session);
    return FC_OK;
}

/* The file is only mapped for the check: its weights are skipped, so they are not read twice. */
static fc_status check_file(const char *name, const char *path, fc_error *err)
{
    FC_AUTO(fc_mapping) file = NULL;
    fc_error why = { 0 };
    const fc_status status = fc_mapping_new(path, FC_MODEL_BYTES_MAX, &file, &why);
    if (status == FC_OUT_OF_MEMORY) {
        return fc_fail(err, status, "%s", why.text);
    }
    if (status != FC_OK) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: %s", name, why.text);
    }
    char folder[PATH_MAX];
    (void)snprintf(folder, sizeof folder, "%s", path);
    *strrchr(folder, '/') = '\0'; /* the path is absolute */
    return fc_onnx_check(name, file->bytes, folder, err);
}

fc_status fc_session_open(fc_runtime *runtime, const char *name, const char *path, fc_session **out,
                          fc_error *err)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(name != NULL);
    FC_ASSERT(path != NULL);
    FC_ASSERT(out != NULL);

    char real[PATH_MAX];
    if (realpath(path, real) == NULL) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: %s: %s", name, path, strerror(errno));
    }
    FC_TRY(check_file(name, real, err));
    FC_AUTO(fc_session) session = NULL;
    FC_TRY(make_session(runtime, name, &session, err));
    FC_AUTO(OrtSessionOptions) options = NULL;
    FC_TRY(make_options(name, &options, err));
    FC_TRY(fc_ort_check(
        name, fc_ort()->CreateSession(runtime->env, real, options, &session->session), err));
    FC_TRY(read_ports(session, err));
    *out = FC_STEAL(session);
    return FC_OK;
}

fc_status fc_session_open_exact(fc_runtime *runtime, const char *name, const char *path,
                                fc_session **out, fc_error *err)
{
    /* The processor's own kernels, the only ones so far, always compute in float32. */
    return fc_session_open(runtime, name, path, out, err);
}

static void free_names(port *ports)
{
    OrtAllocator *allocator = NULL;
    OrtStatus *outcome = fc_ort()->GetAllocatorWithDefaultOptions(&allocator);
    FC_ASSERT(outcome == NULL); /* a static object of the library; the names came from it */
    for (size_t i = 0; i < PORTS_MAX; i++) {
        if (ports[i].name != NULL) {
            allocator->Free(allocator, ports[i].name);
        }
    }
}

void fc_session_free(fc_session *session)
{
    if (session == NULL) {
        return;
    }
    free_names(session->inputs);
    free_names(session->outputs);
    fc_ort_free_session(session->session);
    fc_memory_free(session);
}

const char *fc_session_device(const fc_session *session)
{
    FC_ASSERT(session != NULL);
    return "cpu";
}

static fc_status check_tensor(const fc_session *session, const port *wanted,
                              const fc_tensor *tensor, fc_error *err)
{
    if (tensor->rank != wanted->rank) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: '%s' with %d axes, the model has %d",
                       session->name, wanted->name, tensor->rank, wanted->rank);
    }
    for (int32_t axis = 0; axis < wanted->rank; axis++) {
        if (wanted->shape[axis] >= 0 && wanted->shape[axis] != tensor->shape[axis]) {
            return fc_fail(err, FC_MODEL_UNAVAILABLE,
                           "%s: '%s' with length %" PRId64 " of axis %d, the model has %" PRId64,
                           session->name, wanted->name, tensor->shape[axis], axis,
                           wanted->shape[axis]);
        }
    }
    return FC_OK;
}

static size_t tensor_bytes(const fc_tensor *tensor)
{
    size_t size = sizeof(float);
    for (int32_t axis = 0; axis < tensor->rank; axis++) {
        FC_ASSERT(tensor->shape[axis] > 0);
        const bool fits = fc_size_multiply(size, (size_t)tensor->shape[axis], &size);
        FC_ASSERT(fits);
    }
    return size;
}

/* Wraps the caller's memory; nothing is copied. */
static fc_status bind(const fc_session *session, const port *ports, const fc_tensor *tensors,
                      size_t count, bindings *out, fc_error *err)
{
    for (size_t i = 0; i < count; i++) {
        FC_ASSERT(tensors[i].data != NULL);
        FC_TRY(check_tensor(session, &ports[i], &tensors[i], err));
        FC_TRY(fc_ort_check(session->name,
                            fc_ort()->CreateTensorWithDataAsOrtValue(
                                session->memory, tensors[i].data, tensor_bytes(&tensors[i]),
                                tensors[i].shape, (size_t)tensors[i].rank,
                                ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &out->values[i]),
                            err));
        out->names[i] = ports[i].name;
    }
    return FC_OK;
}

fc_status fc_session_run(fc_session *session, const fc_tensor *inputs, size_t input_count,
                         const fc_tensor *outputs, size_t output_count, fc_error *err)
{
    FC_ASSERT(session != NULL);
    FC_ASSERT(inputs != NULL);
    FC_ASSERT(outputs != NULL);

    if (input_count != session->input_count) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: %zu inputs, the model has %zu",
                       session->name, input_count, session->input_count);
    }
    if (output_count == 0 || output_count > session->output_count) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: %zu outputs, the model has %zu",
                       session->name, output_count, session->output_count);
    }
    AUTO_BINDINGS(given);
    AUTO_BINDINGS(wanted);
    FC_TRY(bind(session, session->inputs, inputs, input_count, &given, err));
    FC_TRY(bind(session, session->outputs, outputs, output_count, &wanted, err));
    return fc_ort_check(session->name,
                        fc_ort()->Run(session->session, NULL, given.names,
                                      (const OrtValue *const *)given.values, input_count,
                                      wanted.names, output_count, wanted.values),
                        err);
}
