#include "http/exchange.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/fc_test.h"
#include "support/http_client.h"
#include "support/toy_server.h"

static void an_id_that_could_forge_a_log_line_is_replaced(void **state)
{
    char answer[4096];
    fc_toy_ask(state, "GET /health HTTP/1.1" CRLF HOST "X-Request-ID: a b" CRLF CRLF, answer,
               sizeof answer);
    assert_null(strstr(answer, "X-Request-ID: a b"));
    assert_non_null(strstr(answer, "X-Request-ID: "));
}

static void what_is_not_there_is_refused_in_fastapis_words(void **state)
{
    char answer[4096];
    assert_int_equal(fc_toy_ask(state, "GET /none HTTP/1.1" CRLF HOST CRLF, answer, sizeof answer),
                     404);
    assert_non_null(strstr(answer, "{\"detail\":\"Not Found\"}"));
    assert_int_equal(
        fc_toy_ask(state, "PUT /health HTTP/1.1" CRLF HOST CRLF, answer, sizeof answer), 405);
    assert_non_null(strstr(answer, "{\"detail\":\"Method Not Allowed\"}"));
    assert_non_null(strstr(answer, "Allow: GET, HEAD, OPTIONS"));
    assert_int_equal(fc_toy_ask(state,
                                "GET /none HTTP/1.1" CRLF HOST
                                "Accept: application/problem+json" CRLF CRLF,
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
        assert_int_equal(fc_toy_ask(state, request, answer, sizeof answer), 400);
    }
    assert_int_equal(
        fc_toy_ask(state, "GET /picture/a%20b HTTP/1.1" CRLF HOST CRLF, answer, sizeof answer),
        200);
}

static void tags_and_ranges_are_honoured(void **state)
{
    char answer[4096];
    assert_int_equal(
        fc_toy_ask(state, "GET /picture/a%20b HTTP/1.1" CRLF HOST "Range: bytes=2-4" CRLF CRLF,
                   answer, sizeof answer),
        206);
    assert_non_null(strstr(answer, "Content-Range: bytes 2-4/10"));
    assert_non_null(strstr(answer, "\r\n\r\n234"));
    assert_int_equal(
        fc_toy_ask(state, "GET /picture/a%20b HTTP/1.1" CRLF HOST "Range: bytes=10-" CRLF CRLF,
                   answer, sizeof answer),
        416);
    assert_non_null(strstr(answer, "bytes */10"));
    assert_int_equal(fc_toy_ask(state,
                                "GET /picture/a%20b HTTP/1.1" CRLF HOST
                                "If-None-Match: \"tag\"" CRLF CRLF,
                                answer, sizeof answer),
                     304);
}

static void a_failure_of_ours_tells_its_kind_and_no_more(void **state)
{
    char answer[4096];
    assert_int_equal(fc_toy_ask(state, "GET /fail HTTP/1.1" CRLF HOST CRLF, answer, sizeof answer),
                     500);
    assert_null(strstr(answer, "secret"));
    assert_non_null(strstr(answer, "{\"detail\":\"Internal Server Error: a file could not be read "
                                   "or written\"}"));
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
        assert_int_equal(fc_toy_ask(state, request, answer, sizeof answer), 200);
        char expected[64];
        (void)snprintf(expected, sizeof expected, "{\"size\":5,\"width\":%s}", BODIES[i].width);
        assert_non_null(strstr(answer, expected));
    }
    assert_int_equal(fc_toy_ask(state,
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
    assert_int_equal(fc_client_read(socket, answer, sizeof answer, 20000), 400);
    fc_client_say(socket, "GET /health HTTP/1.1" CRLF HOST CRLF);
    assert_int_equal(fc_client_read(socket, answer, sizeof answer, 20000), 200);
    close(socket);
}

static void too_large_a_body_is_refused_before_it_is_sent(void **state)
{
    char answer[4096];
    const int socket = fc_client_connect(fc_http_server_port(*state));
    fc_client_say(socket, "POST /upload HTTP/1.1" CRLF HOST "Content-Type: image/png" CRLF
                          "Expect: 100-continue" CRLF "Content-Length: 99999999" CRLF CRLF);
    assert_int_equal(fc_client_read(socket, answer, sizeof answer, 20000), 413);
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
        assert_int_equal(fc_client_read(socket, answer, sizeof answer, 20000), 413);
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
        assert_int_equal(fc_client_read(socket, answer, sizeof answer, 20000), 400);
        assert_true(fc_client_sees_end(socket, 20000));
        close(socket);
    }
    assert_int_equal(fc_toy_ask(state, "GET /health HTTP/1.1" CRLF CRLF, answer, sizeof answer),
                     400);
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
    assert_int_equal(fc_toy_ask(state, request, answer, sizeof answer), 431);

    (void)snprintf(request, sizeof request,
                   "GET /health HTTP/1.1" CRLF HOST "A: %040000d" CRLF CRLF, 1);
    assert_int_equal(fc_toy_ask(state, request, answer, sizeof answer), 431);

    (void)snprintf(request, sizeof request, "GET /health?%09000d HTTP/1.1" CRLF HOST CRLF, 1);
    assert_int_equal(fc_toy_ask(state, request, answer, sizeof answer), 414);
}

/* Memory that all bodies share. */
static atomic_size_t memory_left;

static bool charge(void *context, size_t bytes, size_t own)
{
    (void)context;
    (void)own;
    size_t left = atomic_load(&memory_left);
    while (bytes <= left) {
        if (atomic_compare_exchange_weak(&memory_left, &left, left - bytes)) {
            return true;
        }
    }
    return false;
}

static void discharge(void *context, size_t bytes)
{
    (void)context;
    (void)atomic_fetch_add(&memory_left, bytes);
}

static fc_http_server *start_with_memory(size_t bytes)
{
    fc_http_settings settings = fc_toy_settings();
    settings.charge = charge;
    settings.discharge = discharge;
    atomic_store(&memory_left, bytes);
    return fc_toy_start(&settings);
}

#define UPLOAD "POST /upload HTTP/1.1" CRLF HOST "Content-Type: image/png" CRLF

static void a_body_is_refused_when_others_have_the_memory(void **state)
{
    (void)state;
    char answer[4096];
    fc_http_server *server = start_with_memory(50000);
    assert_int_equal(fc_client_ask(fc_http_server_port(server),
                                   UPLOAD "Content-Length: 99000" CRLF CRLF, answer, sizeof answer),
                     503);
    assert_non_null(strstr(answer, "Retry-After: 1"));
    fc_http_server_free(server);
    assert_int_equal(atomic_load(&memory_left), 50000);
}

/* It said nothing about its length: the memory ends on the way. */
static void a_body_is_refused_when_the_memory_ends_on_the_way(void **state)
{
    (void)state;
    char answer[4096];
    static char piece[8192];
    memset(piece, 'x', sizeof piece);
    fc_http_server *server = start_with_memory(50000);
    const int socket = fc_client_connect(fc_http_server_port(server));
    fc_client_say(socket, UPLOAD "Transfer-Encoding: chunked" CRLF CRLF);
    for (int i = 0; i < 12; i++) {
        fc_client_say(socket, "2000" CRLF);
        fc_client_send(socket, piece, sizeof piece);
        fc_client_say(socket, CRLF);
    }
    assert_int_equal(fc_client_read(socket, answer, sizeof answer, 20000), 503);
    assert_non_null(strstr(answer, "Retry-After: 1"));
    close(socket);
    fc_http_server_free(server);
    assert_int_equal(atomic_load(&memory_left), 50000);
}

static void a_promise_takes_no_memory_and_small_bodies_need_none(void **state)
{
    (void)state;
    char answer[4096];
    fc_http_server *server = start_with_memory(200000);
    const int promising = fc_client_connect(fc_http_server_port(server));
    fc_client_say(promising, UPLOAD "Content-Length: 99000" CRLF CRLF "x");
    atomic_store(&memory_left, 0);
    assert_int_equal(fc_client_ask(fc_http_server_port(server),
                                   UPLOAD "Content-Length: 5" CRLF CRLF "abcde", answer,
                                   sizeof answer),
                     200);
    close(promising);
    fc_http_server_free(server);
    assert_int_equal(atomic_load(&memory_left), 0);
}

static void a_body_that_could_never_be_had_is_too_large(void **state)
{
    (void)state;
    char answer[4096];
    fc_http_settings settings = fc_toy_settings();
    settings.bodies_bytes_max = 1000;
    fc_http_server *server = fc_toy_start(&settings);
    assert_int_equal(fc_client_ask(fc_http_server_port(server),
                                   UPLOAD "Content-Length: 2000" CRLF CRLF, answer, sizeof answer),
                     413);
    fc_http_server_free(server);
}

/* Who has sent much may not rest on the memory that it takes, as long as its bytes have earned. */
static void a_body_that_stops_is_given_up_however_much_has_come(void **state)
{
    (void)state;
    char answer[4096];
    static char piece[90000];
    fc_http_settings settings = fc_toy_settings();
    settings.body_timeout_ms = 300;
    settings.bytes_per_second_min = 1; /* 25 hours */
    fc_http_server *server = fc_toy_start(&settings);
    const int socket = fc_client_connect(fc_http_server_port(server));
    fc_client_say(socket, UPLOAD "Content-Length: 99000" CRLF CRLF);
    fc_client_send(socket, piece, sizeof piece);
    assert_int_equal(fc_client_read(socket, answer, sizeof answer, 20000), 408);
    close(socket);
    fc_http_server_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(an_id_that_could_forge_a_log_line_is_replaced),
        WITH_SERVER(what_is_not_there_is_refused_in_fastapis_words),
        WITH_SERVER(a_path_is_decoded_once_and_kept_inside),
        WITH_SERVER(tags_and_ranges_are_honoured),
        WITH_SERVER(a_failure_of_ours_tells_its_kind_and_no_more),
        WITH_SERVER(all_types_of_body_give_the_same),
        WITH_SERVER(a_malformed_body_leaves_the_connection_usable),
        WITH_SERVER(too_large_a_body_is_refused_before_it_is_sent),
        WITH_SERVER(too_large_a_body_is_refused_while_it_is_sent),
        WITH_SERVER(requests_that_two_servers_may_read_differently_are_refused),
        WITH_SERVER(headers_are_bounded_in_number_and_size),
        cmocka_unit_test(a_body_is_refused_when_others_have_the_memory),
        cmocka_unit_test(a_body_is_refused_when_the_memory_ends_on_the_way),
        cmocka_unit_test(a_promise_takes_no_memory_and_small_bodies_need_none),
        cmocka_unit_test(a_body_that_could_never_be_had_is_too_large),
        cmocka_unit_test(a_body_that_stops_is_given_up_however_much_has_come),
    };
    return cmocka_run_group_tests_name("http/exchange", tests, NULL, NULL);
}
