#define _GNU_SOURCE /* strcasestr */
#include "http/server.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/fc_test.h"
#include "support/http_client.h"
#include "support/toy_server.h"

static void a_connection_serves_one_request_after_another(void **state)
{
    char answer[4096];
    const int socket = fc_client_connect(fc_http_server_port(*state));
    for (int i = 0; i < 3; i++) {
        fc_client_say(socket, "GET /health HTTP/1.1" CRLF HOST "X-Request-ID: my-id" CRLF CRLF);
        assert_int_equal(fc_client_read(socket, answer, sizeof answer, 20000), 200);
        assert_non_null(strstr(answer, "{\"status\":\"healthy\"}"));
        assert_non_null(strstr(answer, "X-Request-ID: my-id"));
        assert_non_null(strstr(answer, "nosniff"));
        assert_non_null(strstr(answer, "Cache-Control: no-store"));
    }
    close(socket);
}

static void head_has_the_headers_of_get_and_no_body(void **state)
{
    char answer[4096];
    const int socket = fc_client_connect(fc_http_server_port(*state));
    fc_client_say(socket, "HEAD /health HTTP/1.1" CRLF HOST "Connection: close" CRLF CRLF);
    assert_int_equal(fc_client_read(socket, answer, sizeof answer, 20000), 200);
    assert_non_null(strstr(answer, "Content-Length: 20"));
    assert_null(strstr(answer, "healthy"));
    close(socket);
}

static void health_is_answered_beside_idle_and_waiting_connections(void **state)
{
    char answer[4096];
    int idle[200];
    for (int i = 0; i < 200; i++) {
        idle[i] = fc_client_connect(fc_http_server_port(*state));
        if (i < 20) {
            fc_client_say(idle[i], "GET /wait HTTP/1.1" CRLF HOST CRLF);
        }
    }
    while (atomic_load(&fc_toy.waiting) < 20) {
        fc_toy_nap_ms(5);
    }
    const int64_t start_us = fc_clock_us();
    for (int i = 0; i < 20; i++) {
        assert_int_equal(
            fc_toy_ask(state, "GET /health HTTP/1.1" CRLF HOST CRLF, answer, sizeof answer), 200);
    }
    print_message("health beside 200 connections: %d us\n", (int)((fc_clock_us() - start_us) / 20));
    assert_true(fc_http_server_load(*state).connections >= 200);
    atomic_store(&fc_toy.release, true);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(fc_client_read(idle[i], answer, sizeof answer, 20000), 200);
    }
    for (int i = 0; i < 200; i++) {
        close(idle[i]);
    }
}

static void ending_waits_for_what_was_accepted(void **state)
{
    char answer[4096];
    const int idle = fc_client_connect(fc_http_server_port(*state));
    const int busy = fc_client_connect(fc_http_server_port(*state));
    fc_client_say(busy, "GET /wait HTTP/1.1" CRLF HOST CRLF);
    while (atomic_load(&fc_toy.waiting) == 0) {
        fc_toy_nap_ms(5);
    }
    fc_http_server_quiesce(*state);
    assert_true(fc_client_sees_end(idle, 20000));
    assert_false(fc_http_server_drain(*state, 100));
    atomic_store(&fc_toy.release, true);
    assert_true(fc_http_server_drain(*state, 20000));
    assert_int_equal(fc_client_read(busy, answer, sizeof answer, 20000), 200);
    assert_non_null(strcasestr(answer, "Connection: close"));
    close(idle);
    close(busy);
}

static void ending_by_force_frees_the_handlers(void **state)
{
    (void)state;
    const fc_http_settings settings = fc_toy_settings();
    fc_http_server *server = fc_toy_start(&settings);
    const int busy = fc_client_connect(fc_http_server_port(server));
    fc_client_say(busy, "GET /wait HTTP/1.1" CRLF HOST CRLF);
    while (atomic_load(&fc_toy.waiting) == 0) {
        fc_toy_nap_ms(5);
    }
    fc_http_server_free(server);
    assert_int_equal(atomic_load(&fc_toy.gone), 1);
    close(busy);
}

