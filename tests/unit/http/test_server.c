#define _GNU_SOURCE /* strcasestr */
#include "http/server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "support/fc_test.h"
#include "support/http_client.h"

#define CRLF "\r\n"
#define HOST "Host: test" CRLF

/* What the toy routes share with the tests. */
typedef struct toy {
    atomic_int gone;    /* clients whose handler saw them leave */
    atomic_int waiting; /* handlers in /wait */
    atomic_bool release;
    atomic_uint last_code; /* of the observer */
} toy;

static toy shared;

static void nap_ms(long ms)
{
    const struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    (void)nanosleep(&time, NULL);
}

static fc_status answer_health(void *context, const fc_http_request *request,
                               fc_http_response *response, fc_error *err)
{
    (void)context;
    (void)request;
    return fc_http_set_json(response, 200, json_pack("{s:s}", "status", "healthy"), err);
}

static fc_status answer_upload(void *context, const fc_http_request *request,
                               fc_http_response *response, fc_error *err)
{
    (void)context;
    const fc_http_file *file = fc_http_file_lookup(request, "file");
    const char *width = fc_http_pairs_lookup(request->fields, "width");
    return fc_http_set_json(
        response, 200,
        json_pack("{s:i, s:s?}", "size", file != NULL ? (int)file->bytes.size : -1, "width", width),
        err);
}

static fc_status answer_wait(void *context, const fc_http_request *request,
                             fc_http_response *response, fc_error *err)
{
    toy *state = context;
    atomic_fetch_add(&state->waiting, 1);
    while (!atomic_load(&state->release)) {
        if (fc_http_client_gone(request)) {
            atomic_fetch_add(&state->gone, 1);
            atomic_fetch_sub(&state->waiting, 1);
            return fc_fail(err, FC_CANCELLED, "the client has hung up");
        }
        nap_ms(10);
    }
    atomic_fetch_sub(&state->waiting, 1);
    return fc_http_set_json(response, 200, json_pack("{s:s}", "done", "yes"), err);
}

static fc_status answer_picture(void *context, const fc_http_request *request,
                                fc_http_response *response, fc_error *err)
{
    (void)context;
    (void)err;
    static const char PICTURE[] = "0123456789";
    assert_string_equal(fc_http_part(request, "id"), "a b");
    fc_http_set_constant(response, "image/png", (fc_bytes){ (const uint8_t *)PICTURE, 10 });
    fc_http_set_etag(response, "tag");
    return FC_OK;
}

static fc_status answer_failure(void *context, const fc_http_request *request,
                                fc_http_response *response, fc_error *err)
{
    (void)context;
    (void)request;
    (void)response;
    return fc_fail(err, FC_IO, "/secret/path cannot be read");
}

static bool next_event(void *context, char *piece, size_t *size)
{
    int *count = context;
    *size = (size_t)snprintf(piece, *size, "data: %d\n\n", *count);
    return ++*count < 3;
}

static fc_status answer_events(void *context, const fc_http_request *request,
                               fc_http_response *response, fc_error *err)
{
    (void)context;
    (void)request;
    (void)err;
    static int count;
    count = 0;
    fc_http_set_stream(response, "text/event-stream", next_event, &count, NULL);
    return FC_OK;
}

static const fc_http_route ROUTES[] = {
    { .method = FC_HTTP_GET,
      .pattern = "/health",
      .handler = answer_health,
      .open = true,
      .name = "health" },
    { .method = FC_HTTP_POST,
      .pattern = "/upload",
      .handler = answer_upload,
      .body = FC_HTTP_ONE_PHOTO,
      .name = "upload" },
    { .method = FC_HTTP_GET, .pattern = "/wait", .handler = answer_wait, .name = "wait" },
    { .method = FC_HTTP_GET,
      .pattern = "/picture/{id}",
      .handler = answer_picture,
      .name = "picture" },
    { .method = FC_HTTP_GET, .pattern = "/fail", .handler = answer_failure, .name = "fail" },
    { .method = FC_HTTP_GET, .pattern = "/events", .handler = answer_events, .name = "events" },
};

