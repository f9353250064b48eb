/**
 * Confine: take away from this process everything that it does not need. This cannot be undone.
 *
 * One thread, which is the only one of its process.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** Result of confining: what was taken away, or why it could not be. */
typedef struct fc_confinement {
    const char *refused; /* what cannot be had; NULL: nothing */
    int error;           /* errno of it */
    int32_t landlock;    /* version of the interface; 0: this kernel has none */
    int64_t base_bytes;  /* of memory that it has before it works */
} fc_confinement;

/** Close all descriptors but these two, which may be the same. */
void fc_confine_descriptors(const int keep[2]);

/**
 * The part that children inherit: new privileges, files by their names (Landlock, where the kernel
 * has it), traces of the process in core files. Environment and arguments are overwritten: they may
 * carry keys.
 *
 * argv   as main gets it
 */
fc_confinement fc_confine_family(char **argv);

/**
 * The part of a helper: all descriptors but these, core files, memory and processor time beyond the
 * limits, all system calls but the few that decoding needs (seccomp, for x86-64 and arm64).
 *
 * keep   descriptors; the two may be the same
 * bytes  of memory on top of those that it has
 */
void fc_confine_helper(fc_confinement *confinement, const int keep[2], int64_t bytes,
                       int32_t cpu_s);
