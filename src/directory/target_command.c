#define _GNU_SOURCE /* pipe2 */

/* Target: a program of the user's, run once for each picture with the account and the file as its
 * arguments. No shell: what an account is called cannot become a command. It has a process group
 * of its own, so that all that it started can be ended with it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "directory/target.h"

/* As sendmail's helpers say it (sysexits.h): try again later. */
#define EXIT_TRY_LATER 75

#define TIMEOUT_S_DEFAULT 60
#define TIMEOUT_S_MAX 86400
#define LOOK_MS 100

/* What is to end is asked first, so that it can take away what it began. */
#define GRACE_MS 2000

struct fc_target {
    char *program;
    int64_t timeout_us;
};

static void close_command(fc_target *target)
{
    if (target != NULL) {
        fc_memory_free(target->program);
        fc_memory_free(target);
    }
}
FC_DEFINE_CLEANUP(fc_target, close_command)

static fc_status open_command(const fc_target_config *config, fc_target **out, fc_error *err)
{
    const char *program = fc_target_config_get(config, "program");
    int32_t timeout_s = 0;
    FC_TRY(fc_target_config_number(config, "timeout_s", TIMEOUT_S_DEFAULT, 1, TIMEOUT_S_MAX,
                                   &timeout_s, err));
    FC_AUTO(fc_target) target = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *target, (void **)&target, err));
    FC_TRY(fc_text_copy(program, &target->program, err));
    target->timeout_us = (int64_t)timeout_s * 1000000;
    *out = FC_STEAL(target);
    return FC_OK;
}

/* A name without a slash is looked for in PATH when it is run. */
static fc_status check_command(fc_target *target, char *text, size_t size, fc_error *err)
{
    if (strchr(target->program, '/') != NULL && access(target->program, X_OK) != 0) {
        return fc_fail(err, FC_IO, "%.120s: %s", target->program, strerror(errno));
    }
    (void)snprintf(text, size, "%.120s would be run for each picture", target->program);
    return FC_OK;
}

/* What a new process needs to become the program. */
typedef struct birth {
    char *const *arguments; /* the first is the program */
    int output;             /* all that it says */
    int failed;             /* why it cannot be run; closed when it runs */
    pid_t parent;
} birth;

/* As execvp, which hands a file that is no program to a shell, only where it looks in PATH. */
static void execute(char *const *arguments)
{
    if (strchr(arguments[0], '/') != NULL) {
        (void)execv(arguments[0], arguments);
    } else {
        (void)execvp(arguments[0], arguments);
    }
}

/* In a process that was forked while other threads held locks: nothing here may wait for one. It is
 * asked to end when we are killed: the next run would deliver the same once more meanwhile. Signals
 * that we ignore mean to it what they mean to any program. */
FC_NORETURN static void become_program(const birth *from)
{
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* of the thread that waits for it */
    (void)signal(SIGPIPE, SIG_DFL);
    (void)signal(SIGXFSZ, SIG_DFL);
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (getppid() == from->parent && dup2(nothing, STDIN_FILENO) >= 0 &&
        dup2(from->output, STDOUT_FILENO) >= 0 && dup2(from->output, STDERR_FILENO) >= 0) {
        execute(from->arguments);
    }
    const int reason = errno;
    (void)!write(from->failed, &reason, sizeof reason);
    _exit(EXIT_FAILURE);
}

