#include "image/jpeg_scan.h"

#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "base/byte_order.h"
#include "base/limits.h"
#include "image/exif.h"

/* Markers by their second byte, ISO/IEC 10918-1 table B.1. */
enum {
    MARKER_TEM = 0x01,
    MARKER_SOF_FIRST = 0xc0,
    MARKER_SOF_EXTENDED = 0xc1,
    MARKER_SOF_PROGRESSIVE = 0xc2,
    MARKER_DHT = 0xc4,
    MARKER_JPG = 0xc8,
    MARKER_SOF_ARITHMETIC = 0xc9,
    MARKER_SOF_ARITHMETIC_PROGRESSIVE = 0xca,
    MARKER_DAC = 0xcc,
    MARKER_SOF_LAST = 0xcf,
    MARKER_RST_FIRST = 0xd0,
    MARKER_RST_LAST = 0xd7,
    MARKER_SOI = 0xd8,
};

/* Precision (1), height (2), width (2), number of components (1); for each component its name,
 * sampling and table. */
#define FRAME_HEADER_SIZE 6
#define FRAME_COMPONENT_SIZE 3
#define COMPONENTS_MAX 4

/* Coefficients of a block; none of them has come yet. */
#define BLOCK_SIZE 64
#define NOT_SEEN (-1)

typedef struct jpeg_walk {
    fc_jpeg_frame frame;
    uint8_t names[COMPONENTS_MAX];
    int8_t lacking[COMPONENTS_MAX][BLOCK_SIZE]; /* low bits that are still to come, or NOT_SEEN */
} jpeg_walk;

static bool is_frame(uint8_t marker)
{
    return marker >= MARKER_SOF_FIRST && marker <= MARKER_SOF_LAST && marker != MARKER_DHT &&
           marker != MARKER_JPG && marker != MARKER_DAC;
}

static bool is_restart(uint8_t marker)
{
    return marker >= MARKER_RST_FIRST && marker <= MARKER_RST_LAST;
}

/* Offset of the byte after the next 0xff xx that is a marker, or the size where there is none.
 * 0xff 0x00 is a pixel byte 0xff; 0xff 0xff is filling. */
static size_t skip_to_marker(fc_bytes file, size_t offset)
{
    while (offset < file.size) {
        const uint8_t *found = memchr(file.data + offset, 0xff, file.size - offset);
        if (found == NULL) {
            return file.size;
        }
        offset = (size_t)(found - file.data) + 1;
        if (offset < file.size && file.data[offset] != 0x00 && file.data[offset] != 0xff) {
            return offset;
        }
    }
    return file.size;
}

/* Offset of the marker that ends the pixels that begin here. */
static size_t skip_pixels(fc_bytes file, size_t offset)
{
    do {
        offset = skip_to_marker(file, offset);
    } while (offset < file.size && is_restart(file.data[offset]));
    return offset < file.size ? offset - 1 : offset;
}

fc_status fc_jpeg_next_segment(fc_bytes file, size_t *offset, fc_jpeg_segment *out, fc_error *err)
{
    FC_ASSERT(offset != NULL);
    FC_ASSERT(out != NULL);

    size_t at = skip_to_marker(file, *offset);
    while (at < file.size && (file.data[at] == MARKER_TEM || file.data[at] == MARKER_SOI ||
                              is_restart(file.data[at]))) {
        at = skip_to_marker(file, at);
    }
    fc_jpeg_segment segment = { 0 };
    if (at < file.size) {
        segment.marker = file.data[at++];
        if (segment.marker != FC_JPEG_EOI) {
            const size_t left = file.size - at;
            const size_t size = left >= 2 ? fc_big16(file.data + at) : 0;
            if (size < 2 || size > left) {
                return fc_fail(err, FC_CORRUPT_IMAGE, "a JPEG segment that ends after the file");
            }
            segment.body = (fc_bytes){ file.data + at + 2, size - 2 };
            at += size;
        }
    }
    *offset = at;
    *out = segment;
    return FC_OK;
}

