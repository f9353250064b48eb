#include "service/service.h"

#include <time.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"
#include "engine/runtime_plan.h"
#include "engine/system_limits.h"
#include "image/format.h"
#include "sandbox/sandbox.h"
#include "service/async_job.h"

/* Keys of repeated requests: a day is what the draft and its users keep. */
#define KEYS_MAX 10000
#define KEY_AGE_S 86400

/* After this time without a photo the memory of the last ones goes back to the system, which takes
 * some ms; the next photo takes it again, in as much. */
#define REST_US INT64_C(3000000)

/* The label of requests that met no route. */
#define NO_ROUTE "none"

int32_t fc_service_workers(const fc_server_settings *server)
{
    const int32_t processors =
        server->processors > 0 ? server->processors : fc_system_limits_read("").processors;
    return server->max_concurrent_jobs < processors ? server->max_concurrent_jobs : processors;
}

int64_t fc_service_memory(const fc_server_settings *server)
{
    return server->memory_budget_mb > 0 ? (int64_t)server->memory_budget_mb << 20
                                        : fc_system_limits_read("").memory_bytes / 2;
}

static fc_status start_statistics(fc_service *service, fc_error *err)
{
    static const char *labels[FC_STATISTICS_ROUTES_MAX];
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

static fc_status start_store(fc_service *service, fc_error *err)
{
    const fc_server_settings *server = &service->server;
    const fc_job_room room = { server->later_max, (int64_t)server->later_mb << 20 };
    FC_TRY(fc_job_store_open(server->output_dir, server->cleanup_age_hours, &service->store, err));
    fc_job_store_set_room(service->store, room);
    return FC_OK;
}

/* Keys of the processes before, as far as they are still to be kept. */
static fc_status start_keys(fc_service *service, fc_error *err)
{
    const int64_t now_s = (int64_t)time(NULL);
    fc_job_key *keys = NULL;
    size_t count = 0;
    FC_TRY(fc_idempotency_new(KEYS_MAX, KEY_AGE_S, &service->idempotency, err));
    FC_TRY(fc_job_store_keys(service->store, now_s - KEY_AGE_S, KEYS_MAX, &keys, &count, err));
    for (size_t i = 0; i < count; i++) {
        const int64_t age_s = now_s > keys[i].finished_s ? now_s - keys[i].finished_s : 0;
        fc_idempotency_restore(service->idempotency, keys[i].key, keys[i].fingerprint,
                               keys[i].job_id, keys[i].finished_s > 0 ? age_s : -1);
    }
    fc_memory_free(keys);
    return FC_OK;
}

static fc_status start(fc_service *service, fc_error *err)
{
    FC_TRY(fc_formats_parse(service->settings.formats, &service->formats, err));
    FC_TRY(start_store(service, err));
    FC_TRY(start_keys(service, err));
    FC_TRY(start_analyses(service, err));
    FC_TRY(start_statistics(service, err));
    FC_TRY(start_engine(service, err));
    FC_TRY(start_pool(service, err));
    return fc_later_start(service, &service->later, err);
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
    fc_later_stop(service->later);
    fc_worker_pool_free(service->pool);
    fc_later_free(service->later);
    fc_analysis_store_free(service->analyses);
    fc_idempotency_free(service->idempotency);
    fc_job_store_close(service->store);
    fc_idle_models_free(service->idle);
    fc_engine_free(service->engine);
    fc_statistics_free(service->statistics);
    fc_buffer_clear(&service->openapi);
    fc_memory_free(service);
}

static void observe(void *context, const fc_http_event *event)
{
    const fc_service *service = context;
    const fc_http_routes routes = service->routes;
    const size_t index = event->route != NULL ? (size_t)(event->route - routes.rows) : routes.count;
    fc_statistics_request(service->statistics, index, (int)event->code, event->duration_us,
                          (int64_t)event->request_bytes, (int64_t)event->response_bytes);
}

static void count_active(void *context, int change)
{
    const fc_service *service = context;
    fc_statistics_active(service->statistics, change);
}

static bool charge(void *context, size_t bytes, size_t own)
{
    const fc_service *service = context;
    return fc_worker_pool_charge(service->pool, (int64_t)bytes, (int64_t)own);
}

static void discharge(void *context, size_t bytes)
{
    const fc_service *service = context;
    fc_worker_pool_discharge(service->pool, (int64_t)bytes);
}

fc_http_settings fc_service_http_settings(fc_service *service)
{
    const fc_server_settings *server = &service->server;
    const size_t file_bytes_max = (size_t)server->max_upload_size_mb << 20;
    const size_t batch_bytes_max = (size_t)server->batch_max_mb << 20;
    fc_http_settings http = fc_http_settings_default();
    http.host = server->host;
    http.port = (uint16_t)server->port;
    http.connections_max = server->connections_max;
    http.connections_per_address_max = server->connections_per_ip;
    http.idle_timeout_ms = server->idle_timeout_s * 1000;
    http.header_timeout_ms = server->header_deadline_s * 1000;
    http.body_timeout_ms = server->body_deadline_s * 1000;
    http.bytes_per_second_min = server->body_rate_min_kb << 10;
    http.file_bytes_max = file_bytes_max;
    http.batch_bytes_max = batch_bytes_max;
    http.batch_files_max = (size_t)server->batch_max_files;
    http.bodies_bytes_max = (size_t)fc_service_memory(server);
    http.charge = charge;
    http.discharge = discharge;
    http.cors_origins = server->cors_origins;
    http.api_keys = server->api_key;
    http.observe = observe;
    http.active = count_active;
    return http;
}

fc_fetch_rules fc_service_fetch_rules(const fc_service *service)
{
    return (fc_fetch_rules){ .scheme = service->server.fetch_urls,
                             .allow = service->server.fetch_allow,
                             .bytes_max = (size_t)service->server.max_upload_size_mb << 20,
                             .timeout_s = service->server.fetch_timeout_s };
}

void fc_service_close(fc_service *service)
{
    atomic_store(&service->draining_us, fc_clock_us());
}

static fc_status check_ready(const fc_service *service, fc_error *err)
{
    const fc_worker_pool_load load = fc_worker_pool_stats(service->pool);
    if (atomic_load(&service->draining_us) != 0) {
        return fc_fail(err, FC_STOPPING, "the service is being stopped");
    }
    if (load.queued >= load.queue_max) {
        return fc_fail(err, FC_BUSY, "the queue is full: %d photos are waiting", load.queued);
    }
    if (!fc_sandbox_lives()) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "no photo can be decoded: the processes for it "
                       "were killed, and the service has to be started "
                       "again");
    }
    return fc_job_store_probe(service->store, err);
}

bool fc_service_ready(const fc_service *service, fc_error *why)
{
    return check_ready(service, why) == FC_OK;
}

fc_status fc_service_admit(const fc_service *service, const fc_http_request *request, fc_error *err)
{
    const int64_t draining_us = atomic_load(&service->draining_us);
    if (draining_us != 0 && request->received_us > draining_us) {
        return fc_fail(err, FC_STOPPING, "the service is being stopped");
    }
    return FC_OK;
}

fc_status fc_service_refuse(const fc_service *service, const fc_error *failure,
                            fc_http_response *response, fc_error *err)
{
    if (failure->status != FC_BUSY && failure->status != FC_STOPPING) {
        return fc_fail(err, failure->status, "%s", failure->text);
    }
    fc_http_refuse_error(response, failure);
    fc_http_set_header(response, "Retry-After", "%d", fc_worker_pool_retry_after_s(service->pool));
    return FC_OK;
}
