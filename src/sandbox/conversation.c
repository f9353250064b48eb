/* What is said between the service and a helper, and what it means when nothing is said any more.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/limits.h"
#include "sandbox/packet.h"
#include "sandbox/state.h"

/* Once the channel of a helper is closed or of no use, the note about its end comes soon. */
#define NOTE_MS 1000

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

static fc_status tell_end(fc_helper *helper, const fc_sandbox_obituary *obituary, fc_error *err)
{
    helper->is_ended = true;
    helper->is_lost = obituary->end == FC_SANDBOX_LOST;
    fc_sandbox_bury(obituary);
    if (helper->is_lost) {
        fc_sandbox_drop_idle(); /* what took this one may have taken those */
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
        FC_TRY(fc_helper_copy(file, &descriptor, err));
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
    FC_TRY(fc_sandbox_order(&order, NULL, 0, err));
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
