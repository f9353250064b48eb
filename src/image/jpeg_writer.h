/**
 * JPEG writer: one encoding of a picture by libjpeg. For image/encode_jpeg.c, which looks for the
 * quality. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/image.h"

/** From this quality on chroma keeps all its pixels. */
#define FC_JPEG_QUALITY_WHOLE_CHROMA 90

/**
 * A baseline JPEG; chroma is halved both ways below FC_JPEG_QUALITY_WHOLE_CHROMA.
 *
 * image        grey or RGB
 * quality      1..100
 * own_tables   Huffman tables made for the picture, not those of portraits: 1 % less bytes for
 * twice the time file         what it held is dropped. Where the JPEG has more bytes than its
 * limit, it stays empty, and they are only counted size         bytes of the JPEG
 *
 * Errors: FC_LIMIT_EXCEEDED (a side that no JPEG can have), FC_OUT_OF_MEMORY. Cost: with tables of
 * its own, 6 bytes for each pixel are held.
 */
FC_MUST_CHECK fc_status fc_jpeg_write(const fc_image *image, int32_t quality, bool own_tables,
                                      fc_buffer *file, size_t *size, fc_error *err);
