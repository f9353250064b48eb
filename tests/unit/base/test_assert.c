#include "base/assert.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/fc_test.h"

/* What a broken assertion says, and the signal that it ends the process with. */
static int break_one(char *text, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        const struct rlimit none = { 0, 0 };
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)signal(SIGABRT, SIG_DFL);
        (void)dup2(ends[1], STDERR_FILENO);
        FC_ASSERT(1 + 1 == 3);
        _exit(0);
    }
    (void)close(ends[1]);
    size_t used = 0;
    for (ssize_t got = 1; got > 0 && used<size - 1; used += got> 0 ? (size_t)got : 0) {
        got = read(ends[0], text + used, size - 1 - used);
    }
    text[used] = '\0';
    (void)close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void a_broken_promise_is_named_and_ends_the_program(void **state)
{
    (void)state;
    char text[2000];
    assert_int_equal(break_one(text, sizeof text), SIGABRT);
    assert_memory_equal(text, "facecraft: ", strlen("facecraft: "));
    assert_non_null(strstr(text, "test_assert.c:"));
    assert_non_null(strstr(text, ": assertion broken: 1 + 1 == 3\n"));
}

static void a_condition_that_holds_is_asked_once(void **state)
{
    (void)state;
    int asked = 0;
    FC_ASSERT(++asked == 1);
    assert_int_equal(asked, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_promise_is_named_and_ends_the_program),
        cmocka_unit_test(a_condition_that_holds_is_asked_once),
    };
    return cmocka_run_group_tests_name("base/assert", tests, NULL, NULL);
}
