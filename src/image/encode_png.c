#include <string.h>

#include "base/assert.h"
#include "image/encode.h"
#include "image/vips_file.h"
#include "image/vips_image.h"

/*
 * Level and filter by measure, on a finished portrait of 648 x 648 px (RGBA): level 1 writes 566
 * kB, 4 writes 495 kB, 6 takes twice the time of 4 for 491 kB and 9 five times for 487 kB. Trying
 * all filters on each row gains nothing over Paeth alone on photos.
 */
#define PNG_LEVEL 4
#define PNG_FILTER VIPS_FOREIGN_PNG_FILTER_PAETH

#define SIGNATURE_SIZE 8
#define CHUNK_OVERHEAD 12 /* length, type, checksum */
#define HEADER_CHUNK_SIZE (CHUNK_OVERHEAD + 13)

/* The chunk that says "this is sRGB", perceptual intent, with its checksum. */
static const uint8_t SRGB_CHUNK[] = { 0, 0, 0, 1, 's', 'R', 'G', 'B', 0, 0xae, 0xce, 0x1c, 0xe9 };

static uint32_t big_endian_32(const uint8_t *data)
{
    return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

/* Pixels need only chunks whose type begins with a capital; resolution, time and text go. */
static bool is_needed(const uint8_t *chunk)
{
    return (chunk[4] & 0x20) == 0;
}

static fc_status write_chunks(const uint8_t *png, size_t size, fc_buffer *out, fc_error *err)
{
    FC_TRY(fc_buffer_append(out, png, SIGNATURE_SIZE + HEADER_CHUNK_SIZE, err));
    FC_TRY(fc_buffer_append(out, SRGB_CHUNK, sizeof SRGB_CHUNK, err));
    for (size_t at = SIGNATURE_SIZE + HEADER_CHUNK_SIZE; at < size;) {
        const size_t chunk_size = CHUNK_OVERHEAD + big_endian_32(png + at);
        if (is_needed(png + at)) {
            FC_TRY(fc_buffer_append(out, png + at, chunk_size, err));
        }
        at += chunk_size;
    }
    return FC_OK;
}

fc_status fc_encode_png(const fc_image *image, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(image != NULL);
    FC_ASSERT(out != NULL && out->size == 0);

    FC_AUTO(VipsImage) view = NULL;
    FC_TRY(fc_vips_image_new(image, &view, err));
    void *png = NULL;
    size_t size = 0;
    if (vips_pngsave_buffer(view, &png, &size, "compression", PNG_LEVEL, "filter", PNG_FILTER,
                            "strip", TRUE, NULL) != 0) {
        return fc_vips_fail(err, FC_OUT_OF_MEMORY, "the PNG cannot be written");
    }
    const fc_status status = write_chunks(png, size, out, err);
    g_free(png);
    if (status != FC_OK) {
        fc_buffer_clear(out);
    }
    return status;
}
