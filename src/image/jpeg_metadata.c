#include "image/jpeg_metadata.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "image/exif.h"
#include "image/jpeg_scan.h"

#define EXIF_PREFIX "Exif\0" /* each with the zero that C adds */
#define PROFILE_PREFIX "ICC_PROFILE"

/* Behind the prefix: number from 1, count. */
#define PIECE_HEADER_SIZE (sizeof PROFILE_PREFIX + 2)
#define PIECES_MAX 255

typedef struct profile_pieces {
    fc_bytes pieces[PIECES_MAX]; /* data NULL: has not come */
    size_t count;                /* that there should be, 0: none has come */
    bool is_odd;                 /* numbers that contradict each other */
} profile_pieces;

static bool begins_with(const fc_jpeg_segment *segment, const char *prefix, size_t size)
{
    return segment->body.size >= size && memcmp(segment->body.data, prefix, size) == 0;
}

/* The next segment before the pixels; false where there is none. */
static bool next_before_pixels(fc_bytes file, size_t *offset, fc_jpeg_segment *segment)
{
    return fc_jpeg_next_segment(file, offset, segment, NULL) == FC_OK && segment->marker != 0 &&
           segment->marker != FC_JPEG_SOS && segment->marker != FC_JPEG_EOI;
}

int32_t fc_jpeg_orientation(fc_bytes file)
{
    size_t offset = 0;
    fc_jpeg_segment segment = { 0 };
    while (next_before_pixels(file, &offset, &segment)) {
        if (segment.marker == FC_JPEG_APP0 + 1 &&
            begins_with(&segment, EXIF_PREFIX, sizeof EXIF_PREFIX)) {
            return fc_exif_orientation(segment.body);
        }
    }
    return 1;
}

static void note_piece(fc_bytes body, profile_pieces *all)
{
    const size_t number = body.data[sizeof PROFILE_PREFIX];
    const size_t count = body.data[sizeof PROFILE_PREFIX + 1];
    if (number < 1 || number > count || (all->count != 0 && all->count != count) ||
        all->pieces[number - 1].data != NULL) {
        all->is_odd = true;
        return;
    }
    all->count = count;
    all->pieces[number - 1] =
        (fc_bytes){ body.data + PIECE_HEADER_SIZE, body.size - PIECE_HEADER_SIZE };
}

static bool are_all_there(const profile_pieces *all)
{
    for (size_t i = 0; i < all->count; i++) {
        if (all->pieces[i].data == NULL) {
            return false;
        }
    }
    return !all->is_odd;
}

fc_status fc_jpeg_profile(fc_bytes file, fc_buffer *profile, fc_error *err)
{
    FC_ASSERT(profile != NULL && profile->size == 0);

    profile_pieces all = { 0 };
    size_t offset = 0;
    fc_jpeg_segment segment = { 0 };
    while (next_before_pixels(file, &offset, &segment)) {
        if (segment.marker == FC_JPEG_APP0 + 2 && segment.body.size >= PIECE_HEADER_SIZE &&
            begins_with(&segment, PROFILE_PREFIX, sizeof PROFILE_PREFIX)) {
            note_piece(segment.body, &all);
        }
    }
    if (!are_all_there(&all)) {
        return FC_OK;
    }
    for (size_t i = 0; i < all.count; i++) {
        const fc_status status =
            fc_buffer_append(profile, all.pieces[i].data, all.pieces[i].size, err);
        if (status != FC_OK) {
            fc_buffer_clear(profile);
            return status;
        }
    }
    return FC_OK;
}
