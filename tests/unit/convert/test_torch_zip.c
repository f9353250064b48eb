#include "convert/torch_zip.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/torch_file.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)

static const fc_torch_part PARTS[] = {
    { "archive/data.pkl", { (const uint8_t *)"pickle", 6 } },
    { "archive/data/0", { (const uint8_t *)"numbers", 7 } },
    { "archive/version", { (const uint8_t *)"3\n", 2 } },
};

static void assert_data(const fc_torch_entry *entry, const char *text)
{
    assert_non_null(entry);
    assert_int_equal(entry->data.size, strlen(text));
    assert_memory_equal(entry->data.data, text, strlen(text));
}

static void assert_reads(const fc_torch_style *style)
{
    fc_error err = { 0 };
    FC_AUTO(fc_torch_zip) zip = NULL;
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_torch_zip_write(PARTS, 3, style, &file);
    ASSERT_OK(fc_torch_zip_new(fc_buffer_bytes(&file), &zip, &err), err);
    assert_int_equal(zip->count, 3);
    assert_int_equal(zip->folder.size, strlen("archive"));
    assert_data(fc_torch_zip_lookup(zip, "data.pkl", (fc_bytes){ 0 }), "pickle");
    assert_data(fc_torch_zip_lookup(zip, "data/", (fc_bytes){ (const uint8_t *)"0", 1 }),
                "numbers");
    assert_null(fc_torch_zip_lookup(zip, "data/", (fc_bytes){ (const uint8_t *)"1", 1 }));
}

static void entries_are_found_where_they_lie(void **state)
{
    (void)state;
    assert_reads(&(fc_torch_style){ 0 });
    assert_reads(&(fc_torch_style){ .no_zip64 = true });
    assert_reads(&(fc_torch_style){ .wide = true });
    assert_reads(&(fc_torch_style){ .comment = "a comment" });
    assert_reads(&(fc_torch_style){ .wide = true, .comment = "with a comment" });
}

static void assert_refused(fc_bytes file, const char *text)
{
    fc_error err = { 0 };
    fc_torch_zip *zip = NULL;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_torch_zip_new(file, &zip, &err), err);
    assert_string_equal(err.text, text);
    assert_null(zip);
}

static void assert_style_refused(const fc_torch_style *style, const char *text)
{
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_torch_zip_write(PARTS, 3, style, &file);
    assert_refused(fc_buffer_bytes(&file), text);
}

/* Places of the last records, from the end of a file without a comment. */
enum { END = 22, LOCATOR = END + 20, END64 = LOCATOR + 56 };

static void write_zip(const fc_torch_style *style, fc_buffer *out)
{
    fc_torch_zip_write(PARTS, 3, style, out);
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
    assert_change_refused(END - 10, 4, UNLIKE);   /* entries */
    assert_change_refused(END - 16, 99, UNLIKE);  /* where the directory is */
    assert_change_refused(END64 - 32, 4, UNLIKE); /* entries, in the wide record */
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

static void what_is_not_stored_plainly_is_refused(void **state)
{
    (void)state;
    assert_style_refused(&(fc_torch_style){ .flags = 1 },
                         "checkpoint: entry 'archive/data.pkl' is encrypted, all have to be "
                         "stored as they are");
    assert_style_refused(&(fc_torch_style){ .method = 8 },
                         "checkpoint: entry 'archive/data.pkl' is compressed, all have to be "
                         "stored as they are");
}

static void sizes_and_places_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    assert_style_refused(&(fc_torch_style){ .more = 1 << 20 },
                         "checkpoint: entry 'archive/data.pkl' of 1048582 bytes does not fit into "
                         "the file");
    assert_style_refused(&(fc_torch_style){ .more = 60 },
                         "checkpoint: entries 'archive/data.pkl' and 'archive/data/0' overlap");
    assert_style_refused(&(fc_torch_style){ .same_place = 1 },
                         "checkpoint: entry 'archive/data/0' and the directory do not say the "
                         "same");
}

static void names_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    assert_style_refused(&(fc_torch_style){ .renamed = "archive/data.pk1" },
                         "checkpoint: entry 'archive/data.pk1' and the directory do not say the "
                         "same");
    assert_style_refused(&(fc_torch_style){ .renamed = "../data.pkl" },
                         "checkpoint: an entry's name is empty, too long or no plain path");
    const fc_torch_part twice[] = { PARTS[0], PARTS[0] };
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_torch_zip_write(twice, 2, &(fc_torch_style){ 0 }, &file);
    assert_refused(fc_buffer_bytes(&file), "checkpoint: two entries 'archive/data.pkl'");
}

static void a_checkpoint_within_a_zip_is_told_apart_from_no_checkpoint(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(inner, FILE_BYTES_MAX);
    FC_AUTO_BUFFER(outer, FILE_BYTES_MAX);
    FC_AUTO_BUFFER(other, FILE_BYTES_MAX);
    fc_torch_zip_write(PARTS, 3, &(fc_torch_style){ 0 }, &inner);
    const fc_torch_part nested = { "codeformer.pth", fc_buffer_bytes(&inner) };
    fc_torch_zip_write(&nested, 1, &(fc_torch_style){ 0 }, &outer);
    assert_refused(fc_buffer_bytes(&outer),
                   "checkpoint: a zip within a zip, unpack the outer one first");
    fc_torch_zip_write(PARTS + 1, 2, &(fc_torch_style){ 0 }, &other);
    assert_refused(fc_buffer_bytes(&other),
                   "checkpoint: 0 files data.pkl, a PyTorch checkpoint has one");
}

/* Each length and each flipped bit: refused or read, and never out of bounds (see ASan). */
static void cut_and_damaged_files_do_no_harm(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_torch_zip_write(PARTS, 3, &(fc_torch_style){ .wide = true }, &file);
    for (size_t size = 0; size < file.size; size++) {
        assert_refused((fc_bytes){ file.data, size },
                       "checkpoint: not a whole zip file, as torch.save writes it since PyTorch "
                       "1.6");
    }
    for (size_t bit = 0; bit < 8 * file.size; bit++) {
        FC_AUTO(fc_torch_zip) zip = NULL;
        file.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        (void)!fc_torch_zip_new(fc_buffer_bytes(&file), &zip, &err);
        file.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

static void reading_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_torch_zip) zip = NULL;
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_torch_zip_write(PARTS, 3, &(fc_torch_style){ 0 }, &file);
    SWEEP_ALLOCATIONS(fc_torch_zip_new(fc_buffer_bytes(&file), &zip, &err), zip == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_found_where_they_lie),
        cmocka_unit_test(what_is_not_stored_plainly_is_refused),
        cmocka_unit_test(sizes_and_places_that_do_not_fit_are_refused),
        cmocka_unit_test(names_that_do_not_fit_are_refused),
        cmocka_unit_test(a_checkpoint_within_a_zip_is_told_apart_from_no_checkpoint),
        cmocka_unit_test(cut_and_damaged_files_do_no_harm),
        cmocka_unit_test(reading_survives_every_allocation_failure),
        cmocka_unit_test(a_file_without_an_end_record_is_no_zip),
        cmocka_unit_test(a_zip_in_several_pieces_is_refused),
        cmocka_unit_test(records_that_do_not_agree_are_refused),
        cmocka_unit_test(places_outside_of_the_file_are_refused),
    };
    return cmocka_run_group_tests_name("convert/torch_zip", tests, NULL, NULL);
}
