#include "sandbox/packet.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/fc_test.h"
#include "support/processes.h"

static int64_t soon(void)
{
    return fc_clock_us() + 20000000;
}

static void packets_arrive_whole_and_in_order(void **state)
{
    (void)state;
    int ends[2];
    char text[16] = "";
    assert_true(fc_packet_channels(ends));
    assert_true(fc_packet_send(ends[0], "one", 4, NULL, 0));
    assert_true(fc_packet_send(ends[0], "second", 7, NULL, 0));
    assert_int_equal(fc_packet_receive(ends[1], text, sizeof text, soon()), 4);
    assert_string_equal(text, "one");
    assert_int_equal(fc_packet_receive(ends[1], text, 3, soon()), 7); /* more than fits is told */
    assert_memory_equal(text, "sec", 3);
    (void)close(ends[0]);
    assert_int_equal(fc_packet_receive(ends[1], text, sizeof text, soon()), 0);
    assert_false(fc_packet_send(ends[1], "x", 1, NULL, 0));
    (void)close(ends[1]);
}

static void silence_ends_at_the_deadline(void **state)
{
    (void)state;
    int ends[2];
    char byte = 0;
    assert_true(fc_packet_channels(ends));
    const int64_t start_us = fc_clock_us();
    assert_int_equal(fc_packet_receive(ends[0], &byte, 1, start_us + 20000), -1);
    assert_true(fc_clock_us() - start_us >= 20000);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void descriptors_come_along_or_are_closed(void **state)
{
    (void)state;
    int ends[2];
    char byte = 0;
    int files[FC_PACKET_DESCRIPTORS_MAX];
    assert_true(fc_packet_channels(ends));
    const int before = fc_processes_descriptors();
    assert_true(fc_packet_send(ends[0], "x", 1, ends, 2));
    assert_int_equal(fc_packet_await(ends[1], &byte, 1, files), 1);
    assert_int_equal(fc_processes_descriptors(), before + 2);
    for (int i = 0; i < 2; i++) {
        assert_true((fcntl(files[i], F_GETFD) & FD_CLOEXEC) != 0);
        (void)close(files[i]);
    }
    assert_true(fc_packet_send(ends[0], "x", 1, ends, 2));
    assert_int_equal(fc_packet_receive(ends[1], &byte, 1, soon()), 1);
    assert_true(fc_packet_send(ends[0], "x", 1, NULL, 0));
    assert_int_equal(fc_packet_await(ends[1], &byte, 1, files), 1);
    assert_int_equal(files[0], -1);
    assert_int_equal(files[1], -1);
    assert_int_equal(fc_processes_descriptors(), before);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

/* Nobody waits for somebody who does not read. */
static void a_full_channel_refuses(void **state)
{
    (void)state;
    int ends[2];
    assert_true(fc_packet_channels(ends));
    int sent = 0;
    while (sent < 1000000 && fc_packet_send(ends[0], "full", 4, NULL, 0)) {
        sent++;
    }
    assert_in_range(sent, 1, 999999);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_arrive_whole_and_in_order),
        cmocka_unit_test(silence_ends_at_the_deadline),
        cmocka_unit_test(descriptors_come_along_or_are_closed),
        cmocka_unit_test(a_full_channel_refuses),
    };
    return cmocka_run_group_tests_name("sandbox/packet", tests, NULL, NULL);
}
