#include <string.h>

#include "api/routes.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stores.h"
#include "support/stub_service.h"

#define EVENTS_MAX ((size_t)1 << 16)

static fc_stub_work stub;
static fc_service *service;

static int start(void **state)
{
    return fc_stub_service_setup(state, &stub, 1, 4, &service);
}

static int stop(void **state)
{
    return fc_stub_service_teardown(state, service);
}

static fc_http_response follow(const char *id)
{
    const fc_http_request request = fc_requests_get("/api/v1/jobs", "job_id", id);
    return fc_requests_ask(fc_handle_events, service, &request);
}

static int count(const fc_buffer *events, const char *text)
{
    int found = 0;
    for (const char *at = fc_buffer_text(events); (at = strstr(at, text)) != NULL; at++) {
        found++;
    }
    return found;
}

static void a_job_that_has_ended_is_one_event(void **state)
{
    (void)state;
    fc_stores_save(service->store, FC_STORES_A);
    for (size_t room = 7; room <= 4096; room += 4089) {
        FC_AUTO_BUFFER(events, EVENTS_MAX);
        fc_http_response response = follow(FC_STORES_A);
        fc_requests_assert_header(&response, "Content-Type", "text/event-stream");
        fc_requests_read_stream(&response, room, &events);
        assert_memory_equal(events.data, "event: status\ndata: {\"id\":", 26);
        assert_memory_equal(events.data + events.size - 3, "}\n\n", 3);
        assert_int_equal(count(&events, "event: status"), 1);
        assert_int_equal(count(&events, "\"succeeded\""), 1);
        fc_http_response_clear(&response);
    }
}

static void a_job_is_followed_to_its_end(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char id[FC_JOB_ID_SIZE];
    ASSERT_OK(fc_stub_accept(service, "w", false, id, &err), err);
    fc_stub_await_busy(service->pool, 1);
    FC_AUTO(fc_task) task = fc_worker_pool_lookup(service->pool, id);
    fc_stub_await_stage(task);
    FC_AUTO_BUFFER(events, EVENTS_MAX);
    fc_http_response response = follow(id);
    char piece[4096];
    size_t size = sizeof piece;
    assert_true(response.stream(response.stream_context, piece, &size)); /* while it runs */
    ASSERT_OK(fc_buffer_append(&events, piece, size, &err), err);
    atomic_store(&stub.open, true);
    fc_requests_read_stream(&response, sizeof piece, &events);
    assert_int_equal(count(&events, "\"running\""), count(&events, "event: status") - 1);
    assert_true(count(&events, "\"running\"") >= 1);
    assert_int_equal(count(&events, "\"succeeded\""), 1);
    fc_http_response_clear(&response);
}

static void a_job_that_is_deleted_ends_the_stream(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stores_accept(service->store, FC_STORES_A);
    FC_AUTO_BUFFER(events, EVENTS_MAX);
    fc_http_response response = follow(FC_STORES_A);
    ASSERT_OK(fc_job_store_delete(service->store, FC_STORES_A, &err), err);
    fc_requests_read_stream(&response, 4096, &events);
    assert_int_equal(count(&events, "event: status"), 1);
    assert_int_equal(count(&events, "\"queued\""), 1);
    fc_http_response_clear(&response);
}

static void jobs_that_are_not_there_are_not_followed(void **state)
{
    (void)state;
    static const char *const IDS[] = { FC_STORES_B, "", "..", FC_STORES_A "0" };
    for (size_t i = 0; i < sizeof IDS / sizeof IDS[0]; i++) {
        fc_http_response response = follow(IDS[i]);
        fc_requests_assert_refused(&response, 404, "Job not found");
    }
}

#define EVENTS_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EVENTS_TEST(a_job_that_has_ended_is_one_event),
        EVENTS_TEST(a_job_is_followed_to_its_end),
        EVENTS_TEST(a_job_that_is_deleted_ends_the_stream),
        EVENTS_TEST(jobs_that_are_not_there_are_not_followed),
    };
    return cmocka_run_group_tests_name("api/handle_events", tests, NULL, NULL);
}
