#include "image/jpeg_tables.h"

#include <stdlib.h>

#include "base/memory.h"
#include "support/fc_photo.h"

#define FILE_SIZE_MAX ((size_t)1 << 22)

typedef enum tables { TABLES_STANDARD, TABLES_OF_PORTRAITS, TABLES_OWN, TABLES_COUNT } tables;

/* Bytes of a JPEG of RGB, chroma whole; libjpeg ends the process where it cannot write one. */
static unsigned long write_with(const fc_image *image, tables kind)
{
    struct jpeg_compress_struct codec;
    struct jpeg_error_mgr errors;
    unsigned char *file = NULL;
    unsigned long size = 0;
    codec.err = jpeg_std_error(&errors);
    jpeg_create_compress(&codec);
    jpeg_mem_dest(&codec, &file, &size);
    codec.image_width = (JDIMENSION)image->size.width;
    codec.image_height = (JDIMENSION)image->size.height;
    codec.input_components = 3;
    codec.in_color_space = JCS_RGB;
    jpeg_set_defaults(&codec);
    jpeg_set_quality(&codec, 95, TRUE);
    codec.comp_info[0].h_samp_factor = 1;
    codec.comp_info[0].v_samp_factor = 1;
    codec.optimize_coding = kind == TABLES_OWN;
    if (kind == TABLES_OF_PORTRAITS) {
        fc_jpeg_use_portrait_tables(&codec);
    }
    jpeg_start_compress(&codec, TRUE);
    for (int32_t y = 0; y < image->size.height; y++) {
        JSAMPROW row = fc_image_row(image, y);
        (void)jpeg_write_scanlines(&codec, &row, 1);
    }
    jpeg_finish_compress(&codec);
    jpeg_destroy_compress(&codec);
    free(file);
    return size;
}

/* How many codes; each symbol has one. */
static int count_symbols(const JHUFF_TBL *table)
{
    bool known[256] = { false };
    int count = 0;
    for (int length = 1; length <= 16; length++) {
        count += table->bits[length];
    }
    for (int i = 0; i < count; i++) {
        assert_false(known[table->huffval[i]]);
        known[table->huffval[i]] = true;
    }
    return count;
}

/* What ITU-T T.81 has for 8 bits: 12 sizes of a difference, 160 of a level after 0 to 15 zeros, the
 * end of a block, 16 zeros. */
static void there_is_a_code_for_every_symbol(void **state)
{
    (void)state;
    struct jpeg_compress_struct codec;
    struct jpeg_error_mgr errors;
    codec.err = jpeg_std_error(&errors);
    jpeg_create_compress(&codec);
    codec.input_components = 3;
    codec.in_color_space = JCS_RGB;
    jpeg_set_defaults(&codec);
    fc_jpeg_use_portrait_tables(&codec);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(count_symbols(codec.dc_huff_tbl_ptrs[i]), 12);
        assert_int_equal(count_symbols(codec.ac_huff_tbl_ptrs[i]), 162);
        for (int symbol = 0; symbol < 162; symbol++) {
            const int value = codec.ac_huff_tbl_ptrs[i]->huffval[symbol];
            assert_true(value == 0 || value == 0xf0 || (value % 16 >= 1 && value % 16 <= 10));
        }
    }
    jpeg_destroy_compress(&codec);
}

static void a_photo_of_a_person_takes_hardly_more_than_with_its_own(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = NULL;
    ASSERT_OK(fc_mapping_new("tests/data/astronaut.png", FILE_SIZE_MAX, &file, &err), err);
    FC_AUTO(fc_raster) raster = fc_photo_decode(file->bytes);
    unsigned long sizes[TABLES_COUNT];
    for (tables i = 0; i < TABLES_COUNT; i++) {
        sizes[i] = write_with(raster->pixels, i);
    }
    assert_true(sizes[TABLES_OWN] < sizes[TABLES_OF_PORTRAITS]);
    assert_true(sizes[TABLES_OF_PORTRAITS] < sizes[TABLES_OWN] * 103 / 100);
    assert_true(sizes[TABLES_OF_PORTRAITS] < sizes[TABLES_STANDARD]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_a_code_for_every_symbol),
        cmocka_unit_test(a_photo_of_a_person_takes_hardly_more_than_with_its_own),
    };
    return cmocka_run_group_tests_name("image/jpeg_tables", tests, NULL, NULL);
}