static fc_status check_kind(const fc_jpeg_segment *segment, const fc_jpeg_frame *frame,
                            fc_error *err)
{
    const uint8_t marker = segment->marker;
    if (frame->components != 0) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a JPEG with two frame headers");
    }
    if (marker != MARKER_SOF_FIRST && marker != MARKER_SOF_EXTENDED &&
        marker != MARKER_SOF_PROGRESSIVE && marker != MARKER_SOF_ARITHMETIC &&
        marker != MARKER_SOF_ARITHMETIC_PROGRESSIVE) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a lossless or hierarchical JPEG; baseline and progressive are accepted");
    }
    if (segment->body.size < FRAME_HEADER_SIZE) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a JPEG frame header of %zu bytes",
                       segment->body.size);
    }
    if (segment->body.data[0] != 8) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "a JPEG of %u bits a channel; 8 are accepted",
                       (unsigned)segment->body.data[0]);
    }
    return FC_OK;
}

static fc_status read_frame(const fc_jpeg_segment *segment, jpeg_walk *walk, fc_error *err)
{
    fc_jpeg_frame *frame = &walk->frame;
    FC_TRY(check_kind(segment, frame, err));
    const uint8_t *body = segment->body.data;
    const int32_t height = (int32_t)fc_big16(body + 1);
    const int32_t width = (int32_t)fc_big16(body + 3);
    const int32_t components = body[5];
    if (width == 0 || height == 0) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a JPEG of %" PRId32 " x %" PRId32 " px", width,
                       height);
    }
    if (components != 1 && components != 3 && components != 4) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a JPEG of %" PRId32 " channels; 1, 3 and 4 are accepted", components);
    }
    const size_t size = FRAME_HEADER_SIZE + (size_t)components * FRAME_COMPONENT_SIZE;
    if (segment->body.size != size) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a JPEG frame header of %zu bytes instead of %zu",
                       segment->body.size, size);
    }
    for (int32_t i = 0; i < components; i++) {
        walk->names[i] = body[FRAME_HEADER_SIZE + i * FRAME_COMPONENT_SIZE];
        memset(walk->lacking[i], NOT_SEEN, BLOCK_SIZE);
    }
    frame->width = width;
    frame->height = height;
    frame->components = components;
    frame->progressive = segment->marker == MARKER_SOF_PROGRESSIVE ||
                         segment->marker == MARKER_SOF_ARITHMETIC_PROGRESSIVE;
    frame->arithmetic = segment->marker >= MARKER_SOF_ARITHMETIC;
    return FC_OK;
}

/* What a scan brings: a band of coefficients of its components, up to some last bits. A header that
 * makes no sense brings nothing; libjpeg says what is wrong with it. */
static void note_scan(fc_bytes header, jpeg_walk *walk)
{
    const size_t count = header.size > 0 ? header.data[0] : 0;
    if (count < 1 || count > COMPONENTS_MAX || header.size != 1 + 2 * count + 3) {
        return;
    }
    const uint8_t *band = header.data + 1 + 2 * count;
    const size_t first = walk->frame.progressive ? band[0] : 0;
    const size_t last = walk->frame.progressive ? band[1] : BLOCK_SIZE - 1;
    const int8_t lacking = (int8_t)(walk->frame.progressive ? band[2] & 0x0f : 0);
    for (size_t i = 0; i < count; i++) {
        for (int32_t c = 0; c < walk->frame.components; c++) {
            if (walk->names[c] == header.data[1 + 2 * i]) {
                for (size_t k = first; k <= last && k < BLOCK_SIZE; k++) {
                    walk->lacking[c][k] = lacking;
                }
            }
        }
    }
}

