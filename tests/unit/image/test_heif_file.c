#include "image/heif_file.h"

#include <string.h>

#include "support/fc_photo.h"

static const uint32_t GRID = FC_HEIF_TYPE('g', 'r', 'i', 'd');
static const uint32_t HVC1 = FC_HEIF_TYPE('h', 'v', 'c', '1');

static void read_photo(const fc_mapping *mapping, fc_heif_file *file)
{
    fc_error err = { 0 };
    ASSERT_OK(fc_heif_file_read(mapping->bytes, file, &err), err);
}

static void numbers_end_where_the_bytes_end(void **state)
{
    (void)state;
    static const uint8_t DATA[] = { 1, 2, 3, 4, 5 };
    fc_heif_reader from = { .rest = { DATA, sizeof DATA } };
    assert_int_equal(fc_heif_read(&from, 4), 0x01020304);
    assert_int_equal(fc_heif_read(&from, 0), 0);
    assert_false(from.failed);
    assert_int_equal(fc_heif_read(&from, 2), 0);
    assert_true(from.failed);
    assert_int_equal(fc_heif_read(&from, 1), 0); /* what failed stays so */
    from = (fc_heif_reader){ .rest = { DATA, sizeof DATA } };
    assert_int_equal(fc_heif_take(&from, UINT64_MAX).size, 0);
    assert_true(from.failed);
}

static void boxes_do_not_leave_what_they_lie_in(void **state)
{
    (void)state;
    fc_heif_box box = { 0 };
    static const uint8_t LONG[] = { 0, 0, 0, 9, 'a', 'b', 'c', 'd' };
    static const uint8_t SHORT[] = { 0, 0, 0, 7, 'a', 'b', 'c', 'd' };
    static const uint8_t HUGE_ONE[] = { 0,    0,    0,    1,    'a',  'b',  'c',  'd',
                                        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    static const uint8_t LAST[] = { 0, 0, 0, 0, 'a', 'b', 'c', 'd', 5 };
    const fc_bytes bad[] = { { LONG, sizeof LONG },
                             { SHORT, sizeof SHORT },
                             { HUGE_ONE, sizeof HUGE_ONE } };
    for (size_t i = 0; i < 3; i++) {
        fc_heif_reader from = { .rest = bad[i] };
        assert_false(fc_heif_next_box(&from, &box));
        assert_true(from.failed);
    }
    fc_heif_reader from = { .rest = { LAST, sizeof LAST } };
    assert_true(fc_heif_next_box(&from, &box));
    assert_int_equal(box.body.size, 1);
    assert_false(fc_heif_next_box(&from, &box));
    assert_false(from.failed);
}

static void types_are_printed_safely(void **state)
{
    (void)state;
    char text[FC_HEIF_TYPE_TEXT_SIZE];
    fc_heif_print_type(HVC1, text);
    assert_string_equal(text, "'hvc1'");
    fc_heif_print_type(FC_HEIF_TYPE('a', '\n', 'b', '\''), text);
    assert_string_equal(text, "'a?b?'");
}

static void items_have_types_properties_and_references(void **state)
{
    (void)state;
    FC_AUTO(fc_mapping) mapping = fc_photo_open("grid.heic");
    static fc_heif_file file;
    read_photo(mapping, &file);
    assert_int_equal(file.primary, 3);
    assert_int_equal(fc_heif_item_type(&file, 1), HVC1);
    assert_int_equal(fc_heif_item_type(&file, 3), GRID);
    assert_int_equal(fc_heif_item_type(&file, 4), 0);
    const fc_bytes size = fc_heif_find_property(&file, 1, FC_HEIF_TYPE('i', 's', 'p', 'e'));
    assert_int_equal(size.size, 12);
    assert_int_equal(size.data[7], 64);
    assert_int_equal(fc_heif_find_property(&file, 1, GRID).size, 0);
    assert_int_equal(fc_heif_find_property(&file, 9, GRID).size, 0);
    const uint32_t derived = FC_HEIF_TYPE('d', 'i', 'm', 'g');
    fc_heif_reference parts = fc_heif_item_reference(&file, 3, derived);
    assert_int_equal(parts.count, 2);
    assert_int_equal(fc_heif_read(&parts.to, parts.id_size), 1);
    assert_int_equal(fc_heif_read(&parts.to, parts.id_size), 2);
    assert_int_equal(fc_heif_item_reference(&file, 1, derived).count, 0);
}

static void bytes_of_items_are_found_in_pieces_too(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) mapping = fc_photo_open("pieces.heic");
    static fc_heif_file file;
    read_photo(mapping, &file);
    fc_heif_extents extents = { 0 };
    ASSERT_OK(fc_heif_item_extents(&file, 1, NULL, &extents, &err), err);
    assert_int_equal(extents.count, 3);
    assert_true(extents.first.size < extents.size);
    uint8_t copy[1024] = { 0 };
    assert_true(extents.size < sizeof copy);
    ASSERT_OK(fc_heif_item_extents(&file, 1, copy, &extents, &err), err);
    assert_memory_equal(copy, mapping->bytes.data + mapping->bytes.size - extents.size,
                        extents.size);
    ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_heif_item_extents(&file, 9, NULL, &extents, &err), err);
}

static void file_without_its_lists_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static fc_heif_file file;
    static const uint8_t NONE[1] = { 0 };
    ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_heif_file_read((fc_bytes){ NONE, 0 }, &file, &err), err);
    static const uint8_t FILM[] = { 0, 0, 0, 8, 'm', 'o', 'o', 'v' };
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT,
                 fc_heif_file_read((fc_bytes){ FILM, sizeof FILM }, &file, &err), err);
    static const uint8_t EMPTY[] = { 0, 0, 0, 12, 'm', 'e', 't', 'a', 0, 0, 0, 0 };
    ASSERT_FAILS(FC_CORRUPT_IMAGE,
                 fc_heif_file_read((fc_bytes){ EMPTY, sizeof EMPTY }, &file, &err), err);
}

/* The number of places in 'iloc', written over: a list of so many would be searched for ever. */
static void lists_that_are_too_long_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) mapping = fc_photo_open("quadrants.heic");
    uint8_t copy[1024];
    const size_t size = mapping->bytes.size;
    assert_true(size < sizeof copy);
    memcpy(copy, mapping->bytes.data, size);
    for (size_t i = 0; i + 12 < size; i++) {
        if (memcmp(copy + i, "iloc", 4) == 0) {
            copy[i + 10] = 0xff;
        }
    }
    static fc_heif_file file;
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_heif_file_read((fc_bytes){ copy, size }, &file, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_end_where_the_bytes_end),
        cmocka_unit_test(boxes_do_not_leave_what_they_lie_in),
        cmocka_unit_test(types_are_printed_safely),
        cmocka_unit_test(items_have_types_properties_and_references),
        cmocka_unit_test(bytes_of_items_are_found_in_pieces_too),
        cmocka_unit_test(file_without_its_lists_is_refused),
        cmocka_unit_test(lists_that_are_too_long_are_refused),
    };
    return cmocka_run_group_tests_name("image/heif_file", tests, NULL, NULL);
}
