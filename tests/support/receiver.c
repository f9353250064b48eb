#include "support/receiver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/fc_test.h"

#define MESSAGE_SIZE 4096
#define SILENT_MAX 64

char fc_receiver_host[32];

static int listener = -1;
static pthread_t thread;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char last[MESSAGE_SIZE];
static atomic_int messages;
static int silent[SILENT_MAX]; /* connections that are left open; the thread's */
static size_t silent_count;

/* Until the head and as much as its Content-Length says are there. */
static void read_message(int client, char *text)
{
    size_t size = 0;
    ssize_t got = 0;
    while ((got = recv(client, text + size, MESSAGE_SIZE - 1 - size, 0)) > 0) {
        size += (size_t)got;
        text[size] = '\0';
        const char *end = strstr(text, "\r\n\r\n");
        const char *length = strstr(text, "Content-Length: ");
        if (end != NULL && length != NULL &&
            text + size >= end + 4 + strtol(length + strlen("Content-Length: "), NULL, 10)) {
            return;
        }
    }
}

static void answer(int client, const char *text)
{
    char head[256];
    const long code = strtol(text + strlen("POST /"), NULL, 10);
    const bool is_long = strncmp(text, "POST /long", 10) == 0;
    const int size =
        snprintf(head, sizeof head,
                 "HTTP/1.1 %ld Said\r\nLocation: http://%s/204\r\n"
                 "%sConnection: close\r\n\r\n",
                 is_long ? 200 : code, fc_receiver_host, is_long ? "" : "Content-Length: 0\r\n");
    ssize_t sent = send(client, head, (size_t)size, MSG_NOSIGNAL);
    while (is_long && sent > 0) {
        sent = send(client, head, (size_t)size, MSG_NOSIGNAL);
    }
}

static void *serve(void *context)
{
    (void)context;
    for (int client; (client = accept(listener, NULL, NULL)) >= 0;) {
        char text[MESSAGE_SIZE] = "";
        read_message(client, text);
        (void)pthread_mutex_lock(&lock);
        memcpy(last, text, sizeof last);
        (void)pthread_mutex_unlock(&lock);
        atomic_fetch_add(&messages, 1);
        if (strncmp(text, "POST /silent", 12) == 0 && silent_count < SILENT_MAX) {
            silent[silent_count++] = client;
        } else {
            answer(client, text);
            (void)close(client);
        }
    }
    return NULL;
}

int fc_receiver_start(void **state)
{
    (void)state;
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 64) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        return -1;
    }
    (void)snprintf(fc_receiver_host, sizeof fc_receiver_host, "127.0.0.1:%u",
                   (unsigned)ntohs(address.sin_port));
    return pthread_create(&thread, NULL, serve, NULL);
}

int fc_receiver_stop(void **state)
{
    (void)state;
    (void)shutdown(listener, SHUT_RDWR);
    (void)pthread_join(thread, NULL);
    for (size_t i = 0; i < silent_count; i++) {
        (void)close(silent[i]);
    }
    return close(listener);
}

const char *fc_receiver_url(const char *path)
{
    static char url[96];
    (void)snprintf(url, sizeof url, "http://%s/%s", fc_receiver_host, path);
    return url;
}

int fc_receiver_count(void)
{
    return atomic_load(&messages);
}

void fc_receiver_last(char *text, size_t size)
{
    (void)pthread_mutex_lock(&lock);
    (void)snprintf(text, size, "%s", last);
    (void)pthread_mutex_unlock(&lock);
}