static void observe(void *context, const fc_http_event *event)
{
    toy *state = context;
    atomic_store(&state->last_code, event->code);
}

static fc_http_settings quick_settings(void)
{
    fc_http_settings settings = fc_http_settings_default();
    settings.connections_per_address_max = 0;
    settings.idle_timeout_ms = 60000;
    settings.header_timeout_ms = 60000;
    settings.file_bytes_max = 100000;
    settings.observe = observe;
    return settings;
}

static fc_http_server *start(const fc_http_settings *settings)
{
    fc_error err = { 0 };
    fc_http_server *server = NULL;
    atomic_store(&shared.release, false);
    atomic_store(&shared.gone, 0);
    atomic_store(&shared.last_code, 0);
    const fc_http_routes routes = { ROUTES, sizeof ROUTES / sizeof ROUTES[0] };
    ASSERT_OK(fc_http_server_new(settings, routes, &shared, &server, &err), err);
    return server;
}

static int set_up(void **state)
{
    const fc_http_settings settings = quick_settings();
    fc_log_set_level(FC_LOG_ERROR);
    *state = start(&settings);
    return 0;
}

static int tear_down(void **state)
{
    fc_http_server_free(*state);
    return 0;
}

static int ask(void **state, const char *request, char *answer, size_t size)
{
    return fc_client_ask(fc_http_server_port(*state), request, answer, size);
}

