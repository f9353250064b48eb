#include "service/job_view.h"

#include <stdio.h>
#include <string.h>

#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stores.h"
#include "support/stub_service.h"

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

static json_t *view_of(const char *id, bool whole, bool *ended)
{
    fc_error err = { 0 };
    json_t *view = NULL;
    ASSERT_OK(fc_job_view(service, "", id, whole, &view, ended, &err), err);
    return view;
}

static void assert_status(const json_t *view, const char *status, double progress, int photos)
{
    assert_string_equal(fc_requests_string(view, NULL, "status"), status);
    assert_true(json_number_value(json_object_get(view, "progress")) == progress);
    assert_int_equal(json_integer_value(json_object_get(view, "photos")), photos);
}

/* A batch A of the photos B and C. */
static void accept_batch(void)
{
    fc_error err = { 0 };
    fc_job jobs[3] = { fc_stores_job(FC_STORES_A), fc_stores_job(FC_STORES_B),
                       fc_stores_job(FC_STORES_C) };
    const fc_bytes photos[3] = { { 0 }, fc_stub_photo('q'), fc_stub_photo('q') };
    for (int i = 1; i < 3; i++) {
        (void)snprintf(jobs[i].batch, sizeof jobs[i].batch, FC_STORES_A);
        jobs[i].number = i;
    }
    ASSERT_OK(fc_job_store_accept(service->store, jobs, photos, 3, (fc_bytes){ 0 }, "", &err), err);
}

static void a_job_has_a_path(void **state)
{
    (void)state;
    char path[FC_JOB_PATH_SIZE];
    fc_job_path(FC_STORES_A, path);
    assert_string_equal(path, "/api/v1/jobs/" FC_STORES_A);
}

