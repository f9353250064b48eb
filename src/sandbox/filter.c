#define _GNU_SOURCE /* syscall */
#include "sandbox/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define ARCHITECTURE 0 /* no processor has it: nothing is let through */
#endif

/* The low half of an argument: all that is looked at fits into it. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARGUMENT(index) (offsetof(struct seccomp_data, args) + (index) * sizeof(uint64_t))
#else
#define ARGUMENT(index) (offsetof(struct seccomp_data, args) + (index) * sizeof(uint64_t) + 4)
#endif

typedef enum rule {
    ALLOWED,
    REFUSED,        /* with EBADF: what printing to a closed standard error tries */
    PRIVATE,        /* NOT_EXECUTABLE, and argument 3 maps nothing that is shared: what is, no
                       limit of memory counts */
    NOT_EXECUTABLE, /* argument 2 is a protection without PROT_EXEC */
    TO_ITSELF,      /* argument 0 is the process: abort() sends its signal so */
} rule;

typedef struct filter_row {
    uint32_t number;
    rule rule;
} filter_row;

/* The ones that are called most come first: they are compared in this order. */
static const filter_row ROWS[] = {
    { __NR_recvmsg, ALLOWED },
    { __NR_sendmsg, ALLOWED },
    { __NR_mmap, PRIVATE },
    { __NR_munmap, ALLOWED },
    { __NR_brk, ALLOWED },
    { __NR_madvise, ALLOWED },
    { __NR_mremap, ALLOWED },
    { __NR_mprotect, NOT_EXECUTABLE },
    { __NR_futex, ALLOWED },
    { __NR_close, ALLOWED },
    { __NR_getrandom, ALLOWED },
    { __NR_clock_gettime, ALLOWED },
    { __NR_sched_yield, ALLOWED },
    { __NR_sysinfo, ALLOWED }, /* qsort() asks how much memory there is */
    { __NR_restart_syscall, ALLOWED },
    { __NR_rt_sigreturn, ALLOWED },
    { __NR_exit_group, ALLOWED },
    { __NR_exit, ALLOWED },
    { __NR_getpid, ALLOWED },
    { __NR_gettid, ALLOWED },
    { __NR_tgkill, TO_ITSELF },
    { __NR_rt_sigprocmask, REFUSED },
    { __NR_write, REFUSED },
    { __NR_writev, REFUSED },
    { __NR_fstat, REFUSED },
    { __NR_newfstatat, REFUSED },
    { __NR_ioctl, REFUSED },
    { __NR_lseek, REFUSED },
};

enum {
    ROWS_COUNT = sizeof ROWS / sizeof ROWS[0],
    PER_ROW = 8,
    AROUND_ROWS = 8,
};

typedef struct program {
    struct sock_filter code[ROWS_COUNT * PER_ROW + AROUND_ROWS];
    unsigned short length;
} program;

static void put(program *to, struct sock_filter instruction)
{
    to->code[to->length++] = instruction;
}

#define PUT(to, ...) put(to, (struct sock_filter)__VA_ARGS__)
#define LOAD BPF_LD | BPF_W | BPF_ABS

static void put_end(program *to, uint32_t action)
{
    PUT(to, BPF_STMT(BPF_RET | BPF_K, action));
}

/* Let the call through unless the argument has a bit of `bits`. */
static void put_without(program *to, uint32_t argument, uint32_t bits)
{
    PUT(to, BPF_STMT(LOAD, argument));
    PUT(to, BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1));
    put_end(to, SECCOMP_RET_KILL_PROCESS);
}

static void put_equal(program *to, uint32_t argument, uint32_t value)
{
    PUT(to, BPF_STMT(LOAD, argument));
    PUT(to, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0));
    put_end(to, SECCOMP_RET_KILL_PROCESS);
}

/* One row: another number jumps over it; what it says about the call ends the program. */
static void put_row(program *to, const filter_row *row, uint32_t process)
{
    const unsigned short jump = to->length;
    PUT(to, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, row->number, 0, 0));
    if (row->rule == PRIVATE || row->rule == NOT_EXECUTABLE) {
        put_without(to, ARGUMENT(2), PROT_EXEC);
    }
    if (row->rule == PRIVATE) {
        put_without(to, ARGUMENT(3), MAP_SHARED);
    }
    if (row->rule == TO_ITSELF) {
        put_equal(to, ARGUMENT(0), process);
    }
    put_end(to, row->rule == REFUSED ? SECCOMP_RET_ERRNO | EBADF : SECCOMP_RET_ALLOW);
    to->code[jump].jf = (uint8_t)(to->length - jump - 1);
}

static void write_program(program *to)
{
    const uint32_t process = (uint32_t)getpid();
    PUT(to, BPF_STMT(LOAD, offsetof(struct seccomp_data, arch)));
    PUT(to, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
    put_end(to, SECCOMP_RET_KILL_PROCESS);
    PUT(to, BPF_STMT(LOAD, offsetof(struct seccomp_data, nr)));
    for (size_t i = 0; i < ROWS_COUNT; i++) {
        put_row(to, &ROWS[i], process);
    }
    put_end(to, SECCOMP_RET_KILL_PROCESS); /* also the 32-bit numbers of x86-64 */
}

/*
 * Linux before 5.16 slows a filtered process down against speculation (SSBD), unless it is told
 * not to: what a helper could read that way is the one photo that it has anyway.
 */
bool fc_filter_install(void)
{
    program filter = { .length = 0 };
    write_program(&filter);
    struct sock_fprog given = { filter.length, filter.code };
    return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &given) ==
               0 ||
           syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &given) == 0 ||
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &given) == 0;
}
