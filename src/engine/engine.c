#include "engine/engine.h"

#include <pthread.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/crew.h"
#include "base/log.h"
#include "base/memory.h"
#include "engine/model_import.h"
#include "engine/runtime_plan.h"
#include "pipeline/backdrop.h"
#include "pipeline/estimate.h"

/* A model is NULL where its file is not installed or, of two for the same, the other one serves. */
struct fc_engine {
    fc_runtime *runtime;
    fc_crew *crew; /* NULL: one thread for a photo */
#define FC_MODEL(field, type, name, role, file, need, use, licence, purpose, notice) type *field;
#include "models/model_files.def"
#undef FC_MODEL
    fc_models models; /* those above, as the pipeline sees them */
    fc_decode_limits limits;
    const fc_settings *settings; /* until all is loaded */
    const fc_params *params;     /* what the photos may ask for; NULL: anything */
    pthread_t loader;            /* the thread that fc_engine_begin has left them to */
    bool joins;                  /* it has to be joined */
    pthread_mutex_t lock;        /* guards what follows, and `models` while it loads */
    pthread_cond_t told;         /* `models` or `loading` has changed */
    bool loading;
    fc_status loaded;
    fc_error why;
};

void fc_engine_free(fc_engine *engine)
{
    if (engine != NULL) {
        if (engine->joins) {
            (void)pthread_join(engine->loader, NULL);
        }
#define FC_MODEL(field, type, name, role, file, need, use, licence, purpose, notice)               \
    type##_free(engine->field);
#include "models/model_files.def"
#undef FC_MODEL
        fc_runtime_free(engine->runtime);
        fc_crew_free(engine->crew);
        (void)pthread_cond_destroy(&engine->told);
        (void)pthread_mutex_destroy(&engine->lock);
        fc_memory_free(engine);
    }
}

/* A file that is there but cannot be used is a failure, not a reason to do without. */
static fc_status load_u2net(fc_engine *engine, const fc_settings *settings, fc_error *err)
{
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(FC_MODEL_FILE_u2net, settings, path);
    return access(path, F_OK) == 0 ? fc_u2net_model_new(engine->runtime, path, &engine->u2net, err)
                                   : FC_OK;
}

static fc_status open_codeformer(fc_engine *engine, const fc_settings *settings, fc_error *err)
{
    fc_model_import_result files = { 0 };
    FC_TRY(fc_model_import_installed(settings, &files, err));
    if (files.files_written > 0) {
        FC_LOG(FC_LOG_INFO, "the restoration model was made ready, once for all starts",
               FC_LOG_TEXT("folder", files.folder));
    }
    return fc_codeformer_new(engine->runtime, files.codes, files.generator, &engine->codeformer,
                             err);
}

/* Where the models cannot be written portraits are made without it, which has to be heard of; a
 * file that is there but cannot be used is a failure. */
static fc_status load_codeformer(fc_engine *engine, const fc_settings *settings, fc_error *err)
{
    if (fc_model_file_state(FC_MODEL_FILE_codeformer, settings) != FC_MODEL_FOUND) {
        return FC_OK;
    }
    fc_error why = { 0 };
    const fc_status status = open_codeformer(engine, settings, &why);
    if (status != FC_OK && status != FC_IO) {
        return fc_fail(err, status, "%s", why.text);
    }
    if (status == FC_IO) {
        FC_LOG(FC_LOG_WARNING, "faces are not restored: the model cannot be made ready",
               FC_LOG_TEXT("reason", why.text));
    }
    return FC_OK;
}

/* A loader knows what is wrong with its bytes, but not the file that they came from. */
static fc_status name_file(int model_file, fc_status status, const fc_error *why, fc_error *err)
{
    return status == FC_OK
               ? FC_OK
               : fc_fail(err, status, "%s: %s", fc_model_file_lookup(model_file)->file, why->text);
}

static fc_status load_detector(fc_engine *engine, const fc_settings *settings, fc_error *err)
{
    FC_AUTO(fc_mapping) file = NULL;
    fc_error why = { 0 };
    FC_TRY(fc_model_file_map(FC_MODEL_FILE_detector, settings, &file, err));
    return name_file(FC_MODEL_FILE_detector,
                     fc_face_detector_new(engine->runtime, file->bytes, &engine->detector, &why),
                     &why, err);
}

static fc_status load_selfie(fc_engine *engine, const fc_settings *settings, fc_error *err)
{
    FC_AUTO(fc_mapping) file = NULL;
    fc_error why = { 0 };
    FC_TRY(fc_model_file_map(FC_MODEL_FILE_selfie, settings, &file, err));
    return name_file(FC_MODEL_FILE_selfie,
                     fc_selfie_model_new(engine->runtime, file->bytes, &engine->selfie, &why), &why,
                     err);
}

