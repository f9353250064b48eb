/**
 * Inference: run a neural network with ONNX Runtime. The only door to that library.
 *
 * One runtime per process (infer/runtime.h), sessions from it; fc_session_run may be called by any
 * number of threads at once. Light models always run on the processor, on the thread that
 * asks, heavy ones on what the runtime has chosen.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "infer/runtime.h"
#include "infer/tensor.h"

typedef struct fc_session fc_session;

/**
 * Make a session of an ONNX model in memory. The bytes are not needed afterwards; the runtime
 * must outlive the session. All inputs and outputs are float32; data in other files is refused.
 *
 * name   for error texts, such as "selfie_segmentation"
 *
 * Errors: FC_MODEL_UNAVAILABLE with the runtime's reason, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_session_new(fc_runtime *runtime, const char *name, fc_bytes model,
                                       fc_session **out, fc_error *err);

/**
 * Make a session of an ONNX file, for the heavy models: its weights may lie in plain files of the
 * same folder (infer/onnx_data.h), which are mapped, not read. It runs on the runtime's provider;
 * where that was not asked for by name and cannot run this network, on the processor, and the
 * runtime's report says so. The files must stay as they are while the session lives. A link to the
 * model is followed; then the folder is the target's.
 *
 * Where the provider is faster in a narrower type than float32, the network is computed in it;
 * fc_session_open_fp32 never does that, for networks that choose instead of drawing.
 *
 * Errors: as fc_session_new; FC_MODEL_UNAVAILABLE also for a file that is missing or damaged.
 */
FC_MUST_CHECK fc_status fc_session_open(fc_runtime *runtime, const char *name, const char *path,
                                        fc_session **out, fc_error *err);
FC_MUST_CHECK fc_status fc_session_open_fp32(fc_runtime *runtime, const char *name,
                                             const char *path, fc_session **out, fc_error *err);
void fc_session_free(fc_session *session);
FC_DEFINE_CLEANUP(fc_session, fc_session_free)

/** Number of outputs of the model. */
size_t fc_session_output_count(const fc_session *session);

/** An output as the model declares it: `data` is NULL, -1 stands for any length. */
fc_tensor fc_session_output(const fc_session *session, size_t index);

/**
 * Where the session runs: "cpu", "cpu:openvino-f32", "cpu:openvino-bf16" or "cuda:N"; "cuda:N+cpu"
 * where a part of the network can only run on the processor.
 */
const char *fc_session_device(const fc_session *session);

/** Whether the network is in memory: false after fc_runtime_release_idle has released it, until it
 * is back. Does not wait. */
bool fc_session_loaded(fc_session *session);

/**
 * Warm up: run the network once on zeros, with 1 for axes of any length, so that the provider's
 * work of a first run is done. Errors: as fc_session_run.
 */
FC_MUST_CHECK fc_status fc_session_warm(fc_session *session, fc_error *err);

/**
 * Run the network: inputs and outputs in the order of the model.
 *
 * inputs    all that the model has; not changed
 * outputs   the first `output_count` of the model; memory and shapes given by the caller, the
 *           network writes straight into them
 *
 * Errors: FC_MODEL_UNAVAILABLE (count, rank or shape is not the model's; the run failed),
 * FC_OUT_OF_MEMORY. Any thread.
 */
FC_MUST_CHECK fc_status fc_session_run(fc_session *session, const fc_tensor *inputs,
                                       size_t input_count, const fc_tensor *outputs,
                                       size_t output_count, fc_error *err);
