#include "image/png_exif.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_png.h"

/* A TIFF header and a directory of one entry: the orientation. */
static void put_exif(uint8_t exif[26], uint8_t orientation)
{
    static const uint8_t START[26] = {
        'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1
    };
    memcpy(exif, START, sizeof START);
    exif[19] = orientation;
}

/* The text that ImageMagick writes: name, size, hexadecimal in lines. */
static void put_text(fc_buffer *text, const char *name, uint8_t orientation)
{
    uint8_t exif[32] = "Exif\0";
    put_exif(exif + 6, orientation);
    assert_int_equal(fc_buffer_print(text, NULL, "\n%s\n%8zu\n", name, sizeof exif), FC_OK);
    for (size_t i = 0; i < sizeof exif; i++) {
        assert_int_equal(fc_buffer_print(text, NULL, i % 10 == 9 ? "%02X\n" : "%02x", exif[i]),
                         FC_OK);
    }
}

/* tEXt, zTXt, iTXt, and iTXt that is packed. */
enum { PLAIN, PACKED, INTERNATIONAL, INTERNATIONAL_PACKED, TEXT_KINDS };

static void put_profile(fc_buffer *file, int kind, const char *keyword, const fc_buffer *text)
{
    static const char *const TYPES[] = { "tEXt", "zTXt", "iTXt", "iTXt" };
    static const struct {
        const char *bytes;
        size_t size;
    } HEADS[] = { { "\0", 1 }, { "\0\0", 2 }, { "\0\0\0de\0\0", 7 }, { "\0\1\0de\0\0", 7 } };
    FC_AUTO_BUFFER(body, FC_PNG_FILE_MAX);
    assert_int_equal(fc_buffer_append(&body, keyword, strlen(keyword), NULL), FC_OK);
    assert_int_equal(fc_buffer_append(&body, HEADS[kind].bytes, HEADS[kind].size, NULL), FC_OK);
    if (kind == PACKED || kind == INTERNATIONAL_PACKED) {
        fc_png_put_packed(&body, text->data, text->size);
    } else {
        assert_int_equal(fc_buffer_append(&body, text->data, text->size, NULL), FC_OK);
    }
    fc_png_put(file, TYPES[kind], body.data, body.size);
}

static void put_start(fc_buffer *file)
{
    fc_buffer_clear(file);
    fc_png_put_start(file, 1, 1, 8, 2, false);
}

static void assert_orientation(const fc_buffer *file, int32_t expected)
{
    fc_error err = { 0 };
    int32_t orientation = 0;
    ASSERT_OK(fc_png_orientation(fc_buffer_bytes(file), &orientation, &err), err);
    assert_int_equal(orientation, expected);
}

static void chunk_counts_before_and_after_the_pixels(void **state)
{
    (void)state;
    uint8_t exif[26];
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    for (uint8_t orientation = 1; orientation <= 8; orientation++) {
        put_exif(exif, orientation);
        put_start(&file);
        fc_png_put(&file, "eXIf", exif, sizeof exif);
        fc_png_put_pixels(&file, "\0\1\2\3", 4);
        assert_orientation(&file, orientation);
        put_start(&file);
        fc_png_put_pixels(&file, "\0\1\2\3", 4);
        fc_png_put(&file, "tEXt", "a\0b", 3);
        fc_png_put(&file, "eXIf", exif, sizeof exif);
        assert_orientation(&file, orientation);
    }
}

static void texts_count_plain_packed_and_international(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    FC_AUTO_BUFFER(text, FC_PNG_FILE_MAX);
    put_text(&text, "exif", 6);
    for (int kind = PLAIN; kind < TEXT_KINDS; kind++) {
        put_start(&file);
        put_profile(&file, kind, "Raw profile type exif", &text);
        assert_orientation(&file, 6);
        put_start(&file);
        fc_png_put_pixels(&file, "\0\1\2\3", 4);
        put_profile(&file, kind, "Raw profile type APP1", &text);
        assert_orientation(&file, 6);
    }
}

