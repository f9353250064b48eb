#define _GNU_SOURCE /* memfd_create */
#include "base/log.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/fc_test.h"

/* Where standard error goes during a test; `kept` is the real one. */
typedef struct capture {
    int file;
    int kept;
    char text[16384];
} capture;

static capture stderr_now;

static int set_up(void **state)
{
    (void)state;
    stderr_now.file = memfd_create("log", MFD_CLOEXEC);
    stderr_now.kept = dup(STDERR_FILENO);
    (void)dup2(stderr_now.file, STDERR_FILENO);
    fc_log_set_json(true);
    fc_log_set_level(FC_LOG_INFO);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)dup2(stderr_now.kept, STDERR_FILENO);
    (void)close(stderr_now.kept);
    (void)close(stderr_now.file);
    return 0;
}

static const char *logged(void)
{
    const ssize_t size = pread(stderr_now.file, stderr_now.text, sizeof stderr_now.text - 1, 0);
    stderr_now.text[size > 0 ? size : 0] = '\0';
    return stderr_now.text;
}

static void an_event_is_one_line_of_json(void **state)
{
    (void)state;
    FC_LOG(FC_LOG_WARNING, "listening", FC_LOG_TEXT("host", "::"), FC_LOG_NUMBER("port", -7));
    const char *line = logged();
    assert_int_equal(strncmp(line, "{\"time\":\"20", 11), 0);
    assert_non_null(strstr(line, "\"level\":\"WARNING\",\"message\":\"listening\","
                                 "\"host\":\"::\",\"port\":-7}\n"));
}

static void an_event_is_one_line_of_text(void **state)
{
    (void)state;
    fc_log_set_json(false);
    FC_LOG(FC_LOG_INFO, "listening", FC_LOG_TEXT("host", "a b"), FC_LOG_NUMBER("port", 80));
    assert_non_null(strstr(logged(), " INFO listening host=\"a b\" port=80\n"));
}

static void nothing_in_a_value_can_end_the_line(void **state)
{
    (void)state;
    FC_LOG(FC_LOG_INFO, "x", FC_LOG_TEXT("a", "q\"\\\r\n\x1b\x7f\xff\xc3\xa4"));
    assert_non_null(
        strstr(logged(), "\"q\\\"\\\\\\u000d\\u000a\\u001b\\u007f\xef\xbf\xbd\xc3\xa4\"}\n"));
}

static void long_values_are_cut_and_the_line_stays_whole(void **state)
{
    (void)state;
    static char text[10000];
    memset(text, '\n', sizeof text - 1);
    FC_LOG(FC_LOG_INFO, "x", FC_LOG_TEXT("a", text), FC_LOG_TEXT("b", text));
    const char *line = logged();
    assert_true(strlen(line) <= 4096);
    assert_string_equal(line + strlen(line) - 3, "\"}\n");
}

static void events_below_the_level_are_dropped(void **state)
{
    (void)state;
    FC_LOG(FC_LOG_DEBUG, "x", FC_LOG_NUMBER("a", 1));
    assert_string_equal(logged(), "");
    fc_log_set_level(FC_LOG_DEBUG);
    FC_LOG(FC_LOG_DEBUG, "x", FC_LOG_NUMBER("a", 1));
    assert_string_not_equal(logged(), "");
}

#define CAPTURED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CAPTURED(an_event_is_one_line_of_json),
        CAPTURED(an_event_is_one_line_of_text),
        CAPTURED(nothing_in_a_value_can_end_the_line),
        CAPTURED(long_values_are_cut_and_the_line_stays_whole),
        CAPTURED(events_below_the_level_are_dropped),
    };
    return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