static void jobs_are_found_by_their_owner_alone(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job found = { 0 };
    json_t *view = NULL;
    bool ended = false;
    fc_job job = fc_stores_job(FC_STORES_A);
    (void)snprintf(job.owner, sizeof job.owner, "anna");
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_OK(fc_job_store_save(service->store, &job, &ending, &err), err);
    FC_AUTO_BUFFER(answer, 100);
    ASSERT_OK(fc_job_find(service, "anna", FC_STORES_A, &found, &answer, &err), err);
    assert_string_equal(found.owner, "anna");
    assert_string_equal(fc_buffer_text(&answer), "{\"success\":true}");
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_find(service, "", FC_STORES_A, &found, NULL, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_find(service, "ann", FC_STORES_A, &found, NULL, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_find(service, "anna", "..", &found, NULL, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_view(service, "bert", FC_STORES_A, true, &view, &ended, &err),
                 err);
    assert_null(view);
}

static void a_job_that_has_ended_is_told_with_links_and_result(void **state)
{
    (void)state;
    bool ended = false;
    fc_stores_save(service->store, FC_STORES_A);
    json_t *view = view_of(FC_STORES_A, true, &ended);
    assert_true(ended);
    assert_status(view, "succeeded", 1.0, 1);
    assert_string_equal(fc_requests_string(view, NULL, "id"), FC_STORES_A);
    assert_string_equal(fc_requests_string(view, "links", "self"), "/api/v1/jobs/" FC_STORES_A);
    assert_string_equal(fc_requests_string(view, "links", "events"),
                        "/api/v1/jobs/" FC_STORES_A "/events");
    assert_string_equal(fc_requests_string(view, "links", "png"),
                        "/api/v1/download/" FC_STORES_A "/png");
    assert_string_equal(fc_requests_string(view, "links", "jpg"),
                        "/api/v1/download/" FC_STORES_A "/jpg");
    assert_string_equal(fc_requests_string(view, "links", "zip"),
                        "/api/v1/download/" FC_STORES_A "/zip");
    assert_true(json_is_true(json_object_get(json_object_get(view, "result"), "success")));
    const char *finished = fc_requests_string(view, NULL, "finished");
    assert_int_equal(strlen(finished), strlen("2025-01-01T00:00:00Z"));
    assert_int_equal(finished[19], 'Z');
    json_decref(view);
    view = view_of(FC_STORES_A, false, &ended);
    assert_null(json_object_get(view, "result"));
    json_decref(view);
}

static void a_job_that_waits_has_no_result_and_no_end(void **state)
{
    (void)state;
    bool ended = true;
    fc_stores_accept(service->store, FC_STORES_A);
    json_t *view = view_of(FC_STORES_A, true, &ended);
    assert_false(ended);
    assert_status(view, "queued", 0.0, 1);
    assert_true(json_is_null(json_object_get(view, "result")));
    assert_true(json_is_null(json_object_get(view, "finished")));
    assert_true(json_is_null(json_object_get(view, "expires")));
    assert_null(json_object_get(json_object_get(view, "links"), "zip"));
    json_decref(view);
}

static void a_failure_is_told_by_its_name_and_text(void **state)
{
    (void)state;
    fc_error err = { 0 };
    bool ended = false;
    const fc_error nobody = { FC_NO_FACE, "nobody" };
    const fc_job_ending ending = { .state = FC_JOB_FAILED, .failure = &nobody };
    fc_stores_accept(service->store, FC_STORES_A);
    ASSERT_OK(fc_job_store_finish(service->store, FC_STORES_A, &ending, &err), err);
    json_t *view = view_of(FC_STORES_A, false, &ended);
    assert_true(ended);
    assert_status(view, "failed", 1.0, 1);
    assert_string_equal(fc_requests_string(view, NULL, "error"), "no_face_detected");
    assert_string_equal(fc_requests_string(view, NULL, "error_message"), "nobody");
    json_decref(view);
}

static void a_job_that_runs_is_told_as_far_as_its_task_is(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char id[FC_JOB_ID_SIZE];
    bool ended = true;
    ASSERT_OK(fc_stub_accept(service, "w", false, id, &err), err);
    fc_stub_await_busy(service->pool, 1);
    FC_AUTO(fc_task) task = fc_worker_pool_lookup(service->pool, id);
    fc_stub_await_stage(task);
    json_t *view = view_of(id, false, &ended);
    assert_false(ended);
    assert_string_equal(fc_requests_string(view, NULL, "status"), "running");
    const double share = json_number_value(json_object_get(view, "progress"));
    assert_true(share > 0.0 && share < 1.0);
    json_decref(view);
    atomic_store(&stub.open, true);
    assert_int_equal(fc_stub_await_job(service, id).state, FC_JOB_SUCCEEDED);
}

static void a_batch_is_as_far_as_its_photos_are(void **state)
{
    (void)state;
    fc_error err = { 0 };
    bool ended = true;
    const fc_job_ending good = fc_stores_ending(fc_stores_pictures(), 2);
    accept_batch();
    json_t *view = view_of(FC_STORES_A, false, &ended);
    assert_status(view, "queued", 0.0, 2);
    json_decref(view);
    ASSERT_OK(fc_job_store_finish(service->store, FC_STORES_B, &good, &err), err);
    view = view_of(FC_STORES_A, false, &ended);
    assert_false(ended);
    assert_status(view, "running", 0.5, 2);
    assert_string_equal(fc_requests_string(view, "links", "zip"),
                        "/api/v1/download/" FC_STORES_A "/zip");
    assert_null(json_object_get(json_object_get(view, "links"), "png"));
    json_decref(view);
}

static void a_callback_is_told_where_there_is_one(void **state)
{
    (void)state;
    fc_error err = { 0 };
    bool ended = true;
    fc_job job = fc_stores_job(FC_STORES_A);
    const fc_bytes photo = fc_stub_photo('q');
    ASSERT_OK(fc_job_store_accept(service->store, &job, &photo, 1, (fc_bytes){ 0 }, "", &err), err);
    json_t *view = view_of(FC_STORES_A, false, &ended);
    assert_null(json_object_get(view, "callback"));
    json_decref(view);
    job = fc_stores_job(FC_STORES_B);
    job.callback = "https://hooks.example.com/";
    ASSERT_OK(fc_job_store_accept(service->store, &job, &photo, 1, (fc_bytes){ 0 }, "", &err), err);
    fc_callback callback = { .job_id = FC_STORES_B, .tries = 2, .due_s = 86400, .error = "broken" };
    view = view_of(FC_STORES_B, false, &ended);
    assert_true(json_is_null(json_object_get(json_object_get(view, "callback"), "next")));
    json_decref(view);
    ASSERT_OK(fc_job_store_record_try(service->store, &callback, &err), err);
    view = view_of(FC_STORES_B, false, &ended);
    assert_string_equal(fc_requests_string(view, "callback", "status"), "waiting");
    assert_string_equal(fc_requests_string(view, "callback", "next"), "1970-01-02T00:00:00Z");
    assert_string_equal(fc_requests_string(view, "callback", "error"), "broken");
    json_decref(view);
}

#define VIEW_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_has_a_path),
        VIEW_TEST(a_callback_is_told_where_there_is_one),
        VIEW_TEST(jobs_are_found_by_their_owner_alone),
        VIEW_TEST(a_job_that_has_ended_is_told_with_links_and_result),
        VIEW_TEST(a_job_that_waits_has_no_result_and_no_end),
        VIEW_TEST(a_failure_is_told_by_its_name_and_text),
        VIEW_TEST(a_job_that_runs_is_told_as_far_as_its_task_is),
        VIEW_TEST(a_batch_is_as_far_as_its_photos_are),
    };
    return cmocka_run_group_tests_name("service/job_view", tests, NULL, NULL);
}
