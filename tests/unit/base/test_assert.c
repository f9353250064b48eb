#include "base/assert.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/fc_test.h"

static int told;

static void tell(const char *condition, const char *file, int line)
{
    const char *name = strrchr(file, '/');
    (void)dprintf(told, "%s|%s|%d", condition, name != NULL ? name + 1 : file, line > 0);
}

/* What a process that breaks a promise tells, and how it ends. */
static int break_in_child(fc_fatal_hook hook, char *text, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        told = ends[1];
        fc_fatal_set(hook);
        FC_ASSERT(1 + 1 == 3);
        _exit(0);
    }
    (void)close(ends[1]);
    const ssize_t got = read(ends[0], text, size - 1);
    text[got > 0 ? got : 0] = '\0';
    (void)close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void a_broken_promise_is_told_and_ends_the_process(void **state)
{
    (void)state;
    char text[512];
    assert_int_equal(break_in_child(tell, text, sizeof text), SIGABRT);
    assert_string_equal(text, "1 + 1 == 3|test_assert.c|1");
    assert_int_equal(break_in_child(NULL, text, sizeof text), SIGABRT);
    assert_string_equal(text, "");
}

static void a_promise_that_is_kept_is_asked_once(void **state)
{
    (void)state;
    int asked = 0;
    FC_ASSERT(++asked == 1);
    assert_int_equal(asked, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_promise_is_told_and_ends_the_process),
        cmocka_unit_test(a_promise_that_is_kept_is_asked_once),
    };
    return cmocka_run_group_tests_name("base/assert", tests, NULL, NULL);
}
