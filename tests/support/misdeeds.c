#define _GNU_SOURCE /* process_vm_readv, syscall */
#include "support/misdeeds.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/memory.h"
#include "image/format.h"
#include "image/remote_packets.h"
#include "sandbox/inside.h"
#include "sandbox/packet.h"

enum { MEMORY_WANTED_GB = 8 };

static pid_t served;

static void send_everywhere(const void *packet, size_t size)
{
    for (int i = 0; i < 64; i++) {
        (void)fc_packet_send(i, packet, size, NULL, 0);
    }
}

static void send_answer(fc_remote_answer answer)
{
    send_everywhere(&answer, sizeof answer);
}

static void send_facts(int32_t width, int32_t height, int64_t bytes, int32_t bits)
{
    send_answer((fc_remote_answer){ .kind = FC_REMOTE_FACTS,
                                    .format = FC_FORMAT_GIF,
                                    .width = width,
                                    .height = height,
                                    .orientation = 1,
                                    .bits = bits,
                                    .channels = 3,
                                    .stored = (int64_t)width * height,
                                    .decoded_bytes = bytes });
}

static void loop(void)
{
    for (volatile uint64_t i = 0;; i++) {
    }
}

static void hang(void)
{
    static int never;
    (void)syscall(SYS_futex, &never, 0 /* FUTEX_WAIT */, 0, NULL);
}

static void write_out_of_bounds(void)
{
    volatile char *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    (void)munmap((void *)(uintptr_t)page, 4096);
    page[0] = 1;
}

static void overflow_heap(void)
{
    volatile char *block = malloc(64);
    for (int i = 0; i < 1 << 20; i++) {
        block[i] = (char)i;
    }
    free((void *)(uintptr_t)block);
    free(malloc(1024));
}

static fc_status allocate(fc_error *err)
{
    void *block = NULL;
    FC_TRY(fc_memory_new((size_t)MEMORY_WANTED_GB << 30, 1, &block, err));
    memset(block, 1, (size_t)MEMORY_WANTED_GB << 30);
    return FC_OK;
}

static fc_status allocate_bit_by_bit(fc_error *err)
{
    for (int i = 0; i < MEMORY_WANTED_GB << 10; i++) {
        void *block = NULL;
        FC_TRY(fc_memory_new(1 << 20, 1, &block, err));
        memset(block, 1, 1 << 20);
    }
    return FC_OK;
}

static void use_memory_that_is_not_there(void)
{
    volatile char *block = malloc((size_t)MEMORY_WANTED_GB << 30);
    block[0] = 1;
}

static void flood(void)
{
    for (;;) {
        send_answer((fc_remote_answer){ .kind = FC_REMOTE_ROWS });
    }
}

static void forge_end(int32_t status)
{
    const fc_note note = { .kind = FC_NOTE_ENDED, .value = status };
    send_everywhere(&note, sizeof note);
}

static void fail_with(int32_t status, const char *text)
{
    fc_remote_answer answer = { .kind = FC_REMOTE_FAILED, .status = status };
    memset(answer.text, 'x', sizeof answer.text); /* no end */
    memcpy(answer.text, text, strlen(text));
    send_answer(answer);
}

static void execute(void)
{
    char *const arguments[] = { (char *)(uintptr_t) "sh", NULL };
    (void)execve("/bin/sh", arguments, NULL);
}

static void steal_from_parent(void)
{
    char byte = 0;
    struct iovec to = { &byte, 1 };
    (void)process_vm_readv(served, &to, 1, &to, 1, 0);
}

static void print_and_abort(void)
{
    (void)fprintf(stderr, "an assertion says so and ends the program\n");
    (void)fflush(stderr);
    abort();
}

static void leave(void)
{
    exit(0);
}

static void share_memory(void)
{
    (void)mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static void make_code(void)
{
    (void)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void open_file(void)
{
    (void)open("/etc/passwd", O_RDONLY);
}

static void open_network(void)
{
    (void)socket(AF_INET, SOCK_STREAM, 0);
}

static void make_process(void)
{
    (void)fork();
}

static void signal_service(void)
{
    (void)kill(served, SIGCONT);
}

static void signal_thread_of_service(void)
{
    (void)syscall(SYS_tgkill, served, served, SIGCONT);
}

static void trace(void)
{
    (void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void raise_limits(void)
{
    (void)syscall(SYS_prlimit64, 0, RLIMIT_DATA, NULL, NULL);
}

static void send_garbage(void)
{
    send_everywhere("garbage of some length", 22);
}

static void claim_too_large(void)
{
    send_facts(60000, 60000, INT64_C(10800000000), 8);
}

static void claim_too_few_bytes(void)
{
    send_facts(FC_MISDEED_SIDE, FC_MISDEED_SIDE, 1, 8);
}

static void claim_negative_size(void)
{
    send_facts(-1, FC_MISDEED_SIDE, 3, 8);
}

static void claim_strange_depth(void)
{
    send_facts(FC_MISDEED_SIDE, FC_MISDEED_SIDE, 3 * FC_MISDEED_SIDE * FC_MISDEED_SIDE, 12);
}

static void claim_to_be_done(void)
{
    send_answer((fc_remote_answer){ .kind = FC_REMOTE_DONE });
}

static void fail_without_a_status(void)
{
    fail_with(9999, "");
}

static void fail_well(void)
{
    fail_with(FC_OK, "fine");
}

static void forge_own_end(void)
{
    forge_end(0);
}

static void fail_with_odd_text(void)
{
    fail_with(FC_CORRUPT_IMAGE, "two\nlines\x1b[31m and \xff\xfe");
}

static const struct {
    char letter;
    void (*act)(void);
} DEEDS[] = {
    { 'w', write_out_of_bounds },
    { 'o', overflow_heap },
    { 'a', abort },
    { 'A', print_and_abort },
    { 'e', leave },
    { 'l', loop },
    { 'h', hang },
    { 'M', use_memory_that_is_not_there },
    { 'S', share_memory },
    { 'X', make_code },
    { 'f', open_file },
    { 'n', open_network },
    { 'k', make_process },
    { 'E', execute },
    { 'K', signal_service },
    { 'G', signal_thread_of_service },
    { 'p', trace },
    { 'v', steal_from_parent },
    { 'r', raise_limits },
    { '1', send_garbage },
    { '2', claim_too_large },
    { '3', claim_too_few_bytes },
    { '4', claim_negative_size },
    { '5', claim_strange_depth },
    { '6', claim_to_be_done },
    { '7', flood },
    { '8', fail_without_a_status },
    { '9', fail_well },
    { '0', forge_own_end },
    { 't', fail_with_odd_text },
};

fc_status fc_misdeed(char letter, pid_t service, fc_error *err)
{
    served = service;
    if (letter == 'm') {
        return allocate(err);
    }
    if (letter == 'd') {
        return allocate_bit_by_bit(err);
    }
    for (size_t i = 0; i < sizeof DEEDS / sizeof DEEDS[0]; i++) {
        if (DEEDS[i].letter == letter) {
            DEEDS[i].act();
        }
    }
    return FC_OK;
}
