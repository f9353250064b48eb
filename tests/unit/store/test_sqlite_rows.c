#include "store/sqlite_rows.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static fc_owed_ending ending_of(char digit)
{
    fc_owed_ending ending = { .finished_s = 1, .why = { FC_IO, "the disk is gone" } };
    memset(ending.id, digit, sizeof ending.id - 1);
    return ending;
}

static void an_ending_is_owed_once_and_forgotten(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_sqlite_store store = { 0 };
    ASSERT_OK(fc_owed_make_room(&store, 2, &err), err);
    const fc_owed_ending first = ending_of('1');
    const fc_owed_ending second = ending_of('2');
    fc_owed_add(&store, &first);
    fc_owed_add(&store, &first);
    fc_owed_add(&store, &second);
    assert_int_equal(store.owed_count, 2);
    fc_owed_forget(&store, first.id);
    fc_owed_forget(&store, first.id);
    assert_int_equal(store.owed_count, 1);
    assert_string_equal(store.owed[0].id, second.id);
    fc_memory_free(store.owed);
}

static void what_is_owed_survives_more_room(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_sqlite_store store = { 0 };
    const fc_owed_ending first = ending_of('1');
    ASSERT_OK(fc_owed_make_room(&store, 1, &err), err);
    fc_owed_add(&store, &first);
    fc_memory_fail_after(1);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_owed_make_room(&store, 1000, &err), err);
    fc_memory_fail_after(0);
    ASSERT_OK(fc_owed_make_room(&store, 1000, &err), err);
    assert_true(store.owed_capacity >= 1000);
    assert_int_equal(store.owed_count, 1);
    assert_string_equal(store.owed[0].id, first.id);
    fc_memory_free(store.owed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ending_is_owed_once_and_forgotten),
        cmocka_unit_test(what_is_owed_survives_more_room),
    };
    return cmocka_run_group_tests_name("store/sqlite_rows", tests, NULL, NULL);
}
