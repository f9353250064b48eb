#include "base/bytes.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static void an_empty_buffer_is_an_empty_text(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(buffer, 10);
    assert_string_equal(fc_buffer_text(&buffer), "");
    assert_int_equal(fc_buffer_bytes(&buffer).size, 0);
}

static void what_is_appended_is_kept_in_order(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(buffer, 5000);
    for (int i = 0; i < 1000; i++) {
        const uint8_t pair[2] = { (uint8_t)i, (uint8_t)(i >> 8) };
        ASSERT_OK(fc_buffer_append(&buffer, pair, 2, &err), err);
        assert_int_equal(buffer.data[buffer.size], 0);
    }
    assert_int_equal(buffer.size, 2000);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(buffer.data[2 * i] | buffer.data[2 * i + 1] << 8, i);
    }
}

static void the_limit_can_be_reached_but_not_passed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(buffer, 4);
    ASSERT_OK(fc_buffer_append(&buffer, "abc", 3, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_buffer_append(&buffer, "de", 2, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_buffer_append(&buffer, "de", SIZE_MAX, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_buffer_print(&buffer, &err, "%d", 12), err);
    assert_string_equal(fc_buffer_text(&buffer), "abc");
    ASSERT_OK(fc_buffer_print(&buffer, &err, "%d", 1), err);
    ASSERT_OK(fc_buffer_append(&buffer, NULL, 0, &err), err);
    assert_string_equal(fc_buffer_text(&buffer), "abc1");
}

static void a_buffer_takes_no_more_memory_than_it_says(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(buffer, 40u << 20);
    static const char piece[4096];
    while (buffer.size < (20u << 20)) {
        ASSERT_OK(fc_buffer_append(&buffer, piece, sizeof piece, &err), err);
        assert_true(buffer.capacity <= fc_buffer_capacity_max(buffer.size));
    }
    assert_true(fc_buffer_capacity_max(20u << 20) < (23u << 20));
    assert_true(fc_buffer_capacity_max(1000) < 2100);
}

static void a_fitted_buffer_has_no_room_to_spare_and_still_grows(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(buffer, 5000);
    fc_buffer_fit(&buffer);
    assert_null(buffer.data);
    ASSERT_OK(fc_buffer_append(&buffer, "abc", 3, &err), err);
    ASSERT_OK(fc_buffer_append(&buffer, "d", 1, &err), err);
    fc_buffer_fit(&buffer);
    assert_int_equal(buffer.capacity, 5);
    assert_string_equal(fc_buffer_text(&buffer), "abcd");
    ASSERT_OK(fc_buffer_append(&buffer, "e", 1, &err), err);
    assert_string_equal(fc_buffer_text(&buffer), "abcde");
}

static void reserved_room_is_filled_without_a_move(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(buffer, 100);
    ASSERT_OK(fc_buffer_reserve(&buffer, 0, &err), err);
    assert_string_equal(fc_buffer_text(&buffer), "");
    ASSERT_OK(fc_buffer_reserve(&buffer, 90, &err), err);
    const uint8_t *before = buffer.data;
    for (int i = 0; i < 90; i++) {
        ASSERT_OK(fc_buffer_append(&buffer, "x", 1, &err), err);
    }
    assert_ptr_equal(buffer.data, before);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_buffer_reserve(&buffer, 11, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_buffer_reserve(&buffer, SIZE_MAX, &err), err);
    assert_int_equal(buffer.size, 90);
}

static void no_limit_is_a_limit_as_well(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(buffer, SIZE_MAX);
    char text[301];
    memset(text, 'x', sizeof text - 1);
    text[300] = '\0';
    ASSERT_OK(fc_buffer_append(&buffer, text, 300, &err), err);
    ASSERT_OK(fc_buffer_print(&buffer, &err, "%s", "end"), err);
    assert_int_equal(buffer.size, 303);
    assert_string_equal(fc_buffer_text(&buffer) + 300, "end");
}

static void a_cleared_buffer_can_be_used_again(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(buffer, 4);
    ASSERT_OK(fc_buffer_append(&buffer, "abcd", 4, &err), err);
    fc_buffer_clear(&buffer);
    ASSERT_OK(fc_buffer_print(&buffer, &err, "%s", "efgh"), err);
    assert_string_equal(fc_buffer_text(&buffer), "efgh");
}

static void a_wiped_buffer_can_be_used_again(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_SECRET(buffer, 16);
    fc_buffer_wipe(&buffer);
    ASSERT_OK(fc_buffer_append(&buffer, "secret", 6, &err), err);
    fc_buffer_wipe(&buffer);
    assert_string_equal(fc_buffer_text(&buffer), "");
    ASSERT_OK(fc_buffer_append(&buffer, "more", 4, &err), err);
    assert_string_equal(fc_buffer_text(&buffer), "more");
}

static void a_buffer_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(buffer, 100);
    SWEEP_ALLOCATIONS(fc_buffer_reserve(&buffer, 3, &err), buffer.data == NULL);
    fc_buffer_clear(&buffer);
    SWEEP_ALLOCATIONS(fc_buffer_append(&buffer, "abc", 3, &err), buffer.size == 0);
    SWEEP_ALLOCATIONS(fc_buffer_print(&buffer, &err, "%s", "more than fits so far"),
                      strcmp(fc_buffer_text(&buffer), "abc") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_is_an_empty_text),
        cmocka_unit_test(what_is_appended_is_kept_in_order),
        cmocka_unit_test(the_limit_can_be_reached_but_not_passed),
        cmocka_unit_test(a_buffer_takes_no_more_memory_than_it_says),
        cmocka_unit_test(a_fitted_buffer_has_no_room_to_spare_and_still_grows),
        cmocka_unit_test(reserved_room_is_filled_without_a_move),
        cmocka_unit_test(no_limit_is_a_limit_as_well),
        cmocka_unit_test(a_cleared_buffer_can_be_used_again),
        cmocka_unit_test(a_wiped_buffer_can_be_used_again),
        cmocka_unit_test(a_buffer_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("base/bytes", tests, NULL, NULL);
}