/* The worst of all coefficients: bits that lack, or NOT_SEEN. 0: the picture is whole. */
static int32_t find_lacking(const jpeg_walk *walk)
{
    int32_t worst = 0;
    for (int32_t c = 0; c < walk->frame.components; c++) {
        for (size_t k = 0; k < BLOCK_SIZE; k++) {
            if (walk->lacking[c][k] == NOT_SEEN) {
                return NOT_SEEN;
            }
            worst = walk->lacking[c][k] > worst ? walk->lacking[c][k] : worst;
        }
    }
    return worst;
}

static fc_status read_scan(const fc_jpeg_segment *segment, jpeg_walk *walk, fc_error *err)
{
    if (walk->frame.components == 0) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a JPEG scan before the frame header");
    }
    if (walk->frame.scans == FC_JPEG_SCANS_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "a JPEG of more than %d scans", FC_JPEG_SCANS_MAX);
    }
    walk->frame.scans++;
    note_scan(segment->body, walk);
    return FC_OK;
}

/* After the last segment. */
static fc_status check_whole(const jpeg_walk *walk, bool has_end, fc_error *err)
{
    const int32_t lacking = find_lacking(walk);
    if (walk->frame.scans == 0) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a JPEG without a picture");
    }
    if (lacking == NOT_SEEN || (lacking > 0 && !has_end)) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a JPEG cut short after %" PRId32 " of its scans",
                       walk->frame.scans);
    }
    return FC_OK;
}

/* The one scan of the usual file is the last thing that the decoder reads. */
static size_t find_end(const jpeg_walk *walk, fc_bytes file, size_t offset)
{
    const bool is_usual =
        walk->frame.scans == 1 && !walk->frame.progressive && !walk->frame.arithmetic;
    return is_usual ? file.size : skip_pixels(file, offset);
}

fc_status fc_jpeg_scan(fc_bytes file, fc_jpeg_frame *out, fc_error *err)
{
    FC_ASSERT(out != NULL);

    jpeg_walk walk = { 0 };
    fc_jpeg_segment segment = { 0 };
    size_t offset = 0;
    bool is_whole = false;
    do {
        FC_TRY(fc_jpeg_next_segment(file, &offset, &segment, err));
        if (is_frame(segment.marker)) {
            FC_TRY(read_frame(&segment, &walk, err));
        } else if (segment.marker == FC_JPEG_SOS) {
            FC_TRY(read_scan(&segment, &walk, err));
            is_whole = find_lacking(&walk) == 0;
        }
    } while (!is_whole && segment.marker != FC_JPEG_EOI && segment.marker != 0);
    FC_TRY(check_whole(&walk, segment.marker == FC_JPEG_EOI, err));
    walk.frame.end = is_whole ? find_end(&walk, file, offset) : offset;
    if (walk.frame.end == file.size && walk.frame.arithmetic && walk.frame.scans > 1) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a JPEG cut short in its last scan");
    }
    *out = walk.frame;
    return FC_OK;
}

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

static size_t size_of_all(const profile_pieces *all)
{
    size_t sum = 0;
    for (size_t i = 0; i < all->count; i++) {
        sum += all->pieces[i].size;
    }
    return sum;
}

fc_status fc_jpeg_profile(fc_bytes file, fc_buffer *profile, bool *lost, fc_error *err)
{
    FC_ASSERT(profile != NULL && profile->size == 0);
    FC_ASSERT(lost != NULL);

    profile_pieces all = { 0 };
    size_t offset = 0;
    fc_jpeg_segment segment = { 0 };
    while (next_before_pixels(file, &offset, &segment)) {
        if (segment.marker == FC_JPEG_APP0 + 2 && segment.body.size >= PIECE_HEADER_SIZE &&
            begins_with(&segment, PROFILE_PREFIX, sizeof PROFILE_PREFIX)) {
            note_piece(segment.body, &all);
        }
    }
    *lost = !are_all_there(&all) || size_of_all(&all) > profile->size_max;
    if (*lost) {
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
