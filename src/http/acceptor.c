#define _GNU_SOURCE /* accept4 */
#include "http/acceptor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/limits.h"

/* ---- shortage -------------------------------------------------------------------------------- */

#define PERIOD_US INT64_C(60000000)

void fc_http_shortage_note(fc_http_shortage *shortage, const char *reason)
{
    FC_ASSERT(shortage != NULL && reason != NULL);
    const int64_t now_us = fc_clock_us();
    shortage->times++;
    if (shortage->told_us == 0 || now_us - shortage->told_us >= PERIOD_US) {
        FC_LOG(FC_LOG_WARNING, "clients are turned away", FC_LOG_TEXT("reason", reason),
               FC_LOG_NUMBER("times", shortage->times));
        shortage->told_us = now_us;
        shortage->times = 0;
    }
}

/* ---- admission ------------------------------------------------------------------------------- */

void fc_http_address_group(const struct sockaddr *address, uint8_t group[FC_HTTP_GROUP_SIZE])
{
    FC_ASSERT(address != NULL && group != NULL);
    memset(group, 0, FC_HTTP_GROUP_SIZE);
    if (address->sa_family == AF_INET) {
        struct sockaddr_in ipv4;
        memcpy(&ipv4, address, sizeof ipv4);
        group[10] = group[11] = 0xff; /* as IPv6 writes it */
        memcpy(group + 12, &ipv4.sin_addr, 4);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 ipv6;
        memcpy(&ipv6, address, sizeof ipv6);
        const bool mapped = IN6_IS_ADDR_V4MAPPED(&ipv6.sin6_addr);
        memcpy(group, &ipv6.sin6_addr, mapped ? 16 : 8);
    }
}

static bool is_of(const fc_http_connection *connection, const uint8_t group[FC_HTTP_GROUP_SIZE])
{
    return group == NULL || memcmp(connection->group, group, FC_HTTP_GROUP_SIZE) == 0;
}

/* Connections of an address, without those that were hung up on. With the lock held. */
static int32_t count_of(const fc_http_connections *connections, const uint8_t *group)
{
    int32_t count = 0;
    for (const fc_http_connection *at = connections->first; at != NULL; at = at->next) {
        count += !at->dropped && is_of(at, group) ? 1 : 0;
    }
    return count;
}

/* Whoever is asking for nothing yet. What has a body or an answer on its way is not given up. */
static bool may_go(const fc_http_connection *connection)
{
    return !connection->dropped &&
           (connection->phase == FC_HTTP_IDLE || connection->phase == FC_HTTP_HEAD ||
            connection->phase == FC_HTTP_LINGERING);
}

/* group   NULL: of all. With the lock held. */
static bool drop_oldest(fc_http_connections *connections, const uint8_t *group)
{
    fc_http_connection *oldest = NULL;
    for (fc_http_connection *at = connections->first; at != NULL; at = at->next) {
        if (may_go(at) && is_of(at, group) && (oldest == NULL || at->since_us < oldest->since_us)) {
            oldest = at;
        }
    }
    if (oldest != NULL) {
        fc_http_connection_drop(oldest);
    }
    return oldest != NULL;
}

static fc_http_admission admit(fc_http_connections *connections,
                               const fc_http_admission_limits *limits, const uint8_t *group)
{
    const int32_t count = connections->count - connections->dropped;
    const bool full = count >= limits->connections_max;
    if (!full && limits->per_address_max == 0) {
        return FC_HTTP_ADMITTED;
    }
    const int32_t own = count_of(connections, group);
    if (limits->per_address_max > 0 && own >= limits->per_address_max) {
        return drop_oldest(connections, group) ? FC_HTTP_ADMITTED : FC_HTTP_TOO_MANY_OF_ADDRESS;
    }
    if (!full) {
        return FC_HTTP_ADMITTED;
    }
    /* Whoever has half of all does not push out others. */
    const bool much = own >= limits->connections_max / 2;
    const bool dropped =
        (much && drop_oldest(connections, group)) || drop_oldest(connections, NULL);
    const int32_t left = count - (dropped ? 1 : 0); /* it may have been in the reserve */
    return left < limits->connections_max                     ? FC_HTTP_ADMITTED
           : left < limits->connections_max + limits->reserve ? FC_HTTP_ADMITTED_IN_RESERVE
                                                              : FC_HTTP_TOO_MANY;
}

