/* An analysis and whoever asks for it; what it tells is seen by tests/contract/serve_render.py. */
#include <stdio.h>
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

static int setup(void **state)
{
    (void)state;
    const fc_params params = fc_params_default();
    fc_settings settings = fc_settings_default();
    fc_server_settings server = fc_server_settings_default();
    fc_error err = { 0 };
    (void)snprintf(settings.models_dir, sizeof settings.models_dir, "models");
    server.cleanup_age_hours = 0;
    if (access("models/shape_predictor_68_face_landmarks.dat", R_OK) != 0) {
        return 0;
    }
    return fc_service_new(&params, &settings, &server, fc_routes(), &service, &err) == FC_OK ? 0
                                                                                             : -1;
}

static int teardown(void **state)
{
    (void)state;
    fc_service_free(service);
    return 0;
}

/* Ask for a photo on a connection; `leaves`: the client hangs up at once. */
static fc_status analyse(const char *photo, bool leaves, fc_http_response *response, fc_error *err)
{
    int ends[2];
    FC_AUTO_BUFFER(file, 0);
    ASSERT_OK(fc_file_read(photo, (size_t)8 << 20, &file, err), *err);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    fc_http_connection connection = { .socket = ends[0] };
    const fc_http_file files[] = { { "file", "a.png", fc_buffer_bytes(&file) } };
    const fc_http_request request = { .method = FC_HTTP_POST,
                                      .path = "/api/v1/analyze",
                                      .files = files,
                                      .file_count = 1,
                                      .received_us = fc_clock_us(),
                                      .connection = &connection };
    if (leaves) {
        assert_int_equal(close(ends[1]), 0);
    }
    const fc_status status = fc_handle_analyze(service, &request, response, err);
    assert_int_equal(close(ends[0]), 0);
    if (!leaves) {
        assert_int_equal(close(ends[1]), 0);
    }
    return status;
}

static void an_analysis_is_kept_for_a_client_that_waits(void **state)
{
    (void)state;
    fc_error err = { 0 };
    if (service == NULL) {
        skip();
    }
    fc_http_response response = fc_http_response_start();
    ASSERT_OK(analyse("tests/data/astronaut.png", false, &response, &err), err);
    assert_int_equal(response.code, 200);
    assert_int_equal(fc_analysis_store_stats(service->analyses).count, 1);
    fc_http_response_clear(&response);
}

static void nothing_is_kept_for_a_client_that_has_left(void **state)
{
    (void)state;
    fc_error err = { 0 };
    if (service == NULL) {
        skip();
    }
    const fc_analysis_load before = fc_analysis_store_stats(service->analyses);
    for (int i = 0; i < 5; i++) {
        fc_http_response response = fc_http_response_start();
        assert_int_equal(analyse("tests/data/astronaut.png", true, &response, &err), FC_CANCELLED);
        fc_http_response_clear(&response);
    }
    while (fc_worker_pool_stats(service->pool).busy > 0) {
    }
    assert_int_equal(fc_analysis_store_stats(service->analyses).count, before.count);
    assert_int_equal(fc_analysis_store_stats(service->analyses).bytes, before.bytes);
}

static void a_photo_that_is_none_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    if (service == NULL) {
        skip();
    }
    fc_http_response response = fc_http_response_start();
    assert_int_equal(analyse("tests/data/SOURCES.md", false, &response, &err),
                     FC_UNSUPPORTED_FORMAT);
    fc_http_response_clear(&response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_analysis_is_kept_for_a_client_that_waits),
        cmocka_unit_test(nothing_is_kept_for_a_client_that_has_left),
        cmocka_unit_test(a_photo_that_is_none_is_refused),
    };
    return cmocka_run_group_tests_name("api/handle_analyze", tests, setup, teardown);
}
