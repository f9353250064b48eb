#include "image/tiff_pages.h"

#include <string.h>

#include "base/file.h"
#include "support/fc_tiff.h"

enum {
    SUBFILE = 254,
    OLD_SUBFILE = 255,
    COMPRESSION = 259,
    PHOTOMETRIC = 262,
    MAKE = 271,
    ORIENTATION = 274,
    INNER = 330,
    DNG_VERSION = 50706
};

/* A page of a width, twice as high, and one entry more; tag 0: none. */
static uint32_t put(fc_buffer *file, bool is_inner, uint32_t width, fc_tiff_entry more)
{
    const fc_tiff_entry entries[] = { { 256, FC_TIFF_LONG, 1, width },
                                      { 257, FC_TIFF_LONG, 1, 2 * width },
                                      more };
    const size_t count = more.tag != 0 ? 3 : 2;
    return is_inner ? fc_tiff_put_inner(file, entries, count)
                    : fc_tiff_put_page(file, entries, count);
}

static fc_tiff_entry none(void)
{
    return (fc_tiff_entry){ 0 };
}

static fc_tiff_entry is(uint16_t tag, uint32_t value)
{
    return (fc_tiff_entry){ tag, FC_TIFF_LONG, 1, value };
}

static fc_tiff_page find(const fc_buffer *file)
{
    fc_error err = { 0 };
    fc_tiff_page page = { 0 };
    ASSERT_OK(fc_tiff_find_page(fc_buffer_bytes(file), &page, &err), err);
    return page;
}

static void assert_refused(fc_status status, const fc_buffer *file, const char *words)
{
    fc_error err = { 0 };
    fc_tiff_page page = { .offset = 77 };
    ASSERT_FAILS(status, fc_tiff_find_page(fc_buffer_bytes(file), &page, &err), err);
    if (strstr(err.text, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
    }
    assert_int_equal(page.offset, 77);
}

static void first_page_counts(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    fc_tiff_put_start(&file);
    const uint32_t first = put(&file, false, 100, none());
    (void)put(&file, false, 150, none()); /* a page like it, a little larger */
    const fc_tiff_page page = find(&file);
    assert_int_equal(page.offset, first);
    assert_int_equal(page.size.width, 100);
    assert_int_equal(page.size.height, 200);
    assert_int_equal(page.orientation, 1);
}

static void thumbnails_and_masks_are_passed_over(void **state)
{
    (void)state;
    const fc_tiff_entry KINDS[] = { is(SUBFILE, 1), is(SUBFILE, 4), is(OLD_SUBFILE, 2),
                                    is(PHOTOMETRIC, 4) };
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        fc_tiff_put_start(&file);
        (void)put(&file, false, 500, KINDS[i]);
        const uint32_t wanted = put(&file, false, 100, none());
        assert_int_equal(find(&file).offset, wanted);
    }
}

static void page_that_is_much_larger_shows_that_the_first_was_a_thumbnail(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    fc_tiff_put_start(&file);
    (void)put(&file, false, 100, none());
    const uint32_t wanted = put(&file, false, 200, none());
    (void)put(&file, false, 300, none());
    assert_int_equal(find(&file).offset, wanted);
}

static void where_all_are_thumbnails_the_largest_counts(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    fc_tiff_put_start(&file);
    (void)put(&file, false, 10, is(SUBFILE, 1));
    const uint32_t wanted = put(&file, false, 12, is(SUBFILE, 1));
    (void)put(&file, false, 11, is(SUBFILE, 1));
    assert_int_equal(find(&file).offset, wanted);
}

/* As cameras and editors lay it out: a small picture first, the large one inside of it. */
static void page_within_a_page_counts_and_is_turned_as_the_first(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    fc_tiff_put_start(&file);
    const uint32_t wanted = put(&file, true, 100, none());
    const fc_tiff_entry entries[] = { is(SUBFILE, 1), is(256, 10), is(257, 20), is(ORIENTATION, 6),
                                      is(INNER, wanted) };
    (void)fc_tiff_put_page(&file, entries, 5);
    const fc_tiff_page page = find(&file);
    assert_int_equal(page.offset, wanted);
    assert_int_equal(page.orientation, 6);
}

static void orientation_that_makes_no_sense_is_upright(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    for (uint32_t value = 0; value <= 9; value++) {
        fc_tiff_put_start(&file);
        (void)put(&file, false, 100, is(ORIENTATION, value));
        assert_int_equal(find(&file).orientation, value >= 1 && value <= 8 ? value : 1);
    }
}

