/**
 * Engine: everything that is loaded once, the runtime and the models, and the one call that turns a
 * file into portraits. There is no other process-wide state.
 *
 * Once it is loaded it is constant: any number of threads may call fc_engine_process at once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "config/options.h"
#include "engine/model_files.h"
#include "pipeline/portrait.h"
#include "pipeline/stages.h"

typedef struct fc_engine fc_engine;

/**
 * Load the models; dlib's landmarks, if the settings ask for them, on a thread of their own. With
 * settings.threads 1 a photo has one thread; else helpers are made when a photo first needs them.
 *
 * Errors: FC_MODEL_UNAVAILABLE naming the file or what a device lacks, FC_INVALID_ARGUMENT (the
 * settings `formats`, `device`), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_engine_new(const fc_settings *settings, fc_engine **out, fc_error *err);

/**
 * The same for photos with these params only: a heavy model that they do not need is left out, as
 * if it were not installed. NULL params need all.
 */
FC_MUST_CHECK fc_status fc_engine_new_for(const fc_settings *settings, const fc_params *params,
                                          fc_engine **out, fc_error *err);

/**
 * The same, and the models are loaded by a thread while photos are decoded and faces found:
 * whatever works on a photo waits for the detector before it looks at pixels, and for the others
 * before it looks at a face, and passes on why they could not be loaded.
 *
 * settings, params   must live until all is loaded, or has failed, or the engine is released
 *
 * Errors: FC_INVALID_ARGUMENT (`formats`), FC_OUT_OF_MEMORY; those of the models by fc_engine_wait.
 */
FC_MUST_CHECK fc_status fc_engine_begin(const fc_settings *settings, const fc_params *params,
                                        fc_engine **out, fc_error *err);

/** Wait until all is loaded: before anything but processing photos is asked of an engine that was
 *  only begun. Any thread, any number of times. Errors: as fc_engine_new. */
FC_MUST_CHECK fc_status fc_engine_wait(fc_engine *engine, fc_error *err);
void fc_engine_free(fc_engine *engine);
FC_DEFINE_CLEANUP(fc_engine, fc_engine_free)

/** Whether a model of the table is loaded; an optional one is not where its file is missing. */
bool fc_engine_model_loaded(const fc_engine *engine, int model_file);

/** Limits for photos. Owned by the engine. */
const fc_decode_limits *fc_engine_limits(const fc_engine *engine);

/** Where a loaded model of the table runs, such as "cpu". */
const char *fc_engine_model_device(const fc_engine *engine, int model_file);

/** The runtime of the models, for its reports and for the release of idle ones. Owned by the
 * engine. */
fc_runtime *fc_engine_runtime(const fc_engine *engine);

/**
 * Peak memory of the work on a photo, bytes, from the header of its file and its params
 * (pipeline/estimate.h). The file and the backdrop are included.
 *
 * photo   params, outputs and plan are taken from it; its facts are filled in, and its decoder
 * stays open for fc_engine_process of the same file, or until fc_photo_end_decoding
 *
 * Errors: those of fc_decode_probe. Cost: no pixel is decoded.
 */
FC_MUST_CHECK fc_status fc_engine_estimate(const fc_engine *engine, fc_photo *photo, fc_bytes file,
                                           int64_t *bytes, fc_error *err);

/**
 * Analyse a photo: every step before its faces are treated one by one.
 *
 * As fc_engine_process, without portraits.
 */
FC_MUST_CHECK fc_status fc_engine_analyse(const fc_engine *engine, fc_photo *photo, fc_bytes file,
                                          const fc_cancel *cancel, fc_error *err);

/** Called for each portrait of a photo, in order. `portrait` is valid during the call only; its
 *  buffers may be taken over. A status other than FC_OK stops the photo and is passed on. */
typedef fc_status (*fc_portrait_sink)(void *context, fc_portrait *portrait, int32_t number,
                                      int32_t count, fc_error *err);

/**
 * Turn the bytes of a photo into its portraits.
 *
 * photo    params and outputs are taken from it; the rest is filled in and stays for the caller
 *          to look at (facts, faces, reports), also after a failure; the caller clears it
 * file     the photo, borrowed
 * cancel   may be NULL
 * sink     not called for a cut-out (FC_OUTPUT_CUTOUT): that stays in the photo
 *
 * Errors: those of the stages and of the sink.
 */
FC_MUST_CHECK fc_status fc_engine_process(const fc_engine *engine, fc_photo *photo, fc_bytes file,
                                          const fc_cancel *cancel, fc_portrait_sink sink,
                                          void *context, fc_error *err);
