/**
 * Engine: everything that is loaded once - the runtime and the models - and the one call that
 * turns a file into portraits. No process-wide state beside it.
 *
 * After fc_engine_new it is constant: any number of threads may call fc_engine_process at once.
 */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "config/options.h"
#include "pipeline/portrait.h"
#include "pipeline/stages.h"

typedef struct fc_engine fc_engine;

/** One model as the engine sees it. */
typedef struct fc_model_facts {
    const char *name;    /* "selfie_segmentation" */
    const char *role;    /* "background_remover" */
    const char *file;    /* name inside the model folder */
    const char *licence; /* SPDX identifier or a short name */
    const char *purpose;
    const char *device;  /* where it runs, NULL when not loaded */
    const char *path;    /* where it was looked for */
    size_t size;         /* bytes, 0 when missing */
    bool loaded;
} fc_model_facts;

/**
 * Load the models.
 *
 * Errors: FC_MODEL_UNAVAILABLE naming the file and the folder, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_engine_new(const fc_settings *settings, fc_engine **out, fc_error *err);
void fc_engine_free(fc_engine *engine);
FC_DEFINE_CLEANUP(fc_engine, fc_engine_free)

/** The models, loaded or not, for `facecraft models`. Also works without an engine: then nothing
 *  is loaded and only the files are looked at. */
size_t fc_engine_models(const fc_engine *engine, const fc_settings *settings,
                        fc_model_facts *facts, size_t count_max);

/** Called for each portrait of a photo, in order. `portrait` is valid during the call only. A
 *  status other than FC_OK stops the photo and is passed on. */
typedef fc_status (*fc_portrait_sink)(void *context, const fc_portrait *portrait, int32_t number,
                                      int32_t count, fc_error *err);

/**
 * From the bytes of a photo to its portraits.
 *
 * photo    params and outputs are taken from it; the rest is filled in and stays for the caller
 *          to look at (facts, faces, reports), also after a failure; the caller clears it
 * file     the photo, borrowed
 * cancel   may be NULL
 *
 * Errors: those of the stages and of the sink.
 */
FC_MUST_CHECK fc_status fc_engine_process(const fc_engine *engine, fc_photo *photo, fc_bytes file,
                                          const fc_cancel *cancel, fc_portrait_sink sink,
                                          void *context, fc_error *err);
