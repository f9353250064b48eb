#define _GNU_SOURCE /* memfd_create */
#include "cli/console.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/fc_test.h"

static int caught;
static int kept;

static int catch_stderr(void **state)
{
    (void)state;
    caught = memfd_create("standard error", MFD_CLOEXEC);
    kept = dup(STDERR_FILENO);
    return dup2(caught, STDERR_FILENO) == STDERR_FILENO ? 0 : -1;
}

static int release_stderr(void **state)
{
    (void)state;
    (void)dup2(kept, STDERR_FILENO);
    (void)close(kept);
    return close(caught);
}

static const char *said(void)
{
    static char text[4096];
    const ssize_t size = pread(caught, text, sizeof text - 1, 0);
    text[size > 0 ? size : 0] = '\0';
    return text;
}

static void control_bytes_are_shown_as_question_marks(void **state)
{
    (void)state;
    fc_console_say("%s", "a\x1b[2Jb\x7f");
    assert_string_equal(said(), "facecraft: a?[2Jb?\n");
}

static void a_name_is_said_once(void **state)
{
    (void)state;
    const fc_error named = { FC_IO, "a.jpg: no such file" };
    const fc_error other = { FC_NO_FACE, "no face" };
    fc_console_failure("a.jpg", &named);
    fc_console_failure("a.jpg", &other);
    assert_string_equal(said(), "facecraft: a.jpg: no such file\nfacecraft: a.jpg: no face\n");
}

static void warnings_are_said_one_a_line(void **state)
{
    (void)state;
    fc_warnings warnings = { .count = 0 };
    fc_console_warnings(&warnings);
    assert_string_equal(said(), "");
    fc_warn(&warnings, "the end is missing");
    fc_warn(&warnings, "a profile was left out");
    fc_console_warnings(&warnings);
    assert_string_equal(said(), "facecraft: note: the end is missing\n"
                                "facecraft: note: a profile was left out\n");
}

static void a_broken_assertion_is_said_with_its_place(void **state)
{
    (void)state;
    fc_console_fatal("1 + 1 == 3", "src/x.c", 7);
    assert_string_equal(said(), "facecraft: src/x.c:7: assertion broken: 1 + 1 == 3\n");
}

#define CONSOLE_TEST(name) cmocka_unit_test_setup_teardown(name, catch_stderr, release_stderr)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CONSOLE_TEST(control_bytes_are_shown_as_question_marks),
        CONSOLE_TEST(a_name_is_said_once),
        CONSOLE_TEST(warnings_are_said_one_a_line),
        CONSOLE_TEST(a_broken_assertion_is_said_with_its_place),
    };
    return cmocka_run_group_tests_name("cli/console", tests, NULL, NULL);
}
