#define _GNU_SOURCE /* close_range, environ, syscall */
#include "sandbox/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/memory.h"
#include "base/number.h"

/* ---- the filter of system calls: seccomp-bpf, for x86-64 and arm64 --------------------------- */

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
 * From now on, for good: memory that is never executable, packets on the descriptors that are open,
 * signals to the process itself, its own end; everything that is not named ends the process. Needs
 * no_new_privs. False: errno says why.
 *
 * Linux before 5.16 slows a filtered process down against speculation (SSBD), unless it is told
 * not to: what a helper could read that way is the one photo that it has anyway.
 */
static bool install_filter(void)
{
    program filter = { .length = 0 };
    write_program(&filter);
    struct sock_fprog given = { filter.length, filter.code };
    return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &given) ==
               0 ||
           syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &given) == 0 ||
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &given) == 0;
}

/* ---- what else is taken away ----------------------------------------------------------------- */

/* Landlock by its numbers: headers of Debian 12 know the first of them only. */
#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_restrict_self 446
#endif
#define LANDLOCK_VERSION_FLAG 1U

typedef struct landlock_rules {
    uint64_t files;
    uint64_t network;
    uint64_t scopes;
} landlock_rules;

static void wipe_text(char *text)
{
    fc_memory_wipe(text, strlen(text));
}

/* What libraries would read of it has been read when they were loaded. */
static void forget_origin(char **argv)
{
    for (char **each = environ; each != NULL && *each != NULL; each++) {
        wipe_text(*each);
    }
    if (environ != NULL) {
        environ[0] = NULL;
    }
    for (char **each = argv; *each != NULL && each[1] != NULL; each++) {
        wipe_text(each[1]);
    }
}

/* Memory that can be written, in bytes: the sixth number of /proc/self/statm. 0: it is not there.
 */
static int64_t read_data_bytes(void)
{
    enum { FIELD = 5 };
    char text[256] = "";
    int64_t pages = 0;
    const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    const ssize_t got = file >= 0 ? read(file, text, sizeof text - 1) : 0;
    if (file >= 0) {
        (void)close(file);
    }
    text[got > 0 ? got : 0] = '\0';
    char *at = text;
    for (int i = 0; i < FIELD; i++) {
        at += strcspn(at, " ");
        at += *at == ' ';
    }
    at[strspn(at, "0123456789")] = '\0';
    return fc_parse_integer(at, &pages) ? pages * sysconf(_SC_PAGESIZE) : 0;
}

/* Bits of what version `version` can forbid, of the newest that is known here at most. */
static landlock_rules all_rules(long version)
{
    static const uint8_t FILE_BITS[] = { 0, 13, 14, 15, 15, 16 };
    const long last = (long)sizeof FILE_BITS - 1;
    const uint8_t bits = FILE_BITS[version < last ? version : last];
    return (landlock_rules){ .files = (UINT64_C(1) << bits) - 1,
                             .network = version >= 4 ? 3 : 0,
                             .scopes = version >= 6 ? 3 : 0 };
}

/* No file can be opened by a name; 0 where the kernel has no Landlock, or does not let us. */
static int32_t lock_files(void)
{
    const long version = syscall(__NR_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION_FLAG);
    if (version <= 0) {
        return 0;
    }
    const landlock_rules rules = all_rules(version);
    const size_t size = version >= 6   ? sizeof rules
                        : version >= 4 ? offsetof(landlock_rules, scopes)
                                       : offsetof(landlock_rules, network);
    const int set = (int)syscall(__NR_landlock_create_ruleset, &rules, size, 0);
    const bool locked = set >= 0 && syscall(__NR_landlock_restrict_self, set, 0) == 0;
    if (set >= 0) {
        (void)close(set);
    }
    return locked ? (int32_t)version : 0;
}

static void refuse(fc_confinement *confinement, const char *what, int error)
{
    if (confinement->refused == NULL) {
        confinement->refused = what;
        confinement->error = error;
    }
}

fc_confinement fc_confine_family(char **argv)
{
    FC_ASSERT(argv != NULL);

    fc_confinement confinement = { .base_bytes = read_data_bytes() };
    if (confinement.base_bytes <= 0) {
        refuse(&confinement, "/proc/self/statm", ENOENT);
    }
    tzset(); /* Little CMS asks for the time, and the C library would open a file for it */
    forget_origin(argv);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        refuse(&confinement, "no_new_privs", errno);
    }
    confinement.landlock = lock_files();
    return confinement;
}

/* Only the soft limit is ours: the hard one stays for whoever raises it later, and the helper
 * itself can change neither. */
static bool limit(__rlimit_resource_t what, int64_t most)
{
    struct rlimit now = { 0 };
    if (getrlimit(what, &now) != 0) {
        return false;
    }
    now.rlim_cur = (rlim_t)most < now.rlim_max ? (rlim_t)most : now.rlim_max;
    return setrlimit(what, &now) == 0;
}

/* One by one where the kernel cannot close many. */
static void close_from_to(unsigned first, unsigned last)
{
    struct rlimit most = { .rlim_cur = 1024 };
    if (first > last || close_range(first, last, 0) == 0) {
        return;
    }
    (void)getrlimit(RLIMIT_NOFILE, &most);
    for (unsigned i = first; i <= last && i < most.rlim_cur; i++) {
        (void)close((int)i);
    }
}

void fc_confine_descriptors(const int keep[2])
{
    const unsigned low = (unsigned)(keep[0] < keep[1] ? keep[0] : keep[1]);
    const unsigned high = (unsigned)(keep[0] < keep[1] ? keep[1] : keep[0]);
    if (low > 0) {
        close_from_to(0, low - 1);
    }
    close_from_to(low + 1, high > low ? high - 1 : low);
    close_from_to(high + 1, UINT32_MAX);
}

void fc_confine_helper(fc_confinement *confinement, const int keep[2], int64_t bytes, int32_t cpu_s)
{
    FC_ASSERT(confinement != NULL && keep != NULL);

    fc_confine_descriptors(keep);
    if (!limit(RLIMIT_DATA, confinement->base_bytes + bytes) || !limit(RLIMIT_CPU, cpu_s) ||
        !limit(RLIMIT_CORE, 0) || !limit(RLIMIT_FSIZE, 0)) {
        refuse(confinement, "limits of memory and time", errno);
    }
    if (confinement->refused == NULL && !install_filter()) {
        refuse(confinement, "seccomp", errno);
    }
}
