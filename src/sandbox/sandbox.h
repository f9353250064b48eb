/**
 * Sandbox: helper processes for work on a stranger's bytes.
 *
 * Each helper works for one photo and is a fresh copy of a process that was split off before there
 * was any other photo. It has no files, no network, no children, bounded memory and bounded
 * processor time; it talks over one channel and shows bytes in one window. Whatever it says is to
 * be doubted: a stranger's bytes may have taken it over.
 *
 * Process-wide: prepared in main() before threads, started once the settings are known. Any thread
 * may use it while it is on; start and stop are for one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

/** Shared memory between a helper, which writes, and the service. */
#define FC_SANDBOX_WINDOW_BYTES (512 * 1024)

/** Packets of the work begin with a uint32_t of its kind; kinds from here on are the sandbox's. */
#define FC_SANDBOX_KINDS_MAX 0x1000

/**
 * What a helper does: take packets from the channel (sandbox/packet.h) and answer them, until it is
 * closed. It runs in the helper, with nothing but base/memory.h at its disposal.
 */
typedef void fc_sandbox_work(int channel, uint8_t *window);

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

/** What is told about a helper that was ended. */
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
 * Split off the process that helpers are made from. In main(), before there is a thread. Where that
 * fails, fc_sandbox_start says so.
 *
 * argv   as main gets it: the other process overwrites its copy, and that of the environment
 */
void fc_sandbox_prepare(char **argv, fc_sandbox_work *work);

/**
 * Prove that helpers can be made and are confined; from now on fc_sandbox_is_on. Milliseconds.
 *
 * Errors: FC_MODEL_UNAVAILABLE naming what cannot be had; then it stays off.
 */
FC_MUST_CHECK fc_status fc_sandbox_start(const fc_sandbox_settings *settings, fc_error *err);

/** End what was prepared or started, and wait for its end. Nothing else may use it at that time. */
void fc_sandbox_stop(void);

bool fc_sandbox_is_on(void);

/** What it was started with. */
fc_sandbox_settings fc_sandbox_started_with(void);

/** Whether helpers can still be made: their makers may have been killed. True while it is off. */
bool fc_sandbox_lives(void);

/** What there is to tell. */
typedef struct fc_sandbox_report {
    bool is_on;
    int32_t landlock;              /* version of its interface; 0: not there */
    char text[FC_ERROR_TEXT_SIZE]; /* "seccomp, Landlock, ..."; or why it is off */
    uint64_t started;              /* helpers */
    uint64_t ended[FC_SANDBOX_ENDS_COUNT];
} fc_sandbox_report;

/** Any thread. */
fc_sandbox_report fc_sandbox_look(void);
