#define _GNU_SOURCE /* strcasestr */
#include "support/canned_host.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/fc_test.h"

char fc_canned_url[64];
char fc_canned_request[16384];

static const char *const *kept;
static atomic_int count;
static int listener = -1;
static pthread_t host;

int fc_canned_count(void)
{
    return atomic_load(&count);
}

/* The whole request, by its Content-Length. */
static bool take_request(int client)
{
    size_t size = 0;
    size_t whole = sizeof fc_canned_request;
    while (size < whole) {
        const ssize_t got =
            recv(client, fc_canned_request + size, sizeof fc_canned_request - 1 - size, 0);
        if (got <= 0) {
            return false;
        }
        size += (size_t)got;
        fc_canned_request[size] = '\0';
        const char *end = strstr(fc_canned_request, "\r\n\r\n");
        const char *length = strcasestr(fc_canned_request, "\r\nContent-Length:");
        if (end != NULL) {
            whole = (size_t)(end + 4 - fc_canned_request) +
                    (length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0);
        }
    }
    return true;
}

static void *serve(void *context)
{
    (void)context;
    for (int client; (client = accept(listener, NULL, NULL)) >= 0;) {
        if (take_request(client)) {
            const char *answer = *kept;
            kept += kept[1] != NULL ? 1 : 0;
            (void)atomic_fetch_add(&count, 1); /* once it is answered the test may ask */
            (void)send(client, answer, strlen(answer), MSG_NOSIGNAL);
        }
        (void)close(client);
    }
    return NULL;
}

void fc_canned_start(const char *const *answers)
{
    struct sockaddr_in place = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof place;
    kept = answers;
    atomic_store(&count, 0);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&place, size), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&place, &size), 0);
    (void)snprintf(fc_canned_url, sizeof fc_canned_url, "http://127.0.0.1:%d",
                   ntohs(place.sin_port));
    assert_int_equal(pthread_create(&host, NULL, serve, NULL), 0);
}

void fc_canned_stop(void)
{
    (void)shutdown(listener, SHUT_RDWR);
    (void)pthread_join(host, NULL);
    (void)close(listener);
}
