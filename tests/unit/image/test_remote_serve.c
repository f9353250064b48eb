#define _GNU_SOURCE /* memfd_create */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "image/remote_packets.h"
#include "sandbox/packet.h"
#include "support/fc_photo.h"

/* A decoder's process as it lives in the sandbox, but free; the test is the service. */
typedef struct served {
    pid_t pid;
    int channel;
    const uint8_t *window;
} served;

static void start(served *self)
{
    int channels[2];
    uint8_t *window = mmap(NULL, FC_SANDBOX_WINDOW_BYTES, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(window, MAP_FAILED);
    assert_true(fc_packet_channels(channels));
    (void)fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) {
        (void)close(channels[0]);
        fc_decode_serve(channels[1], window);
        _exit(0);
    }
    (void)close(channels[1]);
    *self = (served){ pid, channels[0], window };
}

/* It ends when the service has gone. */
static void stop(served *self)
{
    int status = -1;
    (void)close(self->channel);
    assert_int_equal(waitpid(self->pid, &status, 0), self->pid);
    assert_int_equal(status, 0);
    (void)munmap((void *)(uintptr_t)self->window, FC_SANDBOX_WINDOW_BYTES);
}

static void send_file(const served *self, fc_bytes bytes, uint32_t formats)
{
    const int file = memfd_create("photo", MFD_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes.data, bytes.size), bytes.size);
    const fc_remote_open_packet open = { .kind = FC_REMOTE_OPEN,
                                         .formats = formats,
                                         .pixels_max = fc_photo_limits.pixels_max,
                                         .decoded_max = fc_photo_limits.decoded_max,
                                         .file_size = (int64_t)bytes.size };
    assert_true(fc_packet_send(self->channel, &open, sizeof open, &file, 1));
    (void)close(file);
}

static fc_remote_answer receive(const served *self)
{
    fc_remote_answer answer = { 0 };
    const int64_t until_us = fc_clock_us() + INT64_C(60000000);
    assert_int_equal(fc_packet_receive(self->channel, &answer, sizeof answer, until_us),
                     sizeof answer);
    return answer;
}

static void the_header_is_answered_with_facts(void **state)
{
    (void)state;
    served self;
    start(&self);
    FC_AUTO(fc_mapping) file = fc_photo_open("orientation_6.jpg");
    send_file(&self, file->bytes, fc_photo_limits.formats);
    const fc_remote_answer facts = receive(&self);
    assert_int_equal(facts.kind, FC_REMOTE_FACTS);
    assert_int_equal(facts.format, FC_FORMAT_JPEG);
    assert_int_equal(facts.orientation, 6);
    assert_true(facts.shrinks);
    stop(&self);
}

static void rows_come_in_halves_of_the_window_as_they_are_taken(void **state)
{
    (void)state;
    served self;
    start(&self);
    FC_AUTO(fc_mapping) file = fc_photo_open("quadrants.gif");
    send_file(&self, file->bytes, fc_photo_limits.formats);
    const fc_remote_answer facts = receive(&self);
    assert_int_equal(facts.kind, FC_REMOTE_FACTS);
    const fc_remote_decode_packet decode = { .kind = FC_REMOTE_DECODE, .shrink = 1 };
    for (int again = 0; again < 2; again++) { /* the source is kept */
        assert_true(fc_packet_send(self.channel, &decode, sizeof decode, NULL, 0));
        assert_int_equal(receive(&self).kind, FC_REMOTE_ROWS);
        assert_memory_equal(self.window, fc_photo_quadrants[0], 3);
        assert_memory_equal(self.window + ((size_t)facts.width - 1) * 3, fc_photo_quadrants[1], 3);
        const fc_remote_taken_packet taken = { .kind = FC_REMOTE_TAKEN };
        assert_true(fc_packet_send(self.channel, &taken, sizeof taken, NULL, 0));
        const fc_remote_answer done = receive(&self);
        assert_int_equal(done.kind, FC_REMOTE_DONE);
        assert_false(done.invisible);
    }
    stop(&self);
}

static void a_file_that_is_not_accepted_is_answered_with_the_reason(void **state)
{
    (void)state;
    served self;
    start(&self);
    FC_AUTO(fc_mapping) file = fc_photo_open("rgb.png");
    send_file(&self, file->bytes, FC_FORMAT_BIT(FC_FORMAT_GIF));
    const fc_remote_answer failed = receive(&self);
    assert_int_equal(failed.kind, FC_REMOTE_FAILED);
    assert_int_equal(failed.status, FC_UNSUPPORTED_FORMAT);
    assert_string_equal(failed.text, "a png picture; accepted are gif");
    stop(&self);
}

static void a_file_that_is_cut_short_fails_where_its_pixels_end(void **state)
{
    (void)state;
    served self;
    start(&self);
    FC_AUTO(fc_mapping) file = fc_photo_open("quadrants.gif");
    send_file(&self, (fc_bytes){ file->bytes.data, file->bytes.size / 2 }, fc_photo_limits.formats);
    fc_remote_answer last = receive(&self);
    if (last.kind == FC_REMOTE_FACTS) {
        const fc_remote_decode_packet decode = { .kind = FC_REMOTE_DECODE, .shrink = 1 };
        assert_true(fc_packet_send(self.channel, &decode, sizeof decode, NULL, 0));
        last = receive(&self);
    }
    assert_int_equal(last.kind, FC_REMOTE_FAILED);
    assert_int_equal(last.status, FC_CORRUPT_IMAGE);
    stop(&self);
}

/* A request before a file, a file without one, and what is no packet at all. */
static void what_makes_no_sense_is_passed_over(void **state)
{
    (void)state;
    served self;
    start(&self);
    const fc_remote_decode_packet decode = { .kind = FC_REMOTE_DECODE, .shrink = 1 };
    const fc_remote_open_packet open = { .kind = FC_REMOTE_OPEN, .file_size = 7 };
    assert_true(fc_packet_send(self.channel, &decode, sizeof decode, NULL, 0));
    assert_true(fc_packet_send(self.channel, &open, sizeof open, NULL, 0));
    assert_true(fc_packet_send(self.channel, "what", 4, NULL, 0));
    FC_AUTO(fc_mapping) file = fc_photo_open("rgb.png");
    send_file(&self, file->bytes, fc_photo_limits.formats);
    assert_int_equal(receive(&self).kind, FC_REMOTE_FACTS);
    stop(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_is_answered_with_facts),
        cmocka_unit_test(rows_come_in_halves_of_the_window_as_they_are_taken),
        cmocka_unit_test(a_file_that_is_not_accepted_is_answered_with_the_reason),
        cmocka_unit_test(a_file_that_is_cut_short_fails_where_its_pixels_end),
        cmocka_unit_test(what_makes_no_sense_is_passed_over),
    };
    return cmocka_run_group_tests_name("image/remote_serve", tests, NULL, NULL);
}
