#include "service/start.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/log.h"
#include "base/memory.h"
#include "engine/runtime_plan.h"
#include "image/format.h"
#include "service/async_job.h"
#include "service/images.h"
#include "service/webhook.h"
#include "store/folder_blobs.h"
#include "store/s3_blobs.h"

/* After this time without a photo the memory of the last ones goes back to the system. The next
 * photo, which has it made again, takes 15 ms longer for it: who sends one now and then, trying
 * what looks best, is not made to wait. */
#define REST_US INT64_C(30000000)

/* How often the database is asked what waits, however often monitors ask. */
#define FIGURES_US INT64_C(5000000)

/* Of one try to store or fetch one picture. */
#define S3_TIMEOUT_S 30

/* The label of requests that met no route. */
#define NO_ROUTE "none"

static fc_status start_statistics(fc_service *service, fc_error *err)
{
    const char *labels[FC_STATISTICS_ROUTES_MAX]; /* copied; the texts stay */
    const fc_http_routes routes = service->routes;
    FC_ASSERT(routes.count < FC_STATISTICS_ROUTES_MAX);
    for (size_t i = 0; i < routes.count; i++) {
        labels[i] = routes.rows[i].pattern;
    }
    labels[routes.count] = NO_ROUTE;
    return fc_statistics_new(labels, routes.count + 1, &service->statistics, err);
}

static fc_status start_pool(fc_service *service, fc_error *err)
{
    const fc_work work = fc_work_of_engine(service->engine);
    const fc_worker_pool_limits limits = {
        .workers = fc_service_workers(&service->server),
        .queue_max = service->server.queue_length,
        .memory_max = fc_service_memory(&service->server),
        .rest_us = REST_US,
    };
    return fc_worker_pool_new(&work, &limits, service->statistics, &service->pool, err);
}

static fc_status start_analyses(fc_service *service, fc_error *err)
{
    const fc_analysis_limits limits = {
        .count_max = service->server.analysis_max,
        .bytes_max = (int64_t)service->server.analysis_mb << 20,
        .keep_us = (int64_t)service->server.analysis_minutes * 60 * 1000000,
    };
    return fc_analysis_store_new(&limits, &service->analyses, err);
}

static fc_status start_engine(fc_service *service, fc_error *err)
{
    const fc_server_settings *server = &service->server;
    fc_settings settings = service->settings;
    settings.threads = fc_threads_served(settings.threads, fc_service_workers(server));
    FC_TRY(fc_engine_new(&settings, &service->engine, err));
    return fc_idle_models_start(fc_engine_runtime(service->engine),
                                server->model_idle_minutes * INT64_C(60000000), &service->idle,
                                err);
}

/* "s3://bucket/prefix", the prefix being optional. */
static fc_status open_bucket(const fc_server_settings *server, fc_blobs **out, fc_error *err)
{
    static const char BEGINNING[] = "s3://";
    char bucket[64];
    if (strncmp(server->store, BEGINNING, strlen(BEGINNING)) != 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "store \"%.100s\", allowed: s3://bucket/prefix",
                       server->store);
    }
    const char *name = server->store + strlen(BEGINNING);
    const size_t length = strcspn(name, "/");
    if (length >= sizeof bucket) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "store: a bucket's name of %zu letters, at most %zu are allowed", length,
                       sizeof bucket - 1);
    }
    (void)snprintf(bucket, sizeof bucket, "%.*s", (int)length, name);
    const fc_s3_settings settings = { .endpoint = server->s3_endpoint,
                                      .region = server->s3_region,
                                      .bucket = bucket,
                                      .prefix = name[length] == '/' ? name + length + 1 : "",
                                      .access_key = server->s3_access_key,
                                      .secret_key = server->s3_secret_key,
                                      .timeout_s = S3_TIMEOUT_S };
    return fc_s3_blobs_new(&settings, out, err);
}

