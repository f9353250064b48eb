/* Whether a client is still there. One that has sent all it will send and waits for its answer has
 * closed its half of the connection; one that has left has closed both. The difference is seen when
 * something is sent to it: the other side of a closed connection resets it. */
#define _GNU_SOURCE /* POLLRDHUP */
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/assert.h"
#include "http/exchange.h"

static short look_at(int socket)
{
    struct pollfd poll_one = { .fd = socket, .events = POLLRDHUP };
    return poll(&poll_one, 1, 0) > 0 ? poll_one.revents : 0;
}

void fc_http_connection_note_half(fc_http_connection *connection)
{
    FC_ASSERT(connection != NULL);
    connection->half_closed = (look_at(connection->socket) & POLLRDHUP) != 0;
}

/* An answer that says nothing, before the answer; every client of HTTP/1.1 passes it over. False:
 * it cannot be sent. */
static bool probe(const fc_http_request *request)
{
    static const char NOTHING[] = "HTTP/1.1 100 Continue\r\n\r\n";
    const fc_http_exchange *exchange = request->exchange;
    return exchange != NULL && exchange->interim && !exchange->answered &&
           send(request->connection->socket, NOTHING, strlen(NOTHING),
                MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)strlen(NOTHING);
}

bool fc_http_client_gone(const fc_http_request *request)
{
    FC_ASSERT(request != NULL);
    fc_http_connection *connection = request->connection;
    if (connection == NULL) {
        return false;
    }
    const short seen = look_at(connection->socket);
    if ((seen & (POLLHUP | POLLERR)) != 0) {
        return true;
    }
    if ((seen & POLLRDHUP) != 0 && !connection->half_closed) {
        connection->half_closed = probe(request);
        return !connection->half_closed;
    }
    return false;
}
