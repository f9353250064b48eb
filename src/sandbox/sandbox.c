#define _GNU_SOURCE /* memfd_create */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "sandbox/inside.h"
#include "sandbox/keeper.h"
#include "sandbox/packet.h"

/* How long the proof may take: two forks and a system call, on a machine that is busy. */
#define PROOF_MS 20000

/* How long a helper may take to be made. It is a fork: what takes time is a busy machine. */
#define FIT_MS 20000

/* One that was ready may be dead, and so may be the forker that was to make another one. */
#define TRIES 4

/* Once the channel of a helper is closed or of no use, the note about its end comes soon. */
#define NOTE_MS 1000

/* A helper that was made. */
struct fc_helper {
    int channel;
    uint64_t id;
    const uint8_t *window;
    int64_t deadline_us;
    int32_t cpu_s;
    bool is_ended; /* then nothing more is to be had of it */
    bool is_lost;
};

/* `lock` guards idle; `control` and `settings` are constant while it is on. */
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

bool fc_sandbox_is_on(void)
{
    return atomic_load(&sandbox.is_on);
}

/* ---- memory that is shared ------------------------------------------------------------------- */

/* -1: none could be had. Neither side can change its size any more. */
static int make_memory(const char *name, int64_t size)
{
    const int memory = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (memory >= 0 &&
        (ftruncate(memory, size) != 0 ||
         fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)) {
        (void)close(memory);
        return -1;
    }
    return memory;
}

static bool write_at(int memory, size_t at, fc_bytes file)
{
    size_t done = 0;
    while (done < file.size) {
        const ssize_t wrote =
            pwrite(memory, file.data + done, file.size - done, (off_t)(at + done));
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            return false;
        }
        done += (size_t)wrote;
    }
    return true;
}

static fc_status refuse_memory(fc_error *err)
{
    return fc_fail(err, FC_OUT_OF_MEMORY, "no memory to share with a decoder: %s", strerror(errno));
}

/* Pages that are written to are made in one go, which takes two thirds of making each as it is
 * touched. The zeros are few, as their own pages are touched. */
static bool fill_window(int window)
{
    static uint8_t zeros[32 << 10]; /* never written to: they take no memory */
    _Static_assert(FC_SANDBOX_WINDOW_BYTES % sizeof zeros == 0, "the window is filled whole");
    for (size_t at = 0; at < FC_SANDBOX_WINDOW_BYTES; at += sizeof zeros) {
        if (!write_at(window, at, (fc_bytes){ zeros, sizeof zeros })) {
            return false;
        }
    }
    return true;
}

/* -1: no memory could be had. */
static int make_window(void)
{
    const int window = make_memory("facecraft-window", FC_SANDBOX_WINDOW_BYTES);
    if (window >= 0 && !fill_window(window)) {
        (void)close(window);
        return -1;
    }
    return window;
}

/* A file in memory that can be mapped. `out` is the caller's. Errors: FC_OUT_OF_MEMORY. */
static fc_status copy_file(fc_bytes file, int *out, fc_error *err)
{
    const int memory = make_memory("facecraft-photo", (int64_t)file.size);
    if (memory < 0) {
        return refuse_memory(err);
    }
    if (!write_at(memory, 0, file)) {
        const fc_status status = refuse_memory(err);
        (void)close(memory);
        return status;
    }
    *out = memory;
    return FC_OK;
}

/* ---- making a helper ------------------------------------------------------------------------- */

