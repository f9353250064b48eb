#include "convert/zip_directory.h"

#include <string.h>

#include "support/fc_test.h"
#include "support/torch_file.h"

#define FILE_BYTES_MAX ((size_t)1 << 17)

static const fc_torch_part PARTS[] = {
    { "archive/data.pkl", { (const uint8_t *)"pickle", 6 } },
    { "archive/version", { (const uint8_t *)"3\n", 2 } },
};

/* Places of the last records, from the end of a file without a comment. */
enum { END = 22, LOCATOR = END + 20, END64 = LOCATOR + 56 };

static void write_zip(const fc_torch_style *style, fc_buffer *out)
{
    fc_torch_zip_write(PARTS, 2, style, out);
}

static void assert_finds(const fc_torch_style *style)
{
    fc_error err = { 0 };
    fc_zip_directory directory = { 0 };
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    write_zip(style, &file);
    ASSERT_OK(fc_zip_directory_find(fc_buffer_bytes(&file), &directory, &err), err);
    assert_int_equal(directory.count, 2);
    assert_memory_equal(directory.bytes.data, "PK\x01\x02", 4);
    assert_true(directory.bytes.size > 2 * 46);
}

static void the_list_of_entries_is_found_in_plain_and_zip64_files(void **state)
{
    (void)state;
    assert_finds(&(fc_torch_style){ .no_zip64 = true });
    assert_finds(&(fc_torch_style){ 0 });
    assert_finds(&(fc_torch_style){ .wide = true, .comment = "with a comment" });
}

static void assert_refused(fc_bytes file, const char *text)
{
    fc_error err = { 0 };
    fc_zip_directory directory = { .count = 77 };
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_zip_directory_find(file, &directory, &err), err);
    assert_string_equal(err.text, text);
    assert_int_equal(directory.count, 77);
}

/* One byte of a zip64 file, counted from its end, is another. */
static void assert_change_refused(size_t from_end, uint8_t value, const char *text)
{
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    write_zip(&(fc_torch_style){ 0 }, &file);
    file.data[file.size - from_end] = value;
    assert_refused(fc_buffer_bytes(&file), text);
}

static void a_file_without_an_end_record_is_no_zip(void **state)
{
    (void)state;
    static const char NO_ZIP[] =
        "checkpoint: not a whole zip file, as torch.save writes it since PyTorch 1.6";
    assert_refused((fc_bytes){ 0 }, NO_ZIP);
    assert_refused((fc_bytes){ (const uint8_t *)"PK\x05\x06", 4 }, NO_ZIP);
    assert_change_refused(END, 'Q', NO_ZIP);
    assert_change_refused(2, 1, NO_ZIP); /* a comment that is not there */
}

static void a_zip_in_several_pieces_is_refused(void **state)
{
    (void)state;
    static const char PIECES[] = "checkpoint: a zip in several pieces, only whole files are read";
    assert_change_refused(END64 - 16, 1, PIECES); /* the number of this piece */
    assert_change_refused(END64 - 24, 1, PIECES); /* entries in this piece */
}

static void records_that_do_not_agree_are_refused(void **state)
{
    (void)state;
    static const char UNLIKE[] = "checkpoint: the two end records do not say the same";
    assert_change_refused(END - 10, 3, UNLIKE);   /* entries */
    assert_change_refused(END - 16, 99, UNLIKE);  /* where the directory is */
    assert_change_refused(END64 - 32, 3, UNLIKE); /* entries, in the wide record */
}

static void places_outside_of_the_file_are_refused(void **state)
{
    (void)state;
    assert_change_refused(LOCATOR - 15, 0xff,
                          "checkpoint: the zip64 end record is not where the file says");
    assert_change_refused(END64, 'Q',
                          "checkpoint: the zip64 end record is not where the file says");
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    write_zip(&(fc_torch_style){ .no_zip64 = true }, &file);
    memset(file.data + file.size - END + 16, 0x7f, 4);
    assert_refused(fc_buffer_bytes(&file),
                   "checkpoint: the zip's directory does not lie within the file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_of_entries_is_found_in_plain_and_zip64_files),
        cmocka_unit_test(a_file_without_an_end_record_is_no_zip),
        cmocka_unit_test(a_zip_in_several_pieces_is_refused),
        cmocka_unit_test(records_that_do_not_agree_are_refused),
        cmocka_unit_test(places_outside_of_the_file_are_refused),
    };
    return cmocka_run_group_tests_name("convert/zip_directory", tests, NULL, NULL);
}
