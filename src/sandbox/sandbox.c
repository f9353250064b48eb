#define _GNU_SOURCE
#include "sandbox/sandbox.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/limits.h"
#include "sandbox/keeper.h"
#include "sandbox/packet.h"
#include "sandbox/state.h"

/* How long the proof may take: two forks and a system call, on a machine that is busy. */
#define PROOF_MS 20000

/** `lock` guards idle; `control` and `settings` are constant while it is on. */
static struct {
    int control; /* to the forker; 0: nothing is prepared */
    pid_t keeper;
    fc_sandbox_settings settings;
    int32_t landlock;
    atomic_bool is_on;
    char why_off[FC_ERROR_TEXT_SIZE];
    pthread_mutex_t lock;
    fc_helper *idle[FC_HELPERS_IDLE_MAX];
    int32_t idle_count;
    _Atomic int32_t at_work; /* helpers, idle ones included */
    _Atomic uint64_t started;
    _Atomic uint64_t ended[FC_SANDBOX_ENDS_COUNT];
} sandbox = { .lock = PTHREAD_MUTEX_INITIALIZER };

const char *fc_sandbox_end_name(fc_sandbox_end end)
{
    static const char *const NAMES[FC_SANDBOX_ENDS_COUNT] = { "crashed", "forbidden", "slow",
                                                              "lied", "lost" };
    FC_ASSERT((int)end >= 0 && end < FC_SANDBOX_ENDS_COUNT);
    return NAMES[end];
}

/* ---- start and end ------------------------------------------------------------------------- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FOR_A_SANITIZER true /* which needs terabytes of address space, threads and files */
#else
#define FOR_A_SANITIZER false
#endif

static void keep_reason(const char *what, int error)
{
    (void)snprintf(sandbox.why_off, sizeof sandbox.why_off, "%s%s%s", what, error != 0 ? ": " : "",
                   error != 0 ? strerror(error) : "");
}

void fc_sandbox_prepare(char **argv, fc_sandbox_work *work)
{
    FC_ASSERT(argv != NULL && work != NULL);
    FC_ASSERT(sandbox.control == 0);

    int channels[2];
    if (FOR_A_SANITIZER) {
        keep_reason("the program is built for a sanitizer", 0);
        return;
    }
    if (!fc_packet_channels(channels)) {
        keep_reason("a channel", errno);
        return;
    }
    const pid_t pid = fork();
    if (pid == 0) {
        (void)close(channels[0]);
        fc_keeper_run(channels[1], argv, work);
    }
    if (pid < 0) {
        keep_reason("a process", errno);
        (void)close(channels[0]);
    } else {
        sandbox.control = channels[0];
        sandbox.keeper = pid;
    }
    (void)close(channels[1]);
}

/* A helper that says it is fit, and dies of a system call that it may not make. */
static fc_status prove(fc_error *err)
{
    FC_AUTO(fc_helper) helper = NULL;
    FC_TRY(fc_helper_order(FC_ORDER_PROVE, &helper, err));
    const int64_t until_us = fc_clock_us() + PROOF_MS * INT64_C(1000);
    for (int i = 0; i < 2; i++) {
        fc_note note = { 0 };
        const int64_t size = fc_packet_receive(helper->channel, &note, sizeof note, until_us);
        const bool whole = size == (int64_t)sizeof note;
        if (whole && note.kind == FC_NOTE_FIT) {
            sandbox.landlock = note.value;
            continue;
        }
        if (whole && note.kind == FC_NOTE_ENDED && WIFSIGNALED(note.value) &&
            WTERMSIG(note.value) == SIGSYS) {
            return FC_OK;
        }
        if (whole && (note.kind == FC_NOTE_UNFIT || note.kind == FC_NOTE_NOT_FORKED)) {
            note.text[sizeof note.text - 1] = '\0';
            return fc_fail(
                err, FC_MODEL_UNAVAILABLE, "%s%s%s", note.text[0] != '\0' ? note.text : "a process",
                note.value != 0 ? ": " : "", note.value != 0 ? strerror(note.value) : "");
        }
        break;
    }
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "the proof that a filter of system calls works");
}

static fc_status try_start(fc_error *err)
{
    if (sandbox.control == 0) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s",
                       sandbox.why_off[0] != '\0' ? sandbox.why_off
                                                  : "no process was prepared for it");
    }
    return prove(err);
}

