#include <stdio.h>
#include <string.h>

#include "api/routes.h"
#include "base/memory.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stores.h"
#include "support/stub_service.h"

static fc_stub_work stub;
static fc_service *service;

static int start(void **state)
{
    return fc_stub_service_setup(state, &stub, 1, 8, &service);
}

static int stop(void **state)
{
    return fc_stub_service_teardown(state, service);
}

static fc_http_response look_at(const char *id)
{
    const fc_http_request request = fc_requests_get("/api/v1/jobs", "job_id", id);
    return fc_requests_ask(fc_handle_job, service, &request);
}

/* "Job ... deleted": the message without the id. */
static void assert_deletes(const char *id, const char *done)
{
    char expected[128];
    const fc_http_request request = fc_requests_get("/api/v1/jobs", "job_id", id);
    fc_http_response response = fc_requests_ask(fc_handle_delete_job, service, &request);
    assert_int_equal(response.code, 200);
    json_t *answer = fc_requests_json(&response);
    (void)snprintf(expected, sizeof expected, "Job %s %s", id, done);
    assert_string_equal(fc_requests_string(answer, NULL, "message"), expected);
    json_decref(answer);
    fc_http_response_clear(&response);
}

static void a_job_that_has_ended_is_told_whole(void **state)
{
    (void)state;
    fc_stores_save(service->store, FC_STORES_A);
    fc_http_response response = look_at(FC_STORES_A);
    assert_int_equal(response.code, 200);
    fc_requests_assert_header(&response, "Retry-After", NULL);
    json_t *view = fc_requests_json(&response);
    assert_string_equal(fc_requests_string(view, NULL, "status"), "succeeded");
    assert_true(json_is_true(json_object_get(json_object_get(view, "result"), "success")));
    json_decref(view);
    fc_http_response_clear(&response);
}

static void a_job_that_waits_is_to_be_asked_for_again(void **state)
{
    (void)state;
    fc_stores_accept(service->store, FC_STORES_A);
    fc_http_response response = look_at(FC_STORES_A);
    assert_int_equal(response.code, 200);
    fc_requests_assert_header(&response, "Retry-After", "1");
    fc_http_response_clear(&response);
}

static void jobs_of_nobody_and_of_others_are_not_found(void **state)
{
    (void)state;
    fc_http_response response = look_at(FC_STORES_B);
    fc_requests_assert_refused(&response, 404, "Job not found");
    response = look_at("../../etc/passwd");
    fc_requests_assert_refused(&response, 404, "Job not found");
    fc_stores_save(service->store, FC_STORES_A);
    fc_http_request request = fc_requests_get("/api/v1/jobs", "job_id", FC_STORES_A);
    (void)snprintf(request.key_name, sizeof request.key_name, "other");
    response = fc_requests_ask(fc_handle_job, service, &request);
    fc_requests_assert_refused(&response, 404, "Job not found");
    response = fc_requests_ask(fc_handle_delete_job, service, &request);
    assert_non_null(strstr(fc_requests_text(&response), "not found"));
    fc_http_response_clear(&response);
    assert_int_equal(fc_stores_state(service->store, FC_STORES_A), FC_JOB_SUCCEEDED);
}

static void a_job_that_has_ended_is_deleted_once(void **state)
{
    (void)state;
    fc_stores_save(service->store, FC_STORES_A);
    assert_deletes(FC_STORES_A, "deleted");
    assert_int_equal(fc_stores_state(service->store, FC_STORES_A), -1);
    assert_false(fc_stores_has(FC_STORES_A "-1.png"));
    assert_deletes(FC_STORES_A, "not found");
    assert_deletes("no id at all", "not found");
}

static void a_job_that_waits_is_cancelled_and_then_deleted(void **state)
{
    (void)state;
    fc_stores_accept(service->store, FC_STORES_A);
    assert_deletes(FC_STORES_A, "cancelled");
    assert_int_equal(fc_stores_state(service->store, FC_STORES_A), FC_JOB_CANCELLED);
    assert_false(fc_stores_has(FC_STORES_A ".photo"));
    assert_deletes(FC_STORES_A, "deleted");
}

static void a_job_that_runs_is_cancelled(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char id[FC_JOB_ID_SIZE];
    ASSERT_OK(fc_stub_accept(service, "w", false, id, &err), err);
    fc_stub_await_busy(service->pool, 1);
    assert_deletes(id, "cancelled");
    assert_int_equal(fc_stub_await_job(service, id).state, FC_JOB_CANCELLED);
}

static void a_batch_is_cancelled_with_all_of_its_photos(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char id[FC_JOB_ID_SIZE];
    fc_job *items = NULL;
    size_t count = 0;
    ASSERT_OK(fc_stub_accept(service, "www", true, id, &err), err);
    fc_stub_await_busy(service->pool, 1);
    assert_deletes(id, "cancelled");
    assert_int_equal(fc_stub_await_job(service, id).state, FC_JOB_CANCELLED);
    ASSERT_OK(fc_job_store_items(service->store, id, &items, &count, &err), err);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(fc_stub_await_job(service, items[i].id).state, FC_JOB_CANCELLED);
    }
    fc_memory_free(items);
}

#define JOBS_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOBS_TEST(a_job_that_has_ended_is_told_whole),
        JOBS_TEST(a_job_that_waits_is_to_be_asked_for_again),
        JOBS_TEST(jobs_of_nobody_and_of_others_are_not_found),
        JOBS_TEST(a_job_that_has_ended_is_deleted_once),
        JOBS_TEST(a_job_that_waits_is_cancelled_and_then_deleted),
        JOBS_TEST(a_job_that_runs_is_cancelled),
        JOBS_TEST(a_batch_is_cancelled_with_all_of_its_photos),
    };
    return cmocka_run_group_tests_name("api/handle_jobs", tests, NULL, NULL);
}
