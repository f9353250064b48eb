#include "base/gzip.h"

#include <libdeflate.h>
#include <string.h>

#include "base/assert.h"
#include "base/byte_order.h"
#include "base/memory.h"

/* Bytes of the smallest file: head, an empty block, sums. */
#define SMALLEST 20

/* The last four bytes tell the size, modulo 4 GB. */
static size_t told_size(fc_bytes packed)
{
    return fc_little32(packed.data + packed.size - 4);
}

static fc_status unpack(fc_bytes packed, void *out, size_t size, fc_error *err)
{
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    if (decompressor == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    const enum libdeflate_result result =
        libdeflate_gzip_decompress(decompressor, packed.data, packed.size, out, size, NULL);
    libdeflate_free_decompressor(decompressor);
    return result == LIBDEFLATE_SUCCESS ? FC_OK : fc_fail(err, FC_INVALID_ARGUMENT, "damaged gzip");
}

fc_status fc_gzip_unpack(fc_bytes packed, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(packed.data != NULL || packed.size == 0);
    FC_ASSERT(out != NULL && out->size == 0);
    const size_t size = packed.size >= SMALLEST ? told_size(packed) : 0;
    if (packed.size < SMALLEST) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "gzip of %zu bytes", packed.size);
    }
    if (size > out->size_max) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "more than %zu bytes", out->size_max);
    }
    void *block = NULL;
    FC_TRY(fc_memory_resize(NULL, size + 1, &block, err));
    const fc_status status = unpack(packed, block, size, err);
    if (status != FC_OK) {
        fc_memory_free(block);
        return status;
    }
    fc_buffer_clear(out);
    out->data = block;
    out->data[size] = 0;
    out->size = size;
    out->capacity = size + 1;
    return FC_OK;
}
