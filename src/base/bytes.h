/** Bytes: a borrowed run of memory, and a buffer that grows up to a limit set at its birth. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

/** Borrowed, read-only. Valid as long as its owner. */
typedef struct fc_bytes {
    const uint8_t *data;
    size_t size;
} fc_bytes;

/** Growing buffer. Start with FC_BUFFER(limit); release with fc_buffer_clear. One thread at a time.
 */
typedef struct fc_buffer {
    uint8_t *data; /* NULL while empty; always followed by a zero byte otherwise */
    size_t size;
    size_t capacity;
    size_t size_max;
} fc_buffer;

#define FC_BUFFER(limit) ((fc_buffer){ .size_max = (limit) })

/* A buffer on the stack that clears itself: FC_AUTO_BUFFER(json, 1 << 20); */
#define FC_AUTO_BUFFER(name, limit)                                                                \
    __attribute__((cleanup(fc_buffer_clear))) fc_buffer name = FC_BUFFER(limit)

/* The same for a secret: it wipes itself. */
#define FC_AUTO_SECRET(name, limit)                                                                \
    __attribute__((cleanup(fc_buffer_wipe))) fc_buffer name = FC_BUFFER(limit)

/** Make room for so many more bytes: what is appended within it is not moved. Errors:
 *  FC_LIMIT_EXCEEDED past size_max, FC_OUT_OF_MEMORY; then unchanged. */
FC_MUST_CHECK fc_status fc_buffer_reserve(fc_buffer *buffer, size_t extra, fc_error *err);

/** Append bytes. Errors: FC_LIMIT_EXCEEDED past size_max, FC_OUT_OF_MEMORY; then unchanged. */
FC_MUST_CHECK fc_status fc_buffer_append(fc_buffer *buffer, const void *data, size_t size,
                                         fc_error *err);

/** Append formatted text. Errors as fc_buffer_append. */
FC_MUST_CHECK FC_PRINTF(3, 4) fc_status
    fc_buffer_print(fc_buffer *buffer, fc_error *err, const char *format, ...);

/** Give back spare capacity. For a buffer that has all its bytes. */
void fc_buffer_fit(fc_buffer *buffer);

/** Most memory that a buffer of this many bytes can have grown to. */
size_t fc_buffer_capacity_max(size_t size);

/** Release the memory; the buffer is empty and usable again. */
void fc_buffer_clear(fc_buffer *buffer);

/** The same, and its memory is overwritten. Blocks that it grew out of are not, so append a secret
 * in one piece. */
void fc_buffer_wipe(fc_buffer *buffer);

/** What the buffer holds, borrowed until it changes. */
static inline fc_bytes fc_buffer_bytes(const fc_buffer *buffer)
{
    return (fc_bytes){ buffer->data, buffer->size };
}

/** What the buffer holds as text; "" while empty. */
static inline const char *fc_buffer_text(const fc_buffer *buffer)
{
    return buffer->data != NULL ? (const char *)buffer->data : "";
}