static fc_status load_mesh(fc_engine *engine, const fc_settings *settings, fc_error *err)
{
    FC_AUTO(fc_mapping) file = NULL;
    fc_error why = { 0 };
    FC_TRY(fc_model_file_map(FC_MODEL_FILE_mesh, settings, &file, err));
    return name_file(FC_MODEL_FILE_mesh,
                     fc_face_mesh_new(engine->runtime, file->bytes, &engine->mesh, &why), &why,
                     err);
}

/* Without it gaze and pupils are not checked, which the check says. */
static fc_status load_iris(fc_engine *engine, const fc_settings *settings, fc_error *err)
{
    FC_AUTO(fc_mapping) file = NULL;
    fc_error why = { 0 };
    if (fc_model_file_state(FC_MODEL_FILE_iris, settings) == FC_MODEL_NOT_INSTALLED) {
        return FC_OK;
    }
    FC_TRY(fc_model_file_map(FC_MODEL_FILE_iris, settings, &file, err));
    return name_file(FC_MODEL_FILE_iris,
                     fc_iris_model_new(engine->runtime, file->bytes, &engine->iris, &why), &why,
                     err);
}

typedef struct landmarks_task {
    fc_engine *engine;
    const fc_settings *settings;
} landmarks_task;

static fc_status load_landmarks(void *context, fc_error *err)
{
    const landmarks_task *task = context;
    FC_AUTO(fc_mapping) file = NULL;
    fc_error why = { 0 };
    FC_TRY(fc_model_file_map(FC_MODEL_FILE_dlib, task->settings, &file, err));
    return name_file(FC_MODEL_FILE_dlib, fc_landmark_model_load(file, &task->engine->dlib, &why),
                     &why, err);
}

/* Let those that are loaded be seen. One that is told already is read meanwhile: it is not written
 * again. */
static void tell_loaded(fc_engine *engine)
{
    (void)pthread_mutex_lock(&engine->lock);
#define FC_MODEL(field, type, name, role, file, need, use, licence, purpose, notice)               \
    if (engine->models.field == NULL) {                                                            \
        engine->models.field = engine->field;                                                      \
    }
#include "models/model_files.def"
#undef FC_MODEL
    (void)pthread_cond_broadcast(&engine->told);
    (void)pthread_mutex_unlock(&engine->lock);
}

static fc_status load_others(fc_engine *engine, fc_error *err)
{
    const fc_settings *settings = engine->settings;
    const fc_params *params = engine->params;
    char cache[FC_CACHE_PATH_SIZE];
    const fc_runtime_plan plan = fc_runtime_plan_of(settings, cache);
    FC_TRY(fc_runtime_start(&plan, &engine->runtime, err));
    FC_TRY(load_detector(engine, settings, err));
    tell_loaded(engine);
    const bool check = params == NULL || params->check;
    if (fc_model_file_of_landmarks(settings) == FC_MODEL_FILE_mesh ||
        (check && fc_model_file_state(FC_MODEL_FILE_mesh, settings) == FC_MODEL_FOUND)) {
        FC_TRY(load_mesh(engine, settings, err));
    }
    if (check) {
        FC_TRY(load_iris(engine, settings, err));
    }
    FC_TRY(load_selfie(engine, settings, err));
    if (params == NULL || params->matte != FC_MATTE_SELFIE) {
        FC_TRY(load_u2net(engine, settings, err));
    }
    return params == NULL || params->enhance_face ? load_codeformer(engine, settings, err) : FC_OK;
}

/* dlib's landmark model of 95 MB is read by a helper, while everything else is loaded. Of two
 * failures the one is told that comes first in the table of models. */
static fc_status load_with_landmarks(fc_engine *engine, fc_error *err)
{
    fc_error why = { 0 };
    landmarks_task task = { engine, engine->settings };
    fc_crew_task landmarks = { 0 };
    fc_crew_start(&landmarks, load_landmarks, &task);
    const fc_status status = load_others(engine, &why);
    const fc_status beside = fc_crew_wait(&landmarks, err);
    if (beside != FC_OK && (status == FC_OK || engine->selfie != NULL)) {
        return beside;
    }
    return status == FC_OK ? FC_OK : fc_fail(err, status, "%s", why.text);
}

