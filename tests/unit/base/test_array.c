#include "base/array.h"

#include "base/memory.h"
#include "support/fc_test.h"

static void an_array_keeps_its_items_while_it_grows(void **state)
{
    (void)state;
    fc_error err = { 0 };
    int *numbers = NULL;
    for (int i = 0; i < 1000; i++) {
        ASSERT_OK(fc_array_make_room((void **)&numbers, (size_t)i, sizeof *numbers, &err), err);
        numbers[i] = i;
    }
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(numbers[i], i);
    }
    fc_memory_free(numbers);
}

static void without_memory_an_array_stays_as_it_was(void **state)
{
    (void)state;
    fc_error err = { 0 };
    int *numbers = NULL;
    fc_memory_fail_after(1);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_array_make_room((void **)&numbers, 0, sizeof *numbers, &err),
                 err);
    assert_null(numbers);
    fc_memory_fail_after(0);
    for (int i = 0; i < 16; i++) {
        ASSERT_OK(fc_array_make_room((void **)&numbers, (size_t)i, sizeof *numbers, &err), err);
        numbers[i] = i;
    }
    const int *before = numbers;
    fc_memory_fail_after(1);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_array_make_room((void **)&numbers, 16, sizeof *numbers, &err),
                 err);
    fc_memory_fail_after(0);
    assert_ptr_equal(numbers, before);
    assert_int_equal(numbers[15], 15);
    fc_memory_free(numbers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_keeps_its_items_while_it_grows),
        cmocka_unit_test(without_memory_an_array_stays_as_it_was),
    };
    return cmocka_run_group_tests_name("base/array", tests, NULL, NULL);
}
