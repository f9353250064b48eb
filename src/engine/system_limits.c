#define _GNU_SOURCE /* sched_getaffinity */
#include "engine/system_limits.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/file.h"
#include "base/number.h"

#define PATH_SIZE 4096
#define FILE_BYTES_MAX 65536

/* Levels of control groups within control groups that are walked. */
#define LEVELS_MAX 32

/* Without any figure: small, but enough to work. */
#define MEMORY_UNKNOWN ((int64_t)1 << 30)

/* What one kind of limit says so far: the smallest wins. */
typedef struct limits {
    double processors;
    double memory_bytes;
} limits;

/* The text of a small file, or "". `text` is cleared by the caller. */
static const char *read_text(const char *root, const char *folder, const char *name,
                             fc_buffer *text)
{
    char path[PATH_SIZE];
    const int length = snprintf(path, sizeof path, "%s%s/%s", root, folder, name);
    fc_buffer_clear(text);
    if (length < 0 || (size_t)length >= sizeof path ||
        fc_file_read(path, FILE_BYTES_MAX, text, NULL) != FC_OK) {
        return "";
    }
    return fc_buffer_text(text);
}

/* The word at `text`, up to a blank or the end of the line; returns what follows it. */
static const char *next_word(const char *text, char *word, size_t size)
{
    text += strspn(text, " \t");
    const size_t length = strcspn(text, " \t\n");
    (void)snprintf(word, size, "%.*s", (int)length, text);
    return text + length;
}

static bool next_number(const char **text, double *number)
{
    char word[32];
    *text = next_word(*text, word, sizeof word);
    return fc_parse_real(word, number);
}

static void lower_to(double *limit, double value)
{
    if (value > 0 && value < *limit) {
        *limit = value;
    }
}

static void take_memory(const char *text, double *limit)
{
    double bytes = 0;
    if (next_number(&text, &bytes)) { /* "max" is no number */
        lower_to(limit, bytes);
    }
}

/* Version 2: cpu.max is "QUOTA PERIOD" or "max PERIOD". */
static void take_v2(const char *root, const char *group, limits *found)
{
    FC_AUTO_BUFFER(text, FILE_BYTES_MAX);
    const char *at = read_text(root, group, "cpu.max", &text);
    double quota = 0;
    double period = 0;
    if (next_number(&at, &quota) && next_number(&at, &period) && period > 0) {
        lower_to(&found->processors, quota / period);
    }
    take_memory(read_text(root, group, "memory.max", &text), &found->memory_bytes);
}

/* Version 1, for the controllers that lie in this folder: a quota of -1 is none. */
static void take_v1(const char *root, const char *group, limits *found)
{
    FC_AUTO_BUFFER(text, FILE_BYTES_MAX);
    double quota = 0;
    double period = 0;
    const char *at = read_text(root, group, "cpu.cfs_quota_us", &text);
    const bool limited = next_number(&at, &quota) && quota > 0;
    at = read_text(root, group, "cpu.cfs_period_us", &text);
    if (limited && next_number(&at, &period) && period > 0) {
        lower_to(&found->processors, quota / period);
    }
    take_memory(read_text(root, group, "memory.limit_in_bytes", &text), &found->memory_bytes);
}

/* A group is bound by all groups above it as well. Inside a container the path may name a folder
 * that is only there outside; then only its ancestors count, and the mount itself is the container.
 */
static void walk_up(const char *root, const char *mount, const char *group,
                    void (*take)(const char *root, const char *group, limits *found), limits *found)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s%s", mount, group);
    for (int level = 0; level < LEVELS_MAX; level++) {
        take(root, path, found);
        char *slash = strrchr(path, '/');
        if (slash == NULL || strlen(path) <= strlen(mount)) {
            return;
        }
        *slash = '\0';
    }
}

/* One line of /proc/self/cgroup: "0::/group" (version 2) or "4:cpu,cpuacct:/group". */
static void take_line(const char *root, const char *line, limits *found)
{
    char text[PATH_SIZE];
    (void)snprintf(text, sizeof text, "%.*s", (int)strcspn(line, "\n"), line);
    char *controllers = strchr(text, ':');
    char *group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
    if (group == NULL || group[1] != '/') {
        return;
    }
    *controllers++ = '\0';
    *group++ = '\0';
    if (*controllers == '\0') {
        walk_up(root, "/sys/fs/cgroup", group, take_v2, found);
    } else if (strncmp(controllers, "cpu", 3) == 0 || strcmp(controllers, "memory") == 0) {
        char mount[PATH_SIZE];
        (void)snprintf(mount, sizeof mount, "/sys/fs/cgroup/%.64s", controllers);
        walk_up(root, mount, group, take_v1, found);
    }
}

static void take_groups(const char *root, limits *found)
{
    FC_AUTO_BUFFER(text, FILE_BYTES_MAX);
    const char *line = read_text(root, "/proc/self", "cgroup", &text);
    while (*line != '\0') {
        take_line(root, line, found);
        line += strcspn(line, "\n");
        line += *line == '\n' ? 1 : 0;
    }
}

/* "MemTotal:       16384256 kB" */
static void take_machine_memory(const char *root, limits *found)
{
    FC_AUTO_BUFFER(text, FILE_BYTES_MAX);
    const char *at = strstr(read_text(root, "/proc", "meminfo", &text), "MemTotal:");
    double kilobytes = 0;
    if (at != NULL) {
        at += strlen("MemTotal:");
        if (next_number(&at, &kilobytes)) {
            lower_to(&found->memory_bytes, kilobytes * 1024);
        }
    }
}

static double machine_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        return CPU_COUNT(&set);
    }
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (double)online : 1;
}

fc_system_limits fc_system_limits_read(const char *root)
{
    FC_ASSERT(root != NULL);

    limits found = { machine_processors(), INFINITY };
    take_machine_memory(root, &found);
    take_groups(root, &found);
    const double processors = floor(found.processors + 0.5); /* 1.5 is worth two threads */
    return (fc_system_limits){
        .processors = processors < 1 ? 1 : (int32_t)processors,
        .memory_bytes = isinf(found.memory_bytes) ? MEMORY_UNKNOWN : (int64_t)found.memory_bytes,
    };
}

static fc_system_limits here;

static void read_here(void)
{
    here = fc_system_limits_read("");
}

fc_system_limits fc_system_limits_here(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, read_here);
    return here;
}
