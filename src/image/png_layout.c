#include "image/png_layout.h"

#include <string.h>

#include "base/assert.h"
#include "image/png_chunks.h"

#define PALETTE_MAX 256

/* The first sound chunk of a type before the pixels. */
static bool find(fc_bytes file, const char *type, fc_bytes *body)
{
    fc_png_chunk chunk;
    size_t at = FC_PNG_SIGNATURE_SIZE;
    while (fc_png_chunk_next(file, &at, &chunk) && !fc_png_chunk_is(&chunk, "IDAT")) {
        if (fc_png_chunk_is(&chunk, type) && fc_png_chunk_is_sound(&chunk)) {
            *body = chunk.body;
            return true;
        }
    }
    return false;
}

static fc_status read_palette(fc_bytes file, fc_png_pixels *pixels, size_t *count, fc_error *err)
{
    fc_bytes body = { NULL, 0 };
    if (!find(file, "PLTE", &body) || body.size == 0 || body.size % 3 != 0) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a PNG whose palette is missing or damaged");
    }
    *count = body.size / 3 < PALETTE_MAX ? body.size / 3 : PALETTE_MAX;
    for (size_t i = 0; i < PALETTE_MAX; i++) {
        pixels->palette[i][3] = UINT8_MAX;
    }
    for (size_t i = 0; i < *count; i++) {
        memcpy(pixels->palette[i], body.data + 3 * i, 3);
    }
    return FC_OK;
}

/* Body: an alpha for each of the first colours of the palette. */
static void read_alphas(fc_bytes body, size_t count, fc_png_pixels *pixels)
{
    if (body.size > 0 && body.size <= count) {
        pixels->has_alpha = true;
        for (size_t i = 0; i < body.size; i++) {
            pixels->palette[i][3] = body.data[i];
        }
    }
}

/* Body: the transparent colour, 2 bytes a sample. */
static void read_key(fc_bytes body, fc_png_pixels *pixels)
{
    if (body.size == 2 * (size_t)pixels->colours) {
        pixels->has_alpha = true;
        pixels->has_key = true;
        for (size_t i = 0; i < body.size / 2; i++) {
            pixels->key[i] = (uint16_t)(body.data[2 * i] << 8 | body.data[2 * i + 1]);
        }
    }
}

fc_status fc_png_read_layout(fc_bytes file, const struct spng_ihdr *header, fc_png_pixels *out,
                             fc_error *err)
{
    FC_ASSERT(file.size >= FC_PNG_SIGNATURE_SIZE);
    FC_ASSERT(header != NULL && out != NULL);

    const uint8_t kind = header->color_type;
    const bool is_grey =
        kind == SPNG_COLOR_TYPE_GRAYSCALE || kind == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA;
    fc_png_pixels pixels = { .depth = header->bit_depth,
                             .colours = is_grey ? 1 : 3,
                             .is_indexed = kind == SPNG_COLOR_TYPE_INDEXED,
                             .has_alpha = kind == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA ||
                                          kind == SPNG_COLOR_TYPE_TRUECOLOR_ALPHA };
    size_t count = 0;
    if (pixels.is_indexed) {
        FC_TRY(read_palette(file, &pixels, &count, err));
    }
    fc_bytes transparency = { NULL, 0 };
    if (!pixels.has_alpha && find(file, "tRNS", &transparency)) {
        if (pixels.is_indexed) {
            read_alphas(transparency, count, &pixels);
        } else {
            read_key(transparency, &pixels);
        }
    }
    *out = pixels;
    return FC_OK;
}