static void a_connection_serves_one_request_after_another(void **state)
{
    char answer[4096];
    const int socket = fc_client_connect(fc_http_server_port(*state));
    for (int i = 0; i < 3; i++) {
        fc_client_say(socket, "GET /health HTTP/1.1" CRLF HOST "X-Request-ID: my-id" CRLF CRLF);
        assert_int_equal(fc_client_read(socket, answer, sizeof answer, 5000), 200);
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
    assert_int_equal(fc_client_read(socket, answer, sizeof answer, 5000), 200);
    assert_non_null(strstr(answer, "Content-Length: 20"));
    assert_null(strstr(answer, "healthy"));
    close(socket);
}

static void an_id_that_could_forge_a_log_line_is_replaced(void **state)
{
    char answer[4096];
    ask(state, "GET /health HTTP/1.1" CRLF HOST "X-Request-ID: a b" CRLF CRLF, answer,
        sizeof answer);
    assert_null(strstr(answer, "X-Request-ID: a b"));
    assert_non_null(strstr(answer, "X-Request-ID: "));
}

static void what_is_not_there_is_refused_in_fastapis_words(void **state)
{
    char answer[4096];
    assert_int_equal(ask(state, "GET /none HTTP/1.1" CRLF HOST CRLF, answer, sizeof answer), 404);
    assert_non_null(strstr(answer, "{\"detail\":\"Not Found\"}"));
    assert_int_equal(ask(state, "PUT /health HTTP/1.1" CRLF HOST CRLF, answer, sizeof answer), 405);
    assert_non_null(strstr(answer, "{\"detail\":\"Method Not Allowed\"}"));
    assert_non_null(strstr(answer, "Allow: GET, HEAD, OPTIONS"));
    assert_int_equal(
        ask(state, "GET /none HTTP/1.1" CRLF HOST "Accept: application/problem+json" CRLF CRLF,
            answer, sizeof answer),
        404);
    assert_non_null(strstr(answer, "application/problem+json"));
    assert_non_null(strstr(answer, "\"title\":\"Not Found\""));
}

static void a_path_is_decoded_once_and_kept_inside(void **state)
{
    char answer[4096];
    static const char *const HOSTILE[] = { "/picture/%2e%2e", "/picture/..",  "/picture/a%2fb",
                                           "/picture/%00",    "/picture/%5c", "/picture/%zz",
                                           "/picture/%0a" };
    for (size_t i = 0; i < sizeof HOSTILE / sizeof HOSTILE[0]; i++) {
        char request[256];
        (void)snprintf(request, sizeof request, "GET %s HTTP/1.1" CRLF HOST CRLF, HOSTILE[i]);
        assert_int_equal(ask(state, request, answer, sizeof answer), 400);
    }
    assert_int_equal(
        ask(state, "GET /picture/a%20b HTTP/1.1" CRLF HOST CRLF, answer, sizeof answer), 200);
}

static void tags_and_ranges_are_honoured(void **state)
{
    char answer[4096];
    assert_int_equal(ask(state,
                         "GET /picture/a%20b HTTP/1.1" CRLF HOST "Range: bytes=2-4" CRLF CRLF,
                         answer, sizeof answer),
                     206);
    assert_non_null(strstr(answer, "Content-Range: bytes 2-4/10"));
    assert_non_null(strstr(answer, "\r\n\r\n234"));
    assert_int_equal(ask(state,
                         "GET /picture/a%20b HTTP/1.1" CRLF HOST "Range: bytes=10-" CRLF CRLF,
                         answer, sizeof answer),
                     416);
    assert_non_null(strstr(answer, "bytes */10"));
    assert_int_equal(ask(state,
                         "GET /picture/a%20b HTTP/1.1" CRLF HOST "If-None-Match: \"tag\"" CRLF CRLF,
                         answer, sizeof answer),
                     304);
}

static void a_failure_of_ours_tells_nothing(void **state)
{
    char answer[4096];
    fc_log_set_level((fc_log_level)(FC_LOG_ERROR + 1));
    assert_int_equal(ask(state, "GET /fail HTTP/1.1" CRLF HOST CRLF, answer, sizeof answer), 500);
    fc_log_set_level(FC_LOG_ERROR);
    assert_null(strstr(answer, "secret"));
    assert_non_null(strstr(answer, "{\"detail\":\"Internal Server Error\"}"));
}

static void a_stream_comes_piece_by_piece(void **state)
{
    char answer[4096];
    assert_int_equal(ask(state, "GET /events HTTP/1.1" CRLF HOST "Connection: close" CRLF CRLF,
                         answer, sizeof answer),
                     200);
    assert_non_null(strstr(answer, "data: 0"));
    assert_non_null(strstr(answer, "data: 2"));
}

#define PART_HEAD                                                                                  \
    "--B" CRLF "Content-Disposition: form-data; name=\"width\"" CRLF CRLF "64" CRLF "--B" CRLF     \
    "Content-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"" CRLF CRLF
#define PART_TAIL CRLF "--B--" CRLF

static void all_types_of_body_give_the_same(void **state)
{
    char answer[4096];
    char request[2048];
    static const struct {
        const char *type;
        const char *body;
        const char *width;
    } BODIES[] = {
        { "multipart/form-data; boundary=B", PART_HEAD "abcde" PART_TAIL, "\"64\"" },
        { "application/json", "{\"image\":\"YWJjZGU=\",\"width\":64}", "\"64\"" },
        { "image/jpeg", "abcde", "null" },
    };
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        (void)snprintf(request, sizeof request,
                       "POST /upload HTTP/1.1" CRLF HOST "Content-Type: %s" CRLF
                       "Content-Length: %zu" CRLF CRLF "%s",
                       BODIES[i].type, strlen(BODIES[i].body), BODIES[i].body);
        assert_int_equal(ask(state, request, answer, sizeof answer), 200);
        char expected[64];
        (void)snprintf(expected, sizeof expected, "{\"size\":5,\"width\":%s}", BODIES[i].width);
        assert_non_null(strstr(answer, expected));
    }
    assert_int_equal(ask(state,
                         "POST /upload HTTP/1.1" CRLF HOST "Content-Type: image/png" CRLF
                         "Transfer-Encoding: chunked" CRLF CRLF "3" CRLF "abc" CRLF "2" CRLF
                         "de" CRLF "0" CRLF CRLF,
                         answer, sizeof answer),
                     200);
    assert_non_null(strstr(answer, "\"size\":5"));
}

