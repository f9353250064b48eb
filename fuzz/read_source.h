/**
 * For the fuzz targets of decoders: any bytes through a format's own library, at every scale, whole
 * and in part, with limits so small that each run is quick.
 *
 * Each picture is decoded twice, while memory that is handed out fresh is filled with one byte and
 * then another: pixels that the library never wrote would tell them apart.
 */
#pragma once

#include <malloc.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "image/codecs.h"

static const fc_source_limits READ_LIMITS = { .pixels_max = 1 << 18, .bytes_max = 1 << 24 };

/* Rows of a part, and how reading them ended. NULL where it ended badly. */
static uint8_t *read_part(fc_source *source, int32_t shrink, fc_rect part, fc_status *status)
{
    fc_error err = { 0 };
    FC_AUTO(fc_rows) rows = NULL;
    *status = source->rows(source, shrink, part, &rows, &err);
    if (*status != FC_OK) {
        FC_ASSERT(rows == NULL && err.text[0] != '\0');
        return NULL;
    }
    FC_ASSERT(rows->channels == fc_colour_space_channels(&source->space));
    FC_ASSERT(rows->bits == 8 || rows->bits == 16 || rows->bits == 32);
    const size_t size = (size_t)part.width * (size_t)rows->channels * (size_t)rows->bits / 8;
    FC_AUTO(fc_octets) all = NULL;
    FC_ASSERT(fc_memory_new_zeroed((size_t)part.height, size, (void **)&all, NULL) == FC_OK);
    for (int32_t y = 0; y < part.height && *status == FC_OK; y++) {
        const void *pixels = NULL;
        *status = rows->read(rows, y, &pixels, &err);
        if (*status == FC_OK) {
            memcpy(all + (size_t)y * size, pixels, size);
        }
    }
    return *status == FC_OK ? FC_STEAL(all) : NULL;
}

static void fill_fresh_memory_with(int byte)
{
#ifdef __GLIBC__
    (void)mallopt(M_PERTURB, byte); /* no sanitizer has it */
#endif
}

static void read_twice(fc_source *source, int32_t shrink, fc_rect part)
{
    fc_status first = FC_OK;
    fc_status second = FC_OK;
    fill_fresh_memory_with(0x55);
    FC_AUTO(fc_octets) a = read_part(source, shrink, part, &first);
    fill_fresh_memory_with(0xaa);
    FC_AUTO(fc_octets) b = read_part(source, shrink, part, &second);
    FC_ASSERT(first == second);
    if (a != NULL && b != NULL) {
        const size_t size = (size_t)part.width * (size_t)part.height *
                            (size_t)fc_colour_space_channels(&source->space) *
                            (size_t)source->bits / 8;
        FC_ASSERT(memcmp(a, b, size) == 0);
    }
}

static void read_source(fc_source_open *open, const uint8_t *data, size_t size)
{
    fc_error err = { 0 };
    FC_AUTO(fc_source) source = NULL;
    if (open((fc_bytes){ data, size }, &READ_LIMITS, &source, &err) != FC_OK) {
        FC_ASSERT(source == NULL && err.text[0] != '\0');
        return;
    }
    FC_ASSERT(source->orientation >= 1 && source->orientation <= 8);
    FC_ASSERT((int64_t)source->size.width * source->size.height <= READ_LIMITS.pixels_max);
    for (int32_t shrink = 1; shrink <= (source->shrinks ? 8 : 1); shrink *= 2) {
        const int32_t width = source->size.width >= shrink ? source->size.width / shrink : 1;
        const int32_t height = source->size.height >= shrink ? source->size.height / shrink : 1;
        read_twice(source, shrink, (fc_rect){ 0, 0, width, height });
        read_twice(source, shrink,
                   (fc_rect){ width / 3, height / 4, width - width / 3 - width / 5,
                              height - height / 4 - height / 5 });
    }
}
