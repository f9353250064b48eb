#include "base/memory.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "support/fc_test.h"

static void blocks_are_aligned_even_when_empty(void **state)
{
    (void)state;
    fc_error err = { 0 };
    for (size_t count = 0; count < 200; count += 7) {
        FC_AUTO(fc_octets) block = NULL;
        ASSERT_OK(fc_memory_new(count, 3, (void **)&block, &err), err);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % FC_MEMORY_ALIGNMENT, 0);
    }
}

static void a_zeroed_block_is_zero(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_octets) block = NULL;
    ASSERT_OK(fc_memory_new_zeroed(1000, 1, (void **)&block, &err), err);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(block[i], 0);
    }
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    void *block = NULL;
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_memory_new(SIZE_MAX / 2, 3, &block, &err), err);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_memory_new(SIZE_MAX, 1, &block, &err), err);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_memory_new(PTRDIFF_MAX, 1, &block, &err), err);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_memory_new_zeroed(SIZE_MAX / 2, 3, &block, &err), err);
    assert_null(block);
}

static void multiplying_says_when_it_does_not_fit(void **state)
{
    (void)state;
    size_t product = 7;
    assert_true(fc_size_multiply(SIZE_MAX / 3, 3, &product));
    assert_int_equal(product, SIZE_MAX / 3 * 3);
    assert_false(fc_size_multiply(SIZE_MAX / 2 + 1, 2, &product));
    assert_true(fc_size_multiply(0, SIZE_MAX, &product));
    assert_int_equal(product, 0);
}

static void freeing_nothing_is_fine(void **state)
{
    (void)state;
    fc_memory_free(NULL);
    fc_memory_wipe(NULL, 0);
    fc_memory_trim();
}

static void a_wish_for_huge_pages_changes_no_byte_and_takes_any_size(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const size_t size = (size_t)5 << 20;
    FC_AUTO(fc_octets) block = NULL;
    ASSERT_OK(fc_memory_new(size, 1, (void **)&block, &err), err);
    block[0] = 7;
    block[size - 1] = 8;
    for (size_t part = 0; part <= size; part += size / 5) {
        fc_memory_prefer_huge_pages(block, part);
    }
    fc_memory_prefer_huge_pages(NULL, 0);
    assert_int_equal(block[0], 7);
    assert_int_equal(block[size - 1], 8);
}

static void wiping_leaves_zeros_only_where_asked(void **state)
{
    (void)state;
    uint8_t block[4] = { 1, 2, 3, 4 };
    fc_memory_wipe(block, 3);
    assert_memory_equal(block, ((const uint8_t[]){ 0, 0, 0, 4 }), 4);
}

static void the_asked_for_allocation_fails_once(void **state)
{
    (void)state;
    fc_error err = { 0 };
    for (int round = 0; round < 2; round++) {
        fc_memory_fail_after(round == 0 ? 3 : 0);
        for (int n = 1; n <= 5; n++) {
            FC_AUTO(fc_octets) block = NULL;
            const fc_status status = fc_memory_new(1, 1, (void **)&block, &err);
            assert_int_equal(status, round == 0 && n == 3 ? FC_OUT_OF_MEMORY : FC_OK);
        }
    }
}

/* Whether the library asked the system for this block alone, to which it then goes back. */
static bool comes_from_the_system(size_t size)
{
    fc_error err = { 0 };
    FC_AUTO(fc_octets) block = NULL;
#ifdef __GLIBC__
    const size_t before = mallinfo2().hblkhd;
    ASSERT_OK(fc_memory_new_zeroed(size, 1, (void **)&block, &err), err);
    return mallinfo2().hblkhd >= before + size;
#else
    ASSERT_OK(fc_memory_new_zeroed(size, 1, (void **)&block, &err), err);
    return true;
#endif
}

static void large_blocks_do_not_stay_with_the_library(void **state)
{
    (void)state;
#ifdef __GLIBC__
    if (mallinfo2().arena == 0) {
        skip(); /* memory is a sanitizer's */
    }
#endif
    fc_memory_start();
    for (int n = 0; n < 3; n++) {
        assert_true(comes_from_the_system((size_t)16 << 20));
    }
}

/* The pixels of a photo, and what a network works in. */
static void blocks_that_come_again_with_each_photo_stay(void **state)
{
    (void)state;
#ifdef __GLIBC__
    fc_memory_start();
    for (int n = 0; n < 3; n++) {
        assert_false(comes_from_the_system((size_t)10 << 20));
    }
#endif
}

#ifdef __GLIBC__
enum { THREADS = 6 };

