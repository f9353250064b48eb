#include "convert/flatbuffer.h"

#include <string.h>

#include "support/fc_test.h"

/* A root table with a byte (field 0), an int32 (field 2), a vector of int32 (field 3). */
static const uint8_t SMALL[] = {
    /*  0 */ 20,   0,    0,    0,    'T', 'E', 'S', 'T', /* root, identifier */
    /*  8 */ 12,   0,    16,   0,                        /* vtable: its size, the table's */
    /* 12 */ 4,    0,    0,    0,    8,   0,   12,  0,   /* fields 0 to 3 */
    /* 20 */ 12,   0,    0,    0,                        /* the table: back to its vtable */
    /* 24 */ 0xfe, 0,    0,    0,                        /* field 0: -2 */
    /* 28 */ 0xd6, 0xff, 0xff, 0xff,                     /* field 2: -42 */
    /* 32 */ 4,    0,    0,    0,                        /* field 3: 4 bytes further */
    /* 36 */ 2,    0,    0,    0,    1,   2,   0,   0,   0xff, 0xff, 0xff, 0xff,
};

static void fields_are_found_by_number(void **state)
{
    (void)state;
    fc_flat flat = { .file = { SMALL, sizeof SMALL } };
    const fc_flat_table root = fc_flat_root(&flat, "TEST");
    assert_int_equal(fc_flat_scalar(&flat, root, 0, 1, 7), -2);
    assert_int_equal(fc_flat_scalar(&flat, root, 2, 4, 7), -42);
    const fc_flat_vector numbers = fc_flat_items(&flat, root, 3, 4);
    assert_int_equal(numbers.count, 2);
    assert_int_equal(fc_flat_integer_at(&flat, numbers, 0), 513);
    assert_int_equal(fc_flat_integer_at(&flat, numbers, 1), -1);
    assert_int_equal(fc_flat_octets(&flat, root, 3).size, 2);
    assert_false(flat.damaged);
}

static void absent_fields_have_their_initial_value(void **state)
{
    (void)state;
    fc_flat flat = { .file = { SMALL, sizeof SMALL } };
    const fc_flat_table root = fc_flat_root(&flat, "TEST");
    assert_int_equal(fc_flat_scalar(&flat, root, 1, 4, 7), 7);
    assert_int_equal(fc_flat_scalar(&flat, root, 99, 4, 7), 7);
    assert_int_equal(fc_flat_child(&flat, root, 99), 0);
    assert_int_equal(fc_flat_scalar(&flat, 0, 0, 4, 7), 7);
    assert_int_equal(fc_flat_items(&flat, root, 1, 4).count, 0);
    assert_null(fc_flat_octets(&flat, root, 1).data);
    assert_false(flat.damaged);
}

static void other_files_are_damaged(void **state)
{
    (void)state;
    fc_flat flat = { .file = { SMALL, sizeof SMALL } };
    assert_int_equal(fc_flat_root(&flat, "TFL3"), 0);
    assert_true(flat.damaged);
    fc_flat empty = { 0 };
    assert_int_equal(fc_flat_root(&empty, "TEST"), 0);
    assert_true(empty.damaged);
}

/* Sets one byte and reads everything. */
static bool is_damaged_with(size_t at, uint8_t value)
{
    uint8_t bytes[sizeof SMALL];
    memcpy(bytes, SMALL, sizeof bytes);
    bytes[at] = value;
    fc_flat flat = { .file = { bytes, sizeof bytes } };
    const fc_flat_table root = fc_flat_root(&flat, "TEST");
    (void)fc_flat_scalar(&flat, root, 2, 4, 0);
    const fc_flat_vector children = fc_flat_items(&flat, root, 3, 4);
    for (size_t i = 0; i < children.count; i++) {
        (void)fc_flat_integer_at(&flat, children, i);
    }
    return flat.damaged;
}

static void whatever_points_outside_is_damage(void **state)
{
    (void)state;
    assert_false(is_damaged_with(0, 20));
    assert_true(is_damaged_with(0, 48));    /* the root table */
    assert_true(is_damaged_with(3, 0x80));  /* the root table, far away */
    assert_true(is_damaged_with(20, 21));   /* the vtable before the file */
    assert_true(is_damaged_with(23, 0x80)); /* the vtable behind the file */
    assert_true(is_damaged_with(16, 200));  /* a scalar */
    assert_true(is_damaged_with(32, 13));   /* the vector */
    assert_true(is_damaged_with(36, 3));    /* its count */
    assert_true(is_damaged_with(39, 0xff)); /* its count, times four an overflow of 32 bits */
}

static void tables_in_vectors_are_checked(void **state)
{
    (void)state;
    fc_flat flat = { .file = { SMALL, sizeof SMALL } };
    const fc_flat_table root = fc_flat_root(&flat, "TEST");
    const fc_flat_vector items = fc_flat_items(&flat, root, 3, 4);
    assert_int_equal(fc_flat_table_at(&flat, items, 0), 0); /* an offset of 513 */
    assert_true(flat.damaged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_found_by_number),
        cmocka_unit_test(absent_fields_have_their_initial_value),
        cmocka_unit_test(other_files_are_damaged),
        cmocka_unit_test(whatever_points_outside_is_damage),
        cmocka_unit_test(tables_in_vectors_are_checked),
    };
    return cmocka_run_group_tests_name("convert/flatbuffer", tests, NULL, NULL);
}
