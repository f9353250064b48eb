#define _GNU_SOURCE /* memmem */
#include "service/zip.h"

#include <stdio.h>
#include <string.h>

#include "base/crc32.h"
#include "base/memory.h"
#include "support/fc_test.h"

static fc_bytes bytes_of(const char *text)
{
    return (fc_bytes){ (const uint8_t *)text, strlen(text) };
}

static void put(fc_zip *zip, const char *name, const char *content, fc_buffer *out)
{
    fc_error err = { 0 };
    const fc_bytes bytes = bytes_of(content);
    ASSERT_OK(fc_zip_add(zip, name, (int64_t)bytes.size, fc_crc32(0, bytes), 1700000000, out, &err),
              err);
    ASSERT_OK(fc_buffer_append(out, bytes.data, bytes.size, &err), err);
}

static uint32_t read32(const fc_buffer *from, size_t at)
{
    return (uint32_t)from->data[at] | (uint32_t)from->data[at + 1] << 8 |
           (uint32_t)from->data[at + 2] << 16 | (uint32_t)from->data[at + 3] << 24;
}

static bool contains(const fc_buffer *archive, const char *text)
{
    return memmem(archive->data, archive->size, text, strlen(text)) != NULL;
}

static void an_archive_is_laid_out_as_the_format_says(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_zip) zip = NULL;
    FC_AUTO_BUFFER(out, 10000);
    ASSERT_OK(fc_zip_new(&zip, &err), err);
    put(zip, "a.png", "first", &out);
    put(zip, "b.jpg", "123456789", &out);
    const size_t directory = out.size;
    ASSERT_OK(fc_zip_end(zip, &out, &err), err);
    assert_int_equal(out.size, fc_zip_size(zip));
    assert_int_equal(read32(&out, 0), 0x04034B50);
    assert_int_equal(read32(&out, 30 + 5 + 5), 0x04034B50);
    assert_int_equal(read32(&out, 40 + 14), 0xCBF43926);
    assert_int_equal(read32(&out, directory), 0x02014B50);
    assert_int_equal(read32(&out, directory + 51 + 42), 40); /* where the second one lies */
    assert_int_equal(read32(&out, out.size - 22), 0x06054B50);
    assert_int_equal(read32(&out, out.size - 6), directory);
    assert_int_equal(read32(&out, out.size - 10), out.size - 22 - directory);
}

static void an_empty_archive_is_one_as_well(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_zip) zip = NULL;
    FC_AUTO_BUFFER(out, 100);
    ASSERT_OK(fc_zip_new(&zip, &err), err);
    ASSERT_OK(fc_zip_end(zip, &out, &err), err);
    assert_int_equal(out.size, 22);
}

static void names_are_cleaned_and_made_unique(void **state)
{
    (void)state;
    static const struct {
        const char *given;
        const char *kept;
    } CASES[] = {
        { "anna.png", "anna.png" },
        { "Anna.png", "Anna-2.png" },
        { "dir/anna.png", "anna-3.png" },
        { "..\\..\\anna.png", "anna-4.png" },
        { "../../etc/passwd", "passwd" },
        { "..", "_" },
        { "", "_-2" },
        { "folder/", "_-3" },
        { "con.png", "_con.png" },
        { "CON.png", "_CON-2.png" },
        { "_con.png", "_con-3.png" },
        { "a\xE2\x80\xAE"
          "b.png",
          "a_b.png" },
        { "a?b.png", "a_b-2.png" },
        { "a_b.png. ", "a_b-3.png" },
        { "a_b-2.png", "a_b-2-2.png" },
        { "\xC3\x84.png", "\xC3\x84.png" },
        { "\xC3\xA4.png", "\xC3\xA4-2.png" },
    };
    fc_error err = { 0 };
    FC_AUTO(fc_zip) zip = NULL;
    ASSERT_OK(fc_zip_new(&zip, &err), err);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        FC_AUTO_BUFFER(header, 1000);
        ASSERT_OK(fc_zip_add(zip, CASES[i].given, 0, 0, 0, &header, &err), err);
        assert_int_equal(header.size, 30 + strlen(CASES[i].kept));
        assert_memory_equal(header.data + 30, CASES[i].kept, strlen(CASES[i].kept));
    }
}

static void long_names_are_cut_and_stay_unique(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char name[400];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    FC_AUTO(fc_zip) zip = NULL;
    FC_AUTO_BUFFER(out, 10000);
    ASSERT_OK(fc_zip_new(&zip, &err), err);
    put(zip, name, "", &out);
    put(zip, name, "", &out);
    assert_int_equal(out.size, 2 * (30 + 255));
    assert_true(contains(&out, "x-2"));
}

/* 20,000 files of one name: without the numbers kept, each would be compared with all before it,
 * some 10^12 times. */
static void as_many_files_as_fit_may_have_one_name(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_zip) zip = NULL;
    FC_AUTO_BUFFER(header, (size_t)16 << 20);
    ASSERT_OK(fc_zip_new(&zip, &err), err);
    for (int i = 0; i < FC_ZIP_ENTRIES_MAX; i++) {
        ASSERT_OK(fc_zip_add(zip, "image.jpg", 0, 0, 0, &header, &err), err);
    }
    assert_true(contains(&header, "image-20000.jpg"));
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_zip_add(zip, "b", 0, 0, 0, &header, &err), err);
}

static void too_much_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_zip) zip = NULL;
    FC_AUTO_BUFFER(out, 1000);
    ASSERT_OK(fc_zip_new(&zip, &err), err);
    const int64_t size = fc_zip_size(zip);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_zip_add(zip, "a", (int64_t)UINT32_MAX + 1, 0, 0, &out, &err),
                 err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_zip_add(zip, "a", UINT32_MAX - 50, 0, 0, &out, &err), err);
    assert_int_equal(fc_zip_size(zip), size);
    ASSERT_OK(fc_zip_add(zip, "a", INT64_C(3) << 30, 0, 0, &out, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_zip_add(zip, "b", INT64_C(1) << 30, 0, 0, &out, &err), err);
}

static void adding_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_zip) zip = NULL;
    FC_AUTO_BUFFER(out, 1000);
    SWEEP_ALLOCATIONS(fc_zip_new(&zip, &err), zip == NULL);
    SWEEP_ALLOCATIONS(fc_zip_add(zip, "a.png", 1, 0, 0, &out, &err),
                      fc_zip_size(zip) == 22 && out.size == 0);
    const size_t before = out.size;
    SWEEP_ALLOCATIONS(fc_zip_end(zip, &out, &err), out.size == before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_archive_is_laid_out_as_the_format_says),
        cmocka_unit_test(an_empty_archive_is_one_as_well),
        cmocka_unit_test(names_are_cleaned_and_made_unique),
        cmocka_unit_test(long_names_are_cut_and_stay_unique),
        cmocka_unit_test(as_many_files_as_fit_may_have_one_name),
        cmocka_unit_test(too_much_is_refused_and_changes_nothing),
        cmocka_unit_test(adding_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("service/zip", tests, NULL, NULL);
}