static void *keep_a_block(void *everybody_has_one)
{
    void *block = malloc(100);
    (void)pthread_barrier_wait(everybody_has_one);
    free(block);
    return NULL;
}

static int count_heaps(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    assert_int_equal(malloc_info(0, file), 0);
    assert_int_equal(fclose(file), 0);
    int count = 0;
    for (const char *at = text; (at = strstr(at, "<heap nr=")) != NULL; at++) {
        count++;
    }
    free(text);
    return count;
}
#endif

static void threads_share_the_heaps_that_are_allowed(void **state)
{
    (void)state;
#ifdef __GLIBC__
    pthread_t threads[THREADS];
    pthread_barrier_t everybody_has_one;
    fc_memory_limit_heaps(2);
    assert_int_equal(pthread_barrier_init(&everybody_has_one, NULL, THREADS), 0);
    for (int n = 0; n < THREADS; n++) {
        assert_int_equal(pthread_create(&threads[n], NULL, keep_a_block, &everybody_has_one), 0);
    }
    for (int n = 0; n < THREADS; n++) {
        assert_int_equal(pthread_join(threads[n], NULL), 0);
    }
    assert_in_range(count_heaps(), 1, 2);
    assert_int_equal(pthread_barrier_destroy(&everybody_has_one), 0);
#endif
}

/* Last, as it holds for good: what a block held before is not there when it is handed out again. */
static void filled_memory_tells_nothing_of_its_past(void **state)
{
    (void)state;
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    enum { SIZE = 4000 };
    fc_memory_fill();
    for (int round = 0; round < 3; round++) {
        uint8_t *block = malloc(SIZE);
        assert_non_null(block);
        for (int i = 1; i < SIZE; i++) {
            assert_int_equal(block[i], block[0]);
        }
        memset(block, 'x', SIZE / 2);
        free(block);
    }
#endif
}

static void stealing_hands_over_and_leaves_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_octets) block = NULL;
    ASSERT_OK(fc_memory_new(1, 1, (void **)&block, &err), err);
    fc_octets *taken = FC_STEAL(block);
    assert_null(block);
    assert_non_null(taken);
    fc_memory_free(taken);
}

static void a_resized_block_keeps_its_bytes_and_a_refused_one_stays(void **state)
{
    (void)state;
    fc_error err = { 0 };
    void *block = NULL;
    ASSERT_OK(fc_memory_resize(NULL, 4, &block, &err), err);
    memcpy(block, "abc", 4);
    ASSERT_OK(fc_memory_resize(block, 100000, &block, &err), err);
    assert_string_equal(block, "abc");
    fc_memory_fail_after(1);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_memory_resize(block, 10, &block, &err), err);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_memory_resize(block, SIZE_MAX, &block, &err), err);
    assert_string_equal(block, "abc");
    fc_memory_free(block);
}

/* Last of all: it holds for the whole process. */
static void a_program_of_one_photo_has_its_blocks_in_one_heap(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_memory_start_once();
    for (size_t size = 1; size < (size_t)256 << 20; size *= 64) {
        FC_AUTO(fc_octets) block = NULL;
        ASSERT_OK(fc_memory_new(size, 1, (void **)&block, &err), err);
        memset(block, 1, size);
    }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they end who asks for it */
    void *refused = NULL;
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_memory_new(SIZE_MAX / 4, 1, &refused, &err), err);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_aligned_even_when_empty),
        cmocka_unit_test(a_zeroed_block_is_zero),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(multiplying_says_when_it_does_not_fit),
        cmocka_unit_test(freeing_nothing_is_fine),
        cmocka_unit_test(a_resized_block_keeps_its_bytes_and_a_refused_one_stays),
        cmocka_unit_test(a_wish_for_huge_pages_changes_no_byte_and_takes_any_size),
        cmocka_unit_test(wiping_leaves_zeros_only_where_asked),
        cmocka_unit_test(the_asked_for_allocation_fails_once),
        cmocka_unit_test(large_blocks_do_not_stay_with_the_library),
        cmocka_unit_test(blocks_that_come_again_with_each_photo_stay),
        cmocka_unit_test(threads_share_the_heaps_that_are_allowed),
        cmocka_unit_test(stealing_hands_over_and_leaves_nothing),
        cmocka_unit_test(filled_memory_tells_nothing_of_its_past),
        cmocka_unit_test(a_program_of_one_photo_has_its_blocks_in_one_heap),
    };
    return cmocka_run_group_tests_name("base/memory", tests, NULL, NULL);
}