/* The crew is one for loading alone: helpers have the priority of who needs them first. */
static fc_status load_models(fc_engine *engine, fc_error *err)
{
    if (fc_model_file_of_landmarks(engine->settings) != FC_MODEL_FILE_dlib) {
        return load_others(engine, err);
    }
    FC_AUTO(fc_crew) crew = NULL;
    FC_TRY(fc_crew_new(2, 2, &crew, err));
    fc_crew_member self;
    fc_crew_join(crew, &self);
    const fc_status status = load_with_landmarks(engine, err);
    fc_crew_leave(&self);
    return status;
}

static fc_status load(fc_engine *engine, fc_error *err)
{
    FC_TRY(load_models(engine, err));
    tell_loaded(engine);
    return FC_OK;
}

/* As many at work as there are processors, or as many as were asked for. */
static fc_status found_crew(fc_engine *engine, const fc_settings *settings, fc_error *err)
{
    const int32_t each = fc_threads_share(settings->threads, 1);
    const int32_t all = fc_threads_share(0, 1);
    if (each > 1) {
        FC_TRY(fc_crew_new(all > each ? all : each, each, &engine->crew, err));
    }
    engine->models.crew = engine->crew;
    return FC_OK;
}

/* All but the models. */
static fc_status make(const fc_settings *settings, const fc_params *params, fc_engine **out,
                      fc_error *err)
{
    FC_ASSERT(settings != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_engine) engine = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *engine, (void **)&engine, err));
    (void)pthread_mutex_init(&engine->lock, NULL); /* neither can fail without attributes */
    (void)pthread_cond_init(&engine->told, NULL);
    engine->settings = settings;
    engine->params = params;
    engine->limits.pixels_max = (int64_t)settings->max_megapixels * 1000000;
    engine->limits.decoded_max = (int64_t)settings->max_decoded_mb << 20;
    FC_TRY(fc_formats_parse(settings->formats, &engine->limits.formats, err));
    FC_TRY(found_crew(engine, settings, err));
    *out = FC_STEAL(engine);
    return FC_OK;
}

fc_status fc_engine_new_for(const fc_settings *settings, const fc_params *params, fc_engine **out,
                            fc_error *err)
{
    FC_AUTO(fc_engine) engine = NULL;
    FC_TRY(make(settings, params, &engine, err));
    FC_TRY(load(engine, err));
    *out = FC_STEAL(engine);
    return FC_OK;
}

static void *run_loading(void *context)
{
    fc_engine *engine = context;
    fc_error why = { 0 };
    const fc_status status = load(engine, &why);
    (void)pthread_mutex_lock(&engine->lock);
    engine->loaded = status;
    engine->why = why;
    engine->loading = false;
    (void)pthread_cond_broadcast(&engine->told);
    (void)pthread_mutex_unlock(&engine->lock);
    return NULL;
}

static fc_status await(void *context, bool all, fc_error *err)
{
    fc_engine *engine = context;
    fc_status status = FC_OK;
    (void)pthread_mutex_lock(&engine->lock);
    while (engine->loading && (all || engine->models.detector == NULL)) {
        (void)pthread_cond_wait(&engine->told, &engine->lock);
    }
    if (!engine->loading && engine->joins) { /* it has nothing left to do */
        (void)pthread_join(engine->loader, NULL);
        engine->joins = false;
    }
    /* A detector that is there is used, whether or not the rest has failed by then. */
    if (engine->loaded != FC_OK && (all || engine->models.detector == NULL)) {
        status = fc_fail(err, engine->loaded, "%s", engine->why.text);
    }
    (void)pthread_mutex_unlock(&engine->lock);
    return status;
}

fc_status fc_engine_begin(const fc_settings *settings, const fc_params *params, fc_engine **out,
                          fc_error *err)
{
    FC_TRY(make(settings, params, out, err));
    fc_engine *engine = *out;
    engine->models.await = await;
    engine->models.await_context = engine;
    engine->loading = true;
    engine->joins = pthread_create(&engine->loader, NULL, run_loading, engine) == 0;
    if (!engine->joins) {
        (void)run_loading(engine);
    }
    return FC_OK;
}

fc_status fc_engine_wait(fc_engine *engine, fc_error *err)
{
    FC_ASSERT(engine != NULL);
    return await(engine, true, err);
}

fc_status fc_engine_new(const fc_settings *settings, fc_engine **out, fc_error *err)
{
    return fc_engine_new_for(settings, NULL, out, err);
}

bool fc_engine_model_loaded(const fc_engine *engine, int model_file)
{
    FC_ASSERT(engine != NULL);
    switch (model_file) {
#define FC_MODEL(field, type, name, role, file, need, use, licence, purpose, notice)               \
    case FC_MODEL_FILE_##field:                                                                    \
        return engine->field != NULL;
#include "models/model_files.def"
#undef FC_MODEL
    default:
        return false;
    }
}

