/** For tests: PNG files written chunk by chunk. */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"
#include "support/fc_test.h"

/** Bytes that such a file may have. */
#define FC_PNG_FILE_MAX ((size_t)4 << 20)

/** Append a chunk with its checksum. */
void fc_png_put(fc_buffer *file, const char *type, const void *body, size_t size);

/** Append a chunk whose checksum is wrong. */
void fc_png_put_damaged(fc_buffer *file, const char *type, const void *body, size_t size);

/** Append the signature and the header. `kind`: 0 grey, 2 RGB, 3 palette, 4 and 6 with alpha. */
void fc_png_put_start(fc_buffer *file, uint32_t width, uint32_t height, uint8_t depth, uint8_t kind,
                      bool interlaced);

/** Append bytes as a zlib stream makes them. */
void fc_png_put_packed(fc_buffer *to, const void *bytes, size_t size);

/** Append the pixels, packed into one chunk: each row begins with its filter, 0 for none. */
void fc_png_put_pixels(fc_buffer *file, const void *rows, size_t size);

/** Append the end. */
void fc_png_put_end(fc_buffer *file);