static void a_port_in_use_and_an_unknown_host_are_refused(void **state)
{
    fc_error err = { 0 };
    fc_http_server *server = NULL;
    const fc_http_routes routes = fc_toy_routes();
    fc_http_settings settings = fc_toy_settings();
    settings.port = fc_http_server_port(*state);
    ASSERT_FAILS(FC_IO, fc_http_server_new(&settings, routes, &fc_toy, &server, &err), err);
    settings.host = "no such host";
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_http_server_new(&settings, routes, &fc_toy, &server, &err),
                 err);
    settings = fc_toy_settings();
    settings.api_keys = "a,,b";
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_http_server_new(&settings, routes, &fc_toy, &server, &err),
                 err);
    assert_null(server);
}

static void keys_are_asked_for_and_can_be_changed(void **state)
{
    fc_error err = { 0 };
    char answer[4096];
    ASSERT_OK(fc_http_server_set_keys(*state, "one, two", &err), err);
    assert_int_equal(
        fc_toy_ask(state, "GET /health HTTP/1.1" CRLF HOST CRLF, answer, sizeof answer), 200);
    assert_int_equal(
        fc_toy_ask(state, "GET /picture/a%20b HTTP/1.1" CRLF HOST CRLF, answer, sizeof answer),
        401);
    assert_non_null(strstr(answer, "WWW-Authenticate: Bearer"));
    assert_int_equal(fc_toy_ask(state,
                                "GET /picture/a%20b HTTP/1.1" CRLF HOST "X-API-Key: two" CRLF CRLF,
                                answer, sizeof answer),
                     200);
    assert_int_equal(fc_toy_ask(state,
                                "GET /picture/a%20b HTTP/1.1" CRLF HOST
                                "Authorization: Bearer one" CRLF CRLF,
                                answer, sizeof answer),
                     200);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_http_server_set_keys(*state, "a,,b", &err), err);
    ASSERT_OK(fc_http_server_set_keys(*state, "three", &err), err);
    assert_int_equal(fc_toy_ask(state,
                                "GET /picture/a%20b HTTP/1.1" CRLF HOST "X-API-Key: two" CRLF CRLF,
                                answer, sizeof answer),
                     401);
}

static void a_preflight_is_answered_without_a_key(void **state)
{
    fc_error err = { 0 };
    char answer[4096];
    ASSERT_OK(fc_http_server_set_keys(*state, "one", &err), err);
    assert_int_equal(fc_toy_ask(state,
                                "OPTIONS /upload HTTP/1.1" CRLF HOST
                                "Origin: https://a.example" CRLF
                                "Access-Control-Request-Method: POST" CRLF CRLF,
                                answer, sizeof answer),
                     204);
    assert_non_null(strstr(answer, "Access-Control-Allow-Origin: *"));
    assert_non_null(strstr(answer, "Access-Control-Allow-Methods: POST, OPTIONS"));
    assert_null(strcasestr(answer, "Allow-Credentials"));
}

static void a_stream_comes_piece_by_piece(void **state)
{
    char answer[4096];
    assert_int_equal(fc_toy_ask(state,
                                "GET /events HTTP/1.1" CRLF HOST "Connection: close" CRLF CRLF,
                                answer, sizeof answer),
                     200);
    assert_non_null(strstr(answer, "data: 0"));
    assert_non_null(strstr(answer, "data: 2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(a_connection_serves_one_request_after_another),
        WITH_SERVER(head_has_the_headers_of_get_and_no_body),
        WITH_SERVER(health_is_answered_beside_idle_and_waiting_connections),
        WITH_SERVER(ending_waits_for_what_was_accepted),
        cmocka_unit_test(ending_by_force_frees_the_handlers),
        WITH_SERVER(a_port_in_use_and_an_unknown_host_are_refused),
        WITH_SERVER(keys_are_asked_for_and_can_be_changed),
        WITH_SERVER(a_preflight_is_answered_without_a_key),
        WITH_SERVER(a_stream_comes_piece_by_piece),
    };
    return cmocka_run_group_tests_name("http/server", tests, NULL, NULL);
}