static void a_malformed_body_leaves_the_connection_usable(void **state)
{
    char answer[4096];
    const int socket = fc_client_connect(fc_http_server_port(*state));
    fc_client_say(socket, "POST /upload HTTP/1.1" CRLF HOST
                          "Content-Type: multipart/form-data; boundary=B" CRLF
                          "Content-Length: 9" CRLF CRLF "--Bxx" CRLF CRLF);
    assert_int_equal(fc_client_read(socket, answer, sizeof answer, 5000), 400);
    fc_client_say(socket, "GET /health HTTP/1.1" CRLF HOST CRLF);
    assert_int_equal(fc_client_read(socket, answer, sizeof answer, 5000), 200);
    close(socket);
}

static void too_large_a_body_is_refused_before_it_is_sent(void **state)
{
    char answer[4096];
    const int socket = fc_client_connect(fc_http_server_port(*state));
    fc_client_say(socket, "POST /upload HTTP/1.1" CRLF HOST "Content-Type: image/png" CRLF
                          "Expect: 100-continue" CRLF "Content-Length: 99999999" CRLF CRLF);
    assert_int_equal(fc_client_read(socket, answer, sizeof answer, 5000), 413);
    close(socket);
}

/* It goes on sending without looking, as many clients do, and must still get its answer. */
static void too_large_a_body_is_refused_while_it_is_sent(void **state)
{
    char answer[4096];
    static char block[65536];
    static const char *const FRAMING[] = { "Content-Length: 4194304",
                                           "Transfer-Encoding: chunked" };
    for (size_t i = 0; i < 2; i++) {
        const int socket = fc_client_connect(fc_http_server_port(*state));
        fc_client_say(socket, "POST /upload HTTP/1.1" CRLF HOST "Content-Type: image/png" CRLF);
        fc_client_say(socket, FRAMING[i]);
        fc_client_say(socket, CRLF CRLF);
        for (int k = 0; k < 64; k++) {
            fc_client_say(socket, i == 1 ? "10000" CRLF : "");
            fc_client_send(socket, block, sizeof block);
            fc_client_say(socket, i == 1 ? CRLF : "");
        }
        assert_int_equal(fc_client_read(socket, answer, sizeof answer, 5000), 413);
        close(socket);
    }
}

static void requests_that_two_servers_may_read_differently_are_refused(void **state)
{
    char answer[4096];
    static const char *const TWICE[] = {
        "Content-Length: 3" CRLF "Content-Length: 3" CRLF,
        "Content-Length: 3" CRLF "Content-Length: 30" CRLF,
        "Content-Length: 3" CRLF "Transfer-Encoding: chunked" CRLF,
        "Content-Length: +3" CRLF,
        "Content-Length: 0x3" CRLF,
        "Transfer-Encoding: gzip, chunked" CRLF,
        "Transfer-Encoding: chunked" CRLF "Transfer-Encoding: chunked" CRLF,
        "Host: other" CRLF "Content-Length: 3" CRLF,
        "Content-Type: image/png" CRLF "Content-Length: 3" CRLF,
        "Authorization: a" CRLF "Authorization: b" CRLF "Content-Length: 3" CRLF,
    };
    for (size_t i = 0; i < sizeof TWICE / sizeof TWICE[0]; i++) {
        char request[512];
        (void)snprintf(request, sizeof request,
                       "POST /upload HTTP/1.1" CRLF HOST "Content-Type: image/png" CRLF "%s" CRLF
                       "abc",
                       TWICE[i]);
        const int socket = fc_client_connect(fc_http_server_port(*state));
        fc_client_say(socket, request);
        assert_int_equal(fc_client_read(socket, answer, sizeof answer, 5000), 400);
        assert_true(fc_client_sees_end(socket, 5000));
        close(socket);
    }
    assert_int_equal(ask(state, "GET /health HTTP/1.1" CRLF CRLF, answer, sizeof answer), 400);
}