fc_http_admission fc_http_admit(fc_http_connections *connections,
                                const fc_http_admission_limits *limits,
                                const uint8_t group[FC_HTTP_GROUP_SIZE])
{
    FC_ASSERT(connections != NULL && limits != NULL && group != NULL);
    (void)pthread_mutex_lock(&connections->lock);
    const fc_http_admission admission = admit(connections, limits, group);
    connections->next_in_reserve = admission == FC_HTTP_ADMITTED_IN_RESERVE;
    (void)pthread_mutex_unlock(&connections->lock);
    return admission;
}

bool fc_http_shed(fc_http_connections *connections)
{
    FC_ASSERT(connections != NULL);
    (void)pthread_mutex_lock(&connections->lock);
    const bool dropped = drop_oldest(connections, NULL);
    (void)pthread_mutex_unlock(&connections->lock);
    return dropped;
}

/* ---- acceptor -------------------------------------------------------------------------------- */

/* A new connection is known to the rest within microseconds, or its memory could not be had. */
#define START_TIMEOUT_MS 1000

/* After a failure that no other connection can mend. */
#define PAUSE_MS 50

#define STACK_BYTES ((size_t)128 << 10)

static const char BUSY[] =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: application/json\r\n"
    "Retry-After: 1\r\nContent-Length: 33\r\n\r\n{\"detail\":\"too many connections\"}";

static const char BUSY_ADDRESS[] =
    "HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Type: application/json\r\n"
    "Retry-After: 1\r\nContent-Length: 50\r\n\r\n"
    "{\"detail\":\"too many connections from one address\"}";

/* How long clients that were turned away may take to read why. */
#define LINGER_MS 1000

static void release_socket(int socket)
{
    char waste[4096];
    (void)!recv(socket, waste, sizeof waste, MSG_DONTWAIT);
    (void)close(socket);
}

/* Descriptors that are kept for others alone. False: there was none. */
static bool end_lingering(fc_http_acceptor *acceptor)
{
    const bool some = acceptor->lingering_count > 0;
    for (int i = 0; i < acceptor->lingering_count; i++) {
        release_socket(acceptor->lingering[i]);
    }
    acceptor->lingering_count = 0;
    return some;
}

/* Never waits: the socket stays open for a moment, because closing it with bytes that nobody has
 * read would take the answer away from the client. */
static void turn_away(fc_http_acceptor *acceptor, int socket, const char *answer)
{
    if (acceptor->lingering_count == FC_HTTP_LINGERING_MAX) {
        (void)end_lingering(acceptor);
    }
    (void)!send(socket, answer, strlen(answer), MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)shutdown(socket, SHUT_WR);
    acceptor->lingering[acceptor->lingering_count++] = socket;
}

static void serve(fc_http_acceptor *acceptor, int socket, const struct sockaddr_storage *address,
                  socklen_t address_size)
{
    const uint64_t before = fc_http_connections_started(acceptor->connections);
    if (acceptor->take(acceptor->context, socket, (const struct sockaddr *)address, address_size)) {
        fc_http_connections_await(acceptor->connections, before, START_TIMEOUT_MS);
    } else {
        fc_http_shortage_note(&acceptor->shortage, "a connection could not be taken");
    }
}

static void receive(fc_http_acceptor *acceptor, int socket, const struct sockaddr_storage *address,
                    socklen_t address_size)
{
    uint8_t group[FC_HTTP_GROUP_SIZE];
    fc_http_address_group((const struct sockaddr *)address, group);
    switch (fc_http_admit(acceptor->connections, &acceptor->limits, group)) {
    case FC_HTTP_ADMITTED:
    case FC_HTTP_ADMITTED_IN_RESERVE:
        serve(acceptor, socket, address, address_size);
        return;
    case FC_HTTP_TOO_MANY:
        fc_http_shortage_note(&acceptor->shortage, "connections_max are in use");
        turn_away(acceptor, socket, BUSY);
        return;
    case FC_HTTP_TOO_MANY_OF_ADDRESS:
        fc_http_shortage_note(&acceptor->shortage, "connections_per_ip are in use by one address");
        turn_away(acceptor, socket, BUSY_ADDRESS);
        return;
    }
}

