/** Provider: which one runs the heavy models, and the making of it. Only for the infer room. */
#pragma once

#include "infer/ort.h"

/**
 * Choose as planned, load what was chosen, and write the three reports. At start only.
 *
 * Errors: those of fc_runtime_start.
 */
FC_MUST_CHECK fc_status fc_provider_choose(fc_runtime *runtime, const fc_runtime_plan *plan,
                                           fc_error *err);

/**
 * Let a session run on the runtime's GPU. Loads ONNX Runtime's CUDA libraries at the first call.
 *
 * Errors: FC_MODEL_UNAVAILABLE naming the library that is missing.
 */
FC_MUST_CHECK fc_status fc_cuda_append(const fc_runtime *runtime, const char *name,
                                       OrtSessionOptions *options, fc_error *err);

/**
 * Load the OpenVINO plug-in into the runtime.
 *
 * folder   "": `openvino` in ONNX Runtime's folder or in the one above
 * report   gets version and device
 *
 * Errors: FC_MODEL_UNAVAILABLE (not there, does not load, no device).
 */
FC_MUST_CHECK fc_status fc_openvino_load(fc_runtime *runtime, const char *folder,
                                         fc_provider_report *report, fc_error *err);

/** Whether a plug-in is there, without loading it. */
bool fc_openvino_installed(const char *folder);

/** Type that a session computes in: bf16 where the processor has tiles for it and the network does
 *  not insist on float32. */
const char *fc_openvino_precision(bool exact);

/** Let a session run on OpenVINO. Errors: FC_MODEL_UNAVAILABLE. */
FC_MUST_CHECK fc_status fc_openvino_append(const fc_runtime *runtime, const char *name, bool exact,
                                           OrtSessionOptions *options, fc_error *err);