static void headers_are_bounded_in_number_and_size(void **state)
{
    static char answer[4096];
    static char request[65536];
    size_t length = (size_t)snprintf(request, sizeof request, "GET /health HTTP/1.1" CRLF HOST);
    for (int i = 0; i < 101; i++) {
        length += (size_t)snprintf(request + length, sizeof request - length, "A%d: b" CRLF, i);
    }
    (void)snprintf(request + length, sizeof request - length, CRLF);
    assert_int_equal(ask(state, request, answer, sizeof answer), 431);

    (void)snprintf(request, sizeof request,
                   "GET /health HTTP/1.1" CRLF HOST "A: %040000d" CRLF CRLF, 1);
    assert_int_equal(ask(state, request, answer, sizeof answer), 431);

    (void)snprintf(request, sizeof request, "GET /health?%09000d HTTP/1.1" CRLF HOST CRLF, 1);
    assert_int_equal(ask(state, request, answer, sizeof answer), 414);
}

static void keys_are_asked_for_and_can_be_changed(void **state)
{
    fc_error err = { 0 };
    char answer[4096];
    ASSERT_OK(fc_http_server_set_keys(*state, "one, two", &err), err);
    assert_int_equal(ask(state, "GET /health HTTP/1.1" CRLF HOST CRLF, answer, sizeof answer), 200);
    assert_int_equal(
        ask(state, "GET /picture/a%20b HTTP/1.1" CRLF HOST CRLF, answer, sizeof answer), 401);
    assert_non_null(strstr(answer, "WWW-Authenticate: Bearer"));
    assert_int_equal(ask(state, "GET /picture/a%20b HTTP/1.1" CRLF HOST "X-API-Key: two" CRLF CRLF,
                         answer, sizeof answer),
                     200);
    assert_int_equal(
        ask(state, "GET /picture/a%20b HTTP/1.1" CRLF HOST "Authorization: Bearer one" CRLF CRLF,
            answer, sizeof answer),
        200);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_http_server_set_keys(*state, "a,,b", &err), err);
    ASSERT_OK(fc_http_server_set_keys(*state, "three", &err), err);
    assert_int_equal(ask(state, "GET /picture/a%20b HTTP/1.1" CRLF HOST "X-API-Key: two" CRLF CRLF,
                         answer, sizeof answer),
                     401);
}

static void a_preflight_is_answered_without_a_key(void **state)
{
    fc_error err = { 0 };
    char answer[4096];
    ASSERT_OK(fc_http_server_set_keys(*state, "one", &err), err);
    assert_int_equal(ask(state,
                         "OPTIONS /upload HTTP/1.1" CRLF HOST "Origin: https://a.example" CRLF
                         "Access-Control-Request-Method: POST" CRLF CRLF,
                         answer, sizeof answer),
                     204);
    assert_non_null(strstr(answer, "Access-Control-Allow-Origin: *"));
    assert_non_null(strstr(answer, "Access-Control-Allow-Methods: POST, OPTIONS"));
    assert_null(strcasestr(answer, "Allow-Credentials"));
}

