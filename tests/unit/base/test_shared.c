#include "base/shared.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static fc_buffer buffer_of(const char *text)
{
    fc_error err = { 0 };
    fc_buffer made = FC_BUFFER(100);
    ASSERT_OK(fc_buffer_append(&made, text, strlen(text), &err), err);
    return made;
}

static void several_own_the_same_bytes_until_the_last_has_gone(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_buffer given = buffer_of("picture");
    const uint8_t *data = given.data;
    fc_shared *first = NULL;
    ASSERT_OK(fc_shared_new(&given, &first, &err), err);
    assert_null(given.data);
    fc_shared *second = fc_shared_ref(first);
    fc_shared_unref(first);
    assert_ptr_equal(fc_shared_bytes(second).data, data);
    assert_int_equal(fc_shared_bytes(second).size, 7);
    assert_memory_equal(fc_shared_bytes(second).data, "picture", 7);
    fc_shared_unref(second);
}

static void nothing_is_shared_as_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_buffer empty = FC_BUFFER(100);
    fc_shared *shared = NULL;
    ASSERT_OK(fc_shared_new(&empty, &shared, &err), err);
    assert_null(shared);
    assert_null(fc_shared_ref(NULL));
    fc_shared_unref(NULL);
    assert_int_equal(fc_shared_bytes(NULL).size, 0);
}

static void a_buffer_that_is_not_taken_over_is_left_alone(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_buffer given = buffer_of("picture");
    FC_AUTO(fc_shared) shared = NULL;
    SWEEP_ALLOCATIONS(fc_shared_new(&given, &shared, &err), given.size == 7 && shared == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_own_the_same_bytes_until_the_last_has_gone),
        cmocka_unit_test(nothing_is_shared_as_nothing),
        cmocka_unit_test(a_buffer_that_is_not_taken_over_is_left_alone),
    };
    return cmocka_run_group_tests_name("base/shared", tests, NULL, NULL);
}
