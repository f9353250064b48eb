#define _GNU_SOURCE /* mkdtemp, nftw */
#include "support/postgres.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/folder_blobs.h"
#include "store/postgres_store.h"
#include "support/fc_test.h"

/* The server runs for nobody else than this user where the tests run as root. */
#define UNPRIVILEGED 65534

static char programs[256]; /* folder of initdb and postgres */
static char folder[32];
static char address[128];
static pid_t server = -1;

/* The newest one that Debian has installed. */
static bool find_programs(void)
{
    glob_t found = { 0 };
    const bool some = glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found) == 0;
    if (some) {
        const char *path = found.gl_pathv[found.gl_pathc - 1];
        (void)snprintf(programs, sizeof programs, "%.*s", (int)(strlen(path) - strlen("/initdb")),
                       path);
    }
    globfree(&found);
    return some;
}

/* In a child: become the server's user, and go when the test goes. */
static void step_down(void)
{
    if (geteuid() == 0 && (setgid(UNPRIVILEGED) != 0 || setuid(UNPRIVILEGED) != 0)) {
        _exit(126);
    }
    const int nothing = open("/dev/null", O_RDWR);
    (void)dup2(nothing, STDIN_FILENO);
    (void)dup2(nothing, STDOUT_FILENO);
    (void)prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (chdir(folder) != 0) {
        _exit(126);
    }
}

/* arguments[0] becomes the whole path: PostgreSQL 17 looks for its other programs next to it. */
static pid_t launch(const char *name, char *arguments[])
{
    char path[320];
    (void)snprintf(path, sizeof path, "%s/%s", programs, name);
    arguments[0] = path;
    const pid_t child = fork();
    if (child == 0) {
        step_down();
        (void)execv(path, arguments);
        _exit(127);
    }
    assert_true(child > 0);
    return child;
}

static void make_cluster(void)
{
    char data[64];
    (void)snprintf(data, sizeof data, "%s/data", folder);
    char *arguments[] = { NULL,    "-D", data,   "-U",         "facecraft", "-A",
                          "trust", "-E", "UTF8", "--locale=C", "--no-sync", NULL };
    int status = -1;
    const pid_t child = launch("initdb", arguments);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static pid_t launch_server(void)
{
    char data[64];
    (void)snprintf(data, sizeof data, "%s/data", folder);
    char *arguments[] = { NULL,
                          "-D",
                          data,
                          "-k",
                          folder,
                          "-c",
                          "listen_addresses=",
                          "-c",
                          "fsync=off",
                          "-c",
                          "log_min_messages=panic",
                          "-c",
                          "logging_collector=off",
                          NULL };
    return launch("postgres", arguments);
}

/* It refuses to start and ends while a process of the one that was killed still has their memory: a
 * child that is not quite gone, or one that was begun when the others were killed. */
void fc_postgres_server_resume(void)
{
    fc_pg *pg = NULL;
    server = launch_server();
    for (int i = 0; fc_pg_connect(address, &pg, NULL) != FC_OK; i++) {
        assert_true(i < 6000);
        const struct timespec pause = { .tv_nsec = 10000000 };
        (void)nanosleep(&pause, NULL);
        if (waitpid(server, NULL, WNOHANG) == server) {
            server = launch_server();
        }
    }
    fc_pg_close(pg);
}

bool fc_postgres_server_start(void)
{
    if (!find_programs()) {
        return false;
    }
    (void)snprintf(folder, sizeof folder, "/tmp/fc_pg_XXXXXX");
    assert_non_null(mkdtemp(folder));
    if (geteuid() == 0) {
        assert_int_equal(chown(folder, UNPRIVILEGED, UNPRIVILEGED), 0);
    }
    (void)snprintf(address, sizeof address, "postgresql://facecraft@/postgres?host=%s", folder);
    make_cluster();
    fc_postgres_server_resume();
    return true;
}

const char *fc_postgres_server_address(void)
{
    return address;
}

/* The server and each process that it has begun: it is stopped first, as the list may leave out
 * some while it begins and buries others. */
static void kill_all(void)
{
    char path[64];
    int status = 0;
    (void)kill(server, SIGSTOP);
    assert_int_equal(waitpid(server, &status, WUNTRACED), server);
    assert_true(WIFSTOPPED(status));
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)server, (int)server);
    FILE *children = fopen(path, "re");
    assert_non_null(children);
    int child = 0;
    while (fscanf(children, "%d", &child) == 1) {
        (void)kill(child, SIGKILL);
    }
    (void)fclose(children);
    (void)kill(server, SIGKILL);
}

void fc_postgres_server_kill(void)
{
    kill_all();
    assert_int_equal(waitpid(server, NULL, 0), server);
    server = -1;
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
    (void)facts;
    (void)kind;
    (void)where;
    return remove(path);
}

void fc_postgres_server_stop(void)
{
    if (server > 0) {
        (void)kill(server, SIGQUIT);
        (void)waitpid(server, NULL, 0);
        server = -1;
        (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
}

void fc_postgres_server_run(const char *sql)
{
    fc_error err = { 0 };
    FC_AUTO(fc_pg) pg = NULL;
    ASSERT_OK(fc_pg_connect(address, &pg, &err), err);
    ASSERT_OK(fc_pg_run(pg, sql, &err), err);
}

void fc_postgres_server_clear(void)
{
    fc_postgres_server_run("DROP SCHEMA IF EXISTS facecraft CASCADE");
}

int fc_postgres_server_teardown(void **state)
{
    fc_postgres_server_clear();
    return fc_stores_teardown(state);
}

int fc_postgres_group_setup(void **state)
{
    (void)state;
    if (!fc_postgres_server_start()) {
        (void)fputs("skipped: PostgreSQL is not installed\n", stderr);
        exit(77);
    }
    return 0;
}

int fc_postgres_group_teardown(void **state)
{
    (void)state;
    fc_postgres_server_stop();
    return 0;
}

fc_job_store *fc_postgres_server_open(void)
{
    fc_error err = { 0 };
    fc_blobs *blobs = NULL;
    fc_job_store *store = NULL;
    ASSERT_OK(fc_folder_blobs_open(fc_stores_folder, &blobs, &err), err);
    ASSERT_OK(fc_postgres_open(address, blobs, 24, &store, &err), err);
    return store;
}

void fc_postgres_server_outlast(void)
{
    fc_postgres_server_run("UPDATE facecraft.accepted SET due = now() - interval '1 s' WHERE held");
}

/* The next try may be a second later. */
void fc_postgres_server_await(fc_job_store *store)
{
    fc_job_totals totals = { 0 };
    for (int i = 0; fc_job_store_count(store, &totals, NULL) != FC_OK; i++) {
        assert_true(i < 6000);
        const struct timespec pause = { .tv_nsec = 10000000 };
        (void)nanosleep(&pause, NULL);
    }
}

int64_t fc_postgres_server_ask(const char *sql)
{
    fc_error err = { 0 };
    fc_pg_query query;
    FC_AUTO(fc_pg) pg = NULL;
    FC_AUTO(fc_pg_rows) rows = NULL;
    ASSERT_OK(fc_pg_connect(address, &pg, &err), err);
    fc_pg_start(&query, sql);
    ASSERT_OK(fc_pg_ask(pg, &query, &rows, &err), err);
    assert_true(fc_pg_count(rows) == 1);
    return fc_pg_number(rows, 0, 0);
}