fc_status fc_service_open_store(const fc_server_settings *server, fc_job_store **out, fc_error *err)
{
    FC_ASSERT(server != NULL);
    FC_ASSERT(out != NULL);
    if (server->database[0] == '\0') {
        return server->store[0] == '\0'
                   ? fc_job_store_open(server->output_dir, server->cleanup_age_hours, out, err)
                   : fc_fail(err, FC_INVALID_ARGUMENT, "a store needs a database beside it");
    }
    if (server->cleanup_age_hours == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "with a database cleanup_age_hours is 0, allowed: 1 and more");
    }
    fc_blobs *blobs = NULL;
    FC_TRY(server->store[0] != '\0' ? open_bucket(server, &blobs, err)
                                    : fc_folder_blobs_open(server->output_dir, &blobs, err));
    FC_AUTO(fc_job_store) store = NULL;
    FC_TRY(
        fc_job_store_open_shared(server->database, blobs, server->cleanup_age_hours, &store, err));
    fc_error why = { 0 };
    const fc_status status = fc_job_store_probe(store, &why);
    /* Those two may end; a key that is refused stays so. */
    if (status != FC_OK && status != FC_BUSY && status != FC_STORAGE_FULL) {
        return fc_fail(err, status, "%s", why.text);
    }
    if (status == FC_STORAGE_FULL) {
        FC_LOG(FC_LOG_WARNING, "no room for jobs: waiting until there is",
               FC_LOG_TEXT("error", why.text));
    }
    *out = FC_STEAL(store);
    return FC_OK;
}

static fc_status start_store(fc_service *service, fc_error *err)
{
    const fc_server_settings *server = &service->server;
    const fc_job_room room = { server->later_max, (int64_t)server->later_mb << 20 };
    FC_TRY(fc_service_open_store(server, &service->store, err));
    fc_job_store_set_room(service->store, room);
    return fc_job_figures_new(service->store, FIGURES_US, &service->figures, err);
}

/* Off without a key. Before the models, so that a bad key is told at once. */
static fc_status start_images(fc_service *service, fc_error *err)
{
    return service->server.image_key[0] != '\0' ? fc_images_new(service, &service->images, err)
                                                : FC_OK;
}

static fc_status start(fc_service *service, fc_error *err)
{
    FC_TRY(fc_formats_parse(service->settings.formats, &service->formats, err));
    FC_TRY(fc_webhook_check_settings(&service->server, err));
    FC_TRY(start_images(service, err));
    FC_TRY(start_store(service, err));
    FC_TRY(fc_idempotency_new(FC_KEYS_MAX, FC_JOB_KEY_AGE_S, &service->idempotency, err));
    FC_TRY(start_analyses(service, err));
    FC_TRY(start_statistics(service, err));
    FC_TRY(start_engine(service, err));
    FC_TRY(start_pool(service, err));
    FC_TRY(fc_webhook_start(service, &service->webhook, err));
    return fc_async_jobs_start(service, &service->async_jobs, err);
}

fc_status fc_service_new(const fc_params *defaults, const fc_settings *settings,
                         const fc_server_settings *server, fc_http_routes routes, fc_service **out,
                         fc_error *err)
{
    FC_ASSERT(defaults != NULL);
    FC_ASSERT(settings != NULL);
    FC_ASSERT(server != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_service) service = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *service, (void **)&service, err));
    service->defaults = *defaults;
    service->settings = *settings;
    service->server = *server;
    service->routes = routes;
    service->openapi = FC_BUFFER(FC_PAGE_BYTES_MAX);
    FC_TRY(start(service, err));
    *out = FC_STEAL(service);
    return FC_OK;
}

void fc_service_free(fc_service *service)
{
    if (service == NULL) {
        return;
    }
    fc_async_jobs_stop(service->async_jobs);
    fc_webhook_stop(service->webhook);
    fc_worker_pool_free(service->pool);
    fc_async_jobs_free(service->async_jobs);
    fc_webhook_free(service->webhook);
    fc_images_free(service->images);
    fc_analysis_store_free(service->analyses);
    fc_idempotency_free(service->idempotency);
    fc_job_figures_free(service->figures);
    fc_job_store_close(service->store);
    fc_idle_models_free(service->idle);
    fc_engine_free(service->engine);
    fc_statistics_free(service->statistics);
    fc_buffer_clear(&service->openapi);
    fc_memory_free(service);
}