static void a_handler_that_waits_learns_that_its_client_left(void **state)
{
    const int socket = fc_client_connect(fc_http_server_port(*state));
    fc_client_say(socket, "GET /wait HTTP/1.1" CRLF HOST CRLF);
    while (atomic_load(&shared.waiting) == 0) {
        nap_ms(5);
    }
    close(socket);
    for (int i = 0; i < 200 && atomic_load(&shared.last_code) == 0; i++) {
        nap_ms(10);
    }
    assert_int_equal(atomic_load(&shared.gone), 1);
    assert_int_equal(atomic_load(&shared.last_code), 499);
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
    while (atomic_load(&shared.waiting) < 20) {
        nap_ms(5);
    }
    const int64_t start_us = fc_clock_us();
    for (int i = 0; i < 20; i++) {
        assert_int_equal(ask(state, "GET /health HTTP/1.1" CRLF HOST CRLF, answer, sizeof answer),
                         200);
    }
    print_message("health beside 200 connections: %d us\n", (int)((fc_clock_us() - start_us) / 20));
    assert_true(fc_http_server_load(*state).connections >= 200);
    atomic_store(&shared.release, true);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(fc_client_read(idle[i], answer, sizeof answer, 5000), 200);
    }
    for (int i = 0; i < 200; i++) {
        close(idle[i]);
    }
}

static void who_is_late_is_hung_up_on(void **state)
{
    (void)state;
    char answer[4096];
    fc_http_settings settings = quick_settings();
    settings.header_timeout_ms = 300;
    settings.body_timeout_ms = 300;
    settings.idle_timeout_ms = 300;
    fc_http_server *server = start(&settings);

    /* A byte now and then does not help. */
    const int header = fc_client_connect(fc_http_server_port(server));
    const int body = fc_client_connect(fc_http_server_port(server));
    const int idle = fc_client_connect(fc_http_server_port(server));
    fc_client_say(header, "GET /health HTTP/1.1" CRLF HOST);
    fc_client_say(body, "POST /upload HTTP/1.1" CRLF HOST "Content-Type: image/png" CRLF
                        "Content-Length: 1000" CRLF CRLF);
    fc_client_say(idle, "GET /health HTTP/1.1" CRLF HOST CRLF);
    assert_int_equal(fc_client_read(idle, answer, sizeof answer, 5000), 200);
    for (int i = 0; i < 10; i++) {
        fc_client_say(header, "X");
        fc_client_say(body, "x");
        nap_ms(50);
    }
    assert_int_equal(fc_client_read(header, answer, sizeof answer, 2000), 408);
    assert_int_equal(fc_client_read(body, answer, sizeof answer, 2000), 408);
    assert_true(fc_client_sees_end(header, 2000));
    assert_true(fc_client_sees_end(body, 2000));
    assert_true(fc_client_sees_end(idle, 2000));
    close(header);
    close(body);
    close(idle);
    fc_http_server_free(server);
}

/* Deadlines are for the client: our own work may take longer than any of them. */
static void a_handler_may_take_longer_than_every_timeout(void **state)
{
    (void)state;
    char answer[4096];
    fc_http_settings settings = quick_settings();
    settings.header_timeout_ms = 100;
    settings.idle_timeout_ms = 100;
    fc_http_server *server = start(&settings);
    const int socket = fc_client_connect(fc_http_server_port(server));
    fc_client_say(socket, "GET /wait HTTP/1.1" CRLF HOST CRLF);
    nap_ms(500);
    atomic_store(&shared.release, true);
    assert_int_equal(fc_client_read(socket, answer, sizeof answer, 5000), 200);
    close(socket);
    fc_http_server_free(server);
}

static void bodies_of_all_requests_have_a_common_limit(void **state)
{
    (void)state;
    char answer[4096];
    fc_http_settings settings = quick_settings();
    settings.bodies_bytes_max = 1000;
    fc_http_server *server = start(&settings);
    assert_int_equal(fc_client_ask(fc_http_server_port(server),
                                   "POST /upload HTTP/1.1" CRLF HOST "Content-Type: image/png" CRLF
                                   "Content-Length: 2000" CRLF CRLF,
                                   answer, sizeof answer),
                     503);
    assert_non_null(strstr(answer, "Retry-After: 1"));
    fc_http_server_free(server);
}

