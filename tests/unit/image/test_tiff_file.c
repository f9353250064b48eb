#include "image/tiff_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/fc_tiff.h"

static void words_of_the_library_tell_what_went_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        fc_status status;
    } TEXTS[] = {
        { "Memory allocation of 5 bytes is beyond the 4 byte limit defined in open options",
          FC_LIMIT_EXCEEDED },
        { "Out of memory", FC_OUT_OF_MEMORY },
        { "No space for tile buffer", FC_OUT_OF_MEMORY },
        { "Cannot allocate buffer", FC_OUT_OF_MEMORY },
        { "Failed to allocate memory for palette", FC_OUT_OF_MEMORY },
        { "JPEG compression support is not configured", FC_UNSUPPORTED_FORMAT },
        { "Cannot handle different values per sample for \"BitsPerSample\"",
          FC_UNSUPPORTED_FORMAT },
        { "Not enough data at scanline 5", FC_CORRUPT_IMAGE },
        { "", FC_CORRUPT_IMAGE },
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        fc_error err = { 0 };
        fc_tiff_file file = { 0 };
        fc_tiff_begin(&file);
        ASSERT_OK(fc_tiff_check(&file, true, &err), err);
        (void)snprintf(file.text, sizeof file.text, "%s", TEXTS[i].text);
        ASSERT_FAILS(TEXTS[i].status, fc_tiff_check(&file, false, &err), err);
        assert_non_null(strstr(err.text, TEXTS[i].text));
    }
    /* Whatever was returned: a warning said that pixels were made up. */
    fc_error err = { 0 };
    fc_tiff_file file = { .is_damaged = true, .text = "Premature end of JPEG file" };
    ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_tiff_check(&file, true, &err), err);
    fc_tiff_begin(&file);
    ASSERT_OK(fc_tiff_check(&file, true, &err), err);
    errno = ENOMEM; /* as malloc leaves it, also where the library went on */
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_tiff_check(&file, true, &err), err);
    fc_tiff_begin(&file);
    ASSERT_OK(fc_tiff_check(&file, true, &err), err);
}

static void what_is_no_tiff_is_refused_in_silence(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_tiff_file file;
    static const uint8_t BYTES[32] = "XX*\0";
    ASSERT_FAILS(FC_CORRUPT_IMAGE,
                 fc_tiff_open_file(&file, (fc_bytes){ BYTES, sizeof BYTES }, 8, 1 << 20, &err),
                 err);
    fc_tiff_close(&file);
    FC_AUTO_BUFFER(bytes, FC_TIFF_FILE_MAX);
    fc_tiff_put_start(&bytes);
    ASSERT_FAILS(FC_CORRUPT_IMAGE,
                 fc_tiff_open_file(&file, fc_buffer_bytes(&bytes), 1000, 1 << 20, &err), err);
    fc_tiff_close(&file);
    fc_tiff_close(&file); /* again is fine */
}

/* An array of as many strips as the limit has no room for. */
static void no_block_is_larger_than_the_limit(void **state)
{
    (void)state;
    enum { STRIPS = 4000 };
    static const uint8_t OFFSETS[4 * STRIPS];
    FC_AUTO_BUFFER(bytes, FC_TIFF_FILE_MAX);
    fc_tiff_put_start(&bytes);
    const uint32_t at = fc_tiff_put(&bytes, OFFSETS, sizeof OFFSETS);
    const fc_tiff_entry entries[] = {
        { 256, FC_TIFF_LONG, 1, 10 }, { 257, FC_TIFF_LONG, 1, STRIPS },
        { 258, FC_TIFF_SHORT, 1, 8 }, { 259, FC_TIFF_SHORT, 1, 5 },
        { 262, FC_TIFF_SHORT, 1, 1 }, { 273, FC_TIFF_LONG, STRIPS, at },
        { 278, FC_TIFF_LONG, 1, 1 },  { 279, FC_TIFF_LONG, STRIPS, at },
    };
    const uint32_t page = fc_tiff_put_page(&bytes, entries, 8);
    fc_error err = { 0 };
    fc_tiff_file file;
    ASSERT_OK(fc_tiff_open_file(&file, fc_buffer_bytes(&bytes), page, 1 << 20, &err), err);
    fc_tiff_close(&file);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED,
                 fc_tiff_open_file(&file, fc_buffer_bytes(&bytes), page, 10000, &err), err);
    fc_tiff_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_the_library_tell_what_went_wrong),
        cmocka_unit_test(what_is_no_tiff_is_refused_in_silence),
        cmocka_unit_test(no_block_is_larger_than_the_limit),
    };
    return cmocka_run_group_tests_name("image/tiff_file", tests, NULL, NULL);
}
