#include "image/remote.h"

#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "image/raster.h"
#include "image/remote_packets.h"
#include "image/shrunk.h"
#include "sandbox/sandbox.h"

struct fc_remote {
    fc_bytes file;
    fc_decode_limits limits;
    fc_helper *helper;
    fc_photo_facts facts;
    bool shrinks;
    int64_t wait_ms; /* for an answer about pixels */
};

void fc_remote_free(fc_remote *remote)
{
    if (remote != NULL) {
        fc_helper_free(remote->helper);
        fc_memory_free(remote);
    }
}

const fc_photo_facts *fc_remote_facts(const fc_remote *remote, bool *shrinks)
{
    FC_ASSERT(remote != NULL && shrinks != NULL);
    *shrinks = remote->shrinks;
    return &remote->facts;
}

/* ---- failures ------------------------------------------------------------------------------ */

/* One line of text, whatever bytes came. */
static void clean(char text[FC_ERROR_TEXT_SIZE])
{
    text[FC_ERROR_TEXT_SIZE - 1] = '\0';
    size_t left = strlen(text);
    for (char *at = text; left > 0;) {
        size_t size = fc_utf8_character(at, left);
        if (size == 0 || (size == 1 && ((unsigned char)*at < 0x20 || *at == 0x7f))) {
            *at = '?';
            size = 1;
        }
        at += size;
        left -= size;
    }
}

/* A failure as a codec may have it. Memory that it did not get is the limit that it was given. */
static fc_status pass_on(fc_remote *remote, fc_remote_answer *answer, fc_error *err)
{
    clean(answer->text);
    switch (answer->status) {
    case FC_UNSUPPORTED_FORMAT:
    case FC_CORRUPT_IMAGE:
    case FC_LIMIT_EXCEEDED:
        return fc_fail(err, (fc_status)answer->status, "%s", answer->text);
    case FC_OUT_OF_MEMORY:
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "decoding takes more memory than the size of the picture allows");
    default:
        return fc_helper_accuse(remote->helper, err);
    }
}

static fc_status receive(fc_remote *remote, fc_remote_kind expected, fc_remote_answer *answer,
                         fc_error *err)
{
    FC_TRY(fc_helper_receive(remote->helper, answer, sizeof *answer, err));
    if (answer->kind == FC_REMOTE_FAILED) {
        return pass_on(remote, answer, err);
    }
    return answer->kind == (uint32_t)expected ? FC_OK : fc_helper_accuse(remote->helper, err);
}

/* ---- facts --------------------------------------------------------------------------------- */

static bool is_flag(int32_t value)
{
    return value == 0 || value == 1;
}

static bool can_be(const fc_remote *remote, const fc_remote_answer *said)
{
    const bool sized = said->width >= 1 && said->width <= FC_IMAGE_SIDE_MAX && said->height >= 1 &&
                       said->height <= FC_IMAGE_SIDE_MAX;
    const int64_t pixels = sized ? (int64_t)said->width * said->height : 0;
    return sized && pixels <= said->stored && said->stored <= remote->limits.pixels_max &&
           said->decoded_bytes >= pixels * 3 && said->decoded_bytes <= remote->limits.decoded_max &&
           said->format == (int32_t)fc_format_sniff(remote->file) && said->orientation >= 1 &&
           said->orientation <= 8 && (said->bits == 8 || said->bits == 16 || said->bits == 32) &&
           said->channels >= 1 && said->channels <= 5 && is_flag(said->has_alpha) &&
           is_flag(said->has_profile) && is_flag(said->lost_profile) && is_flag(said->shrinks) &&
           said->zeros >= 0 && (uint64_t)said->zeros <= remote->file.size;
}

static void take_facts(fc_remote *remote, const fc_remote_answer *said)
{
    remote->facts = (fc_photo_facts){
        .format = (fc_format)said->format,
        .size = { said->width, said->height },
        .stored = said->stored,
        .orientation = said->orientation,
        .bits = said->bits,
        .channels = said->channels,
        .has_alpha = said->has_alpha == 1,
        .has_profile = said->has_profile == 1,
        .lost_profile = said->lost_profile == 1,
        .zeros = said->zeros,
        .decoded_bytes = said->decoded_bytes,
    };
    remote->shrinks = said->shrinks == 1;
}

static int64_t wait_ms(int32_t cpu_s)
{
    return (int64_t)cpu_s * 1000 * FC_DECODE_WAIT_FACTOR;
}

/* What the size of the picture allows. The result is made on this side, row by row. */
static fc_helper_limits limits_of(const fc_photo_facts *facts)
{
    const int64_t pixels = (int64_t)facts->size.width * facts->size.height;
    return (fc_helper_limits){
        .bytes = facts->decoded_bytes - pixels * 3 + FC_DECODE_HEAD_BYTES_MAX,
        .cpu_s = fc_helper_limits_first().cpu_s + (int32_t)(pixels / FC_DECODE_CPU_PX_PER_S),
    };
}

static fc_status ask_facts(fc_remote *remote, fc_error *err)
{
    const fc_remote_open_packet open = { .kind = FC_REMOTE_OPEN,
                                         .formats = remote->limits.formats,
                                         .pixels_max = remote->limits.pixels_max,
                                         .decoded_max = remote->limits.decoded_max,
                                         .file_size = (int64_t)remote->file.size };
    fc_helper_expect(remote->helper, wait_ms(fc_helper_limits_first().cpu_s));
    FC_TRY(fc_helper_send(remote->helper, &open, sizeof open, remote->file, err));
    fc_remote_answer answer;
    FC_TRY(receive(remote, FC_REMOTE_FACTS, &answer, err));
    if (!can_be(remote, &answer)) {
        return fc_helper_accuse(remote->helper, err);
    }
    take_facts(remote, &answer);
    const fc_helper_limits limits = limits_of(&remote->facts);
    remote->wait_ms = wait_ms(limits.cpu_s);
    return fc_helper_allow(remote->helper, limits, err);
}

