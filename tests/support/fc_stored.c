#include "support/fc_stored.h"

#include <stdio.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "base/file.h"
#include "base/memory.h"

#define ROWS_MAX ((size_t)64 << 20)

const fc_source_limits fc_stored_limits = { .pixels_max = INT64_C(100000000),
                                            .bytes_max = INT64_C(1) << 30 };

fc_rect fc_stored_whole(const fc_source *source)
{
    return (fc_rect){ 0, 0, source->size.width, source->size.height };
}

fc_status fc_stored_read(fc_source *source, fc_rect part, fc_buffer *rows, fc_error *err)
{
    FC_AUTO(fc_rows) reader = NULL;
    FC_TRY(source->rows(source, 1, part, &reader, err));
    assert_int_equal(reader->size.width, part.width);
    assert_int_equal(reader->size.height, part.height);
    assert_int_equal(reader->channels, fc_colour_space_channels(&source->space));
    assert_int_equal(reader->bits, source->bits);
    const size_t row_size =
        (size_t)part.width * (size_t)reader->channels * (size_t)reader->bits / 8;
    for (int32_t y = 0; y < part.height; y++) {
        const void *pixels = NULL;
        FC_TRY(reader->read(reader, y, &pixels, err));
        FC_TRY(fc_buffer_append(rows, pixels, row_size, err));
    }
    return FC_OK;
}

fc_status fc_stored_decode(fc_source_open *open, fc_bytes file, fc_buffer *rows, fc_error *err)
{
    fc_buffer_clear(rows);
    FC_AUTO(fc_source) source = NULL;
    FC_TRY(open(file, &fc_stored_limits, &source, err));
    return fc_stored_read(source, fc_stored_whole(source), rows, err);
}

void fc_stored_open(fc_source_open *open, const char *name, fc_source *facts, fc_buffer *rows)
{
    char path[256];
    (void)snprintf(path, sizeof path, "tests/data/image/%s", name);
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = NULL;
    ASSERT_OK(fc_mapping_new(path, (size_t)1 << 20, &file, &err), err);
    FC_AUTO(fc_source) source = NULL;
    ASSERT_OK(open(file->bytes, &fc_stored_limits, &source, &err), err);
    *facts = *source;
    ASSERT_OK(fc_stored_read(source, fc_stored_whole(source), rows, &err), err);
}

void fc_stored_assert_parts(fc_source_open *open, fc_bytes file)
{
    fc_error err = { 0 };
    FC_AUTO(fc_source) source = NULL;
    ASSERT_OK(open(file, &fc_stored_limits, &source, &err), err);
    FC_AUTO_BUFFER(whole, ROWS_MAX);
    ASSERT_OK(fc_stored_read(source, fc_stored_whole(source), &whole, &err), err);
    const int32_t w = source->size.width;
    const int32_t h = source->size.height;
    const fc_rect parts[] = { { 0, 0, 1, 1 },
                              { w - 1, h - 1, 1, 1 },
                              { w / 3, h / 2, w - w / 3, h - h / 2 },
                              { 0, h / 3, w / 2 + 1, 1 },
                              { w / 2, 0, 1, h } };
    const size_t pixel =
        (size_t)fc_colour_space_channels(&source->space) * (size_t)source->bits / 8;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const fc_rect part = parts[i];
        FC_AUTO_BUFFER(rows, ROWS_MAX);
        ASSERT_OK(fc_stored_read(source, part, &rows, &err), err);
        const size_t row_size = (size_t)part.width * pixel;
        for (int32_t y = 0; y < part.height; y++) {
            const size_t at = ((size_t)(part.y + y) * (size_t)w + (size_t)part.x) * pixel;
            assert_memory_equal(rows.data + (size_t)y * row_size, whole.data + at, row_size);
        }
    }
}

void fc_stored_assert_cuts(fc_source_open *open, fc_bytes file)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(whole, ROWS_MAX);
    FC_AUTO_BUFFER(rows, ROWS_MAX);
    ASSERT_OK(fc_stored_decode(open, file, &whole, &err), err);
    for (size_t size = 8; size < file.size; size++) {
        err = (fc_error){ 0 };
        FC_AUTO(fc_octets) cut = NULL;
        ASSERT_OK(fc_memory_new(size, 1, (void **)&cut, &err), err);
        memcpy(cut, file.data, size);
        const fc_status status = fc_stored_decode(open, (fc_bytes){ cut, size }, &rows, &err);
        const bool is_refused = status == FC_CORRUPT_IMAGE || status == FC_UNSUPPORTED_FORMAT;
        const bool is_whole = status == FC_OK && rows.size == whole.size &&
                              memcmp(rows.data, whole.data, rows.size) == 0;
        if (!(is_refused && err.text[0] != '\0') && !is_whole) {
            fail_msg("cut to %zu bytes: %s %s", size, fc_status_lookup(status)->slug, err.text);
        }
    }
}

/* Fill fresh and freed memory from now on; 0: no more. */
static void fill_memory(int fill)
{
#ifdef __GLIBC__ /* others have no such switch; sanitizers have their own */
    (void)mallopt(M_PERTURB, fill);
#else
    (void)fill;
#endif
}

static fc_status decode_filled(fc_source_open *open, fc_bytes file, int fill, fc_buffer *rows)
{
    fc_error err = { 0 };
    fill_memory(fill);
    const fc_status status = fc_stored_decode(open, file, rows, &err);
    fill_memory(0);
    assert_true(status == FC_OK || err.text[0] != '\0');
    return status;
}

void fc_stored_assert_damage(fc_source_open *open, fc_bytes file, size_t step)
{
    static const uint8_t FLIPS[] = { 0x01, 0x80, 0xff };
    FC_AUTO_BUFFER(bytes, ROWS_MAX);
    assert_int_equal(fc_buffer_append(&bytes, file.data, file.size, NULL), FC_OK);
    for (size_t i = 0; i < file.size; i += step) {
        FC_AUTO_BUFFER(first, ROWS_MAX);
        FC_AUTO_BUFFER(second, ROWS_MAX);
        bytes.data[i] ^= FLIPS[i / step % sizeof FLIPS];
        const fc_status status = decode_filled(open, fc_buffer_bytes(&bytes), 0x55, &first);
        assert_int_equal(decode_filled(open, fc_buffer_bytes(&bytes), 0xaa, &second), status);
        if (status == FC_OK) {
            assert_int_equal(first.size, second.size);
            if (first.size > 0 && memcmp(first.data, second.data, first.size) != 0) {
                fail_msg("byte %zu changed: pixels that the file does not hold", i);
            }
        }
        bytes.data[i] = file.data[i];
    }
}
