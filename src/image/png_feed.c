#include "image/png_feed.h"

#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/png_chunks.h"

/* The library is given no chunk that it would keep. */
#define CHUNK_BYTES_MAX 1024

/* The library gives its allocator no context, and calls what inflate could not get damage of the
 * stream. Set by each allocation that fails on this thread. */
static _Thread_local bool memory_ran_out;

static void *allocate(size_t size)
{
    void *block = NULL;
    if (fc_memory_new(size, 1, &block, NULL) != FC_OK) {
        memory_ran_out = true;
        return NULL;
    }
    return block;
}

static void *allocate_zeroed(size_t count, size_t size)
{
    size_t product = 0;
    void *block = fc_size_multiply(count, size, &product) ? allocate(product) : NULL;
    if (block != NULL) {
        memset(block, 0, product);
    }
    return block;
}

/* Only lists of chunks that the feed leaves out would grow. */
static void *reallocate(void *block, size_t size)
{
    (void)block;
    (void)size;
    memory_ran_out = true;
    return NULL;
}

/* Rows are asked for as they are stored, so the library looks nothing up; it only wants a palette
 * to be there, and would refuse one that is longer than its bits need. */
static const uint8_t PALETTE[] = {
    0, 0, 0, 3, 'P', 'L', 'T', 'E', 0, 0, 0, 0xa7, 0x7a, 0x3d, 0xda
};

/* Of pixels that are cut short, what there is. */
static bool cut_part(fc_png_feed *feed)
{
    enum { START_SIZE = 8 }; /* length and type */
    const fc_bytes rest = { feed->file.data + feed->at, feed->file.size - feed->at };
    feed->at = feed->file.size;
    if (rest.size <= START_SIZE || memcmp(rest.data + 4, "IDAT", 4) != 0) {
        return false;
    }
    feed->part = rest;
    return true;
}

/* The next part of the file: the signature, then whole critical chunks. */
static bool next_part(fc_png_feed *feed)
{
    if (feed->at == 0) {
        feed->part = (fc_bytes){ feed->file.data, FC_PNG_SIGNATURE_SIZE };
        feed->at = FC_PNG_SIGNATURE_SIZE;
        return true;
    }
    fc_png_chunk chunk;
    while (fc_png_chunk_next(feed->file, &feed->at, &chunk)) {
        const bool is_pixels = fc_png_chunk_is(&chunk, "IDAT");
        if (feed->is_in_pixels && !is_pixels) {
            feed->at = feed->file.size;
            return false;
        }
        feed->is_in_pixels = is_pixels;
        if (fc_png_chunk_is_critical(&chunk)) {
            const bool is_palette = fc_png_chunk_is(&chunk, "PLTE");
            feed->part = is_palette ? (fc_bytes){ PALETTE, sizeof PALETTE } : chunk.whole;
            return true;
        }
    }
    return cut_part(feed);
}

static int read_feed(spng_ctx *context, void *user, void *to, size_t size)
{
    (void)context;
    fc_png_feed *feed = user;
    uint8_t *at = to;
    while (size > 0) {
        if (feed->part.size == 0 && !next_part(feed)) {
            return SPNG_IO_EOF;
        }
        const size_t count = size < feed->part.size ? size : feed->part.size;
        memcpy(at, feed->part.data, count);
        at += count;
        size -= count;
        feed->part.data += count;
        feed->part.size -= count;
    }
    return SPNG_OK;
}

fc_status fc_png_feed_open(fc_png_feed *feed, spng_ctx **out, fc_error *err)
{
    FC_ASSERT(feed != NULL && feed->file.size >= FC_PNG_SIGNATURE_SIZE);
    FC_ASSERT(out != NULL);

    struct spng_alloc memory = { allocate, reallocate, allocate_zeroed, fc_memory_free };
    memory_ran_out = false;
    spng_ctx *context = spng_ctx_new2(&memory, 0);
    if (context == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for reading a PNG");
    }
    int result = spng_set_image_limits(context, FC_IMAGE_SIDE_MAX, FC_IMAGE_SIDE_MAX);
    result =
        result == 0 ? spng_set_chunk_limits(context, CHUNK_BYTES_MAX, CHUNK_BYTES_MAX) : result;
    result = result == 0 ? spng_set_png_stream(context, read_feed, feed) : result;
    struct spng_ihdr header = { 0 };
    result = result == 0 ? spng_get_ihdr(context, &header) : result;
    if (result != 0) {
        spng_ctx_free(context);
        return fc_png_feed_check(result, err);
    }
    *out = context;
    return FC_OK;
}

fc_status fc_png_feed_check(int result, fc_error *err)
{
    switch (result) {
    case SPNG_OK:
    case SPNG_EOI:
        return FC_OK;
    case SPNG_IO_EOF:
    case SPNG_EIDAT_TOO_SHORT:
        return fc_fail(err, FC_CORRUPT_IMAGE, "a PNG cut short in its pixels");
    case SPNG_EUSER_WIDTH:
    case SPNG_EUSER_HEIGHT:
        return fc_fail(err, FC_LIMIT_EXCEEDED, "a PNG of more than %d px a side",
                       FC_IMAGE_SIDE_MAX);
    case SPNG_ECHUNK_LIMITS:
    case SPNG_EOVERFLOW:
        return fc_fail(err, FC_LIMIT_EXCEEDED, "a PNG past the decoder's limits (%s)",
                       spng_strerror(result));
    case SPNG_ECHUNK_UNKNOWN_CRITICAL:
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "a PNG with a part that is not known (%s)",
                       spng_strerror(result));
    default:
        break;
    }
    const bool was_memory = memory_ran_out;
    memory_ran_out = false;
    if (result == SPNG_EMEM || was_memory) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for reading a PNG");
    }
    return fc_fail(err, FC_CORRUPT_IMAGE, "a damaged PNG (%s)", spng_strerror(result));
}