static int bury(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

/* 0, or why a program did not begin. */
static int await_begin(int failed)
{
    int reason = 0;
    ssize_t got = read(failed, &reason, sizeof reason);
    while (got < 0 && errno == EINTR) {
        got = read(failed, &reason, sizeof reason);
    }
    return got == (ssize_t)sizeof reason ? reason : 0;
}

static fc_status start(char *const *arguments, int output, pid_t *child, fc_error *err)
{
    int failed[2];
    if (pipe2(failed, O_CLOEXEC) != 0) {
        return fc_fail(err, FC_IO, "no pipe to a program: %s", strerror(errno));
    }
    const birth from = { arguments, output, failed[1], getpid() };
    *child = fork();
    if (*child == 0) {
        become_program(&from);
    }
    const int reason = *child < 0 ? errno : 0;
    (void)close(failed[1]);
    const int why = *child < 0 ? reason : await_begin(failed[0]);
    (void)close(failed[0]);
    if (*child > 0 && why != 0) {
        (void)bury(*child);
    }
    return why == 0 ? FC_OK
                    : fc_fail(err, FC_IO, "%.120s cannot be run: %s", arguments[0], strerror(why));
}

/* How long a program may go on. */
typedef struct patience {
    int64_t end_us;
    const fc_cancel *cancel; /* NULL: nobody ends it before */
} patience;

static bool is_cancelled(const patience *self)
{
    return self->cancel != NULL && atomic_load(&self->cancel->requested);
}

static bool is_over(const patience *self)
{
    return fc_clock_us() > self->end_us || is_cancelled(self);
}

/* Reads on until the end of the output; keeps the start of it. False: time is up. */
static bool listen_to(int input, const patience *until, char *text, size_t size)
{
    char rest[512];
    size_t used = 0;
    while (!is_over(until)) {
        struct pollfd there = { .fd = input, .events = POLLIN };
        const int ready = poll(&there, 1, LOOK_MS);
        if (ready == 0 || (ready < 0 && errno == EINTR)) {
            continue;
        }
        const ssize_t got = read(input, rest, sizeof rest);
        if (got <= 0) {
            return true;
        }
        const size_t room = size - 1 - used;
        const size_t taken = (size_t)got < room ? (size_t)got : room;
        memcpy(text + used, rest, taken);
        used += taken;
        text[used] = '\0';
    }
    return false;
}

/* It stays a zombie, so that its number is nobody else's yet. False: time is up. */
static bool await_end(pid_t child, const patience *until)
{
    const struct timespec pause = { .tv_nsec = 2000000 };
    for (;;) {
        siginfo_t ended = { 0 };
        const int failed = waitid(P_PID, (id_t)child, &ended, WEXITED | WNOHANG | WNOWAIT);
        if ((failed == 0 && ended.si_pid == child) || (failed != 0 && errno != EINTR)) {
            return true;
        }
        if (is_over(until)) {
            return false;
        }
        (void)nanosleep(&pause, NULL);
    }
}

/* With all that it started and that stayed in its group. */
static void end_group(pid_t child)
{
    const patience grace = { .end_us = fc_clock_us() + GRACE_MS * INT64_C(1000) };
    (void)kill(-child, SIGTERM);
    (void)await_end(child, &grace);
    (void)kill(-child, SIGKILL);
    (void)bury(child);
}

static void judge(int status, fc_delivery *result)
{
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    fc_text_make_line(result->text);
    if (code == 0) {
        result->state = FC_DELIVERY_DONE;
        return;
    }
    result->state = code == EXIT_TRY_LATER ? FC_DELIVERY_LATER : FC_DELIVERY_REFUSED;
    if (result->text[0] == '\0' && code >= 0) {
        (void)snprintf(result->text, sizeof result->text, "the program ended with %d", code);
    } else if (code < 0) {
        (void)snprintf(result->text, sizeof result->text, "the program was ended by signal %d",
                       WTERMSIG(status));
    }
}

static fc_status follow(const fc_target *target, pid_t child, int input, fc_delivery *result,
                        fc_error *err)
{
    const patience until = { fc_clock_us() + target->timeout_us, result->cancel };
    if (listen_to(input, &until, result->text, sizeof result->text) && await_end(child, &until)) {
        judge(bury(child), result);
        return FC_OK;
    }
    end_group(child);
    if (is_cancelled(&until)) {
        return fc_fail(err, FC_CANCELLED, "interrupted");
    }
    result->state = FC_DELIVERY_REFUSED;
    (void)snprintf(result->text, sizeof result->text, "the program took longer than %d s",
                   (int)(target->timeout_us / 1000000));
    return FC_OK;
}

static fc_status deliver_by_command(fc_target *target, const fc_account *account,
                                    const fc_target_picture *picture, fc_delivery *result,
                                    fc_error *err)
{
    int ends[2];
    if (picture == NULL) {
        result->state = FC_DELIVERY_REFUSED;
        (void)snprintf(result->text, sizeof result->text, "a program cannot take a picture away");
        return FC_OK;
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return fc_fail(err, FC_IO, "no pipe to a program: %s", strerror(errno));
    }
    /* execution changes none of them; the type is older than const. */
    char *const arguments[] = { target->program, (char *)(uintptr_t)account->key,
                                (char *)(uintptr_t)picture->path, NULL };
    pid_t child = 0;
    fc_status status = start(arguments, ends[1], &child, err);
    (void)close(ends[1]);
    status = status == FC_OK ? follow(target, child, ends[0], result, err) : status;
    (void)close(ends[0]);
    return status;
}

static const fc_target_key KEYS[] = {
    { "program",
      "What is run: PROGRAM ACCOUNT FILE. Exit code 0: delivered, 75: later, else refused", true },
    { "timeout_s", "How long it may take, s. Default: 60", false },
    { NULL, NULL, false },
};

const fc_target_class fc_target_command = {
    .kind = "command",
    .purpose = "A program of your own, run once for each picture",
    .profile = "ad-large",
    .keys = KEYS,
    .parallel_max = 16,
    .open = open_command,
    .check = check_command,
    .deliver = deliver_by_command,
    .close = close_command,
};