/* Send an order to the forker. Errors: FC_MODEL_UNAVAILABLE. */
static fc_status send_order(const fc_order *order, const int *descriptors, size_t count,
                            fc_error *err)
{
    for (int64_t until_us = fc_clock_us() + FC_ORDER_WAIT_MS * 1000;;) {
        if (fc_packet_send(sandbox.control, order, sizeof *order, descriptors, count)) {
            return FC_OK;
        }
        struct pollfd one = { .fd = sandbox.control, .events = POLLOUT };
        const int64_t left_ms = (until_us - fc_clock_us()) / 1000;
        const int ready = left_ms > 0 ? poll(&one, 1, (int)left_ms) : 0;
        const bool interrupted = ready < 0 && errno == EINTR;
        if ((ready <= 0 && !interrupted) || (one.revents & (POLLHUP | POLLERR)) != 0) {
            return fc_fail(err, FC_MODEL_UNAVAILABLE,
                           "what makes decoders was killed, or does not answer: the program has to "
                           "be started again");
        }
    }
}

static void leave(void)
{
    atomic_fetch_sub(&sandbox.at_work, 1);
}

/* Count a helper. False: there are enough. */
static bool enter(void)
{
    if (atomic_fetch_add(&sandbox.at_work, 1) >= FC_HELPERS_MAX / 2) {
        leave();
        return false;
    }
    atomic_fetch_add(&sandbox.started, 1);
    return true;
}

fc_helper_limits fc_helper_limits_first(void)
{
    return (fc_helper_limits){ .bytes = FC_DECODE_HEAD_BYTES_MAX, .cpu_s = sandbox.settings.cpu_s };
}

static fc_status order_with(fc_helper *helper, uint32_t kind, int window, fc_error *err)
{
    int channels[2];
    if (!fc_packet_channels(channels)) {
        return refuse_memory(err);
    }
    const fc_helper_limits limits = fc_helper_limits_first();
    const fc_order order = { .kind = kind,
                             .cpu_s = limits.cpu_s,
                             .helper = helper->id,
                             .bytes = limits.bytes,
                             .niceness = sandbox.settings.niceness };
    const fc_status status = send_order(&order, (const int[2]){ channels[1], window }, 2, err);
    (void)close(channels[1]);
    helper->channel = channels[0];
    helper->cpu_s = limits.cpu_s;
    return status;
}

/* Ask the forker for a helper; it notes on the channel whether it is fit. */
static fc_status order_helper(uint32_t kind, fc_helper **out, fc_error *err)
{
    static _Atomic uint64_t last;
    FC_AUTO(fc_helper) helper = NULL;
    if (!enter()) {
        return fc_fail(err, FC_BUSY, "%d photos are being decoded already", FC_HELPERS_MAX / 2);
    }
    const fc_status made = fc_memory_new_zeroed(1, sizeof *helper, (void **)&helper, err);
    if (made != FC_OK) {
        leave();
        return made;
    }
    helper->channel = -1;
    helper->id = ++last;
    const int window = make_window();
    if (window < 0) {
        return refuse_memory(err);
    }
    void *seen = mmap(NULL, FC_SANDBOX_WINDOW_BYTES, PROT_READ, MAP_SHARED, window, 0);
    helper->window = seen != MAP_FAILED ? seen : NULL;
    const fc_status status =
        helper->window != NULL ? order_with(helper, kind, window, err) : refuse_memory(err);
    (void)close(window);
    FC_TRY(status);
    *out = FC_STEAL(helper);
    return FC_OK;
}

void fc_helper_free(fc_helper *helper)
{
    if (helper != NULL) {
        if (helper->channel >= 0) {
            (void)close(helper->channel); /* the forker kills the process */
        }
        if (helper->window != NULL) {
            (void)munmap((void *)(uintptr_t)helper->window, FC_SANDBOX_WINDOW_BYTES);
        }
        fc_memory_free(helper);
        leave();
    }
}

/* The helper that has been kept ready longest, or NULL: none stays dead where nobody looks. */
static fc_helper *take_idle(void)
{
    fc_helper *helper = NULL;
    (void)pthread_mutex_lock(&sandbox.lock);
    if (sandbox.idle_count > 0) {
        helper = sandbox.idle[0];
        sandbox.idle_count--;
        memmove(sandbox.idle, sandbox.idle + 1, (size_t)sandbox.idle_count * sizeof *sandbox.idle);
    }
    (void)pthread_mutex_unlock(&sandbox.lock);
    return helper;
}

