#include "support/stub_service.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "image/format.h"
#include "service/async_job.h"
#include "support/fc_test.h"
#include "support/stores.h"

#define PHOTOS_MAX 64
#define PATIENCE_US INT64_C(60000000)

static void fill(fc_service *service, fc_job_store *store, fc_stub_work *stub, int32_t workers,
                 int32_t queue_max)
{
    static const char *const LABELS[] = { "none" };
    fc_error err = { 0 };
    service->defaults = fc_params_default();
    service->settings = fc_settings_default();
    service->server = fc_server_settings_default();
    service->formats = FC_FORMAT_BIT(FC_FORMAT_JPEG);
    service->store = store;
    ASSERT_OK(fc_job_figures_new(store, 0, &service->figures, &err), err);
    ASSERT_OK(fc_idempotency_new(16, 3600, &service->idempotency, &err), err);
    ASSERT_OK(fc_statistics_new(LABELS, 1, &service->statistics, &err), err);
    service->pool = fc_stub_pool(stub, workers, queue_max, NULL);
    ASSERT_OK(fc_async_jobs_start(service, &service->async_jobs, &err), err);
}

fc_service *fc_stub_service_of(fc_job_store *store, fc_stub_work *stub, int32_t workers,
                               int32_t queue_max)
{
    fc_error err = { 0 };
    fc_service *service = NULL;
    ASSERT_OK(fc_memory_new_zeroed(1, sizeof *service, (void **)&service, &err), err);
    fill(service, store, stub, workers, queue_max);
    return service;
}

fc_service *fc_stub_service(fc_stub_work *stub, int32_t workers, int32_t queue_max)
{
    return fc_stub_service_of(fc_stores_open(), stub, workers, queue_max);
}

void fc_stub_service_enlarge(fc_service *service, fc_stub_work *stub)
{
    const fc_work work = fc_stub_functions(stub);
    const fc_worker_pool_limits limits = { 1, 4, (int64_t)1 << 32, 0 };
    fc_error err = { 0 };
    fc_async_jobs_stop(service->async_jobs); /* it knows the other pool */
    fc_worker_pool_free(service->pool);
    fc_async_jobs_free(service->async_jobs);
    service->async_jobs = NULL;
    ASSERT_OK(fc_worker_pool_new(&work, &limits, NULL, &service->pool, &err), err);
}

void fc_stub_service_end(fc_service *service)
{
    fc_async_jobs_stop(service->async_jobs);
    fc_worker_pool_free(service->pool);
    fc_async_jobs_free(service->async_jobs);
    fc_analysis_store_free(service->analyses);
    fc_idempotency_free(service->idempotency);
    fc_statistics_free(service->statistics);
    fc_job_figures_free(service->figures);
    fc_job_store_close(service->store);
    fc_memory_free(service);
}

int fc_stub_service_setup(void **state, fc_stub_work *stub, int32_t workers, int32_t queue_max,
                          fc_service **service)
{
    const int outcome = fc_stores_setup(state);
    *stub = (fc_stub_work){ 0 };
    *service = outcome == 0 ? fc_stub_service(stub, workers, queue_max) : NULL;
    return outcome;
}

int fc_stub_service_teardown(void **state, fc_service *service)
{
    fc_stub_service_end(service);
    return fc_stores_teardown(state);
}

void fc_stub_service_add_analyses(fc_service *service)
{
    const fc_analysis_limits limits = { 4, (int64_t)1 << 30, INT64_C(60000000), NULL };
    fc_error err = { 0 };
    ASSERT_OK(fc_analysis_store_new(&limits, &service->analyses, &err), err);
}

void fc_stub_service_keep_analysis(fc_service *service, const char *token)
{
    fc_error err = { 0 };
    fc_photo photo = { .params = fc_params_default() };
    FC_AUTO(fc_analysis) analysis = NULL;
    ASSERT_OK(fc_memory_new_zeroed(1, sizeof *photo.preview, (void **)&photo.preview, &err), err);
    ASSERT_OK(fc_image_new((fc_size){ 64, 64 }, 3, &photo.preview->pixels, &err), err);
    ASSERT_OK(fc_analysis_new(NULL, &photo, fc_stores_bytes("photo"), &analysis, &err), err);
    ASSERT_OK(fc_analysis_store_put(service->analyses, "", token, analysis, &err), err);
}

const fc_http_request *fc_stub_request(const char *letters, bool batch)
{
    static fc_http_file files[PHOTOS_MAX];
    static fc_http_request request;
    const size_t count = strlen(letters);
    assert_true(count <= PHOTOS_MAX);
    for (size_t i = 0; i < count; i++) {
        files[i] = (fc_http_file){ batch ? "files" : "file", "photo.jpg",
                                   letters[i] == '-' ? (fc_bytes){ (const uint8_t *)"text", 4 }
                                                     : fc_stub_photo(letters[i]) };
    }
    request = (fc_http_request){ .method = FC_HTTP_POST,
                                 .path = batch ? "/api/v1/process/batch" : "/api/v1/process",
                                 .files = files,
                                 .file_count = count,
                                 .received_us = fc_clock_us() };
    return &request;
}

fc_status fc_stub_accept(fc_service *service, const char *letters, bool batch,
                         char id[FC_JOB_ID_SIZE], fc_error *err)
{
    fc_process_request order = { .form = fc_form_start(&service->defaults), .asynchronous = true };
    ASSERT_OK(fc_job_id_new(order.job_id, err), *err);
    (void)snprintf(id, FC_JOB_ID_SIZE, "%s", order.job_id);
    return fc_async_jobs_accept(service, fc_stub_request(letters, batch), &order, batch, err);
}

fc_job fc_stub_await_job(fc_service *service, const char *id)
{
    fc_error err = { 0 };
    fc_job job = { 0 };
    const int64_t end_us = fc_clock_us() + PATIENCE_US;
    ASSERT_OK(fc_job_store_read(service->store, id, &job, NULL, &err), err);
    while (!fc_job_state_final(job.state)) {
        assert_true(fc_clock_us() < end_us);
        fc_stub_sleep_ms(2);
        ASSERT_OK(fc_job_store_read(service->store, id, &job, NULL, &err), err);
    }
    return job;
}