/* A second profile of that name is what another program left behind. */
static void chunk_counts_more_than_text_and_the_first_text_more_than_the_second(void **state)
{
    (void)state;
    uint8_t exif[26];
    put_exif(exif, 3);
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    FC_AUTO_BUFFER(text, FC_PNG_FILE_MAX);
    FC_AUTO_BUFFER(other, FC_PNG_FILE_MAX);
    put_text(&text, "exif", 6);
    put_text(&other, "APP1", 8);
    put_start(&file);
    put_profile(&file, PLAIN, "Raw profile type exif", &text);
    put_profile(&file, PLAIN, "Raw profile type APP1", &other);
    assert_orientation(&file, 6);
    fc_png_put(&file, "eXIf", exif, sizeof exif);
    assert_orientation(&file, 3);
}

static void what_is_damaged_or_no_exif_is_passed_over(void **state)
{
    (void)state;
    uint8_t exif[26];
    put_exif(exif, 9);
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    put_start(&file);
    assert_orientation(&file, 1);
    fc_png_put(&file, "eXIf", exif, sizeof exif); /* there is no 9 */
    assert_orientation(&file, 1);

    static const char *const TEXTS[] = {
        "", "\n", "\nexif\n", "\nexif\n 4\n", "\nexif\n 4\nxyz", "\nexif\n 4\n4d4d0", "<xmp/>"
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        FC_AUTO_BUFFER(text, FC_PNG_FILE_MAX);
        assert_int_equal(fc_buffer_append(&text, TEXTS[i], strlen(TEXTS[i]), NULL), FC_OK);
        for (int kind = PLAIN; kind < TEXT_KINDS; kind++) {
            put_start(&file);
            put_profile(&file, kind, "Raw profile type exif", &text);
            assert_orientation(&file, 1);
        }
    }
    put_start(&file);
    fc_png_put(&file, "zTXt", "Raw profile type exif", 22); /* no method, no text */
    fc_png_put(&file, "iTXt", "Raw profile type exif\0\0\0de", 26);
    fc_png_put(&file, "zTXt", "Raw profile type exif\0\0no zlib", 30);
    put_exif(exif, 6);
    fc_png_put_damaged(&file, "eXIf", exif, sizeof exif);
    assert_orientation(&file, 1);
}

/* 16 MB packed to 16 KB: the beginning is enough. */
static void packed_text_that_unpacks_to_megabytes_is_read_in_part(void **state)
{
    (void)state;
    enum { BOMB = 16 << 20 };
    FC_AUTO_BUFFER(text, BOMB + 1024);
    put_text(&text, "exif", 5);
    FC_AUTO(fc_octets) zeros = NULL;
    assert_int_equal(fc_memory_new_zeroed(BOMB, 1, (void **)&zeros, NULL), FC_OK);
    memset(zeros, '0', BOMB);
    assert_int_equal(fc_buffer_append(&text, zeros, BOMB, NULL), FC_OK);
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    put_start(&file);
    put_profile(&file, PACKED, "Raw profile type exif", &text);
    assert_orientation(&file, 5);
}

/* As Pillow and exiftool read them. */
static void real_files_say_what_other_programs_read(void **state)
{
    (void)state;
    for (int32_t orientation = 2; orientation <= 6; orientation += 4) {
        char name[64];
        (void)snprintf(name, sizeof name, "faults/10_exif_after_idat_o%d.png", (int)orientation);
        const char *path = fc_test_shared_file(name);
        if (path == NULL) {
            skip();
        }
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = NULL;
        ASSERT_OK(fc_mapping_new(path, 1 << 20, &file, &err), err);
        int32_t found = 0;
        ASSERT_OK(fc_png_orientation(file->bytes, &found, &err), err);
        assert_int_equal(found, orientation);
    }
}

static void orientation_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    FC_AUTO_BUFFER(text, FC_PNG_FILE_MAX);
    put_text(&text, "exif", 6);
    put_start(&file);
    put_profile(&file, PACKED, "Raw profile type exif", &text);
    int32_t orientation = 0;
    SWEEP_ALLOCATIONS(fc_png_orientation(fc_buffer_bytes(&file), &orientation, &err),
                      orientation == 0);
    assert_int_equal(orientation, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunk_counts_before_and_after_the_pixels),
        cmocka_unit_test(texts_count_plain_packed_and_international),
        cmocka_unit_test(chunk_counts_more_than_text_and_the_first_text_more_than_the_second),
        cmocka_unit_test(what_is_damaged_or_no_exif_is_passed_over),
        cmocka_unit_test(packed_text_that_unpacks_to_megabytes_is_read_in_part),
        cmocka_unit_test(real_files_say_what_other_programs_read),
        cmocka_unit_test(orientation_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/png_exif", tests, NULL, NULL);
}
