/* Runs of a session: the caller's memory goes in and out without a copy. */
#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "infer/session.h"
#include "infer/session_private.h"

/* OrtValues of one run; on the stack, so that runs on many threads share nothing. */
typedef struct bindings {
    OrtValue *values[FC_IO_TENSORS_MAX];
    const char *names[FC_IO_TENSORS_MAX];
} bindings;

static void clear_bindings(bindings *bound)
{
    for (size_t i = 0; i < FC_IO_TENSORS_MAX; i++) {
        if (bound->values[i] != NULL) {
            fc_ort()->ReleaseValue(bound->values[i]);
        }
    }
}

#define AUTO_BINDINGS(name) __attribute__((cleanup(clear_bindings))) bindings name = { 0 }

static fc_status check_tensor(const fc_session *session, const fc_io_tensor *wanted,
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

static size_t count_bytes(const fc_tensor *tensor)
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
static fc_status bind(const fc_session *session, const fc_io_tensor *ports,
                      const fc_tensor *tensors, size_t count, bindings *out, fc_error *err)
{
    for (size_t i = 0; i < count; i++) {
        FC_ASSERT(tensors[i].data != NULL);
        FC_TRY(check_tensor(session, &ports[i], &tensors[i], err));
        FC_TRY(fc_ort_check(session->name,
                            fc_ort()->CreateTensorWithDataAsOrtValue(
                                session->runtime->memory, tensors[i].data, count_bytes(&tensors[i]),
                                tensors[i].shape, (size_t)tensors[i].rank,
                                ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &out->values[i]),
                            err));
        FC_TRY(fc_ort_there(session->name, out->values[i], err));
        out->names[i] = ports[i].name;
    }
    return FC_OK;
}

/* Runs of heavy networks take turns: each keeps all threads busy, and together they would be ready
 * later than one after the other. */
static fc_status run_network(fc_session *session, const bindings *given, size_t given_count,
                             bindings *wanted, size_t wanted_count, fc_error *err)
{
    fc_semaphore *gate = session->path != NULL ? &session->runtime->gate : NULL;
    if (gate != NULL) {
        fc_semaphore_acquire(gate);
    }
    const fc_status status = fc_ort_check(
        session->name,
        fc_ort()->Run(session->network, NULL, given->names, (const OrtValue *const *)given->values,
                      given_count, wanted->names, wanted_count, wanted->values),
        err);
    if (gate != NULL) {
        fc_semaphore_release(gate);
    }
    return status;
}

/*
 * A run that fails with no memory left even for the report of it returns what a good one returns,
 * and the outputs hold what was in memory before. So both ends of each hold a mark before the run,
 * which no network writes, and no mark after it.
 */
static const uint32_t MARK = 0x7fc0face; /* a NaN with bits of its own */

static void *last_value(const fc_tensor *tensor)
{
    return tensor->data + count_bytes(tensor) / sizeof *tensor->data - 1;
}

static void mark_outputs(const fc_tensor *outputs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        memcpy(outputs[i].data, &MARK, sizeof MARK);
        memcpy(last_value(&outputs[i]), &MARK, sizeof MARK);
    }
}

static fc_status check_written(const fc_session *session, const fc_tensor *outputs, size_t count,
                               fc_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(outputs[i].data, &MARK, sizeof MARK) == 0 ||
            memcmp(last_value(&outputs[i]), &MARK, sizeof MARK) == 0) {
            return fc_fail(err, FC_OUT_OF_MEMORY,
                           "%s: the network gave no result, for want of memory", session->name);
        }
    }
    return FC_OK;
}

fc_status fc_session_run(fc_session *session, const fc_tensor *inputs, size_t input_count,
                         const fc_tensor *outputs, size_t output_count, fc_error *err)
{
    FC_ASSERT(session != NULL);
    FC_ASSERT(inputs != NULL);
    FC_ASSERT(outputs != NULL);

    const fc_io_info *ports = &session->ports;
    if (input_count != ports->input_count) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: %zu inputs, the model has %zu",
                       session->name, input_count, ports->input_count);
    }
    if (output_count == 0 || output_count > ports->output_count) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: %zu outputs, the model has %zu",
                       session->name, output_count, ports->output_count);
    }
    AUTO_BINDINGS(given);
    AUTO_BINDINGS(wanted);
    FC_TRY(bind(session, ports->inputs, inputs, input_count, &given, err));
    FC_TRY(bind(session, ports->outputs, outputs, output_count, &wanted, err));
    FC_TRY(fc_session_acquire(session, err));
    mark_outputs(outputs, output_count);
    const fc_status status = run_network(session, &given, input_count, &wanted, output_count, err);
    fc_session_release(session);
    return status == FC_OK ? check_written(session, outputs, output_count, err) : status;
}

/* Zeros of the model's shape. The outputs are ONNX Runtime's: their shapes may be unknown. */
static fc_status bind_zeros(const fc_session *session, fc_floats **zeros, bindings *out,
                            fc_error *err)
{
    for (size_t i = 0; i < session->ports.input_count; i++) {
        const fc_io_tensor *port = &session->ports.inputs[i];
        fc_tensor tensor = { .rank = port->rank };
        for (int32_t axis = 0; axis < port->rank; axis++) {
            tensor.shape[axis] = port->shape[axis] > 0 ? port->shape[axis] : 1;
        }
        FC_TRY(fc_memory_new_zeroed(count_bytes(&tensor), 1, (void **)&zeros[i], err));
        tensor.data = zeros[i];
        bindings one = { 0 };
        const fc_status status = bind(session, port, &tensor, 1, &one, err);
        out->values[i] = one.values[0];
        out->names[i] = one.names[0];
        FC_TRY(status);
    }
    return FC_OK;
}

static void free_zeros(fc_floats *(*zeros)[FC_IO_TENSORS_MAX])
{
    for (size_t i = 0; i < FC_IO_TENSORS_MAX; i++) {
        fc_memory_free((*zeros)[i]);
    }
}

fc_status fc_session_warm(fc_session *session, fc_error *err)
{
    FC_ASSERT(session != NULL);

    __attribute__((cleanup(free_zeros))) fc_floats *zeros[FC_IO_TENSORS_MAX] = { 0 };
    AUTO_BINDINGS(given);
    AUTO_BINDINGS(wanted);
    FC_TRY(bind_zeros(session, zeros, &given, err));
    wanted.names[0] = session->ports.outputs[0].name;
    FC_TRY(fc_session_acquire(session, err));
    const fc_status status =
        run_network(session, &given, session->ports.input_count, &wanted, 1, err);
    fc_session_release(session);
    return status;
}
