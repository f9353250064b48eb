#include "service/service.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stores.h"
#include "support/stub_service.h"

static fc_stub_work stub;
static fc_service *service;

static int start(void **state)
{
    return fc_stub_service_setup(state, &stub, 1, 2, &service);
}

static int stop(void **state)
{
    return fc_stub_service_teardown(state, service);
}

static void there_are_no_more_workers_than_processors_or_jobs(void **state)
{
    (void)state;
    fc_server_settings server = fc_server_settings_default();
    server.processors = 4;
    server.max_concurrent_jobs = 2;
    assert_int_equal(fc_service_workers(&server), 2);
    server.max_concurrent_jobs = 9;
    assert_int_equal(fc_service_workers(&server), 4);
    server.processors = 0; /* those of the machine */
    server.max_concurrent_jobs = 1;
    assert_int_equal(fc_service_workers(&server), 1);
}

static void memory_is_what_is_set_or_half_of_what_there_is(void **state)
{
    (void)state;
    fc_server_settings server = fc_server_settings_default();
    server.memory_budget_mb = 3;
    assert_int_equal(fc_service_memory(&server), 3 << 20);
    server.memory_budget_mb = 0;
    assert_true(fc_service_memory(&server) > 1 << 20);
}

static void pictures_are_fetched_by_the_rules_of_the_settings(void **state)
{
    (void)state;
    fc_service only = { .server = fc_server_settings_default() };
    only.server.max_upload_size_mb = 7;
    only.server.fetch_timeout_s = 5;
    (void)snprintf(only.server.fetch_allow, sizeof only.server.fetch_allow, "127.0.0.1:80");
    const fc_fetch_rules rules = fc_service_fetch_rules(&only);
    assert_int_equal(rules.scheme, only.server.fetch_urls);
    assert_int_equal(rules.bytes_max, 7 << 20);
    assert_int_equal(rules.timeout_s, 5);
    assert_string_equal(rules.allow, "127.0.0.1:80");
}

static void the_server_is_told_of_the_limits_and_charges_the_pool(void **state)
{
    (void)state;
    service->server.max_upload_size_mb = 2;
    service->server.batch_max_mb = 5;
    service->server.body_rate_min_kb = 3;
    const fc_http_settings http = fc_service_http_settings(service);
    assert_int_equal(http.file_bytes_max, 2 << 20);
    assert_int_equal(http.batch_bytes_max, 5 << 20);
    assert_int_equal(http.bytes_per_second_min, 3 << 10);
    assert_true(http.charge(service, 40, 0));
    assert_int_equal(fc_worker_pool_stats(service->pool).memory_used, 40);
    assert_false(http.charge(service, 90, 40)); /* of the 100 that there are */
    http.discharge(service, 40);
    assert_int_equal(fc_worker_pool_stats(service->pool).memory_used, 0);
}

static void requests_are_counted_by_their_route(void **state)
{
    (void)state;
    static const fc_http_route ROWS[] = { { .pattern = "/health" } };
    static const char *const LABELS[] = { "/health", "none" };
    fc_error err = { 0 };
    FC_AUTO(fc_statistics) statistics = NULL;
    ASSERT_OK(fc_statistics_new(LABELS, 2, &statistics, &err), err);
    fc_service only = { .server = fc_server_settings_default(),
                        .statistics = statistics,
                        .routes = { .rows = ROWS, .count = 1 } };
    const fc_http_settings http = fc_service_http_settings(&only);
    const fc_http_event known = { .route = &ROWS[0], .code = 200 };
    const fc_http_event unknown = { .route = NULL, .code = 404 };
    http.observe(&only, &known);
    http.observe(&only, &unknown);
    http.active(&only, 1);
    uint64_t counts[2] = { 0 };
    for (size_t route = 0; route < 2; route++) {
        for (size_t code = 0; code < FC_STATISTICS_CODES_MAX; code++) {
            counts[route] += atomic_load(&statistics->requests[route][code]);
        }
    }
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 1);
    assert_int_equal(atomic_load(&statistics->requests_active), 1);
}

static void a_service_is_ready_as_long_as_its_queue_has_room(void **state)
{
    (void)state;
    fc_error why = { 0 };
    assert_true(fc_service_ready(service, &why));
    FC_AUTO(fc_task) running = fc_stub_task(service->pool, 'w');
    fc_stub_await_busy(service->pool, 1);
    FC_AUTO(fc_task) first = fc_stub_task(service->pool, 'q');
    assert_true(fc_service_ready(service, &why));
    FC_AUTO(fc_task) second = fc_stub_task(service->pool, 'q');
    assert_false(fc_service_ready(service, &why));
    assert_string_equal(why.text, "the queue is full: 2 photos are waiting");
    atomic_store(&stub.open, true);
    assert_true(fc_task_wait(second, 60000));
    assert_true(fc_service_ready(service, &why));
}

static void a_service_without_a_folder_is_not_ready(void **state)
{
    (void)state;
    char away[sizeof fc_stores_folder + 8];
    fc_error why = { 0 };
    (void)snprintf(away, sizeof away, "%s.away", fc_stores_folder);
    assert_int_equal(rename(fc_stores_folder, away), 0);
    assert_false(fc_service_ready(service, &why));
    assert_int_equal(why.status, FC_IO);
    assert_int_equal(rename(away, fc_stores_folder), 0);
}

static void what_was_received_before_the_end_goes_on(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_http_request before = { .received_us = fc_clock_us() };
    ASSERT_OK(fc_service_admit(service, &before, &err), err);
    fc_service_close(service);
    ASSERT_OK(fc_service_admit(service, &before, &err), err);
    const fc_http_request after = { .received_us = atomic_load(&service->draining_us) + 1 };
    ASSERT_FAILS(FC_STOPPING, fc_service_admit(service, &after, &err), err);
    assert_false(fc_service_ready(service, &err));
}

static void whoever_comes_too_early_is_told_when_to_come_again(void **state)
{
    (void)state;
    static const fc_status LATER[] = { FC_BUSY, FC_STOPPING };
    fc_error err = { 0 };
    fc_http_response response = fc_http_response_start();
    for (size_t i = 0; i < 2; i++) {
        const fc_error failure = { LATER[i], "not now" };
        ASSERT_OK(fc_service_refuse(service, &failure, &response, &err), err);
        fc_requests_assert_header(&response, "Retry-After", "1");
        fc_requests_assert_refused(&response, 503, "not now");
    }
    const fc_error failure = { FC_CORRUPT_IMAGE, "damaged" };
    ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_service_refuse(service, &failure, &response, &err), err);
    assert_string_equal(err.text, "damaged");
    assert_int_equal(response.kind, FC_HTTP_EMPTY);
}

#define SERVICE_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_no_more_workers_than_processors_or_jobs),
        cmocka_unit_test(memory_is_what_is_set_or_half_of_what_there_is),
        cmocka_unit_test(pictures_are_fetched_by_the_rules_of_the_settings),
        SERVICE_TEST(the_server_is_told_of_the_limits_and_charges_the_pool),
        cmocka_unit_test(requests_are_counted_by_their_route),
        SERVICE_TEST(a_service_is_ready_as_long_as_its_queue_has_room),
        SERVICE_TEST(a_service_without_a_folder_is_not_ready),
        SERVICE_TEST(what_was_received_before_the_end_goes_on),
        SERVICE_TEST(whoever_comes_too_early_is_told_when_to_come_again),
    };
    return cmocka_run_group_tests_name("service/service", tests, NULL, NULL);
}