fc_status fc_sandbox_start(const fc_sandbox_settings *settings, fc_error *err)
{
    FC_ASSERT(settings != NULL);
    FC_ASSERT(settings->idle >= 0 && settings->idle <= FC_HELPERS_IDLE_MAX);
    FC_ASSERT(settings->cpu_s >= 1);
    FC_ASSERT(settings->niceness >= 0 && settings->niceness <= 19);
    FC_ASSERT(!fc_sandbox_is_on());

    fc_error why = { 0 };
    sandbox.settings = *settings;
    const fc_status status = try_start(&why);
    if (status != FC_OK) {
        fc_sandbox_stop();
        keep_reason(why.text, 0);
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "no sandbox for decoders can be had: %.200s",
                       why.text);
    }
    atomic_store(&sandbox.is_on, true);
    fc_sandbox_fill_idle();
    return FC_OK;
}

void fc_sandbox_stop(void)
{
    atomic_store(&sandbox.is_on, false);
    fc_sandbox_drop_idle();
    if (sandbox.control != 0) {
        (void)close(sandbox.control);
        while (waitpid(sandbox.keeper, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    sandbox.control = 0;
    sandbox.landlock = 0;
    sandbox.why_off[0] = '\0';
}

bool fc_sandbox_is_on(void)
{
    return atomic_load(&sandbox.is_on);
}

fc_sandbox_settings fc_sandbox_started_with(void)
{
    return sandbox.settings;
}

bool fc_sandbox_lives(void)
{
    if (!fc_sandbox_is_on()) {
        return true;
    }
    struct pollfd one = { .fd = sandbox.control };
    return poll(&one, 1, 0) == 0;
}

fc_sandbox_report fc_sandbox_look(void)
{
    fc_sandbox_report report = { .is_on = fc_sandbox_is_on(),
                                 .landlock = sandbox.landlock,
                                 .started = atomic_load(&sandbox.started) };
    for (int i = 0; i < FC_SANDBOX_ENDS_COUNT; i++) {
        report.ended[i] = atomic_load(&sandbox.ended[i]);
    }
    if (report.is_on) {
        (void)snprintf(report.text, sizeof report.text, "seccomp, %s, limits of memory and time",
                       report.landlock > 0 ? "Landlock" : "no Landlock in this kernel");
    } else {
        (void)snprintf(report.text, sizeof report.text, "%s",
                       sandbox.why_off[0] != '\0' ? sandbox.why_off : "switched off");
    }
    return report;
}

/* ---- for the rest of the room -------------------------------------------------------------- */

fc_status fc_sandbox_order(const fc_order *order, const int *descriptors, size_t count,
                           fc_error *err)
{
    for (int64_t until_us = fc_clock_us() + FC_ORDER_WAIT_MS * 1000;;) {
        if (fc_packet_send(sandbox.control, order, sizeof *order, descriptors, count)) {
            return FC_OK;
        }
        struct pollfd one = { .fd = sandbox.control, .events = POLLOUT };
        const int64_t left_ms = (until_us - fc_clock_us()) / 1000;
        if (left_ms <= 0 || poll(&one, 1, (int)left_ms) <= 0 ||
            (one.revents & (POLLHUP | POLLERR)) != 0) {
            return fc_fail(err, FC_MODEL_UNAVAILABLE,
                           "what makes decoders was killed, or does not answer: the program has to "
                           "be started again");
        }
    }
}

fc_helper *fc_sandbox_take_idle(void)
{
    (void)pthread_mutex_lock(&sandbox.lock);
    fc_helper *helper = sandbox.idle_count > 0 ? sandbox.idle[--sandbox.idle_count] : NULL;
    (void)pthread_mutex_unlock(&sandbox.lock);
    return helper;
}

void fc_sandbox_fill_idle(void)
{
    (void)pthread_mutex_lock(&sandbox.lock);
    while (fc_sandbox_is_on() && sandbox.idle_count < sandbox.settings.idle) {
        if (fc_helper_order(FC_ORDER_FORK, &sandbox.idle[sandbox.idle_count], NULL) != FC_OK) {
            break;
        }
        sandbox.idle_count++;
    }
    (void)pthread_mutex_unlock(&sandbox.lock);
}

void fc_sandbox_drop_idle(void)
{
    for (fc_helper *each = fc_sandbox_take_idle(); each != NULL; each = fc_sandbox_take_idle()) {
        fc_helper_free(each);
    }
}

bool fc_sandbox_enter(void)
{
    if (atomic_fetch_add(&sandbox.at_work, 1) >= FC_HELPERS_MAX / 2) {
        fc_sandbox_leave();
        return false;
    }
    atomic_fetch_add(&sandbox.started, 1);
    return true;
}

void fc_sandbox_leave(void)
{
    atomic_fetch_sub(&sandbox.at_work, 1);
}

void fc_sandbox_bury(const fc_sandbox_obituary *obituary)
{
    atomic_fetch_add(&sandbox.ended[obituary->end], 1);
    if (sandbox.settings.ended != NULL) {
        sandbox.settings.ended(obituary);
    }
}