/* Sleep, but not when the end is asked for. */
static void rest(const fc_http_acceptor *acceptor)
{
    struct pollfd end = { .fd = acceptor->stop, .events = POLLIN };
    (void)poll(&end, 1, PAUSE_MS);
}

static int open_spare(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* No descriptor, or no memory for one: make room for the next one, and turn this one away. */
static void shed(fc_http_acceptor *acceptor, int reason)
{
    fc_http_shortage_note(&acceptor->shortage, strerror(reason));
    (void)fc_http_shed(acceptor->connections);
    if (!end_lingering(acceptor) && acceptor->spare >= 0) {
        (void)close(acceptor->spare);
        acceptor->spare = -1;
    }
    const int socket = accept4(acceptor->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
        turn_away(acceptor, socket, BUSY);
    } else {
        rest(acceptor);
    }
    acceptor->spare = acceptor->spare >= 0 ? acceptor->spare : open_spare();
}

/* One connection, if there is one; false: nobody waits. */
static bool accept_one(fc_http_acceptor *acceptor)
{
    struct sockaddr_storage address = { 0 };
    socklen_t address_size = sizeof address;
    const int socket = accept4(acceptor->listener, (struct sockaddr *)&address, &address_size,
                               SOCK_NONBLOCK | SOCK_CLOEXEC);
    const int reason = errno;
    if (socket >= 0) {
        receive(acceptor, socket, &address, address_size);
    } else if (reason == EMFILE || reason == ENFILE || reason == ENOBUFS || reason == ENOMEM) {
        shed(acceptor, reason);
    } else if (reason != EAGAIN && reason != EINTR && reason != ECONNABORTED) {
        fc_http_shortage_note(&acceptor->shortage, strerror(reason));
        rest(acceptor);
    }
    return socket >= 0 || reason != EAGAIN;
}

/* Who came before is answered. Nothing stands between the last look and the end: whoever connects
 * there is cut off (fc_http_listen_settle keeps them out, where the kernel lets it). */
static void end(fc_http_acceptor *acceptor)
{
    for (int i = 0; i < FC_HTTP_LAST_MAX && accept_one(acceptor); i++) {
    }
    (void)shutdown(acceptor->listener, SHUT_RDWR);
}

static void *run(void *context)
{
    fc_http_acceptor *acceptor = context;
    for (;;) {
        struct pollfd both[] = { { .fd = acceptor->stop, .events = POLLIN },
                                 { .fd = acceptor->listener, .events = POLLIN } };
        const int ready = poll(both, 2, acceptor->lingering_count > 0 ? LINGER_MS : -1);
        if (ready > 0 && both[0].revents != 0) {
            end(acceptor);
            return NULL;
        }
        if (ready > 0) {
            (void)accept_one(acceptor);
        } else if (ready == 0) {
            (void)end_lingering(acceptor);
        } else if (errno != EINTR) {
            rest(acceptor);
        }
    }
}

fc_status fc_http_acceptor_start(fc_http_acceptor *acceptor, fc_error *err)
{
    FC_ASSERT(acceptor != NULL && acceptor->connections != NULL && acceptor->take != NULL);
    acceptor->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (acceptor->stop < 0) {
        return fc_fail(err, FC_IO, "no descriptor for the server: %s", strerror(errno));
    }
    acceptor->spare = open_spare();
    pthread_attr_t attributes;
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    const int failure = pthread_create(&acceptor->thread, &attributes, run, acceptor);
    (void)pthread_attr_destroy(&attributes);
    if (failure != 0) {
        (void)close(acceptor->stop);
        if (acceptor->spare >= 0) {
            (void)close(acceptor->spare);
        }
        return fc_fail(err, FC_OUT_OF_MEMORY, "the server's thread could not be started");
    }
    return FC_OK;
}

void fc_http_acceptor_stop(fc_http_acceptor *acceptor)
{
    FC_ASSERT(acceptor != NULL);
    const uint64_t one = 1;
    (void)!write(acceptor->stop, &one, sizeof one);
    (void)pthread_join(acceptor->thread, NULL);
    (void)end_lingering(acceptor);
    (void)close(acceptor->stop);
    if (acceptor->spare >= 0) {
        (void)close(acceptor->spare);
    }
}
