#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "directory/target.h"
#include "support/fc_test.h"
#include "support/targets.h"

#define CLASS fc_target_command

/* A target that runs a shell script, for an account. */
static fc_status deliver(const char *timeout_s, const char *script, const char *account,
                         bool picture, fc_delivery *result, fc_error *why)
{
    char program[256];
    fc_error err = { 0 };
    fc_target *target = NULL;
    (void)snprintf(program, sizeof program, "%s", fc_targets_path("program"));
    ASSERT_OK(fc_file_write(program, (fc_bytes){ (const uint8_t *)script, strlen(script) }, &err),
              err);
    assert_int_equal(chmod(program, 0755), 0);
    const char *const pairs[] = { "program", program, "timeout_s", timeout_s, NULL };
    fc_target_config config = fc_targets_config("command", pairs);
    ASSERT_OK(CLASS.open(&config, &target, &err), err);
    fc_target_config_clear(&config);
    const fc_account who = fc_targets_account(account, "");
    const fc_target_picture what = fc_targets_picture("bytes");
    const fc_status status = CLASS.deliver(target, &who, picture ? &what : NULL, result, why);
    CLASS.close(target);
    return status;
}

static fc_delivery ask_for(const char *timeout_s, const char *script, const char *account,
                           bool picture)
{
    fc_error err = { 0 };
    fc_delivery result = { .state = FC_DELIVERY_LOST };
    ASSERT_OK(deliver(timeout_s, script, account, picture, &result, &err), err);
    return result;
}

static fc_delivery ask(const char *script, const char *account, bool picture)
{
    return ask_for("60", script, account, picture);
}

static void the_exit_code_says_what_came_of_it(void **state)
{
    (void)state;
    assert_int_equal(ask("#!/bin/sh\necho fine\n", "a", true).state, FC_DELIVERY_DONE);
    assert_int_equal(ask("#!/bin/sh\nexit 75\n", "a", true).state, FC_DELIVERY_LATER);
    fc_delivery refused = ask("#!/bin/sh\necho 'no such  user' >&2; echo; exit 3\n", "a", true);
    assert_int_equal(refused.state, FC_DELIVERY_REFUSED);
    assert_string_equal(refused.text, "no such  user");
    refused = ask("#!/bin/sh\nexit 3\n", "a", true);
    assert_string_equal(refused.text, "the program ended with 3");
    refused = ask("#!/bin/sh\nkill -9 $$\n", "a", true);
    assert_string_equal(refused.text, "the program was ended by signal 9");
    assert_int_equal(ask("#!/bin/sh\n", "a", false).state, FC_DELIVERY_REFUSED);
}

static void account_and_file_are_arguments_and_never_a_command(void **state)
{
    (void)state;
    char script[512];
    const char *evil = "$(touch /tmp/x); `id` -rf \"quoted\"";
    (void)snprintf(script, sizeof script,
                   "#!/bin/sh\n[ $# = 2 ] && cmp -s \"$2\" %s && printf %%s \"$1\" > %s/seen\n",
                   fc_targets_path("picture.jpg"), fc_targets_folder);
    assert_int_equal(ask(script, evil, true).state, FC_DELIVERY_DONE);
    assert_string_equal(fc_targets_read(fc_targets_path("seen")), evil);
}

/* One for another kind of processor, say: a shell would make something of it. */
static void a_file_that_is_no_program_goes_to_no_shell(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_delivery result = { 0 };
    ASSERT_FAILS(FC_IO, deliver("60", "exit 0\n", "a", true, &result, &err), err);
    assert_non_null(strstr(err.text, "cannot be run: Exec format error"));
}

static void a_program_that_does_not_end_is_ended(void **state)
{
    (void)state;
    const fc_delivery slow = ask_for("1", "#!/bin/sh\nexec sleep 100\n", "a", true);
    assert_int_equal(slow.state, FC_DELIVERY_REFUSED);
    assert_non_null(strstr(slow.text, "longer than 1 s"));
    const fc_delivery loud = ask_for("1", "#!/bin/sh\nexec yes\n", "a", true);
    assert_int_equal(loud.state, FC_DELIVERY_REFUSED);
}

/* A script whose child, which it waits for, sleeps with a pipe in its hand: it has said that it is
 * there, and the pipe ends with it. */
typedef struct sleeper {
    int pipe;
    char script[512];
    fc_cancel cancel;
} sleeper;

