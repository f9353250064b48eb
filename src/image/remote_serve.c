/* The other side of image/remote.c: what runs in the decoder's own process. */
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "image/area.h"
#include "image/decode.h"
#include "image/local.h"
#include "image/remote_packets.h"
#include "image/shrunk.h"
#include "sandbox/packet.h"

/** The photo of this process. */
typedef struct decoding {
    int channel;
    uint8_t *window;
    fc_bytes file;
    fc_photo_facts facts;
    bool shrinks;
    fc_source *source; /* opened with the first request, and kept */
    int32_t untaken;   /* halves of the window that the service has not read yet */
    int32_t half;      /* that is filled next */
    bool is_over;      /* the service has gone */
} decoding;

typedef union incoming {
    uint32_t kind;
    fc_remote_open_packet open;
    fc_remote_decode_packet decode;
    fc_remote_taken_packet taken;
} incoming;

static void answer(decoding *self, const fc_remote_answer *what)
{
    self->is_over = !fc_packet_send(self->channel, what, sizeof *what, NULL, 0) || self->is_over;
}

static void answer_failure(decoding *self, const fc_error *why)
{
    fc_remote_answer failed = { .kind = FC_REMOTE_FAILED, .status = (int32_t)why->status };
    memcpy(failed.text, why->text, sizeof failed.text);
    answer(self, &failed);
}

/* The next packet but those that give back a half of the window. */
static bool await(decoding *self, incoming *next, int *file)
{
    int descriptors[FC_PACKET_DESCRIPTORS_MAX];
    memset(next, 0, sizeof *next);
    if (self->is_over || fc_packet_await(self->channel, next, sizeof *next, descriptors) <= 0) {
        self->is_over = true;
        return false;
    }
    *file = descriptors[0];
    if (next->kind == FC_REMOTE_TAKEN) {
        self->untaken--;
    }
    return true;
}

/* ---- the head of the file ------------------------------------------------------------------ */

static fc_status probe(decoding *self, const fc_remote_open_packet *open, int file, fc_error *err)
{
    const fc_decode_limits limits = { open->formats, open->pixels_max, open->decoded_max };
    void *bytes =
        mmap(NULL, (size_t)open->file_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    (void)close(file);
    if (bytes == MAP_FAILED) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for the file");
    }
    self->file = (fc_bytes){ bytes, (size_t)open->file_size };
    return fc_local_probe(self->file, &limits, &self->facts, &self->shrinks, err);
}

static void answer_open(decoding *self, const fc_remote_open_packet *open, int file)
{
    fc_error err = { 0 };
    if (probe(self, open, file, &err) != FC_OK) {
        answer_failure(self, &err);
        return;
    }
    const fc_photo_facts *facts = &self->facts;
    const fc_remote_answer found = {
        .kind = FC_REMOTE_FACTS,
        .format = (int32_t)facts->format,
        .width = facts->size.width,
        .height = facts->size.height,
        .orientation = facts->orientation,
        .bits = facts->bits,
        .channels = facts->channels,
        .has_alpha = facts->has_alpha,
        .has_profile = facts->has_profile,
        .lost_profile = facts->lost_profile,
        .shrinks = self->shrinks,
        .stored = facts->stored,
        .zeros = facts->zeros,
        .decoded_bytes = facts->decoded_bytes,
    };
    answer(self, &found);
}

/* ---- pixels -------------------------------------------------------------------------------- */

/* Wait until a half of the window is free. */
static bool await_half(decoding *self)
{
    incoming next;
    int file = -1;
    while (self->untaken >= 2 && await(self, &next, &file)) {
    }
    return !self->is_over;
}

static fc_status show_rows(decoding *self, fc_rgb_rows *rows, fc_error *err)
{
    const size_t size = (size_t)rows->size.width * 3;
    const int32_t per_half = (int32_t)(FC_REMOTE_HALF / size);
    for (int32_t y = 0; y < rows->size.height;) {
        if (!await_half(self)) {
            return fc_fail(err, FC_CANCELLED, "the service has gone");
        }
        uint8_t *to = self->window + (size_t)self->half * FC_REMOTE_HALF;
        for (int32_t i = 0; i < per_half && y < rows->size.height; i++, y++) {
            FC_TRY(rows->read(rows, y, to + (size_t)i * size, err));
        }
        const fc_remote_answer shown = { .kind = FC_REMOTE_ROWS };
        answer(self, &shown);
        self->untaken++;
        self->half = 1 - self->half;
    }
    return FC_OK;
}

static fc_status decode(decoding *self, const fc_remote_decode_packet *what, bool *invisible,
                        fc_error *err)
{
    fc_decode_request request = { .shrink = what->shrink,
                                  .region = { what->region[0], what->region[1], what->region[2],
                                              what->region[3] } };
    memcpy(request.background, what->background, sizeof request.background);
    if (self->source == NULL) {
        FC_TRY(fc_local_open(self->file, &self->facts, &self->source, err));
    }
    const fc_area area = fc_area_of(&self->facts, self->shrinks, &request);
    FC_AUTO(fc_rows) rows = NULL;
    FC_TRY(fc_local_rows(self->source, &area, &rows, err));
    FC_AUTO(fc_shrunk_rows) shrunk = NULL;
    FC_TRY(fc_shrunk_rows_new(rows, area.box, what->has_background ? request.background : NULL,
                              &shrunk, err));
    FC_TRY(show_rows(self, fc_shrunk_rows_read(shrunk), err));
    *invisible = fc_shrunk_rows_invisible(shrunk);
    return FC_OK;
}

static void answer_decode(decoding *self, const fc_remote_decode_packet *what)
{
    fc_error err = { 0 };
    bool invisible = false;
    self->half = 0;
    if (decode(self, what, &invisible, &err) != FC_OK) {
        answer_failure(self, &err);
        return;
    }
    const fc_remote_answer done = { .kind = FC_REMOTE_DONE, .invisible = invisible };
    answer(self, &done);
}

/* Nothing is released at the end: the process ends with it. */
void fc_decode_serve(int channel, uint8_t *window)
{
    decoding self = { .channel = channel, .window = window };
    incoming next;
    int file = -1;
    while (await(&self, &next, &file)) {
        if (next.kind == FC_REMOTE_OPEN && file >= 0 && self.file.data == NULL) {
            answer_open(&self, &next.open, file);
        } else if (next.kind == FC_REMOTE_DECODE && self.file.data != NULL) {
            answer_decode(&self, &next.decode);
        }
    }
}
