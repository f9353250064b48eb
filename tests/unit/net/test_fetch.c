/* Fetching from a host of one picture on this machine; what hosts do wrong:
 * contract/serve_fetch.py. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "net/fetch.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "support/fc_test.h"

/* As much of a PNG as tells its type, and no more. */
static const char PICTURE[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
enum { PICTURE_SIZE = sizeof PICTURE - 1 };

static int listener = -1;
static pthread_t host;
static char url[64];
static char allow[32];

/* ---- names, as the tests want them --------------------------------------------------------- */

typedef int (*resolver)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static atomic_bool name_server_answers;

/* A name server that says nothing: the C library's own patience is longer. */
static int wait_for_name_server(void)
{
    for (int i = 0; i < 3000 && !atomic_load(&name_server_answers); i++) {
        (void)nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
    }
    return EAI_AGAIN;
}

/* In place of the C library's, for libcurl as well. "two.test" has two addresses, of which the
 * first is not to be asked; "slow.test" is never found. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    resolver real = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (node != NULL && strcmp(node, "slow.test") == 0) {
        return wait_for_name_server();
    }
    if (node == NULL || strcmp(node, "two.test") != 0) {
        return real(node, service, hints, found);
    }
    struct addrinfo *second = NULL;
    const int failure = real("127.0.0.2", service, hints, found);
    if (failure == 0 && real("127.0.0.1", service, hints, &second) == 0) {
        struct addrinfo *last = *found;
        while (last->ai_next != NULL) {
            last = last->ai_next;
        }
        last->ai_next = second;
    }
    return failure;
}

/* ---- a host of one picture ----------------------------------------------------------------- */

/* Answers every connection: "/hop" leads to "/picture". Ends when the listener is shut down. */
static void *serve(void *context)
{
    (void)context;
    for (int client; (client = accept(listener, NULL, NULL)) >= 0;) {
        char request[2048] = "";
        char answer[512];
        (void)recv(client, request, sizeof request - 1, 0);
        const bool hop = strncmp(request, "GET /hop", 8) == 0;
        const int head = hop ? snprintf(answer, sizeof answer,
                                        "HTTP/1.1 302 Found\r\nLocation: /picture\r\n"
                                        "Content-Length: 0\r\nConnection: close\r\n\r\n")
                             : snprintf(answer, sizeof answer,
                                        "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n"
                                        "Connection: close\r\n\r\n",
                                        PICTURE_SIZE);
        (void)send(client, answer, (size_t)head, MSG_NOSIGNAL);
        (void)send(client, PICTURE, hop ? 0 : PICTURE_SIZE, MSG_NOSIGNAL);
        (void)close(client);
    }
    return NULL;
}

static int start_host(void **state)
{
    (void)state;
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 8) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        return -1;
    }
    const unsigned port = ntohs(address.sin_port);
    (void)snprintf(allow, sizeof allow, "127.0.0.1:%u", port);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/hop", port);
    return pthread_create(&host, NULL, serve, NULL);
}

static int stop_host(void **state)
{
    (void)state;
    (void)shutdown(listener, SHUT_RDWR);
    (void)pthread_join(host, NULL);
    return close(listener);
}

static fc_fetch_rules rules_with(fc_choice scheme, const char *allowed)
{
    return (
        fc_fetch_rules){ .scheme = scheme, .allow = allowed, .bytes_max = 1000, .timeout_s = 10 };
}

static void a_picture_of_an_allowed_host_is_fetched_beyond_a_redirect(void **state)
{
    (void)state;
    const fc_fetch_rules rules = rules_with(FC_FETCH_HTTP, allow);
    FC_AUTO_BUFFER(file, 0);
    fc_error err = { 0 };
    ASSERT_OK(fc_fetch(&rules, url, &file, &err), err);
    assert_int_equal(file.size, PICTURE_SIZE);
    assert_memory_equal(file.data, PICTURE, PICTURE_SIZE);
}

static void assert_refused(fc_fetch_rules rules, const char *address, fc_status status)
{
    FC_AUTO_BUFFER(file, 0);
    fc_error err = { 0 };
    ASSERT_FAILS(status, fc_fetch(&rules, address, &file, &err), err);
    assert_int_equal(file.size, 0);
}

static void what_is_not_allowed_is_not_fetched(void **state)
{
    (void)state;
    assert_refused(rules_with(FC_FETCH_OFF, allow), url, FC_INVALID_ARGUMENT);
    assert_refused(rules_with(FC_FETCH_HTTPS, allow), url, FC_INVALID_ARGUMENT);
    assert_refused(rules_with(FC_FETCH_HTTP, ""), url, FC_INVALID_ARGUMENT);
    assert_refused(rules_with(FC_FETCH_HTTP, allow), "file:///etc/passwd", FC_INVALID_ARGUMENT);
    assert_refused(rules_with(FC_FETCH_HTTP, allow), "", FC_INVALID_ARGUMENT);
    assert_refused(rules_with(FC_FETCH_HTTP, allow), "http://", FC_NOT_FOUND);
}

/* It may be asked at its other address, also when that leads elsewhere. */
static void a_host_with_one_private_address_is_fetched_from_its_other(void **state)
{
    (void)state;
    fc_fetch_rules rules = rules_with(FC_FETCH_HTTP, allow);
    char address[64];
    (void)snprintf(address, sizeof address, "http://two.test%s", strrchr(url, ':'));
    FC_AUTO_BUFFER(file, 0);
    fc_error err = { 0 };
    ASSERT_OK(fc_fetch(&rules, address, &file, &err), err);
    assert_int_equal(file.size, PICTURE_SIZE);
    rules.allow = "";
    assert_refused(rules, address, FC_INVALID_ARGUMENT);
}

static void the_time_limit_holds_for_finding_the_name_as_well(void **state)
{
    (void)state;
    fc_fetch_rules rules = rules_with(FC_FETCH_HTTP, allow);
    rules.timeout_s = 1;
    const int64_t start_us = fc_clock_us();
    assert_refused(rules, "http://slow.test/picture", FC_DEADLINE);
    assert_true(fc_clock_us() - start_us < 20000000); /* and not the 30 s of the name server */
    atomic_store(&name_server_answers, true);
}

static void more_bytes_than_accepted_are_refused(void **state)
{
    (void)state;
    fc_fetch_rules rules = rules_with(FC_FETCH_HTTP, allow);
    rules.bytes_max = PICTURE_SIZE - 1;
    assert_refused(rules, url, FC_LIMIT_EXCEEDED);
}

static void fetching_survives_every_allocation_failure(void **state)
{
    (void)state;
    const fc_fetch_rules rules = rules_with(FC_FETCH_HTTP, allow);
    FC_AUTO_BUFFER(file, 0);
    fc_error err = { 0 };
    SWEEP_ALLOCATIONS(fc_fetch(&rules, url, &file, &err), file.size == 0);
    assert_int_equal(file.size, PICTURE_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_of_an_allowed_host_is_fetched_beyond_a_redirect),
        cmocka_unit_test(what_is_not_allowed_is_not_fetched),
        cmocka_unit_test(a_host_with_one_private_address_is_fetched_from_its_other),
        cmocka_unit_test(the_time_limit_holds_for_finding_the_name_as_well),
        cmocka_unit_test(more_bytes_than_accepted_are_refused),
        cmocka_unit_test(fetching_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("net/fetch", tests, start_host, stop_host);
}
