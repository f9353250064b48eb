#include "http/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/fc_test.h"

/* kind   SOCK_NONBLOCK, or 0; `reason`: what connect() leaves in errno */
static int connect_to(uint16_t port, int kind, int reason)
{
    const struct sockaddr_in address = { .sin_family = AF_INET,
                                         .sin_port = htons(port),
                                         .sin_addr = { htonl(INADDR_LOOPBACK) } };
    const int made = socket(AF_INET, SOCK_STREAM | kind, 0);
    assert_true(made >= 0);
    errno = 0;
    (void)connect(made, (const struct sockaddr *)&address, sizeof address);
    assert_int_equal(errno, reason);
    return made;
}

/* qemu's emulation of a program gives the first four bytes of it only. */
static bool tells_who_waits(int listener)
{
    struct tcp_info info = { 0 };
    socklen_t size = sizeof info;
    assert_int_equal(getsockopt(listener, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
    return size >= offsetof(struct tcp_info, tcpi_unacked) + sizeof info.tcpi_unacked;
}

static void a_listener_settles_when_all_who_connected_are_accepted(void **state)
{
    (void)state;
    fc_error err = { 0 };
    int listener = -1;
    ASSERT_OK(fc_http_listen("127.0.0.1", 0, &listener, &err), err);
    if (!tells_who_waits(listener)) {
        (void)close(listener);
        skip();
    }

    const int client = connect_to(fc_http_listen_port(listener), 0, 0);
    const int64_t start_us = fc_clock_us();
    fc_http_listen_settle(listener, 20);
    assert_true(fc_clock_us() - start_us >= 20000); /* somebody waits: all the time it may take */

    const int accepted = accept(listener, NULL, NULL);
    assert_true(accepted >= 0);
    fc_http_listen_settle(listener, 60000);
    (void)close(accepted);
    (void)close(client);
    (void)close(listener);
}

/* Some kernels let only administrators of the network do it. */
static bool may_filter(int listener)
{
    struct sock_filter all[] = { BPF_STMT(BPF_RET | BPF_K, UINT32_MAX) };
    const struct sock_fprog program = { .len = 1, .filter = all };
    return setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

/* Between the last look at the queue and the end of the listener nobody may believe that he is
 * connected: his request would be lost. */
static void a_settled_listener_takes_nobody(void **state)
{
    (void)state;
    fc_error err = { 0 };
    int listener = -1;
    ASSERT_OK(fc_http_listen("127.0.0.1", 0, &listener, &err), err);
    if (!may_filter(listener)) {
        (void)close(listener);
        skip();
    }
    fc_http_listen_settle(listener, 60000); /* nobody waits: soon */
    const int client = connect_to(fc_http_listen_port(listener), SOCK_NONBLOCK, EINPROGRESS);
    struct pollfd connected = { .fd = client, .events = POLLOUT };
    assert_int_equal(poll(&connected, 1, 100), 0);

    (void)shutdown(listener, SHUT_RDWR);
    assert_int_equal(poll(&connected, 1, 60000), 1); /* asked again: nobody is there */
    int reason = 0;
    socklen_t size = sizeof reason;
    assert_int_equal(getsockopt(client, SOL_SOCKET, SO_ERROR, &reason, &size), 0);
    assert_int_equal(reason, ECONNREFUSED);
    (void)close(client);
    (void)close(listener);
}

static void an_address_that_is_nowhere_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    int listener = -1;
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_http_listen("not a host name", 0, &listener, &err), err);
    assert_int_equal(listener, -1);
}

static void a_port_in_use_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    int first = -1;
    int second = -1;
    ASSERT_OK(fc_http_listen("127.0.0.1", 0, &first, &err), err);
    ASSERT_FAILS(FC_IO, fc_http_listen("127.0.0.1", fc_http_listen_port(first), &second, &err),
                 err);
    (void)close(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_listener_settles_when_all_who_connected_are_accepted),
        cmocka_unit_test(a_settled_listener_takes_nobody),
        cmocka_unit_test(an_address_that_is_nowhere_is_refused),
        cmocka_unit_test(a_port_in_use_is_told),
    };
    return cmocka_run_group_tests_name("http/listener", tests, NULL, NULL);
}
