#include "http/connection.h"

#include <unistd.h>

#include "support/fc_test.h"
#include "support/http_client.h"
#include "support/toy_server.h"

static void a_handler_that_waits_learns_that_its_client_left(void **state)
{
    const int socket = fc_client_connect(fc_http_server_port(*state));
    fc_client_say(socket, "GET /wait HTTP/1.1" CRLF HOST CRLF);
    while (atomic_load(&fc_toy.waiting) == 0) {
        fc_toy_nap_ms(5);
    }
    close(socket);
    while (atomic_load(&fc_toy.last_code) == 0) { /* ctest ends a test that waits for ever */
        fc_toy_nap_ms(5);
    }
    assert_int_equal(atomic_load(&fc_toy.gone), 1);
    assert_int_equal(atomic_load(&fc_toy.last_code), 499);
}

static void who_is_late_is_hung_up_on(void **state)
{
    (void)state;
    char answer[4096];
    fc_http_settings settings = fc_toy_settings();
    settings.header_timeout_ms = 1000; /* the idle one says all it has to within it */
    settings.body_timeout_ms = 1000;
    settings.idle_timeout_ms = 1000;
    fc_http_server *server = fc_toy_start(&settings);

    /* A byte now and then does not help. */
    const int header = fc_client_connect(fc_http_server_port(server));
    const int body = fc_client_connect(fc_http_server_port(server));
    const int idle = fc_client_connect(fc_http_server_port(server));
    fc_client_say(header, "GET /health HTTP/1.1" CRLF HOST);
    fc_client_say(body, "POST /upload HTTP/1.1" CRLF HOST "Content-Type: image/png" CRLF
                        "Content-Length: 1000" CRLF CRLF);
    fc_client_say(idle, "GET /health HTTP/1.1" CRLF HOST CRLF);
    assert_int_equal(fc_client_read(idle, answer, sizeof answer, 20000), 200);
    for (int i = 0; i < 30; i++) {
        fc_client_say(header, "X");
        fc_client_say(body, "x");
        fc_toy_nap_ms(50);
    }
    assert_int_equal(fc_client_read(header, answer, sizeof answer, 20000), 408);
    assert_int_equal(fc_client_read(body, answer, sizeof answer, 20000), 408);
    assert_true(fc_client_sees_end(header, 20000));
    assert_true(fc_client_sees_end(body, 20000));
    assert_true(fc_client_sees_end(idle, 20000));
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
    fc_http_settings settings = fc_toy_settings();
    settings.header_timeout_ms = 1000;
    settings.idle_timeout_ms = 1000;
    fc_http_server *server = fc_toy_start(&settings);
    const int socket = fc_client_connect(fc_http_server_port(server));
    fc_client_say(socket, "GET /wait HTTP/1.1" CRLF HOST CRLF);
    while (atomic_load(&fc_toy.waiting) == 0) {
        fc_toy_nap_ms(5);
    }
    fc_toy_nap_ms(1500);
    atomic_store(&fc_toy.release, true);
    assert_int_equal(fc_client_read(socket, answer, sizeof answer, 20000), 200);
    close(socket);
    fc_http_server_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(a_handler_that_waits_learns_that_its_client_left),
        cmocka_unit_test(who_is_late_is_hung_up_on),
        cmocka_unit_test(a_handler_may_take_longer_than_every_timeout),
    };
    return cmocka_run_group_tests_name("http/connection", tests, NULL, NULL);
}
