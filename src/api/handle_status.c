#include <stdio.h>
#include <string.h>

#include "api/routes.h"
#include "base/limits.h"
#include "facecraft_version.h"
#include "report/json.h"
#include "report/metrics_text.h"
#include "sandbox/sandbox.h"
#include "service/images.h"
#include "service/service.h"

static const fc_schema_field PROVIDER[] = {
    { "name", "string", NULL },
    { "used", "boolean", NULL },
    { "version", "string or null", NULL },
    { "reason", "string", NULL },
    { 0 },
};

static const fc_schema_field DEVICE[] = {
    { "type", "one of cpu, cuda", NULL },
    { "name", "string", NULL },
    { "cuda_version", "string or null", NULL },
    { "unloaded", "list of string", "heavy networks that were released because they were idle" },
    { "providers", "list of Provider", NULL },
    { 0 },
};

static const fc_schema_field LOADED_MODEL[] = {
    { "type", "string", NULL },
    { "device", "string", NULL },
    { 0 },
};

static const fc_schema_field MODEL[] = {
    { "loaded", "boolean", NULL },
    { "type", "string or null", "of the first one that is loaded" },
    { "device", "string or null", NULL },
    { "models", "list of LoadedModel", NULL },
    { 0 },
};

static const fc_schema_field STATISTICS[] = {
    { "total_processed", "count", NULL },
    { "success_rate", "share", NULL },
    { "avg_processing_ms", "number", NULL },
    { 0 },
};

static const fc_schema_field SANDBOX[] = {
    { "mode", "one of auto, required, off", NULL },
    { "active", "boolean", NULL },
    { "reason", "string or null", NULL },
    { 0 },
};

static const fc_schema_field STATUS[] = {
    { "status", "one of operational", NULL },
    { "version", "string", NULL },
    { "uptime_seconds", "count", NULL },
    { "device", "Device", NULL },
    { "models", "map of Model", NULL },
    { "statistics", "Statistics", NULL },
    { "sandbox", "Sandbox", "whether each photo is decoded in a process that can do nothing else" },
    { 0 },
};

const fc_schema fc_status_schemas[] = {
    { "Provider", PROVIDER },
    { "Device", DEVICE },
    { "LoadedModel", LOADED_MODEL },
    { "Model", MODEL },
    { "Statistics", STATISTICS },
    { "Sandbox", SANDBOX },
    { "Status", STATUS },
    { 0 },
};

/* The contract's roles, in its order. The enhancer is a model file only where one is installed. */
static const char *const ROLES[] = { "face_detector", "face_landmarks", "face_enhancer",
                                     "background_remover" };

/* More than there are: u2net, and the halves of CodeFormer. */
#define HEAVY_MAX 8

/* The first loaded model of a role speaks for it; `models` has them all. */
static json_t *pack_role(const fc_service *service, const char *role)
{
    json_t *loaded = json_array();
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        const fc_model_file *file = fc_model_file_lookup(i);
        if (strcmp(file->role, role) == 0 && fc_engine_model_loaded(service->engine, i)) {
            loaded = fc_json_append(loaded, json_pack("{s:s, s:s}", "type", file->name, "device",
                                                      fc_engine_model_device(service->engine, i)));
        }
    }
    const json_t *first = json_array_get(loaded, 0);
    return json_pack("{s:b, s:O?, s:O?, s:o}", "loaded", first != NULL, "type",
                     json_object_get(first, "type"), "device", json_object_get(first, "device"),
                     "models", loaded);
}

static json_t *pack_models(const fc_service *service)
{
    json_t *models = json_object();
    for (size_t i = 0; models != NULL && i < sizeof ROLES / sizeof ROLES[0]; i++) {
        if (json_object_set_new(models, ROLES[i], pack_role(service, ROLES[i])) != 0) {
            json_decref(models);
            return NULL;
        }
    }
    return models;
}

static json_t *pack_providers(const fc_runtime *runtime)
{
    json_t *list = json_array();
    for (int i = 0; i < FC_PROVIDERS_COUNT; i++) {
        const fc_provider_report *report = fc_runtime_report(runtime, (fc_provider)i);
        list = fc_json_append(
            list,
            json_pack("{s:s, s:b, s:o, s:s}", "name", report->name, "used", report->used, "version",
                      fc_json_text(report->version[0] != '\0' ? report->version : NULL), "reason",
                      report->text));
    }
    return list;
}

/* Networks that were released because nobody used them; the next photo loads them again. */
static json_t *pack_unloaded(fc_runtime *runtime)
{
    const char *names[HEAVY_MAX];
    const size_t count = fc_runtime_unloaded(runtime, names, HEAVY_MAX);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        list = fc_json_append(list, fc_json_text(names[i]));
    }
    return list;
}

/* Of the heavy models: the light ones always run on the processor. */
static json_t *pack_device(const fc_service *service)
{
    fc_runtime *runtime = fc_engine_runtime(service->engine);
    const fc_provider_report *cuda = fc_runtime_report(runtime, FC_PROVIDER_CUDA);
    char version[24];
    (void)snprintf(version, sizeof version, "%d.%d", (int)(cuda->cuda_version / 1000),
                   (int)(cuda->cuda_version % 1000 / 10));
    return json_pack("{s:s, s:s, s:o, s:o, s:o}", "type", cuda->used ? "cuda" : "cpu", "name",
                     cuda->used ? cuda->device : "cpu", "cuda_version",
                     fc_json_text(cuda->used ? version : NULL), "unloaded", pack_unloaded(runtime),
                     "providers", pack_providers(runtime));
}

/* How photos are decoded: in processes of their own, or why not. */
static json_t *pack_sandbox(const fc_service *service)
{
    static const char *const MODES[] = { "auto", "required", "off" };
    const fc_sandbox_report report = fc_sandbox_look();
    return json_pack("{s:s, s:b, s:o}", "mode", MODES[service->settings.sandbox], "active",
                     report.is_on, "reason", fc_json_text(report.text));
}

fc_status fc_handle_status(void *context, const fc_http_request *request,
                           fc_http_response *response, fc_error *err)
{
    (void)request;
    const fc_service *service = context;
    const fc_statistics_summary summary = fc_statistics_summarise(service->statistics);
    return fc_http_set_json(
        response, 200,
        json_pack("{s:s, s:s, s:I, s:o, s:o, s:{s:I, s:o, s:o}, s:o}", "status", "operational",
                  "version", FC_VERSION, "uptime_seconds", (json_int_t)summary.uptime_s, "device",
                  pack_device(service), "models", pack_models(service), "statistics",
                  "total_processed", (json_int_t)summary.total_processed, "success_rate",
                  fc_json_rounded(summary.success_rate, 4), "avg_processing_ms",
                  fc_json_rounded(summary.avg_processing_ms, 1), "sandbox", pack_sandbox(service)),
        err);
}

fc_status fc_handle_metrics(void *context, const fc_http_request *request,
                            fc_http_response *response, fc_error *err)
{
    (void)request;
    const fc_service *service = context;
    fc_metrics_now now = { .load = fc_worker_pool_stats(service->pool),
                           .analyses = fc_analysis_store_stats(service->analyses),
                           .images = fc_images_stats(service->images),
                           .engine = service->engine };
    if (fc_job_figures_read(service->figures, &now.jobs, &now.backlog, NULL) != FC_OK) {
        now.store_away = true;
    }
    FC_AUTO_BUFFER(text, FC_PAGE_BYTES_MAX);
    FC_TRY(fc_metrics_print(service->statistics, &now, &text, err));
    fc_http_set_body(response, FC_METRICS_TYPE, &text);
    return FC_OK;
}
