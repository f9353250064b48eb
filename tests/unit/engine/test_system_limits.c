#define _GNU_SOURCE /* mkdtemp, nftw */
#include "engine/system_limits.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "support/fc_test.h"

#define GIB (INT64_C(1) << 30)

static char root[] = "/tmp/fc_container_XXXXXX";

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
    (void)facts;
    (void)kind;
    (void)where;
    return remove(path);
}

static int make_root(void **state)
{
    (void)state;
    memcpy(root + strlen(root) - 6, "XXXXXX", 6);
    return mkdtemp(root) != NULL ? 0 : -1;
}

static int remove_root(void **state)
{
    (void)state;
    return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A file below the root, and the folders above it. */
static void put(const char *path, const char *text)
{
    fc_error err = { 0 };
    char whole[256];
    (void)snprintf(whole, sizeof whole, "%s%s", root, path);
    for (char *slash = strchr(whole + strlen(root) + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(whole, 0700);
        *slash = '/';
    }
    ASSERT_OK(fc_file_write(whole, (fc_bytes){ (const uint8_t *)text, strlen(text) }, &err), err);
}

static void assert_container(int32_t processors, int64_t memory_bytes)
{
    const fc_system_limits found = fc_system_limits_read(root);
    const fc_system_limits machine = fc_system_limits_read("");
    /* More than the machine has cannot be given. */
    assert_int_equal(found.processors,
                     processors < machine.processors ? processors : found.processors);
    assert_true(found.processors >= 1);
    assert_int_equal(found.memory_bytes, memory_bytes);
}

static void version_2_is_read_with_its_ancestors(void **state)
{
    (void)state;
    put("/proc/meminfo", "MemTotal:       16777216 kB\nMemFree: 1 kB\n");
    assert_container(1 << 20, 16 * GIB);
    put("/proc/self/cgroup", "0::/app/web\n");
    put("/sys/fs/cgroup/app/web/cpu.max", "max 100000\n");
    put("/sys/fs/cgroup/app/web/memory.max", "max\n");
    assert_container(1 << 20, 16 * GIB);
    put("/sys/fs/cgroup/app/memory.max", "2147483648\n");
    put("/sys/fs/cgroup/app/cpu.max", "100000 100000\n");
    assert_container(1, 2 * GIB);
    put("/sys/fs/cgroup/app/web/memory.max", "1073741824\n");
    assert_container(1, GIB);
}

static void inside_a_container_the_mount_itself_counts(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "0::/\n");
    put("/sys/fs/cgroup/cpu.max", "20000 100000\n");
    put("/sys/fs/cgroup/memory.max", "536870912\n");
    assert_container(1, GIB / 2);
}

static void version_1_is_read(void **state)
{
    (void)state;
    put("/proc/meminfo", "MemTotal: 4194304 kB\n");
    put("/proc/self/cgroup",
        "7:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/x\n");
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    assert_container(1 << 20, 4 * GIB);
    put("/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "1073741824\n");
    put("/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "50000\n");
    put("/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000\n");
    assert_container(1, GIB);
}

static void nonsense_counts_as_no_limit(void **state)
{
    (void)state;
    put("/proc/meminfo", "MemTotal: 1048576 kB\n");
    put("/proc/self/cgroup", "0::\n\nxyz\n0::/a/../..\n:::/\n");
    put("/sys/fs/cgroup/cpu.max", "-5 0\n");
    put("/sys/fs/cgroup/memory.max", "-1\n");
    assert_container(1 << 20, GIB);
    put("/sys/fs/cgroup/memory.max", "0\n");
    put("/sys/fs/cgroup/cpu.max", "");
    assert_container(1 << 20, GIB);
}

static void without_any_figure_there_is_still_an_answer(void **state)
{
    (void)state;
    assert_container(1 << 20, GIB);
    const fc_system_limits machine = fc_system_limits_read("");
    assert_true(machine.processors >= 1 && machine.memory_bytes > 0);
}

static void those_of_the_running_system_stay_what_they_were_first(void **state)
{
    (void)state;
    const fc_system_limits first = fc_system_limits_here();
    const fc_system_limits again = fc_system_limits_here();
    assert_true(first.processors >= 1 && first.memory_bytes > 0);
    assert_int_equal(again.processors, first.processors);
    assert_int_equal(again.memory_bytes, first.memory_bytes);
}

int main(void)
{
#define WITH_ROOT(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)
    const struct CMUnitTest tests[] = {
        WITH_ROOT(version_2_is_read_with_its_ancestors),
        WITH_ROOT(inside_a_container_the_mount_itself_counts),
        WITH_ROOT(version_1_is_read),
        WITH_ROOT(nonsense_counts_as_no_limit),
        WITH_ROOT(without_any_figure_there_is_still_an_answer),
        cmocka_unit_test(those_of_the_running_system_stay_what_they_were_first),
    };
    return cmocka_run_group_tests_name("engine/system_limits", tests, NULL, NULL);
}
