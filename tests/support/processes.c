#include "support/processes.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "support/fc_test.h"

#define LOOKS 1000
#define LOOK_NS 10000000L

typedef struct process {
    char name[32];
    pid_t parent;
} process;

/* The second and fourth field of /proc/PID/stat: "12 (name) S 11 ...". */
static bool read_process(pid_t pid, process *out)
{
    char path[64];
    char text[256] = "";
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return false;
    }
    const bool read = fgets(text, sizeof text, file) != NULL;
    (void)fclose(file);
    const char *start = strchr(text, '(');
    char *end = strrchr(text, ')');
    if (!read || start == NULL || end == NULL) {
        return false;
    }
    *end = '\0';
    (void)snprintf(out->name, sizeof out->name, "%s", start + 1);
    out->parent = (pid_t)strtol(end + 4, NULL, 10);
    return true;
}

static bool descends_from_us(pid_t pid)
{
    process one;
    for (int depth = 0; depth < 8 && pid > 1 && read_process(pid, &one); depth++) {
        if (one.parent == getpid()) {
            return true;
        }
        pid = one.parent;
    }
    return false;
}

static int look(const char *name, pid_t *found)
{
    DIR *folder = opendir("/proc");
    int count = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        const pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        process one;
        if (pid > 0 && read_process(pid, &one) && strcmp(one.name, name) == 0 &&
            descends_from_us(pid)) {
            *found = pid;
            count++;
        }
    }
    (void)closedir(folder);
    return count;
}

int fc_processes_count(const char *name)
{
    pid_t found = 0;
    return look(name, &found);
}

pid_t fc_processes_find(const char *name)
{
    pid_t found = 0;
    (void)look(name, &found);
    return found;
}

void fc_processes_await(const char *name, int count)
{
    const struct timespec pause = { .tv_nsec = LOOK_NS };
    int seen = fc_processes_count(name);
    for (int i = 0; i < LOOKS && seen != count; i++) {
        (void)nanosleep(&pause, NULL);
        seen = fc_processes_count(name);
    }
    assert_int_equal(seen, count);
}

void fc_processes_await_end(pid_t pid)
{
    const struct timespec pause = { .tv_nsec = LOOK_NS };
    process one;
    bool there = read_process(pid, &one);
    for (int i = 0; i < LOOKS && there; i++) {
        (void)nanosleep(&pause, NULL);
        there = read_process(pid, &one);
    }
    assert_false(there);
}

int fc_processes_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = -3; /* the folder itself, and "." and ".." */
    while (readdir(folder) != NULL) {
        count++;
    }
    (void)closedir(folder);
    return count;
}