/* Order as many as are to be kept ready. What fails is tried again with the next photo. */
static void fill_idle(void)
{
    (void)pthread_mutex_lock(&sandbox.lock);
    while (fc_sandbox_is_on() && sandbox.idle_count < sandbox.settings.idle) {
        if (order_helper(FC_ORDER_FORK, &sandbox.idle[sandbox.idle_count], NULL) != FC_OK) {
            break;
        }
        sandbox.idle_count++;
    }
    (void)pthread_mutex_unlock(&sandbox.lock);
}

/* Those that are kept ready may be dead as well. */
static void drop_idle(void)
{
    for (fc_helper *each = take_idle(); each != NULL; each = take_idle()) {
        fc_helper_free(each);
    }
}

/* A helper that waits says nothing more, unless it is dead. */
static bool is_silent(const fc_helper *helper)
{
    struct pollfd one = { .fd = helper->channel, .events = POLLIN };
    return poll(&one, 1, 0) == 0;
}

/* Its first note. */
static fc_status await_fit(fc_helper *helper, fc_error *err)
{
    fc_note note = { 0 };
    const int64_t size = fc_packet_receive(helper->channel, &note, sizeof note,
                                           fc_clock_us() + FIT_MS * INT64_C(1000));
    if (size != (int64_t)sizeof note || note.kind == FC_NOTE_ENDED) {
        helper->is_ended = true;
        helper->is_lost = size >= 0;
        return fc_fail(err, FC_OUT_OF_MEMORY,
                       size < 0 ? "a decoder did not start within %d s"
                                : "a decoder was killed as it started",
                       FIT_MS / 1000);
    }
    note.text[sizeof note.text - 1] = '\0';
    if (note.kind == FC_NOTE_NOT_FORKED) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no process for a decoder: %s", strerror(note.value));
    }
    if (note.kind == FC_NOTE_FIT && !is_silent(helper)) {
        helper->is_ended = helper->is_lost = true;
        return fc_fail(err, FC_OUT_OF_MEMORY, "a decoder was killed as it waited");
    }
    if (note.kind != FC_NOTE_FIT) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "decoders cannot be confined: %s%s%s", note.text,
                       note.value != 0 ? ": " : "", note.value != 0 ? strerror(note.value) : "");
    }
    return FC_OK;
}

fc_status fc_helper_new(fc_helper **out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    FC_ASSERT(fc_sandbox_is_on());

    fc_error why = { 0 }; /* of a try; one that is made good is nobody's failure */
    for (int i = 0; i < TRIES; i++) {
        FC_AUTO(fc_helper) helper = take_idle();
        if (helper == NULL) {
            FC_TRY(order_helper(FC_ORDER_FORK, &helper, err));
        }
        if (await_fit(helper, &why) == FC_OK) {
            fill_idle();
            *out = FC_STEAL(helper);
            return FC_OK;
        }
        if (!helper->is_lost) {
            break;
        }
        drop_idle();
    }
    return fc_fail(err, why.status, "%s", why.text);
}

/* ---- talking with it, and its end ------------------------------------------------------------ */

static const fc_sandbox_obituary UNKNOWN = { .cpu_ms = -1, .peak_bytes = -1 };

/* A kill from outside is the service's fault at most; one after the processor time was used up is
 * the system's answer to a signal that the helper held back. */
static fc_sandbox_end judge(const fc_helper *helper, const fc_note *note)
{
    const int signal = WIFSIGNALED(note->value) ? WTERMSIG(note->value) : 0;
    switch (signal) {
    case SIGSYS:
        return FC_SANDBOX_FORBIDDEN;
    case SIGXCPU:
        return FC_SANDBOX_SLOW;
    case SIGKILL:
        return note->cpu_ms >= (int64_t)helper->cpu_s * 1000 ? FC_SANDBOX_SLOW : FC_SANDBOX_LOST;
    default:
        return FC_SANDBOX_CRASHED;
    }
}

