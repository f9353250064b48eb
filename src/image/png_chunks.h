/**
 * PNG chunks: walk a file from chunk to chunk, and read the chunks other than the pixels: the
 * limits of the file, its colours and how the picture is to be turned.
 *
 * After the PNG specification, third edition, 4.3, 5 and 10. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/colour_space.h"

/** Where the first chunk begins. */
#define FC_PNG_SIGNATURE_SIZE 8

/** Bytes of a chunk around its body: length and type before it, the checksum after it. */
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
static inline bool fc_png_chunk_is(const fc_png_chunk *chunk, const char *type)
{
    return memcmp(chunk->whole.data + 4, type, 4) == 0;
}

/** Whether a reader that does not know it cannot show the picture. */
bool fc_png_chunk_is_critical(const fc_png_chunk *chunk);

/** Whether its checksum fits. Cost: O(size). */
bool fc_png_chunk_is_sound(const fc_png_chunk *chunk);

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

typedef struct fc_png_header {
    bool interlaced; /* the decoder keeps the whole picture in memory */
} fc_png_header;

/**
 * Check the chunks up to the first pixels for what the decoder does not limit itself: texts and
 * colour profiles are packed, and 50 kB unpack to 50 MB before a pixel is read.
 *
 * file   begins with the PNG signature
 * out    untouched on failure
 *
 * Errors: FC_CORRUPT_IMAGE (no header first, no pixels, a chunk past the end),
 * FC_UNSUPPORTED_FORMAT (Apple's CgBI). Cost: one step a chunk.
 */
FC_MUST_CHECK fc_status fc_png_scan(fc_bytes file, fc_png_header *out, fc_error *err);

/**
 * EXIF orientation, 1..8; 1 where the file has none.
 *
 * The eXIf chunk counts, before or after the pixels; where there is none, the texts "Raw profile
 * type exif" and "Raw profile type APP1" that ImageMagick and others write: hexadecimal, plain or
 * packed. Chunks with a wrong checksum are skipped.
 *
 * file   begins with the PNG signature
 * out    untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: one step a chunk; of packed text 64 KB are unpacked.
 */
FC_MUST_CHECK fc_status fc_png_orientation(fc_bytes file, int32_t *out, fc_error *err);

/**
 * Read the declarations of colours before the pixels: cICP counts before iCCP before sRGB before
 * gAMA and cHRM. What makes no sense, does not fit the picture or has a wrong checksum is passed
 * over, and the next one counts; `lost_profile` tells of a profile that is damaged or above
 * FC_PROFILE_BYTES_MAX.
 *
 * gAMA of 1/2.2 is what programs write for sRGB; alone or with the chromaticities of sRGB it means
 * just that.
 *
 * file      passed fc_png_scan
 * space     `model` is set; the declaration that counts is added. Its profile lies in `profile`
 * profile   owner: caller, release with fc_memory_free; NULL where there is none
 *
 * Errors: FC_OUT_OF_MEMORY; both untouched. Cost: O(chunks); a profile is unpacked.
 */
FC_MUST_CHECK fc_status fc_png_read_colour(fc_bytes file, fc_colour_space *space, uint8_t **profile,
                                           fc_error *err);
