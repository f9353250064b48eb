#include "service/service.h"

#include "base/clock.h"
#include "engine/system_limits.h"
#include "sandbox/sandbox.h"

int32_t fc_service_workers(const fc_server_settings *server)
{
    const int32_t processors =
        server->processors > 0 ? server->processors : fc_system_limits_here().processors;
    return server->max_concurrent_jobs < processors ? server->max_concurrent_jobs : processors;
}

int64_t fc_service_memory(const fc_server_settings *server)
{
    return server->memory_budget_mb > 0 ? (int64_t)server->memory_budget_mb << 20
                                        : fc_system_limits_here().memory_bytes / 2;
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
