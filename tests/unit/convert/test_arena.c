#include "convert/arena.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_arena arena = FC_ARENA((size_t)1 << 22);
    uint8_t *before = NULL;
    for (size_t size = 0; size < 200000; size += 9973) {
        uint8_t *piece = NULL;
        ASSERT_OK(fc_arena_new(&arena, size, 1, (void **)&piece, &err), err);
        assert_int_equal((uintptr_t)piece % 16, 0);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(piece[i], 0);
        }
        memset(piece, 0xff, size);
        assert_ptr_not_equal(piece, before);
        before = piece;
    }
    fc_arena_clear(&arena);
}

static void the_limit_holds_and_clearing_starts_anew(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_arena arena = FC_ARENA(100);
    void *piece = NULL;
    ASSERT_OK(fc_arena_new(&arena, 10, 9, &piece, &err), err);
    void *more = NULL;
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_arena_new(&arena, 1, 11, &more, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_arena_new(&arena, SIZE_MAX, 2, &more, &err), err);
    assert_null(more);
    fc_arena_clear(&arena);
    ASSERT_OK(fc_arena_new(&arena, 100, 1, &more, &err), err);
    fc_arena_clear(&arena);
}

static void arenas_survive_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_arena arena = FC_ARENA(100);
    void *piece = NULL;
    SWEEP_ALLOCATIONS(fc_arena_new(&arena, 1, 8, &piece, &err), piece == NULL);
    fc_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(the_limit_holds_and_clearing_starts_anew),
        cmocka_unit_test(arenas_survive_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("convert/arena", tests, NULL, NULL);
}
