/** Processes as /proc shows them: for tests that count, find or kill those of the sandbox. */
#pragma once

#include <sys/types.h>

/** Processes of this name (comm) that descend from this one, zombies included. */
int fc_processes_count(const char *name);

/** One of them, or 0. */
pid_t fc_processes_find(const char *name);

/** Wait until there are `count` of them, at most 10 s; fails the test then. */
void fc_processes_await(const char *name, int count);

/** Wait until this one is gone and reaped, at most 10 s; fails the test then. */
void fc_processes_await_end(pid_t pid);

/** Open descriptors of this process. */
int fc_processes_descriptors(void);
