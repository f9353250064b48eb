#include "image/jpeg_scan.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"

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
    MARKER_EOI = 0xd9,
    MARKER_SOS = 0xda,
};

/* Length (2), precision (1), height (2), width (2), number of components (1). */
#define FRAME_HEADER_SIZE 8

static bool is_frame(uint8_t marker)
{
    return marker >= MARKER_SOF_FIRST && marker <= MARKER_SOF_LAST && marker != MARKER_DHT &&
           marker != MARKER_JPG && marker != MARKER_DAC;
}

static bool stands_alone(uint8_t marker)
{
    return marker == MARKER_TEM || (marker >= MARKER_RST_FIRST && marker <= MARKER_SOI);
}

static size_t big_endian_16(const uint8_t *data)
{
    return (size_t)data[0] << 8 | data[1];
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

static fc_status read_frame(uint8_t marker, const uint8_t *segment, size_t size,
                            fc_jpeg_frame *frame, fc_error *err)
{
    if (frame->components != 0) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a JPEG with two frame headers");
    }
    if (marker != MARKER_SOF_FIRST && marker != MARKER_SOF_EXTENDED &&
        marker != MARKER_SOF_PROGRESSIVE && marker != MARKER_SOF_ARITHMETIC &&
        marker != MARKER_SOF_ARITHMETIC_PROGRESSIVE) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a lossless or hierarchical JPEG; baseline and progressive are accepted");
    }
    if (size < FRAME_HEADER_SIZE) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a JPEG frame header of %zu bytes", size);
    }
    if (segment[2] != 8) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "a JPEG of %u bits a channel; 8 are accepted",
                       (unsigned)segment[2]);
    }
    const int32_t height = (int32_t)big_endian_16(segment + 3);
    const int32_t width = (int32_t)big_endian_16(segment + 5);
    const int32_t components = segment[7];
    if (width == 0 || height == 0) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a JPEG of %" PRId32 " x %" PRId32 " px", width,
                       height);
    }
    if (components != 1 && components != 3 && components != 4) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a JPEG of %" PRId32 " channels; 1, 3 and 4 are accepted", components);
    }
    frame->width = width;
    frame->height = height;
    frame->components = components;
    frame->progressive =
        marker == MARKER_SOF_PROGRESSIVE || marker == MARKER_SOF_ARITHMETIC_PROGRESSIVE;
    return FC_OK;
}

static fc_status read_segment(uint8_t marker, const uint8_t *segment, size_t size,
                              fc_jpeg_frame *frame, fc_error *err)
{
    if (is_frame(marker)) {
        return read_frame(marker, segment, size, frame, err);
    }
    if (marker == MARKER_SOS) {
        if (frame->components == 0) {
            return fc_fail(err, FC_CORRUPT_IMAGE, "a JPEG scan before the frame header");
        }
        if (frame->scans == FC_JPEG_SCANS_MAX) {
            return fc_fail(err, FC_LIMIT_EXCEEDED, "a JPEG of more than %d scans",
                           FC_JPEG_SCANS_MAX);
        }
        frame->scans++;
    }
    return FC_OK;
}

fc_status fc_jpeg_scan(fc_bytes file, fc_jpeg_frame *out, fc_error *err)
{
    FC_ASSERT(out != NULL);

    fc_jpeg_frame frame = { 0 };
    size_t offset = skip_to_marker(file, 0);
    while (offset < file.size && file.data[offset] != MARKER_EOI) {
        const uint8_t marker = file.data[offset++];
        if (!stands_alone(marker)) {
            const size_t left = file.size - offset;
            const size_t size = left >= 2 ? big_endian_16(file.data + offset) : 0;
            if (size < 2 || size > left) {
                return fc_fail(err, FC_CORRUPT_IMAGE, "a JPEG segment that ends after the file");
            }
            FC_TRY(read_segment(marker, file.data + offset, size, &frame, err));
            offset += size;
        }
        offset = skip_to_marker(file, offset);
    }
    if (frame.scans == 0) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a JPEG without a picture");
    }
    *out = frame;
    return FC_OK;
}
