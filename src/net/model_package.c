#define _GNU_SOURCE /* pipe2, environ */
#include "net/model_package.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"

/* As tools/fetch does it. It prints one line where it fails: the reason. */
static const char SCRIPT[] =
    "set -u; package=$1 inside=$2 path=$3 bytes=$4\n"
    "command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||\n"
    "    { echo 'this is no Debian: it has no apt-get'; exit 1; }\n"
    "folder=$(mktemp -d \"$path.XXXXXX\" 2>&1) || { echo \"$folder\"; exit 1; }\n"
    "folder=$(cd \"$folder\" && pwd)\n"
    "trap 'rm -rf \"$folder\"' EXIT\n"
    "trap 'exit 1' INT TERM HUP\n"
    "log=$folder/log\n"
    "get() {\n"
    "    (cd \"$folder\" && apt-get -q -o APT::Sandbox::User=root -o Acquire::Retries=3 \\\n"
    "        -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 \"$@\") >\"$log\" 2>&1\n"
    "}\n"
    "own() {\n"
    "    get -o Dir::State::lists=\"$folder/lists\" -o Dir::Cache=\"$folder/cache\" \\\n"
    "        -o Acquire::Languages=none \"$@\"\n"
    "}\n"
    "mkdir -p \"$folder/lists/partial\" \"$folder/cache/archives/partial\"\n"
    "get download \"$package\" || { own update && own download \"$package\"; } ||\n"
    "    { sed '/^[[:space:]]*$/d' \"$log\" | tail -n 1; exit 1; }\n"
    "set -- \"$folder\"/*.deb\n"
    "dpkg-deb --fsys-tarfile \"$1\" 2>\"$log\" | tar -xOf - \"./$inside\" 2>>\"$log\" |\n"
    "    head -c \"$((bytes + 1))\" >\"$path\"\n"
    "[ -s \"$path\" ] || { echo \"there is no $inside in it\"; exit 1; }\n";

typedef struct pipe_ends {
    int read;
    int write;
} pipe_ends;

static void pipe_close(pipe_ends *ends)
{
    if (ends->read >= 0) {
        (void)close(ends->read);
    }
    if (ends->write >= 0) {
        (void)close(ends->write);
    }
}

static int start(const fc_supply *supply, const char *path, const pipe_ends *ends, pid_t *child)
{
    char bytes[32];
    (void)snprintf(bytes, sizeof bytes, "%" PRId64, supply->bytes);
    const char *const arguments[] = { "sh",           "-c", SCRIPT, "sh", supply->package,
                                      supply->inside, path, bytes,  NULL };
    posix_spawn_file_actions_t actions;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) {
        return code;
    }
    code = posix_spawn_file_actions_adddup2(&actions, ends->write, STDOUT_FILENO);
    if (code == 0) {
        /* The strings are not written to: POSIX's type is older than const. */
        code = posix_spawn(child, "/bin/sh", &actions, NULL, (char *const *)arguments, environ);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return code;
}

/* The first line of what the child says; all of it is read, so that it never waits for us. */
static void listen_to(int from, char *line, size_t size)
{
    char piece[256];
    size_t length = 0;
    for (;;) {
        const ssize_t count = read(from, piece, sizeof piece);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            break;
        }
        for (ssize_t i = 0; i < count && length + 1 < size; i++) {
            line[length++] = piece[i];
        }
    }
    line[length] = '\0';
    line[strcspn(line, "\n")] = '\0';
}

fc_status fc_model_package_get(const fc_supply *supply, const char *path, fc_error *err)
{
    FC_ASSERT(supply != NULL);
    FC_ASSERT(path != NULL);
    FC_ASSERT(strcmp(supply->kind, "debian") == 0);

    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return fc_fail(err, FC_IO, "package %s: %s", supply->package, strerror(errno));
    }
    __attribute__((cleanup(pipe_close))) pipe_ends said = { ends[0], ends[1] };
    pid_t child = 0;
    const int code = start(supply, path, &said, &child);
    if (code != 0) {
        return fc_fail(err, FC_IO, "package %s: /bin/sh: %s", supply->package, strerror(code));
    }
    (void)close(said.write);
    said.write = -1;
    char reason[200];
    listen_to(said.read, reason, sizeof reason);
    int ended = 0;
    while (waitpid(child, &ended, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(ended) || WEXITSTATUS(ended) != 0) {
        return fc_fail(err, FC_IO, "package %s: %s", supply->package,
                       reason[0] != '\0' ? reason : "apt-get was stopped");
    }
    return FC_OK;
}
