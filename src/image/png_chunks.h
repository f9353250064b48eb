/**
 * PNG chunks: walk a file from chunk to chunk, check one, unpack what one has packed.
 *
 * After the PNG specification, third edition, 5 and 10. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** Where the first chunk begins. */
#define FC_PNG_SIGNATURE_SIZE 8

/** Bytes of a chunk beside its body: length and type before it, the checksum behind it. */
#define FC_PNG_CHUNK_OVERHEAD 12

typedef struct fc_png_chunk {
    fc_bytes whole; /* from its length to its checksum, a part of the file */
    fc_bytes body;
} fc_png_chunk;

/**
 * The chunk at `*at`, which moves behind it. False at the end, and where the chunk is not whole.
 *
 * at     FC_PNG_SIGNATURE_SIZE for the first
 * out    untouched when there is none
 */
bool fc_png_chunk_next(fc_bytes file, size_t *at, fc_png_chunk *out);

/** Whether it is of this type, 4 letters. */
bool fc_png_chunk_is(const fc_png_chunk *chunk, const char *type);

/** Whether a reader that does not know it cannot show the picture. */
bool fc_png_chunk_is_critical(const fc_png_chunk *chunk);

/** Whether its checksum fits. Cost: O(size). */
bool fc_png_chunk_is_sound(const fc_png_chunk *chunk);

/** The 4 bytes at `data`, most significant first. */
uint32_t fc_png_read_32(const uint8_t *data);

/**
 * Unpack the beginning of a zlib stream.
 *
 * out        `size_max` bytes
 * size       bytes that came out; fewer than `size_max` where the stream ends or is damaged, 0
 *            where it is none
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_png_unpack(fc_bytes packed, uint8_t *out, size_t size_max, size_t *size,
                                      fc_error *err);
