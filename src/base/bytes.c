#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"

/* Beyond this size buffers grow by less than they hold: half of a large one would stay empty. */
#define DOUBLED_MAX ((size_t)1 << 20)

static size_t grown(size_t capacity)
{
    return capacity < DOUBLED_MAX ? 2 * capacity : capacity + capacity / 8;
}

size_t fc_buffer_capacity_max(size_t size)
{
    const size_t step = size / 8 > DOUBLED_MAX ? size / 8 : DOUBLED_MAX;
    return size + (size < step ? size : step) + 1;
}

static fc_status resize(fc_buffer *buffer, size_t capacity, fc_error *err)
{
    void *resized = NULL;
    FC_TRY(fc_memory_resize(buffer->data, capacity, &resized, err));
    buffer->data = resized;
    buffer->capacity = capacity;
    return FC_OK;
}

fc_status fc_buffer_reserve(fc_buffer *buffer, size_t extra, fc_error *err)
{
    FC_ASSERT(buffer->size <= buffer->size_max);
    if (extra > buffer->size_max - buffer->size) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "more than %zu bytes", buffer->size_max);
    }
    const size_t needed = buffer->size + extra + 1; /* the final zero */
    if (needed <= buffer->capacity) {
        return FC_OK;
    }
    size_t capacity = grown(buffer->capacity);
    capacity = capacity < needed ? needed : capacity;
    capacity = capacity - 1 > buffer->size_max ? buffer->size_max + 1 : capacity;
    FC_TRY(resize(buffer, capacity, err));
    buffer->data[buffer->size] = 0;
    return FC_OK;
}

void fc_buffer_fit(fc_buffer *buffer)
{
    if (buffer->data != NULL && buffer->capacity > buffer->size + 1) {
        (void)(resize(buffer, buffer->size + 1, NULL) == FC_OK); /* else it stays as large */
    }
}

fc_status fc_buffer_append(fc_buffer *buffer, const void *data, size_t size, fc_error *err)
{
    FC_ASSERT(data != NULL || size == 0);
    FC_TRY(fc_buffer_reserve(buffer, size, err));
    if (size > 0) {
        memcpy(buffer->data + buffer->size, data, size);
    }
    buffer->size += size;
    buffer->data[buffer->size] = 0;
    return FC_OK;
}

fc_status fc_buffer_print(fc_buffer *buffer, fc_error *err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) { /* of our own formats only for want of memory */
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for a line of text");
    }
    FC_TRY(fc_buffer_reserve(buffer, (size_t)length, err));
    va_start(arguments, format);
    (void)vsnprintf((char *)buffer->data + buffer->size, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->size += (size_t)length;
    return FC_OK;
}

void fc_buffer_clear(fc_buffer *buffer)
{
    fc_memory_free(buffer->data);
    buffer->data = NULL;
    buffer->size = 0;
    buffer->capacity = 0;
}

void fc_buffer_wipe(fc_buffer *buffer)
{
    fc_memory_wipe(buffer->data, buffer->capacity); /* it may have been cut */
    fc_buffer_clear(buffer);
}
