#define _GNU_SOURCE /* memmem */
#include "support/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/fc_test.h"

int fc_client_connect(uint16_t port)
{
    const int made = socket(AF_INET, SOCK_STREAM, 0);
    const struct sockaddr_in address = { .sin_family = AF_INET,
                                         .sin_port = htons(port),
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    assert_int_equal(connect(made, (const struct sockaddr *)&address, sizeof address), 0);
    return made;
}

void fc_client_send(int socket, const char *data, size_t size)
{
    while (size > 0) {
        const ssize_t sent = send(socket, data, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        data += sent;
        size -= (size_t)sent;
    }
}

void fc_client_say(int socket, const char *text)
{
    fc_client_send(socket, text, strlen(text));
}

/* Bytes of the whole answer, as far as its head is there and says so. */
static size_t wanted_size(const char *answer, size_t length)
{
    const char *end = memmem(answer, length, "\r\n\r\n", 4);
    if (end == NULL) {
        return SIZE_MAX;
    }
    const size_t head = (size_t)(end - answer) + 4;
    const char *field = strcasestr(answer, "\r\nContent-Length:");
    if (strncmp(answer + 9, "204", 3) == 0 || strncmp(answer + 9, "304", 3) == 0) {
        return head;
    }
    return field == NULL || field > end ? SIZE_MAX : head + strtoul(field + 17, NULL, 10);
}

int fc_client_read(int socket, char *answer, size_t size, int timeout_ms)
{
    size_t length = 0;
    answer[0] = '\0';
    while (length < size - 1 && length < wanted_size(answer, length)) {
        struct pollfd one = { .fd = socket, .events = POLLIN };
        /* Up to what this answer has, so that the next one stays in the socket. */
        const size_t wanted = wanted_size(answer, length);
        const size_t room = wanted == SIZE_MAX ? 1 : wanted - length;
        if (poll(&one, 1, timeout_ms) <= 0) {
            break;
        }
        const ssize_t got =
            recv(socket, answer + length, room < size - 1 - length ? room : size - 1 - length, 0);
        if (got <= 0) {
            break;
        }
        length += (size_t)got;
        answer[length] = '\0';
    }
    return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? (int)strtol(answer + 9, NULL, 10) : 0;
}

int fc_client_ask(uint16_t port, const char *request, char *answer, size_t size)
{
    const int socket = fc_client_connect(port);
    fc_client_say(socket, request);
    const int code = fc_client_read(socket, answer, size, 20000);
    (void)close(socket);
    return code;
}

int fc_client_sees_end(int socket, int timeout_ms)
{
    char byte = 0;
    struct pollfd one = { .fd = socket, .events = POLLIN };
    while (poll(&one, 1, timeout_ms) > 0) {
        if (recv(socket, &byte, 1, 0) <= 0) {
            return 1;
        }
    }
    return 0;
}
