/**
 * Sandbox: helper processes for work on a stranger's bytes.
 *
 * Each helper works for one photo and is a fresh copy of a process that was split off before there
 * was any other photo. It has no files, no network, no children, bounded memory and bounded
 * processor time; it talks over one channel and shows bytes in one window. Do not trust its
 * answers: a stranger's bytes may have taken it over.
 *
 * Process-wide: prepared in main() before threads, started once the settings are known. Any thread
 * may use it while it is on; start and stop are for one thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "sandbox/packet.h"

/** Why a helper was ended before its work was done. */
typedef enum fc_sandbox_end {
    FC_SANDBOX_CRASHED,   /* by a signal such as SIGSEGV or SIGABRT, or by exit() */
    FC_SANDBOX_FORBIDDEN, /* it made a system call that it may not */
    FC_SANDBOX_SLOW,      /* it used up its processor time, or did not answer in time */
    FC_SANDBOX_LIED,      /* it answered what cannot be */
    FC_SANDBOX_LOST,      /* somebody else killed it, such as a system that is short of memory */
    FC_SANDBOX_ENDS_COUNT,
} fc_sandbox_end;

/** Name as in metrics: "crashed". */
const char *fc_sandbox_end_name(fc_sandbox_end end);

/** Report about a helper that was ended. */
typedef struct fc_sandbox_obituary {
    fc_sandbox_end end;
    int signal;         /* that ended it; 0: none */
    int64_t cpu_ms;     /* that it had used; -1: not known */
    int64_t peak_bytes; /* of memory; -1: not known */
} fc_sandbox_obituary;

typedef struct fc_sandbox_settings {
    int32_t idle;     /* helpers kept ready, 0..FC_HELPERS_IDLE_MAX */
    int32_t cpu_s;    /* processor time of a helper before it is allowed more */
    int32_t niceness; /* how much helpers give way to others, 0..19 */

    /* Told about each helper that was ended, by the thread that needed it; or NULL. */
    void (*ended)(const fc_sandbox_obituary *obituary);
} fc_sandbox_settings;

/**
 * Split off the process that helpers are made from. Call it in main(), before there is a thread. If
 * it fails, fc_sandbox_start says so.
 *
 * argv   as main gets it: the other process overwrites its copy, and that of the environment
 */
void fc_sandbox_prepare(char **argv, fc_sandbox_work *work);

/**
 * Prove that helpers can be made and are confined; then fc_sandbox_is_on is true. Takes
 * milliseconds.
 *
 * Errors: FC_MODEL_UNAVAILABLE naming the missing part; then it stays off.
 */
FC_MUST_CHECK fc_status fc_sandbox_start(const fc_sandbox_settings *settings, fc_error *err);

/** Have all its processes end, while what needs none of them goes on; fc_sandbox_stop then waits
 *  less. From now on no helper can be made, and a photo that comes is not decoded. */
void fc_sandbox_close(void);

/** End all its processes and wait for them. Nothing else may use it at that time. */
void fc_sandbox_stop(void);

bool fc_sandbox_is_on(void);

/** Whether helpers can still be made: their makers may have been killed. True while it is off. */
bool fc_sandbox_lives(void);

/** State of the sandbox, for reports. */
typedef struct fc_sandbox_report {
    bool is_on;
    int32_t landlock;              /* version of its interface; 0: not there */
    char text[FC_ERROR_TEXT_SIZE]; /* "seccomp, Landlock, ..."; or why it is off */
    uint64_t started;              /* helpers */
    uint64_t ended[FC_SANDBOX_ENDS_COUNT];
} fc_sandbox_report;

/** Any thread. */
fc_sandbox_report fc_sandbox_look(void);

/* ---- one helper, from its start to its end: one thread at a time. Releasing it ends the process,
 * whatever that does. */

typedef struct fc_helper fc_helper;

/** Limits of a helper. */
typedef struct fc_helper_limits {
    int64_t bytes; /* of memory, on top of the program's own before it works */
    int32_t cpu_s; /* of processor time, all together */
} fc_helper_limits;

/**
 * Take a helper that is ready, or make one; fc_sandbox_is_on.
 *
 * limits   are those of fc_helper_limits_first until fc_helper_allow
 *
 * Errors: FC_BUSY (FC_HELPERS_MAX / 2 are at work), FC_OUT_OF_MEMORY, FC_MODEL_UNAVAILABLE (its
 * makers were killed).
 */
FC_MUST_CHECK fc_status fc_helper_new(fc_helper **out, fc_error *err);

/** End it. NULL is fine. */
void fc_helper_free(fc_helper *helper);
FC_DEFINE_CLEANUP(fc_helper, fc_helper_free)

/** Its first limits: enough to read the head of a file. */
fc_helper_limits fc_helper_limits_first(void);

/** Raise its limits. Errors: those of fc_helper_receive. */
FC_MUST_CHECK fc_status fc_helper_allow(fc_helper *helper, fc_helper_limits limits, fc_error *err);

/** Set the time within which fc_helper_receive expects answers from now on. */
void fc_helper_expect(fc_helper *helper, int64_t within_ms);

/**
 * Send a packet of the work.
 *
 * file   copied into memory that the helper can map: the descriptor comes with the packet. Without
 *        bytes: none does
 *
 * Errors: FC_OUT_OF_MEMORY; those of fc_helper_receive.
 */
FC_MUST_CHECK fc_status fc_helper_send(fc_helper *helper, const void *data, size_t size,
                                       fc_bytes file, fc_error *err);

/**
 * Take a packet of exactly this size.
 *
 * Errors: where the helper was ended. FC_CORRUPT_IMAGE: it crashed, lied, or did what it may not;
 * FC_LIMIT_EXCEEDED: it was too slow; FC_OUT_OF_MEMORY: it was lost (fc_helper_is_lost).
 */
FC_MUST_CHECK fc_status fc_helper_receive(fc_helper *helper, void *data, size_t size,
                                          fc_error *err);

/** The shared window: FC_SANDBOX_WINDOW_BYTES that may change at any moment. */
const uint8_t *fc_helper_window(const fc_helper *helper);

/** Report an impossible answer. Always FC_CORRUPT_IMAGE. */
FC_MUST_CHECK fc_status fc_helper_accuse(fc_helper *helper, fc_error *err);

/** Whether it ended without a fault of its own, so that another one may do better. */
bool fc_helper_is_lost(const fc_helper *helper);
