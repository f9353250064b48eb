#define _GNU_SOURCE /* close_range, environ, syscall */
#include "sandbox/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/memory.h"
#include "base/number.h"
#include "sandbox/filter.h"

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
    if (confinement->refused == NULL && !fc_filter_install()) {
        refuse(confinement, "seccomp", errno);
    }
}
