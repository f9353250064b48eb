/**
 * Pictures in memory: 8-bit interleaved pixels, and planes of floats for masks and tensors.
 *
 * Colour is sRGB, channel order R, G, B (, A). Alpha is never multiplied into the colour.
 * A picture belongs to one thread at a time; read-only it may be shared.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/geometry.h"

/** 8-bit picture of 1 (grey or mask), 3 (RGB) or 4 (RGBA) channels. */
typedef struct fc_image {
    fc_size size;
    int32_t channels;
    size_t stride; /* bytes from one row to the next; a multiple of 64 */
    int32_t dpi;   /* px an inch, told in its JPEG or PNG; 0: not told */
    uint8_t *data;
} fc_image;

/** One value a pixel, rows tightly packed: value (x, y) is data[y * width + x]. Masks are 0..1. */
typedef struct fc_plane {
    fc_size size;
    float *data;
} fc_plane;

/**
 * A picture with uninitialised pixels.
 *
 * size       sides from 1 to FC_IMAGE_SIDE_MAX
 * channels   1, 3 or 4
 * out        owner: caller, release with fc_image_free. Untouched on failure
 *
 * Errors: FC_INVALID_ARGUMENT (empty), FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_image_new(fc_size size, int32_t channels, fc_image **out, fc_error *err);

/** A copy of its own. Errors: FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_image_copy(const fc_image *image, fc_image **out, fc_error *err);

/** Release; NULL is fine. Pixels are photos of people: they are overwritten first. */
void fc_image_free(fc_image *image);
FC_DEFINE_CLEANUP(fc_image, fc_image_free)

/** Bytes of its pixels; 0 for NULL. */
static inline size_t fc_image_bytes(const fc_image *image)
{
    return image != NULL ? (size_t)image->size.height * image->stride : 0;
}

/** First byte of a row, 0..height-1. */
static inline uint8_t *fc_image_row(const fc_image *image, int32_t y)
{
    return image->data + (size_t)y * image->stride;
}

/** A plane with uninitialised values. Limits and errors as fc_image_new. */
FC_MUST_CHECK fc_status fc_plane_new(fc_size size, fc_plane **out, fc_error *err);

void fc_plane_free(fc_plane *plane);
FC_DEFINE_CLEANUP(fc_plane, fc_plane_free)

/** Bytes of its values; 0 for NULL. */
static inline size_t fc_plane_bytes(const fc_plane *plane)
{
    return plane != NULL
               ? (size_t)plane->size.height * (size_t)plane->size.width * sizeof *plane->data
               : 0;
}

/** First value of a row, 0..height-1. */
static inline float *fc_plane_row(const fc_plane *plane, int32_t y)
{
    return plane->data + (size_t)y * (size_t)plane->size.width;
}