static void raw_camera_files_are_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *make;
        fc_tiff_entry entry;
        const char *name;
    } KINDS[] = {
        { "Canon\0\0\0", { DNG_VERSION, FC_TIFF_BYTE, 4, 0x00000401 }, "(DNG)" },
        { "NIKON CO", { COMPRESSION, FC_TIFF_SHORT, 1, 34713 }, "(NEF)" },
        { "SONY\0\0\0\0", { COMPRESSION, FC_TIFF_SHORT, 1, 32767 }, "(ARW)" },
        { "PENTAX\0\0", { PHOTOMETRIC, FC_TIFF_SHORT, 1, 32803 }, "(PEF)" },
        { "Nobody\0\0", { PHOTOMETRIC, FC_TIFF_SHORT, 1, 34892 }, "not known" },
    };
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        fc_tiff_put_start(&file);
        const uint32_t make = fc_tiff_put(&file, KINDS[i].make, 8);
        const fc_tiff_entry thumbnail[] = {
            is(SUBFILE, 1), is(256, 10), is(257, 20), { MAKE, FC_TIFF_ASCII, 8, make }
        };
        (void)fc_tiff_put_page(&file, thumbnail, 4);
        (void)put(&file, false, 4000, KINDS[i].entry);
        assert_refused(FC_UNSUPPORTED_FORMAT, &file, "a raw camera file");
        assert_refused(FC_UNSUPPORTED_FORMAT, &file, KINDS[i].name);
    }
    fc_tiff_put_start(&file);
    (void)fc_tiff_put(&file, "CR\2\0\0\0\0\0", 8);
    (void)put(&file, false, 100, none());
    assert_refused(FC_UNSUPPORTED_FORMAT, &file, "(CR2)");
}

static void shared_raw_file_is_refused(void **state)
{
    (void)state;
    const char *path = fc_test_shared_file("faults/11_raw_preview.dng");
    if (path == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = NULL;
    ASSERT_OK(fc_mapping_new(path, 1 << 20, &file, &err), err);
    fc_tiff_page page = { 0 };
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT, fc_tiff_find_page(file->bytes, &page, &err), err);
    assert_non_null(strstr(err.text, "a raw camera file (DNG)"));
}

static void files_without_a_page_are_refused(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    fc_tiff_put_start(&file);
    assert_refused(FC_CORRUPT_IMAGE, &file, "8 bytes");
    (void)fc_tiff_put(&file, "\0\0\0\0\0\0\0\0\0", 10);
    assert_refused(FC_CORRUPT_IMAGE, &file, "without a picture");
    file.data[7] = 0xff; /* a page past the end */
    assert_refused(FC_CORRUPT_IMAGE, &file, "without a picture");
    fc_tiff_put_start(&file);
    (void)put(&file, false, 0, is(SUBFILE, 1));
    assert_refused(FC_CORRUPT_IMAGE, &file, "without a picture");
    fc_tiff_put_start(&file);
    (void)put(&file, false, 65501, none());
    assert_refused(FC_LIMIT_EXCEEDED, &file, "65501 x 131002 px");
}

/* Each page leads to itself, and holds itself. */
static void circles_end(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    fc_tiff_put_start(&file);
    const uint32_t first = put(&file, false, 100, is(INNER, 0));
    fc_tiff_change(&file, INNER, first);
    memcpy(file.data + file.size - 4, file.data + 4, 4);
    assert_int_equal(find(&file).offset, first);
}

static void no_cut_is_read_past_its_end(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    fc_tiff_put_start(&file);
    (void)put(&file, false, 100, is(ORIENTATION, 6));
    for (size_t size = 0; size < file.size - 4; size++) {
        fc_error err = { 0 };
        fc_tiff_page page = { 0 };
        uint8_t *cut = test_malloc(size + 1);
        memcpy(cut, file.data, size);
        ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_tiff_find_page((fc_bytes){ cut, size }, &page, &err),
                     err);
        test_free(cut);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_page_counts),
        cmocka_unit_test(thumbnails_and_masks_are_passed_over),
        cmocka_unit_test(page_that_is_much_larger_shows_that_the_first_was_a_thumbnail),
        cmocka_unit_test(where_all_are_thumbnails_the_largest_counts),
        cmocka_unit_test(page_within_a_page_counts_and_is_turned_as_the_first),
        cmocka_unit_test(orientation_that_makes_no_sense_is_upright),
        cmocka_unit_test(raw_camera_files_are_refused_by_name),
        cmocka_unit_test(shared_raw_file_is_refused),
        cmocka_unit_test(files_without_a_page_are_refused),
        cmocka_unit_test(circles_end),
        cmocka_unit_test(no_cut_is_read_past_its_end),
    };
    return cmocka_run_group_tests_name("image/tiff_pages", tests, NULL, NULL);
}
