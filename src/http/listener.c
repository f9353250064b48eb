#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include "http/listener.h"

#include <errno.h>
#include <linux/filter.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"

/** Connections that the kernel keeps until they are accepted. */
#define BACKLOG 511

/* -1 with errno where it cannot be had. */
static int listen_on(const struct addrinfo *address)
{
    const int on = 1;
    const int off = 0;
    const int made = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) {
        return -1;
    }
    (void)setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->ai_family == AF_INET6) {
        (void)setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    }
    if (bind(made, address->ai_addr, address->ai_addrlen) != 0 || listen(made, BACKLOG) != 0) {
        const int reason = errno;
        (void)close(made);
        errno = reason;
        return -1;
    }
    return made;
}

fc_status fc_http_listen(const char *host, uint16_t port, int *out, fc_error *err)
{
    FC_ASSERT(host != NULL);
    FC_ASSERT(out != NULL);
    char service[8];
    (void)snprintf(service, sizeof service, "%u", port);
    const struct addrinfo wanted = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                                     .ai_socktype = SOCK_STREAM };
    struct addrinfo *addresses = NULL;
    if (getaddrinfo(host, service, &wanted, &addresses) != 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "host \"%s\" is not an address of this machine",
                       host);
    }
    int made = -1;
    for (const struct addrinfo *at = addresses; at != NULL && made < 0; at = at->ai_next) {
        made = listen_on(at);
    }
    const int reason = errno;
    freeaddrinfo(addresses);
    if (made < 0) {
        return fc_fail(err, FC_IO, "cannot listen on %s port %u: %s", host, port, strerror(reason));
    }
    *out = made;
    return FC_OK;
}

uint16_t fc_http_listen_port(int socket)
{
    struct sockaddr_storage bound = { 0 };
    socklen_t size = sizeof bound;
    if (getsockname(socket, (struct sockaddr *)&bound, &size) != 0) {
        return 0;
    }
    if (bound.ss_family == AF_INET6) {
        struct sockaddr_in6 address;
        memcpy(&address, &bound, sizeof address);
        return ntohs(address.sin6_port);
    }
    struct sockaddr_in address;
    memcpy(&address, &bound, sizeof address);
    return ntohs(address.sin_port);
}

/* Of a listening socket Linux tells there how many connections wait to be accepted. */
static bool has_waiting(int socket)
{
    struct tcp_info info = { 0 };
    socklen_t size = sizeof info;
    return getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_unacked > 0;
}

/* Where the flags stand in a TCP header, and the one that asks for a connection (RFC 9293, 3.1). */
#define TCP_FLAGS_AT 13
#define TCP_SYN 0x02

/* Nobody else gets into the kernel's queue: requests for a connection are dropped unanswered, and
 * asked again by the client's kernel a second later, when the address is closed or is another
 * process's. What belongs to connections that are being made passes. */
static bool refuse_newcomers(int socket)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, TCP_FLAGS_AT),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, TCP_SYN, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    const struct sock_fprog program = { .len = sizeof steps / sizeof steps[0], .filter = steps };
    return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

/* Connections that are half made when nobody new gets in are made within a round trip. */
#define ROUND_TRIP_MS 50

void fc_http_listen_settle(int socket, int32_t timeout_ms)
{
    const struct timespec pause = { .tv_nsec = 1000000 };
    const int32_t quiet_ms = refuse_newcomers(socket) ? ROUND_TRIP_MS : 0;
    int32_t quiet = 0;
    for (int32_t waited_ms = 0; waited_ms < timeout_ms; waited_ms++) {
        quiet = has_waiting(socket) ? 0 : quiet + 1;
        if (quiet > quiet_ms) {
            return;
        }
        (void)nanosleep(&pause, NULL);
    }
}
