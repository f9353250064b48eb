#define _GNU_SOURCE /* memfd_create */
#include "report/log_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/fc_test.h"

/* ---- log ------------------------------------------------------------------------------------- */

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
    fc_log_set(fc_log_print);
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

/* ---- log writer ------------------------------------------------------------------------------ */

/* Read until the other end is closed, or until `mark` has come; NULL: none. Gives the lines. */
static int read_lines(int descriptor, const char *mark)
{
    static char text[1 << 20];
    size_t size = 0;
    ssize_t got = 1;
    text[0] = '\0';
    while (got > 0 && (mark == NULL || strstr(text, mark) == NULL)) {
        got = read(descriptor, text + size, sizeof text - 1 - size);
        size += got > 0 ? (size_t)got : 0;
        text[size] = '\0';
    }
    int lines = 0;
    for (size_t i = 0; i < size; i++) {
        lines += text[i] == '\n' ? 1 : 0;
    }
    return lines;
}

static void without_a_writer_a_line_is_the_callers(void **state)
{
    (void)state;
    assert_false(fc_log_writer_take("a\n", 2));
}

static void lines_come_out_whole_and_in_order(void **state)
{
    (void)state;
    fc_error err = { 0 };
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    ASSERT_OK(fc_log_writer_start(ends[1], &err), err);
    assert_true(fc_log_writer_take("first\n", 6));
    assert_true(fc_log_writer_take("second\n", 7));
    assert_true(fc_log_writer_stop(60000));
    (void)close(ends[1]);
    char text[64] = "";
    assert_int_equal(read(ends[0], text, sizeof text), 13);
    assert_string_equal(text, "first\nsecond\n");
    assert_false(fc_log_writer_take("a\n", 2));
    (void)close(ends[0]);
}

/* So full that not one more byte fits. */
static void fill(int descriptor)
{
    char page[4096];
    memset(page, 'x', sizeof page);
    assert_int_equal(fcntl(descriptor, F_SETFL, O_NONBLOCK), 0);
    while (write(descriptor, page, sizeof page) > 0) {
    }
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(fcntl(descriptor, F_SETFL, 0), 0);
}

/* A full pipe: whoever logs must not wait, and the end comes all the same. */
static void a_log_that_nobody_reads_loses_lines_and_says_how_many(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const uint64_t before = fc_log_lines_lost();
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fill(ends[1]);
    ASSERT_OK(fc_log_writer_start(ends[1], &err), err);
    int taken = 0;
    char line[100];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    for (; taken < 10000; taken++) {
        assert_true(fc_log_writer_take(line, sizeof line));
    }
    const uint64_t lost = fc_log_lines_lost() - before;
    assert_true(lost > 5000 && lost < 10000);
    fc_log_set(fc_log_print);
    fc_log_set_json(true);
    const int lines = read_lines(ends[0], "\"log lines were lost: nobody read them\",\"lines\":");
    assert_true(lines >= taken - (int)lost);
    assert_true(fc_log_writer_stop(60000));
    (void)close(ends[0]);
    (void)close(ends[1]);
}

/* What one thread reads while others log: how many lines were told as lost, all together. */
typedef struct listener {
    int descriptor;
    uint64_t told;
    uint64_t lines; /* others */
} listener;

static void *listen_to_the_end(void *context)
{
    static const char TOLD[] = "nobody read them\",\"lines\":";
    listener *self = context;
    FILE *log = fdopen(self->descriptor, "r");
    char line[4096];
    while (fgets(line, sizeof line, log) != NULL) {
        const char *told = strstr(line, TOLD);
        self->told += told != NULL ? strtoull(told + sizeof TOLD - 1, NULL, 10) : 0;
        self->lines += told == NULL ? 1 : 0;
    }
    (void)fclose(log);
    return NULL;
}

/* The line that tells of lost ones has to find its way through a ring that others keep full. */
static void each_lost_line_is_told_however_much_is_logged(void **state)
{
    (void)state;
    enum { LINES = 100000 };
    fc_error err = { 0 };
    fc_log_set(fc_log_print);
    fc_log_set_json(true);
    fc_log_set_level(FC_LOG_INFO);
    const uint64_t before = fc_log_lines_lost();
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    listener heard = { .descriptor = ends[0] };
    pthread_t thread;
    ASSERT_OK(fc_log_writer_start(ends[1], &err), err);
    fc_log_set_level(FC_LOG_ERROR); /* nobody wants to hear of it yet */
    char line[100];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    for (int i = 0; i < LINES / 2; i++) {
        assert_true(fc_log_writer_take(line, sizeof line));
    }
    assert_int_equal(pthread_create(&thread, NULL, listen_to_the_end, &heard), 0);
    for (int i = 0; i < LINES / 2; i++) {
        assert_true(fc_log_writer_take(line, sizeof line));
        if (i == LINES / 4) {
            fc_log_set_level(FC_LOG_INFO);
        }
    }
    assert_true(fc_log_writer_stop(60000));
    (void)close(ends[1]);
    assert_int_equal(pthread_join(thread, NULL), 0);
    const uint64_t lost = fc_log_lines_lost() - before;
    assert_true(lost > 0);
    assert_int_equal(heard.told, lost);
    assert_int_equal(heard.lines, LINES - lost);
}

static void the_end_does_not_wait_for_a_reader(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static int ends[2]; /* the thread stays with them */
    assert_int_equal(pipe(ends), 0);
    ASSERT_OK(fc_log_writer_start(ends[1], &err), err);
    char line[100];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    for (int i = 0; i < 2000; i++) {
        assert_true(fc_log_writer_take(line, sizeof line));
    }
    assert_false(fc_log_writer_stop(10));
    const uint64_t lost = fc_log_lines_lost();
    assert_true(fc_log_writer_take(line, sizeof line)); /* and is lost */
    assert_int_equal(fc_log_lines_lost(), lost + 1);
    (void)fcntl(ends[0], F_SETPIPE_SZ, 1 << 20); /* let the thread end */
    while (read_lines(ends[0], "\n") == 0) {
    }
}

static void a_log_that_cannot_be_written_counts_what_it_lost(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const uint64_t before = fc_log_lines_lost();
    const int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ASSERT_OK(fc_log_writer_start(descriptor, &err), err);
    assert_true(fc_log_writer_take("a\n", 2));
    assert_true(fc_log_writer_stop(60000));
    assert_int_equal(fc_log_lines_lost(), before + 1);
    (void)close(descriptor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CAPTURED(an_event_is_one_line_of_json),
        CAPTURED(an_event_is_one_line_of_text),
        CAPTURED(nothing_in_a_value_can_end_the_line),
        CAPTURED(long_values_are_cut_and_the_line_stays_whole),
        CAPTURED(events_below_the_level_are_dropped),
        cmocka_unit_test(without_a_writer_a_line_is_the_callers),
        cmocka_unit_test(lines_come_out_whole_and_in_order),
        cmocka_unit_test(a_log_that_nobody_reads_loses_lines_and_says_how_many),
        cmocka_unit_test(each_lost_line_is_told_however_much_is_logged),
        cmocka_unit_test(a_log_that_cannot_be_written_counts_what_it_lost),
        cmocka_unit_test(the_end_does_not_wait_for_a_reader), /* last: it leaves a thread */
    };
    return cmocka_run_group_tests_name("report/log_writer", tests, NULL, NULL);
}
