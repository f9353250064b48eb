/*
 * TIFF by libtiff, read from memory. After TIFF 6.0.
 *
 * Which page counts is decided by image/tiff_pages.c. Grey, RGB and CMYK of whole bytes are taken
 * as they are stored, line by line where the file allows it; the library converts the other kinds.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "image/tiff_file.h"
#include "image/tiff_layout.h"
#include "image/tiff_pages.h"
#include "image/tiff_rows.h"

typedef struct tiff_source {
    fc_source base;
    fc_tiff_file file;
    fc_tiff_layout layout;
} tiff_source;

static fc_status open_rows(fc_source *base, int32_t shrink, fc_rect part, fc_rows **out,
                           fc_error *err)
{
    FC_ASSERT(shrink == 1);
    tiff_source *source = (tiff_source *)base;
    return fc_tiff_rows_new(&source->file, &source->layout, part, out, err);
}

static void free_source(fc_source *base)
{
    fc_tiff_close(&((tiff_source *)base)->file);
    fc_memory_free(base);
}

static fc_status check_pixels(fc_size size, int64_t pixels_max, fc_error *err)
{
    const int64_t pixels = (int64_t)size.width * size.height;
    if (pixels > pixels_max) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a picture of %" PRId32 " x %" PRId32 " = %" PRId64 " px, at most %" PRId64
                       " are accepted",
                       size.width, size.height, pixels, pixels_max);
    }
    return FC_OK;
}

/* Of the file; borrowed from the library. */
static fc_status read_profile(tiff_source *source, fc_error *err)
{
    uint32_t size = 0;
    const void *data = NULL;
    if (TIFFGetField(source->file.tiff, TIFFTAG_ICCPROFILE, &size, &data) == 0 || data == NULL) {
        return FC_OK;
    }
    if (size > FC_PROFILE_BYTES_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a colour profile of %" PRIu32 " bytes, at most %zu are accepted", size,
                       FC_PROFILE_BYTES_MAX);
    }
    source->base.space.profile = (fc_bytes){ data, size };
    return FC_OK;
}

static fc_status read_header(tiff_source *source, fc_bytes bytes, const fc_tiff_page *page,
                             const fc_source_limits *limits, fc_error *err)
{
    FC_TRY(check_pixels(page->size, limits->pixels_max, err));
    FC_TRY(fc_tiff_open_file(&source->file, bytes, page->offset, limits->bytes_max, err));
    FC_TRY(fc_tiff_read_layout(&source->file, page->size, &source->layout, err));
    if (source->layout.kept_bytes > limits->bytes_max) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "decoding this TIFF takes %" PRId64 " bytes, at most %" PRId64
                       " are accepted",
                       source->layout.kept_bytes, limits->bytes_max);
    }
    return read_profile(source, err);
}

fc_status fc_tiff_open(fc_bytes file, const fc_source_limits *limits, fc_source **out,
                       fc_error *err)
{
    FC_ASSERT(limits != NULL);
    FC_ASSERT(out != NULL);

    fc_tiff_page page = { 0 };
    FC_TRY(fc_tiff_find_page(file, &page, err));
    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(tiff_source), &block, err));
    tiff_source *source = block;
    source->base.rows = open_rows;
    source->base.free = free_source;
    FC_AUTO(fc_source) base = &source->base;
    FC_TRY(read_header(source, file, &page, limits, err));
    base->size = page.size;
    base->orientation = page.orientation;
    base->bits = source->layout.bits;
    base->space.model = source->layout.model;
    base->space.has_alpha = source->layout.alpha_at >= 0;
    base->kept_bytes = source->layout.kept_bytes;
    *out = FC_STEAL(base);
    return FC_OK;
}

/* The library's text is "LIBTIFF, Version 4.5.0" and more lines. */
const char *fc_tiff_version(void)
{
    static _Thread_local char version[16];
    const char *text = TIFFGetVersion();
    const char *number = text + strcspn(text, "0123456789");
    (void)snprintf(version, sizeof version, "%.*s", (int)strspn(number, "0123456789."), number);
    return version;
}