const fc_decode_limits *fc_engine_limits(const fc_engine *engine)
{
    FC_ASSERT(engine != NULL);
    return &engine->limits;
}

const char *fc_engine_model_device(const fc_engine *engine, int model_file)
{
    FC_ASSERT(fc_engine_model_loaded(engine, model_file));
    switch (model_file) {
#define FC_MODEL(field, type, name, role, file, need, use, licence, purpose, notice)               \
    case FC_MODEL_FILE_##field:                                                                    \
        return type##_device(engine->field);
#include "models/model_files.def"
#undef FC_MODEL
    default:
        return NULL;
    }
}

fc_runtime *fc_engine_runtime(const fc_engine *engine)
{
    FC_ASSERT(engine != NULL);
    return engine->runtime;
}

fc_status fc_engine_estimate(const fc_engine *engine, fc_photo *photo, fc_bytes file,
                             int64_t *bytes, fc_error *err)
{
    FC_ASSERT(engine != NULL);
    FC_ASSERT(photo != NULL);
    FC_ASSERT(bytes != NULL);
    fc_photo_end_decoding(photo);
    photo->file = file;
    FC_TRY(fc_decoder_open(file, &engine->limits, &photo->decoder, err));
    photo->facts = *fc_decoder_facts(photo->decoder);
    *bytes = fc_photo_estimate(photo) + (int64_t)file.size + fc_decoder_overhead(file) +
             fc_backdrop_estimate(photo->plan.backdrop, &engine->limits);
    return FC_OK;
}

/* Where the portraits of one photo go. */
typedef struct delivery {
    const fc_cancel *cancel;
    fc_portrait_sink sink;
    void *context;
    int32_t count;
} delivery;

static fc_status deliver(const delivery *to, fc_photo *photo, int32_t face, int32_t number,
                         fc_error *err)
{
    fc_portrait portrait = { .photo = photo, .face_index = face };
    photo->portrait = number - 1;
    photo->portraits = to->count;
    const bool check = (photo->outputs & FC_OUTPUT_CHECK) != 0;
    fc_status status =
        fc_portrait_make_until(&portrait, check ? FC_PART_CHECK : FC_PART_RESULT, to->cancel, err);
    if (status == FC_OK) {
        status = to->sink(to->context, &portrait, number, to->count, err);
    }
    fc_portrait_clear(&portrait);
    return status;
}

fc_status fc_engine_analyse(const fc_engine *engine, fc_photo *photo, fc_bytes file,
                            const fc_cancel *cancel, fc_error *err)
{
    FC_ASSERT(engine != NULL);
    FC_ASSERT(photo != NULL);

    if (photo->file.data != file.data) {
        fc_photo_end_decoding(photo); /* of a file that was estimated before */
    }
    photo->file = file;
    photo->limits = engine->limits;
    photo->models = &engine->models;
    return fc_photo_analyse(photo, cancel, err);
}

static fc_status process(const fc_engine *engine, fc_photo *photo, fc_bytes file,
                         const fc_cancel *cancel, fc_portrait_sink sink, void *context,
                         fc_error *err)
{
    FC_TRY(fc_engine_analyse(engine, photo, file, cancel, err));
    if ((photo->outputs & FC_OUTPUT_CUTOUT) != 0) {
        return FC_OK; /* photo->cutout has it */
    }
    const bool portraits = (photo->outputs & FC_OUTPUT_CHECK) == 0;
    if (portraits && photo->params.enhance_face && engine->models.codeformer == NULL) {
        fc_warn(&photo->warnings, "the face is left as it is: no restoration model is installed");
    }

    int32_t chosen[FC_FACES_MAX];
    int32_t count = 0;
    FC_TRY(fc_photo_choose(photo, chosen, &count, err));
    if (photo->faces.count > count) {
        fc_warn(&photo->warnings, "%d faces were found, %d of them used", photo->faces.count,
                count);
    }
    const delivery to = { cancel, sink, context, count };
    for (int32_t i = 0; i < count; i++) {
        FC_TRY(deliver(&to, photo, chosen[i], i + 1, err));
    }
    return FC_OK;
}

fc_status fc_engine_process(const fc_engine *engine, fc_photo *photo, fc_bytes file,
                            const fc_cancel *cancel, fc_portrait_sink sink, void *context,
                            fc_error *err)
{
    FC_ASSERT(photo != NULL);
    FC_ASSERT(sink != NULL);

    const fc_status status = process(engine, photo, file, cancel, sink, context, err);
    fc_photo_end_decoding(photo);
    return status;
}
