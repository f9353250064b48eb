#define _GNU_SOURCE /* memfd_create */
#include "sandbox/keeper.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "sandbox/inside.h"
#include "support/fc_test.h"
#include "support/processes.h"

#define WAIT_US INT64_C(20000000)

typedef struct words {
    uint32_t kind;
    uint32_t number;
} words;

/* Gives back one more than it got, and shows it. */
static void count(int channel, uint8_t *window)
{
    words got;
    int none[FC_PACKET_DESCRIPTORS_MAX];
    while (fc_packet_await(channel, &got, sizeof got, none) == (int64_t)sizeof got) {
        got.number++;
        window[0] = (uint8_t)got.number;
        (void)fc_packet_send(channel, &got, sizeof got, NULL, 0);
    }
}

static pid_t keeper;
static int control;

static int start(void **state)
{
    (void)state;
    static char name[] = "keeper";
    static char *argv[] = { name, NULL };
    int channels[2];
    assert_true(fc_packet_channels(channels));
    (void)fflush(NULL);
    keeper = fork();
    if (keeper == 0) {
        (void)close(channels[0]);
        fc_keeper_run(channels[1], argv, count);
    }
    (void)close(channels[1]);
    control = channels[0];
    return keeper > 0 ? 0 : -1;
}

/* Who closes the channel has no more work. */
static int stop(void **state)
{
    (void)state;
    (void)close(control);
    int status = -1;
    assert_int_equal(waitpid(keeper, &status, 0), keeper);
    return status;
}

/* A helper's channel; its window where `window` is not NULL. */
static int order_helper(uint64_t id, const uint8_t **window)
{
    int channels[2];
    assert_true(fc_packet_channels(channels));
    const int memory = memfd_create("window", MFD_CLOEXEC);
    assert_int_equal(ftruncate(memory, FC_SANDBOX_WINDOW_BYTES), 0);
    const fc_order order = {
        .kind = FC_ORDER_FORK, .cpu_s = 5, .helper = id, .bytes = INT64_C(64) << 20
    };
    assert_true(
        fc_packet_send(control, &order, sizeof order, (const int[2]){ channels[1], memory }, 2));
    if (window != NULL) {
        void *seen = mmap(NULL, FC_SANDBOX_WINDOW_BYTES, PROT_READ, MAP_SHARED, memory, 0);
        assert_ptr_not_equal(seen, MAP_FAILED);
        *window = seen;
    }
    (void)close(memory);
    (void)close(channels[1]);
    return channels[0];
}

static fc_note receive_note(int channel)
{
    fc_note note = { 0 };
    assert_int_equal(fc_packet_receive(channel, &note, sizeof note, fc_clock_us() + WAIT_US),
                     sizeof note);
    return note;
}

static bool is_fit(int channel)
{
    return receive_note(channel).kind == FC_NOTE_FIT;
}

static void a_helper_works_until_its_channel_is_closed(void **state)
{
    (void)state;
    const uint8_t *window = NULL;
    const int channel = order_helper(1, &window);
    if (!is_fit(channel)) {
        skip(); /* no seccomp here */
    }
    words said = { 1, 41 };
    assert_true(fc_packet_send(channel, &said, sizeof said, NULL, 0));
    assert_int_equal(fc_packet_receive(channel, &said, sizeof said, fc_clock_us() + WAIT_US),
                     sizeof said);
    assert_int_equal(said.number, 42);
    assert_int_equal(window[0], 42);
    assert_int_equal(fc_processes_count("fc-decoder"), 1);
    (void)close(channel);
    fc_processes_await("fc-decoder", 0);
    (void)munmap((void *)(uintptr_t)window, FC_SANDBOX_WINDOW_BYTES);
}

static void limits_are_raised_for_the_one_that_is_named(void **state)
{
    (void)state;
    const int channel = order_helper(7, NULL);
    if (!is_fit(channel)) {
        skip();
    }
    fc_order order = { .kind = FC_ORDER_LIMIT, .cpu_s = 9, .helper = 8, .bytes = 1 << 20 };
    assert_true(fc_packet_send(control, &order, sizeof order, NULL, 0)); /* there is none */
    order.helper = 7;
    assert_true(fc_packet_send(control, &order, sizeof order, NULL, 0));
    assert_int_equal(receive_note(channel).kind, FC_NOTE_LIMITED);
    (void)close(channel);
}

static void the_end_of_a_helper_is_noted(void **state)
{
    (void)state;
    const int channel = order_helper(9, NULL);
    if (!is_fit(channel)) {
        skip();
    }
    (void)kill(fc_processes_find("fc-decoder"), SIGKILL);
    const fc_note note = receive_note(channel);
    assert_int_equal(note.kind, FC_NOTE_ENDED);
    assert_true(WIFSIGNALED(note.value));
    assert_int_equal(WTERMSIG(note.value), SIGKILL);
    assert_true(note.peak_bytes > 0);
    (void)close(channel);
}

static void a_forker_that_was_killed_is_made_again(void **state)
{
    (void)state;
    fc_processes_await("fc-forker", 1);
    const pid_t first = fc_processes_find("fc-forker");
    assert_int_equal(kill(first, SIGKILL), 0);
    const int64_t until_us = fc_clock_us() + WAIT_US;
    pid_t next = 0;
    while ((next == 0 || next == first) && fc_clock_us() < until_us) {
        next = fc_processes_find("fc-forker");
    }
    assert_true(next > 0 && next != first);
    const int channel = order_helper(1, NULL);
    (void)receive_note(channel);
    (void)close(channel);
}

int main(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 77; /* it needs terabytes of address space, threads and files */
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_helper_works_until_its_channel_is_closed, start, stop),
        cmocka_unit_test_setup_teardown(limits_are_raised_for_the_one_that_is_named, start, stop),
        cmocka_unit_test_setup_teardown(the_end_of_a_helper_is_noted, start, stop),
        cmocka_unit_test_setup_teardown(a_forker_that_was_killed_is_made_again, start, stop),
    };
    return cmocka_run_group_tests_name("sandbox/keeper", tests, NULL, NULL);
}
