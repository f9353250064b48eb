#include "image/webp_scan.h"

#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "base/byte_order.h"
#include "base/limits.h"

#define FILE_HEADER_SIZE 12 /* "RIFF", size, "WEBP" */
#define CHUNK_HEADER_SIZE 8 /* type, size */
#define CANVAS_SIZE 10      /* body of "VP8X": flags, three bytes of nothing, sides - 1 */
#define CANVAS_ANIMATION 0x02
#define FRAME_HEADER_SIZE 16 /* of "ANMF": offsets / 2, sides - 1, duration, flags */

typedef struct webp_walk {
    fc_webp_layout layout;
    int32_t frames;
} webp_walk;

static int32_t little_24(const uint8_t *data)
{
    return (int32_t)fc_little(data, 3);
}

static fc_status read_canvas(fc_bytes body, webp_walk *walk, fc_error *err)
{
    if (body.size < CANVAS_SIZE) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a WebP header of %zu bytes", body.size);
    }
    walk->layout.is_animation = (body.data[0] & CANVAS_ANIMATION) != 0;
    walk->layout.canvas = (fc_size){ little_24(body.data + 4) + 1, little_24(body.data + 7) + 1 };
    return FC_OK;
}

static fc_status read_frame(fc_bytes body, webp_walk *walk, fc_error *err)
{
    fc_webp_layout *layout = &walk->layout;
    if (++walk->frames > FC_FRAMES_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "an animation of more than %d pictures; at most %d are accepted",
                       FC_FRAMES_MAX, FC_FRAMES_MAX);
    }
    if (walk->frames > 1) {
        return FC_OK;
    }
    if (body.size < FRAME_HEADER_SIZE) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a WebP picture of %zu bytes", body.size);
    }
    const fc_rect frame = { 2 * little_24(body.data), 2 * little_24(body.data + 3),
                            little_24(body.data + 6) + 1, little_24(body.data + 9) + 1 };
    if (frame.width > layout->canvas.width - frame.x ||
        frame.height > layout->canvas.height - frame.y) {
        return fc_fail(err, FC_CORRUPT_IMAGE,
                       "a WebP picture that reaches out of its canvas of %" PRId32 " x %" PRId32
                       " px",
                       layout->canvas.width, layout->canvas.height);
    }
    layout->frame = frame;
    layout->image = (fc_bytes){ body.data + FRAME_HEADER_SIZE, body.size - FRAME_HEADER_SIZE };
    return FC_OK;
}

static fc_status read_chunk(const uint8_t *type, fc_bytes body, webp_walk *walk, fc_error *err)
{
    fc_webp_layout *layout = &walk->layout;
    if (memcmp(type, "VP8X", 4) == 0) {
        return read_canvas(body, walk, err);
    }
    if (memcmp(type, "ANMF", 4) == 0) {
        return read_frame(body, walk, err);
    }
    if (memcmp(type, "EXIF", 4) == 0 && layout->exif.size == 0) {
        layout->exif = body;
    }
    if (memcmp(type, "ICCP", 4) == 0 && layout->profile.size == 0) {
        layout->lost_profile = body.size > FC_PROFILE_BYTES_MAX;
        layout->profile = layout->lost_profile ? (fc_bytes){ NULL, 0 } : body;
    }
    return FC_OK;
}

static fc_status walk_chunks(fc_bytes file, webp_walk *walk, fc_error *err)
{
    size_t at = FILE_HEADER_SIZE;
    while (file.size - at >= CHUNK_HEADER_SIZE) {
        const uint8_t *chunk = file.data + at;
        const size_t left = file.size - at - CHUNK_HEADER_SIZE;
        const size_t size = fc_little32(chunk + 4);
        if (size > left) {
            return fc_fail(err, FC_CORRUPT_IMAGE, "a WebP chunk that ends after the file");
        }
        FC_TRY(read_chunk(chunk, (fc_bytes){ chunk + CHUNK_HEADER_SIZE, size }, walk, err));
        const size_t padded = size + size % 2;
        at += CHUNK_HEADER_SIZE + (padded < left ? padded : left);
    }
    return FC_OK;
}

fc_status fc_webp_scan(fc_bytes file, fc_webp_layout *out, fc_error *err)
{
    FC_ASSERT(file.size >= FILE_HEADER_SIZE);
    FC_ASSERT(out != NULL);

    const size_t named = fc_little32(file.data + 4);
    if (named > file.size - CHUNK_HEADER_SIZE) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a WebP cut short: %zu of %zu bytes", file.size,
                       named + CHUNK_HEADER_SIZE);
    }
    if (named < FILE_HEADER_SIZE - CHUNK_HEADER_SIZE) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a WebP of %zu bytes", named);
    }
    file.size = CHUNK_HEADER_SIZE + named;
    webp_walk walk = { .layout = { .image = file } };
    FC_TRY(walk_chunks(file, &walk, err));
    if (walk.layout.is_animation && walk.frames == 0) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a WebP animation without a picture");
    }
    if (!walk.layout.is_animation) {
        walk.layout.image = file;
    }
    *out = walk.layout;
    return FC_OK;
}