/* In a fresh process, and in another one where that was lost. */
static fc_status begin(fc_remote *remote, fc_error *err)
{
    fc_error why = { 0 }; /* of a try; one that is made good is nobody's failure */
    for (int i = 0; i < FC_REMOTE_TRIES; i++) {
        fc_helper_free(FC_STEAL(remote->helper));
        FC_TRY(fc_helper_new(&remote->helper, err));
        if (ask_facts(remote, &why) == FC_OK) {
            return FC_OK;
        }
        if (!fc_helper_is_lost(remote->helper)) {
            break;
        }
    }
    return fc_fail(err, why.status, "%s", why.text);
}

fc_status fc_remote_open(fc_bytes file, const fc_decode_limits *limits, fc_remote **out,
                         fc_error *err)
{
    FC_ASSERT(file.size > 0);
    FC_ASSERT(limits != NULL && out != NULL);

    FC_AUTO(fc_remote) remote = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *remote, (void **)&remote, err));
    remote->file = file;
    remote->limits = *limits;
    FC_TRY(begin(remote, err));
    *out = FC_STEAL(remote);
    return FC_OK;
}

/* ---- pixels -------------------------------------------------------------------------------- */

typedef struct remote_rows {
    fc_rgb_rows rows;
    fc_remote *remote;
    int32_t per_half; /* rows that fit */
    int32_t half;     /* that is read: 0 or 1 */
} remote_rows;

static fc_status read_row(fc_rgb_rows *rows, int32_t y, uint8_t *rgb, fc_error *err)
{
    remote_rows *self = (remote_rows *)rows;
    const size_t size = (size_t)rows->size.width * 3;
    const int32_t index = y % self->per_half;
    if (index == 0) {
        fc_remote_answer answer;
        FC_TRY(receive(self->remote, FC_REMOTE_ROWS, &answer, err));
    }
    memcpy(rgb,
           fc_helper_window(self->remote->helper) + (size_t)self->half * FC_REMOTE_HALF +
               (size_t)index * size,
           size);
    if (index == self->per_half - 1 || y == rows->size.height - 1) {
        const fc_remote_taken_packet taken = { .kind = FC_REMOTE_TAKEN };
        self->half = 1 - self->half;
        return fc_helper_send(self->remote->helper, &taken, sizeof taken, (fc_bytes){ 0 }, err);
    }
    return FC_OK;
}

static fc_status fill(fc_remote *remote, const fc_area *area, const fc_remote_decode_packet *decode,
                      bool *invisible, fc_image **out, fc_error *err)
{
    fc_helper_expect(remote->helper, remote->wait_ms);
    FC_TRY(fc_helper_send(remote->helper, decode, sizeof *decode, (fc_bytes){ 0 }, err));
    remote_rows rows = { .rows = { area->size, read_row }, .remote = remote };
    rows.per_half = FC_REMOTE_HALF / (area->size.width * 3);
    FC_AUTO(fc_image) pixels = NULL;
    FC_TRY(fc_raster_place(&rows.rows, area->orientation, &pixels, err));
    fc_remote_answer answer;
    FC_TRY(receive(remote, FC_REMOTE_DONE, &answer, err));
    *invisible = answer.invisible == 1 && decode->has_background == 1;
    *out = FC_STEAL(pixels);
    return FC_OK;
}

/* Where the process was ended: the same photo is the same again. */
static fc_status begin_again(fc_remote *remote, fc_error *err)
{
    if (remote->helper != NULL) {
        return FC_OK;
    }
    const fc_photo_facts before = remote->facts;
    const bool shrank = remote->shrinks;
    FC_TRY(begin(remote, err));
    const bool same = before.size.width == remote->facts.size.width &&
                      before.size.height == remote->facts.size.height &&
                      before.orientation == remote->facts.orientation && shrank == remote->shrinks;
    return same ? FC_OK : fc_helper_accuse(remote->helper, err);
}

fc_status fc_remote_fill(fc_remote *remote, const fc_area *area, const fc_decode_request *request,
                         const uint8_t *background, bool *invisible, fc_image **out, fc_error *err)
{
    FC_ASSERT(remote != NULL && area != NULL && request != NULL && invisible != NULL);

    const fc_box region = request->region;
    fc_remote_decode_packet decode = {
        .kind = FC_REMOTE_DECODE,
        .shrink = request->shrink,
        .region = { region.x, region.y, region.width, region.height },
        .has_background = background != NULL,
    };
    if (background != NULL) {
        memcpy(decode.background, background, sizeof decode.background);
    }
    fc_error why = { 0 };
    for (int i = 0; i < FC_REMOTE_TRIES; i++) {
        FC_TRY(begin_again(remote, err));
        if (fill(remote, area, &decode, invisible, out, &why) == FC_OK) {
            return FC_OK;
        }
        const bool is_lost = fc_helper_is_lost(remote->helper);
        fc_helper_free(FC_STEAL(remote->helper)); /* whatever it is about to say */
        if (!is_lost) {
            break;
        }
    }
    return fc_fail(err, why.status, "%s", why.text);
}
