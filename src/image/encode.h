/**
 * Encoding: portraits to PNG, JPEG and WebP in memory. No metadata but an sRGB tag, and where the
 * picture has a density, that one in PNG and JPEG. Any thread.
 */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/image.h"

/** PNG of a grey, RGB or RGBA picture. `out` starts empty. Errors: FC_OUT_OF_MEMORY,
 *  FC_LIMIT_EXCEEDED (past out->size_max). */
FC_MUST_CHECK fc_status fc_encode_png(const fc_image *image, fc_buffer *out, fc_error *err);

/**
 * JPEG of the best quality that fits into `bytes_max`, found by bisection in memory. The sRGB tag
 * (498 bytes) is left out below 20 kB, and of grey. Where the best quality fits with the Huffman
 * tables of portraits, they are taken instead of the picture's own: 1 % more bytes in half the
 * time.
 *
 * image         grey or RGB
 * quality_used  1..95
 *
 * Errors: FC_LIMIT_EXCEEDED (even the lowest quality is larger, says by how much; past
 * out->size_max; a side of more than 65,500 px), FC_OUT_OF_MEMORY. Cost: at most FC_JPEG_TRIES_MAX
 * encodings.
 */
FC_MUST_CHECK fc_status fc_encode_jpeg(const fc_image *image, size_t bytes_max, fc_buffer *out,
                                       int32_t *quality_used, fc_error *err);

/**
 * The same where a form refuses files that are too small as well. What the best quality does not
 * reach is tried at quality 100, and then filled up by comments that say what they are for; no px
 * is changed for it.
 *
 * bytes_min     0..bytes_max
 * quality_used  1..95 or 100
 *
 * Errors and cost as fc_encode_jpeg, with one encoding more.
 */
FC_MUST_CHECK fc_status fc_encode_jpeg_between(const fc_image *image, size_t bytes_min,
                                               size_t bytes_max, fc_buffer *out,
                                               int32_t *quality_used, fc_error *err);

/**
 * WebP of a grey, RGB or RGBA picture, with loss; alpha is kept exactly. No tag: sRGB is what a
 * WebP without one is.
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED (past out->size_max; a side of more than 16,383 px,
 * before anything is encoded; more data than the format's parts can hold).
 */
FC_MUST_CHECK fc_status fc_encode_webp(const fc_image *image, fc_buffer *out, fc_error *err);
