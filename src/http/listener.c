#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include "http/listener.h"

#include <errno.h>
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

void fc_http_listen_settle(int socket, int32_t timeout_ms)
{
    const struct timespec pause = { .tv_nsec = 1000000 };
    for (int32_t waited_ms = 0; waited_ms < timeout_ms && has_waiting(socket); waited_ms++) {
        (void)nanosleep(&pause, NULL);
    }
}
