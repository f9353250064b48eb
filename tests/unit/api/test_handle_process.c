/* A portrait and whoever asks for it; what it tells is seen by tests/contract/serve_process.py. */
#define _GNU_SOURCE /* mkdtemp */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/routes.h"
#include "base/clock.h"
#include "base/file.h"
#include "http/connection.h"
#include "service/start.h"
#include "support/fc_test.h"

static fc_service *service;
static char folder[] = "/tmp/fc_process_XXXXXX";

static int setup(void **state)
{
    (void)state;
    const fc_params params = fc_params_default();
    fc_settings settings = fc_settings_default();
    fc_server_settings server = fc_server_settings_default();
    fc_error err = { 0 };
    (void)snprintf(settings.models_dir, sizeof settings.models_dir, "models");
    if (access("models/shape_predictor_68_face_landmarks.dat", R_OK) != 0) {
        return 0;
    }
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(server.output_dir, sizeof server.output_dir, "%s", folder);
    return fc_service_new(&params, &settings, &server, fc_routes(), &service, &err) == FC_OK ? 0
                                                                                             : -1;
}

static int teardown(void **state)
{
    (void)state;
    static const char *const FILES[] = { "facecraft.db", "facecraft.lock", "facecraft.probe" };
    fc_service_free(service);
    for (size_t i = 0; service != NULL && i < sizeof FILES / sizeof FILES[0]; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "%s/%s", folder, FILES[i]);
        (void)unlink(path);
    }
    return service != NULL ? rmdir(folder) : 0; /* fails when a portrait was left behind */
}

/* Ask for a portrait on a connection; `leaves`: the client hangs up at once. */
static fc_status process(const char *key, bool leaves, fc_http_response *response, fc_error *err)
{
    int ends[2];
    FC_AUTO_BUFFER(photo, 0);
    ASSERT_OK(fc_file_read("tests/data/astronaut.png", (size_t)8 << 20, &photo, err), *err);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    fc_http_connection connection = { .socket = ends[0] };
    const fc_http_file files[] = { { "file", "a.png", fc_buffer_bytes(&photo) } };
    const fc_http_pair fields[] = { { "width", "64" }, { "height", "64" } };
    const fc_http_pair headers[] = { { "Idempotency-Key", key } };
    const fc_http_request request = { .method = FC_HTTP_POST,
                                      .path = "/api/v1/process",
                                      .headers = { headers, key != NULL ? 1 : 0 },
                                      .fields = { fields, 2 },
                                      .files = files,
                                      .file_count = 1,
                                      .received_us = fc_clock_us(),
                                      .connection = &connection };
    if (leaves) {
        assert_int_equal(close(ends[1]), 0);
    }
    const fc_status status = fc_handle_process(service, &request, response, err);
    assert_int_equal(close(ends[0]), 0);
    if (!leaves) {
        assert_int_equal(close(ends[1]), 0);
    }
    return status;
}

static int64_t kept(void)
{
    fc_error err = { 0 };
    fc_job_totals totals = { 0 };
    ASSERT_OK(fc_job_store_count(service->store, &totals, &err), err);
    return totals.jobs[FC_JOB_SUCCEEDED];
}

static void nothing_is_kept_for_a_client_that_has_left(void **state)
{
    (void)state;
    fc_error err = { 0 };
    if (service == NULL) {
        skip();
    }
    for (int i = 0; i < 5; i++) {
        fc_http_response response = fc_http_response_start();
        assert_int_equal(process(NULL, true, &response, &err), FC_CANCELLED);
        fc_http_response_clear(&response);
    }
    assert_int_equal(kept(), 0);
}

static void a_portrait_is_kept_for_a_client_that_waits(void **state)
{
    (void)state;
    fc_error err = { 0 };
    if (service == NULL) {
        skip();
    }
    fc_http_response response = fc_http_response_start();
    ASSERT_OK(process("key", false, &response, &err), err);
    assert_int_equal(response.code, 200);
    assert_int_equal(kept(), 1);
    const char *id = fc_http_response_header_lookup(&response, "X-Job-Id");
    ASSERT_OK(fc_job_store_delete(service->store, id, &err), err);
    fc_http_response_clear(&response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_kept_for_a_client_that_has_left),
        cmocka_unit_test(a_portrait_is_kept_for_a_client_that_waits),
    };
    return cmocka_run_group_tests_name("api/handle_process", tests, setup, teardown);
}