/* Count and tell an end. */
static void bury(const fc_sandbox_obituary *obituary)
{
    atomic_fetch_add(&sandbox.ended[obituary->end], 1);
    if (sandbox.settings.ended != NULL) {
        sandbox.settings.ended(obituary);
    }
}

static fc_status tell_end(fc_helper *helper, const fc_sandbox_obituary *obituary, fc_error *err)
{
    helper->is_ended = true;
    helper->is_lost = obituary->end == FC_SANDBOX_LOST;
    bury(obituary);
    if (helper->is_lost) {
        drop_idle(); /* what took this one may have taken those */
    }
    switch (obituary->end) {
    case FC_SANDBOX_CRASHED:
        return obituary->signal != 0
                   ? fc_fail(err, FC_CORRUPT_IMAGE,
                             "a damaged file: its decoder crashed (signal %d)", obituary->signal)
                   : fc_fail(err, FC_CORRUPT_IMAGE, "a damaged file: its decoder gave up");
    case FC_SANDBOX_FORBIDDEN:
        return fc_fail(err, FC_CORRUPT_IMAGE,
                       "a damaged file: its decoder did what it may not, and was ended");
    case FC_SANDBOX_SLOW:
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "decoding takes longer than the %d s of processor time that its size allows",
                       helper->cpu_s);
    case FC_SANDBOX_LIED:
        return fc_fail(err, FC_CORRUPT_IMAGE,
                       "a damaged file: its decoder answered what cannot be, and was ended");
    case FC_SANDBOX_LOST:
        return fc_fail(err, FC_OUT_OF_MEMORY, "its decoder was killed by the system");
    case FC_SANDBOX_ENDS_COUNT:
        break;
    }
    FC_ASSERT(!"unknown end of a helper");
    return FC_CORRUPT_IMAGE;
}

static fc_status tell_note(fc_helper *helper, const fc_note *note, fc_error *err)
{
    const fc_sandbox_obituary obituary = {
        .end = judge(helper, note),
        .signal = WIFSIGNALED(note->value) ? WTERMSIG(note->value) : 0,
        .cpu_ms = note->cpu_ms,
        .peak_bytes = note->peak_bytes,
    };
    return tell_end(helper, &obituary, err);
}

static fc_status tell_unknown(fc_helper *helper, fc_sandbox_end end, fc_error *err)
{
    fc_sandbox_obituary obituary = UNKNOWN;
    obituary.end = end;
    return tell_end(helper, &obituary, err);
}

void fc_helper_expect(fc_helper *helper, int64_t within_ms)
{
    FC_ASSERT(helper != NULL && within_ms > 0);
    helper->deadline_us = fc_clock_us() + within_ms * 1000;
}

/* A helper that is ended is not asked any more. */
static fc_status check_alive(const fc_helper *helper, fc_error *err)
{
    return helper->is_ended
               ? fc_fail(err, FC_CORRUPT_IMAGE, "a damaged file: its decoder was ended before")
               : FC_OK;
}

/* The note about the end is behind everything that the helper said before. */
static fc_status find_end(fc_helper *helper, fc_error *err)
{
    const int64_t until_us = fc_clock_us() + NOTE_MS * 1000;
    for (int i = 0; i < FC_HELPER_PACKETS_UNREAD_MAX; i++) {
        fc_note note = { 0 };
        const int64_t size = fc_packet_receive(helper->channel, &note, sizeof note, until_us);
        if (size == (int64_t)sizeof note && note.kind == FC_NOTE_ENDED) {
            return tell_note(helper, &note, err);
        }
        if (size <= 0) {
            return tell_unknown(helper, size == 0 ? FC_SANDBOX_LOST : FC_SANDBOX_LIED, err);
        }
    }
    return tell_unknown(helper, FC_SANDBOX_LIED, err);
}

