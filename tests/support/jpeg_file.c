#include "support/jpeg_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "base/memory.h"
#include "support/fc_test.h"

#define CHANNELS_MAX 4

static const struct {
    J_COLOR_SPACE stored;
    J_COLOR_SPACE given;
    int channels;
} COLOURS[] = {
    [JPEG_GREY] = { JCS_GRAYSCALE, JCS_GRAYSCALE, 1 },
    [JPEG_YCBCR] = { JCS_YCbCr, JCS_RGB, 3 },
    [JPEG_RGB] = { JCS_RGB, JCS_RGB, 3 },
    [JPEG_CMYK] = { JCS_CMYK, JCS_CMYK, 4 },
    [JPEG_YCCK] = { JCS_YCCK, JCS_CMYK, 4 },
    [JPEG_CMYK_BARE] = { JCS_CMYK, JCS_CMYK, 4 },
};

static void set_scans(j_compress_ptr codec, jpeg_scan_info *scans)
{
    for (int i = 0; i < codec->num_components; i++) {
        scans[i] = (jpeg_scan_info){ .comps_in_scan = 1, .component_index = { i }, .Se = 63 };
    }
    codec->scan_info = scans;
    codec->num_scans = codec->num_components;
}

static void configure(j_compress_ptr codec, const jpeg_kind *kind, jpeg_scan_info *scans)
{
    jpeg_set_defaults(codec);
    jpeg_set_colorspace(codec, COLOURS[kind->colours].stored);
    jpeg_set_quality(codec, 90, TRUE);
    for (int i = 0; i < codec->num_components; i++) {
        const uint8_t *sampling = kind->sampling[i];
        codec->comp_info[i].h_samp_factor = sampling[0] > 0 ? sampling[0] : 1;
        codec->comp_info[i].v_samp_factor = sampling[1] > 0 ? sampling[1] : 1;
    }
    codec->arith_code = kind->arithmetic;
    codec->restart_interval = (unsigned)kind->restart_blocks;
    if (kind->colours == JPEG_CMYK_BARE) {
        codec->write_Adobe_marker = FALSE;
    }
    if (kind->progressive) {
        jpeg_simple_progression(codec);
    }
    if (kind->apart) {
        set_scans(codec, scans);
    }
}

/* Slopes, and squares of 3 px over them. */
static void draw(uint8_t *row, int32_t width, int channels, int32_t y)
{
    for (int32_t x = 0; x < width; x++) {
        for (int c = 0; c < channels; c++) {
            const int32_t square = (x / 3 + y / 3 + c) % 3 * 30;
            row[x * channels + c] = (uint8_t)(40 + (x * (c + 1) + y * (4 - c)) % 120 + square);
        }
    }
}

void jpeg_file_make(const jpeg_kind *kind, fc_size size, fc_buffer *out)
{
    struct jpeg_error_mgr errors;
    struct jpeg_compress_struct codec = { .err = jpeg_std_error(&errors) };
    jpeg_scan_info scans[CHANNELS_MAX] = { 0 };
    unsigned char *bytes = NULL;
    unsigned long count = 0;
    jpeg_create_compress(&codec);
    jpeg_mem_dest(&codec, &bytes, &count);
    codec.image_width = (JDIMENSION)size.width;
    codec.image_height = (JDIMENSION)size.height;
    codec.input_components = COLOURS[kind->colours].channels;
    codec.in_color_space = COLOURS[kind->colours].given;
    configure(&codec, kind, scans);
    jpeg_start_compress(&codec, TRUE);
    JSAMPROW row = test_malloc((size_t)size.width * CHANNELS_MAX);
    for (int32_t y = 0; y < size.height; y++) {
        draw(row, size.width, codec.input_components, y);
        assert_int_equal(jpeg_write_scanlines(&codec, &row, 1), 1);
    }
    jpeg_finish_compress(&codec);
    jpeg_destroy_compress(&codec);
    test_free(row);
    assert_int_equal(fc_buffer_append(out, bytes, count, NULL), FC_OK);
    free(bytes);
}

void jpeg_file_insert(fc_buffer *file, uint8_t marker, const void *body, size_t size)
{
    assert_true(size + 2 <= UINT16_MAX);
    const uint8_t head[] = { 0xff, marker, (uint8_t)((size + 2) >> 8), (uint8_t)(size + 2) };
    const size_t added = sizeof head + size;
    FC_AUTO(fc_octets) rest = NULL;
    assert_int_equal(fc_memory_new(file->size, 1, (void **)&rest, NULL), FC_OK);
    memcpy(rest, file->data, file->size);
    const size_t whole = file->size;
    fc_buffer_clear(file);
    assert_int_equal(fc_buffer_append(file, rest, 2, NULL), FC_OK);
    assert_int_equal(fc_buffer_append(file, head, sizeof head, NULL), FC_OK);
    assert_int_equal(fc_buffer_append(file, body, size, NULL), FC_OK);
    assert_int_equal(fc_buffer_append(file, rest + 2, whole - 2, NULL), FC_OK);
    assert_int_equal(file->size, whole + added);
}