static void ending_waits_for_what_was_accepted(void **state)
{
    char answer[4096];
    const int idle = fc_client_connect(fc_http_server_port(*state));
    const int busy = fc_client_connect(fc_http_server_port(*state));
    fc_client_say(busy, "GET /wait HTTP/1.1" CRLF HOST CRLF);
    while (atomic_load(&shared.waiting) == 0) {
        nap_ms(5);
    }
    fc_http_server_quiesce(*state);
    assert_true(fc_client_sees_end(idle, 2000));
    assert_false(fc_http_server_drain(*state, 100));
    atomic_store(&shared.release, true);
    assert_true(fc_http_server_drain(*state, 5000));
    assert_int_equal(fc_client_read(busy, answer, sizeof answer, 5000), 200);
    assert_non_null(strcasestr(answer, "Connection: close"));
    close(idle);
    close(busy);
}

static void ending_by_force_frees_the_handlers(void **state)
{
    (void)state;
    const fc_http_settings settings = quick_settings();
    fc_http_server *server = start(&settings);
    const int busy = fc_client_connect(fc_http_server_port(server));
    fc_client_say(busy, "GET /wait HTTP/1.1" CRLF HOST CRLF);
    while (atomic_load(&shared.waiting) == 0) {
        nap_ms(5);
    }
    fc_http_server_free(server);
    assert_int_equal(atomic_load(&shared.gone), 1);
    close(busy);
}

static void a_port_in_use_and_an_unknown_host_are_refused(void **state)
{
    fc_error err = { 0 };
    fc_http_server *server = NULL;
    const fc_http_routes routes = { ROUTES, sizeof ROUTES / sizeof ROUTES[0] };
    fc_http_settings settings = quick_settings();
    settings.port = fc_http_server_port(*state);
    ASSERT_FAILS(FC_IO, fc_http_server_new(&settings, routes, &shared, &server, &err), err);
    settings.host = "no such host";
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_http_server_new(&settings, routes, &shared, &server, &err),
                 err);
    settings = quick_settings();
    settings.api_keys = "a,,b";
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_http_server_new(&settings, routes, &shared, &server, &err),
                 err);
    assert_null(server);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(a_connection_serves_one_request_after_another),
        WITH_SERVER(head_has_the_headers_of_get_and_no_body),
        WITH_SERVER(an_id_that_could_forge_a_log_line_is_replaced),
        WITH_SERVER(what_is_not_there_is_refused_in_fastapis_words),
        WITH_SERVER(a_path_is_decoded_once_and_kept_inside),
        WITH_SERVER(tags_and_ranges_are_honoured),
        WITH_SERVER(a_failure_of_ours_tells_nothing),
        WITH_SERVER(a_stream_comes_piece_by_piece),
        WITH_SERVER(all_types_of_body_give_the_same),
        WITH_SERVER(a_malformed_body_leaves_the_connection_usable),
        WITH_SERVER(too_large_a_body_is_refused_before_it_is_sent),
        WITH_SERVER(too_large_a_body_is_refused_while_it_is_sent),
        WITH_SERVER(requests_that_two_servers_may_read_differently_are_refused),
        WITH_SERVER(headers_are_bounded_in_number_and_size),
        WITH_SERVER(keys_are_asked_for_and_can_be_changed),
        WITH_SERVER(a_preflight_is_answered_without_a_key),
        WITH_SERVER(a_handler_that_waits_learns_that_its_client_left),
        WITH_SERVER(health_is_answered_beside_idle_and_waiting_connections),
        cmocka_unit_test(who_is_late_is_hung_up_on),
        cmocka_unit_test(a_handler_may_take_longer_than_every_timeout),
        cmocka_unit_test(bodies_of_all_requests_have_a_common_limit),
        WITH_SERVER(ending_waits_for_what_was_accepted),
        cmocka_unit_test(ending_by_force_frees_the_handlers),
        WITH_SERVER(a_port_in_use_and_an_unknown_host_are_refused),
    };
    return cmocka_run_group_tests_name("http/server", tests, NULL, NULL);
}