static void put_to_sleep(sleeper *self, const char *first_line)
{
    const char *path = fc_targets_path("pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    self->pipe = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(self->pipe >= 0);
    (void)snprintf(self->script, sizeof self->script,
                   "#!/bin/sh\n%s\n(echo >&3; exec sleep 1000) 3>%s &\nwait\n", first_line, path);
}

static bool has_said_so(const sleeper *self)
{
    char byte = 0;
    return read(self->pipe, &byte, 1) == 1;
}

static void assert_gone(const sleeper *self)
{
    struct pollfd there = { .fd = self->pipe, .events = POLLIN };
    assert_int_equal(poll(&there, 1, 60000), 1);
    assert_false(has_said_so(self));
    (void)close(self->pipe);
}

static void what_the_program_started_is_ended_with_it(void **state)
{
    (void)state;
    sleeper self = { 0 };
    put_to_sleep(&self, "");
    bool slept = false;
    for (int timeout_s = 1; !slept && timeout_s < 100;
         timeout_s *= 2) { /* it needs time to start */
        char text[16];
        (void)snprintf(text, sizeof text, "%d", timeout_s);
        const fc_delivery slow = ask_for(text, self.script, "a", true);
        assert_int_equal(slow.state, FC_DELIVERY_REFUSED);
        slept = has_said_so(&self);
    }
    assert_true(slept);
    assert_gone(&self);
}

static void *cancel_once_it_sleeps(void *context)
{
    sleeper *self = context;
    const struct timespec pause = { .tv_nsec = 1000000 };
    while (!has_said_so(self)) {
        (void)nanosleep(&pause, NULL);
    }
    atomic_store(&self->cancel.requested, true);
    return NULL;
}

static void assert_interrupted(sleeper *self)
{
    fc_error err = { 0 };
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cancel_once_it_sleeps, self), 0);
    fc_delivery result = { .cancel = &self->cancel, .state = FC_DELIVERY_LOST };
    ASSERT_FAILS(FC_CANCELLED, deliver("1000", self->script, "a", true, &result, &err), err);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_gone(self);
}

/* It may take away what it began before. */
static void a_run_that_is_interrupted_asks_the_program_to_end(void **state)
{
    (void)state;
    char line[256];
    sleeper self = { 0 };
    (void)snprintf(line, sizeof line, "trap ': >%s/tidied; exit 1' TERM", fc_targets_folder);
    put_to_sleep(&self, line);
    assert_interrupted(&self);
    assert_int_equal(access(fc_targets_path("tidied"), F_OK), 0);
}

static void a_program_that_does_not_listen_is_ended_all_the_same(void **state)
{
    (void)state;
    sleeper self = { 0 };
    put_to_sleep(&self, "trap '' TERM");
    assert_interrupted(&self);
}

/* Else the next run would deliver the same while it still does. */
static void a_program_is_asked_to_end_when_its_caller_is_killed(void **state)
{
    (void)state;
    char line[256];
    sleeper self = { 0 };
    (void)snprintf(line, sizeof line, "trap ': >%s/asked; trap - TERM; kill 0' TERM",
                   fc_targets_folder);
    put_to_sleep(&self, line);
    const pid_t caller = fork();
    if (caller == 0) {
        fc_delivery result = { .state = FC_DELIVERY_LOST };
        (void)deliver("1000", self.script, "a", true, &result, NULL);
        _exit(1);
    }
    (void)cancel_once_it_sleeps(&self);
    assert_int_equal(kill(caller, SIGKILL), 0);
    assert_int_equal(waitpid(caller, NULL, 0), caller);
    assert_gone(&self);
    assert_int_equal(access(fc_targets_path("asked"), F_OK), 0);
}

/* As a script expects whose pipes are read only in part. */
static void signals_that_we_ignore_end_the_program_as_usual(void **state)
{
    (void)state;
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    const fc_delivery pipe = ask("#!/bin/sh\nkill -PIPE $$\n", "a", true);
    const fc_delivery size = ask("#!/bin/sh\nkill -XFSZ $$\n", "a", true);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)signal(SIGXFSZ, SIG_DFL);
    assert_string_equal(pipe.text, "the program was ended by signal 13");
    assert_string_equal(size.text, "the program was ended by signal 25");
}

static void a_program_that_is_not_there_ends_the_run(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char text[256];
    fc_target *target = NULL;
    fc_delivery result = { 0 };
    const char *const pairs[] = { "program", "/no/such/program", NULL };
    fc_target_config config = fc_targets_config("command", pairs);
    ASSERT_OK(CLASS.open(&config, &target, &err), err);
    const fc_account who = fc_targets_account("a", "");
    const fc_target_picture what = fc_targets_picture("bytes");
    ASSERT_FAILS(FC_IO, CLASS.check(target, text, sizeof text, &err), err);
    ASSERT_FAILS(FC_IO, CLASS.deliver(target, &who, &what, &result, &err), err);
    CLASS.close(target);
    ASSERT_OK(fc_target_config_add(&config, "timeout_s", "never", &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, CLASS.open(&config, &target, &err), err);
    fc_target_config_clear(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_TARGETS_TEST(the_exit_code_says_what_came_of_it),
        FC_TARGETS_TEST(account_and_file_are_arguments_and_never_a_command),
        FC_TARGETS_TEST(a_file_that_is_no_program_goes_to_no_shell),
        FC_TARGETS_TEST(a_program_that_does_not_end_is_ended),
        FC_TARGETS_TEST(what_the_program_started_is_ended_with_it),
        FC_TARGETS_TEST(a_run_that_is_interrupted_asks_the_program_to_end),
        FC_TARGETS_TEST(a_program_that_does_not_listen_is_ended_all_the_same),
        FC_TARGETS_TEST(a_program_is_asked_to_end_when_its_caller_is_killed),
        FC_TARGETS_TEST(signals_that_we_ignore_end_the_program_as_usual),
        FC_TARGETS_TEST(a_program_that_is_not_there_ends_the_run),
    };
    return cmocka_run_group_tests_name("directory/target_command", tests, NULL, NULL);
}
