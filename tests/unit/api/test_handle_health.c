#include "api/routes.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stub_service.h"

static fc_stub_work stub;
static fc_service *service;

static int start(void **state)
{
    return fc_stub_service_setup(state, &stub, 1, 1, &service);
}

static int stop(void **state)
{
    return fc_stub_service_teardown(state, service);
}

static void a_process_that_answers_lives(void **state)
{
    (void)state;
    const fc_http_request request = fc_requests_get("/health", NULL, NULL);
    fc_http_response response = fc_requests_ask(fc_handle_health, NULL, &request);
    assert_int_equal(response.code, 200);
    assert_string_equal(fc_requests_text(&response), "{\"status\":\"healthy\"}");
    fc_http_response_clear(&response);
}

static void assert_ready(unsigned code, const char *reason)
{
    const fc_http_request request = fc_requests_get("/ready", NULL, NULL);
    fc_http_response response = fc_requests_ask(fc_handle_ready, service, &request);
    assert_int_equal(response.code, code);
    json_t *answer = fc_requests_json(&response);
    assert_int_equal(json_is_true(json_object_get(answer, "ready")), code == 200);
    assert_true(json_is_false(json_object_get(answer, "models_loaded"))); /* a stub has none */
    assert_string_equal(fc_requests_string(answer, NULL, "reason"), reason);
    assert_int_equal(json_object_size(answer), code == 200 ? 2 : 3);
    json_decref(answer);
    fc_http_response_clear(&response);
}

static void a_service_is_ready_while_it_takes_work(void **state)
{
    (void)state;
    assert_ready(200, "");
    FC_AUTO(fc_task) running = fc_stub_task(service->pool, 'w');
    fc_stub_await_busy(service->pool, 1);
    FC_AUTO(fc_task) waiting = fc_stub_task(service->pool, 'q');
    assert_ready(503, "the queue is full: 1 photos are waiting");
    atomic_store(&stub.open, true);
    assert_true(fc_task_wait(waiting, 60000));
    assert_ready(200, "");
}

static void a_service_that_ends_is_not_ready(void **state)
{
    (void)state;
    fc_service_close(service);
    assert_ready(503, "the service is being stopped");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_that_answers_lives),
        cmocka_unit_test_setup_teardown(a_service_is_ready_while_it_takes_work, start, stop),
        cmocka_unit_test_setup_teardown(a_service_that_ends_is_not_ready, start, stop),
    };
    return cmocka_run_group_tests_name("api/handle_health", tests, NULL, NULL);
}
