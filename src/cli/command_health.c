#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <netdb.h>

#include "base/number.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/dotenv.h"
#include "cli/environment.h"

#define TIMEOUT_S 5

/** Where to ask. */
typedef struct health_target {
    char host[256];
    char port[8];
    char path[256];
} health_target;

/* http://HOST[:PORT][/PATH]; without a path, /ready. */
static fc_status parse_url(const char *url, health_target *out, fc_error *err)
{
    static const char SCHEME[] = "http://";
    const char *host = url + sizeof SCHEME - 1;
    if (strncmp(url, SCHEME, sizeof SCHEME - 1) != 0 || strlen(url) >= sizeof out->path) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "\"%.100s\": allowed: http://HOST[:PORT][/PATH], up to 255 characters", url);
    }
    const size_t authority = strcspn(host, "/");
    const size_t name = strcspn(host, ":/");
    const bool with_port = name < authority;
    if (name == 0 || (with_port && authority - name - 1 >= sizeof out->port)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "\"%.100s\" names no host and port", url);
    }
    (void)snprintf(out->host, sizeof out->host, "%.*s", (int)name, host);
    (void)snprintf(out->port, sizeof out->port, "%.*s", with_port ? (int)(authority - name - 1) : 2,
                   with_port ? host + name + 1 : "80");
    (void)snprintf(out->path, sizeof out->path, "%s",
                   host[authority] != '\0' ? host + authority : "/ready");
    int64_t port = 0;
    if (!fc_parse_integer(out->port, &port) || port < 1 || port > UINT16_MAX) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "\"%.100s\": port \"%s\", allowed: 1 to 65535",
                       url, out->port);
    }
    return FC_OK;
}

static fc_status own_service(health_target *out, fc_error *err)
{
    fc_server_settings server = fc_server_settings_default();
    FC_TRY(fc_dotenv_load(".env", err));
    FC_TRY(fc_server_settings_from_environment(&server, err));
    (void)snprintf(out->host, sizeof out->host, "127.0.0.1");
    (void)snprintf(out->port, sizeof out->port, "%d", server.port);
    (void)snprintf(out->path, sizeof out->path, "/ready");
    return FC_OK;
}

static int connect_to(const health_target *target)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    const struct timeval timeout = { .tv_sec = TIMEOUT_S };
    struct addrinfo *addresses = NULL;
    if (getaddrinfo(target->host, target->port, &hints, &addresses) != 0) {
        return -1;
    }
    int link = -1;
    for (const struct addrinfo *at = addresses; at != NULL && link < 0; at = at->ai_next) {
        link = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
        if (link >= 0) {
            (void)setsockopt(link, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
            (void)setsockopt(link, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
            if (connect(link, at->ai_addr, at->ai_addrlen) != 0) {
                (void)close(link);
                link = -1;
            }
        }
    }
    freeaddrinfo(addresses);
    return link;
}

/* The code of the answer, 0 when there was none. Its first bytes are enough. */
static int ask(const health_target *target)
{
    char text[1024];
    int code = 0;
    const int link = connect_to(target);
    if (link < 0) {
        return 0;
    }
    const int size =
        snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n",
                 target->path, target->host, target->port);
    size_t got = 0;
    if (send(link, text, (size_t)size, MSG_NOSIGNAL) == size) {
        ssize_t part = 0;
        while (got < 12 && (part = recv(link, text + got, sizeof text - 1 - got, 0)) > 0) {
            got += (size_t)part;
        }
    }
    (void)close(link);
    text[got] = '\0';
    if (got >= 12 && strncmp(text, "HTTP/1.", 7) == 0) {
        code = (text[9] - '0') * 100 + (text[10] - '0') * 10 + (text[11] - '0');
    }
    return code;
}

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    health_target target = { 0 };
    fc_arguments arguments = { .group_count = 0 };
    FC_TRY(fc_arguments_parse(&arguments, line->count, line->arguments, err));
    if (arguments.operand_count > 1) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "health takes at most one URL");
    }
    FC_TRY(arguments.operand_count == 1 ? parse_url(arguments.operands[0], &target, err)
                                        : own_service(&target, err));
    const int code = ask(&target);
    *exit_code = code == 200 ? 0 : 1;
    if (code == 0) {
        fc_console_say("no answer from %s:%s", target.host, target.port);
    } else if (code != 200) {
        fc_console_say("not ready: %s answers %d", target.path, code);
    }
    return FC_OK;
}

static const char *const DETAILS[] = {
    "Asks /ready of the service on this machine, at the port of FACECRAFT_PORT, or the given URL. "
    "Exit code 0: ready, 1: not ready or not there. For the health checks of containers.",
    NULL,
};

static const char *const EXAMPLES[] = {
    "facecraft health",
    "facecraft health http://127.0.0.1:8080/livez",
    NULL,
};

const fc_command fc_command_health = {
    .name = "health",
    .operands = "[URL]",
    .purpose = "Check whether the service is ready",
    .details = DETAILS,
    .examples = EXAMPLES,
    .run = run,
};
