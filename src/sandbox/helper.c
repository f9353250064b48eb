#define _GNU_SOURCE /* memfd_create */
#include "sandbox/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "sandbox/packet.h"
#include "sandbox/state.h"

/* How long a helper may take to be made. It is a fork: what takes time is a busy machine. */
#define FIT_MS 20000

/* One that was ready may be dead, and so may be the forker that was to make another one. */
#define TRIES 4

fc_helper_limits fc_helper_limits_first(void)
{
    return (fc_helper_limits){ .bytes = FC_DECODE_HEAD_BYTES_MAX,
                               .cpu_s = fc_sandbox_started_with().cpu_s };
}

/* ---- memory that is shared ----------------------------------------------------------------- */

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

static bool write_all(int memory, fc_bytes file)
{
    size_t done = 0;
    while (done < file.size) {
        const ssize_t wrote = pwrite(memory, file.data + done, file.size - done, (off_t)done);
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

fc_status fc_helper_copy(fc_bytes file, int *out, fc_error *err)
{
    const int memory = make_memory("facecraft-photo", (int64_t)file.size);
    if (memory < 0) {
        return refuse_memory(err);
    }
    if (!write_all(memory, file)) {
        const fc_status status = refuse_memory(err);
        (void)close(memory);
        return status;
    }
    *out = memory;
    return FC_OK;
}

/* ---- making one ---------------------------------------------------------------------------- */

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
                             .niceness = fc_sandbox_started_with().niceness };
    const fc_status status =
        fc_sandbox_order(&order, (const int[2]){ channels[1], window }, 2, err);
    (void)close(channels[1]);
    helper->channel = channels[0];
    helper->cpu_s = limits.cpu_s;
    return status;
}

fc_status fc_helper_order(uint32_t kind, fc_helper **out, fc_error *err)
{
    static _Atomic uint64_t last;
    FC_AUTO(fc_helper) helper = NULL;
    if (!fc_sandbox_enter()) {
        return fc_fail(err, FC_BUSY, "%d photos are being decoded already", FC_HELPERS_MAX / 2);
    }
    const fc_status made = fc_memory_new_zeroed(1, sizeof *helper, (void **)&helper, err);
    if (made != FC_OK) {
        fc_sandbox_leave();
        return made;
    }
    helper->channel = -1;
    helper->id = ++last;
    const int window = make_memory("facecraft-window", FC_SANDBOX_WINDOW_BYTES);
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
        fc_sandbox_leave();
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
        FC_AUTO(fc_helper) helper = fc_sandbox_take_idle();
        if (helper == NULL) {
            FC_TRY(fc_helper_order(FC_ORDER_FORK, &helper, err));
        }
        if (await_fit(helper, &why) == FC_OK) {
            fc_sandbox_fill_idle();
            *out = FC_STEAL(helper);
            return FC_OK;
        }
        if (!helper->is_lost) {
            break;
        }
        fc_sandbox_drop_idle();
    }
    return fc_fail(err, why.status, "%s", why.text);
}