fc_status fc_helper_receive(fc_helper *helper, void *data, size_t size, fc_error *err)
{
    FC_ASSERT(helper != NULL && data != NULL);
    FC_ASSERT(size >= sizeof(uint32_t));

    FC_TRY(check_alive(helper, err));
    union {
        fc_note note;
        uint8_t bytes[FC_HELPER_PACKET_BYTES_MAX];
    } packet;
    FC_ASSERT(size <= sizeof packet);
    memset(&packet, 0, sizeof packet);
    const int64_t got =
        fc_packet_receive(helper->channel, &packet, sizeof packet, helper->deadline_us);
    if (got < 0) {
        return tell_unknown(helper, FC_SANDBOX_SLOW, err);
    }
    if (got == 0) {
        return tell_unknown(helper, FC_SANDBOX_LOST, err);
    }
    if (got == (int64_t)sizeof packet.note && packet.note.kind == FC_NOTE_ENDED) {
        return tell_note(helper, &packet.note, err);
    }
    if (got != (int64_t)size) {
        return tell_unknown(helper, FC_SANDBOX_LIED, err);
    }
    memcpy(data, &packet, size);
    return FC_OK;
}

fc_status fc_helper_send(fc_helper *helper, const void *data, size_t size, fc_bytes file,
                         fc_error *err)
{
    FC_ASSERT(helper != NULL && data != NULL);

    FC_TRY(check_alive(helper, err));
    int descriptor = -1;
    if (file.size > 0) {
        FC_TRY(copy_file(file, &descriptor, err));
    }
    const bool sent = fc_packet_send(helper->channel, data, size, &descriptor, file.size > 0);
    if (descriptor >= 0) {
        (void)close(descriptor);
    }
    return sent ? FC_OK : find_end(helper, err);
}

fc_status fc_helper_allow(fc_helper *helper, fc_helper_limits limits, fc_error *err)
{
    FC_ASSERT(helper != NULL);
    FC_ASSERT(limits.bytes > 0 && limits.cpu_s > 0);

    FC_TRY(check_alive(helper, err));
    const fc_order order = {
        .kind = FC_ORDER_LIMIT, .cpu_s = limits.cpu_s, .helper = helper->id, .bytes = limits.bytes
    };
    FC_TRY(send_order(&order, NULL, 0, err));
    helper->cpu_s = limits.cpu_s;
    fc_note note = { 0 };
    FC_TRY(fc_helper_receive(helper, &note, sizeof note, err));
    return note.kind == FC_NOTE_LIMITED ? FC_OK : fc_helper_accuse(helper, err);
}

const uint8_t *fc_helper_window(const fc_helper *helper)
{
    FC_ASSERT(helper != NULL);
    return helper->window;
}

fc_status fc_helper_accuse(fc_helper *helper, fc_error *err)
{
    FC_ASSERT(helper != NULL);
    return tell_unknown(helper, FC_SANDBOX_LIED, err);
}

bool fc_helper_is_lost(const fc_helper *helper)
{
    FC_ASSERT(helper != NULL);
    return helper->is_lost;
}

/* ---- start and end of the sandbox ------------------------------------------------------------ */

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
    FC_TRY(order_helper(FC_ORDER_PROVE, &helper, err));
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
    fill_idle();
    return FC_OK;
}

void fc_sandbox_close(void)
{
    drop_idle();
    if (sandbox.control != 0) {
        (void)shutdown(sandbox.control, SHUT_RDWR);
    }
}

void fc_sandbox_stop(void)
{
    atomic_store(&sandbox.is_on, false);
    drop_idle();
    if (sandbox.control != 0) {
        (void)close(sandbox.control);
        while (waitpid(sandbox.keeper, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    sandbox.control = 0;
    sandbox.landlock = 0;
    sandbox.why_off[0] = '\0';
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
