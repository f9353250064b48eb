#include "jobs/analysis_store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "report/process_stats.h"
#include "support/fc_test.h"

#define MINUTE_US ((int64_t)60 * 1000000)

/* The clock of these tests. */
static int64_t now_us = MINUTE_US;

static int64_t tell_time(void)
{
    return now_us;
}

/* An analysis of about `kilobytes`, without faces. */
static fc_analysis *analysis_of(int32_t kilobytes)
{
    fc_error err = { 0 };
    fc_photo photo = { .params = fc_params_default() };
    ASSERT_OK(fc_memory_new_zeroed(1, sizeof *photo.preview, (void **)&photo.preview, &err), err);
    const fc_size size = { 341, kilobytes };
    ASSERT_OK(fc_image_new(size, 3, &photo.preview->pixels, &err), err);
    memset(photo.preview->pixels->data, 7,
           fc_image_bytes(photo.preview->pixels)); /* takes memory */
    fc_analysis *analysis = NULL;
    const fc_bytes file = { (const uint8_t *)"photo", 5 };
    ASSERT_OK(fc_analysis_new(NULL, &photo, file, &analysis, &err), err);
    assert_null(photo.preview);
    return analysis;
}

static fc_analysis_store *store_of(int32_t count_max, int64_t kilobytes_max)
{
    const fc_analysis_limits limits = { count_max, kilobytes_max << 10, MINUTE_US, tell_time };
    fc_analysis_store *store = NULL;
    fc_error err = { 0 };
    ASSERT_OK(fc_analysis_store_new(&limits, &store, &err), err);
    return store;
}

/* A token whose last digits are a number. */
static const char *token(int number)
{
    static char text[4][FC_RANDOM_NAME_SIZE];
    static int turn;
    char *out = text[turn++ % 4];
    (void)snprintf(out, FC_RANDOM_NAME_SIZE, "%032d", number);
    return out;
}

static void put(fc_analysis_store *store, int number, int32_t kilobytes)
{
    fc_error err = { 0 };
    FC_AUTO(fc_analysis) analysis = analysis_of(kilobytes);
    ASSERT_OK(fc_analysis_store_put(store, "me", token(number), analysis, &err), err);
}

static fc_analysis_state state_of(fc_analysis_store *store, const char *owner, const char *name)
{
    FC_AUTO(fc_analysis) found = NULL;
    const fc_analysis_state state = fc_analysis_store_get(store, owner, name, &found);
    assert_int_equal(state == FC_ANALYSIS_THERE, found != NULL);
    return state;
}

static void an_analysis_is_found_by_its_token_and_owner(void **state)
{
    (void)state;
    FC_AUTO(fc_analysis_store) store = store_of(4, 1000);
    put(store, 1, 10);
    assert_int_equal(state_of(store, "me", token(1)), FC_ANALYSIS_THERE);
    assert_int_equal(state_of(store, "you", token(1)), FC_ANALYSIS_UNKNOWN);
    assert_int_equal(state_of(store, "me", token(2)), FC_ANALYSIS_UNKNOWN);
    assert_int_equal(state_of(store, "me", ""), FC_ANALYSIS_UNKNOWN);
    assert_int_equal(fc_analysis_store_stats(store).count, 1);
    assert_true(fc_analysis_store_stats(store).bytes > 10 << 10);
}

/* Before, the places of those that are gone were "" of "", and so was that token. */
static void a_token_that_is_empty_was_never_seen(void **state)
{
    (void)state;
    FC_AUTO(fc_analysis_store) store = store_of(4, 1000);
    assert_int_equal(state_of(store, "", ""), FC_ANALYSIS_UNKNOWN);
    assert_int_equal(fc_analysis_store_drop(store, "", ""), FC_ANALYSIS_UNKNOWN);
}

static void age_counts_from_the_analysis_however_often_it_is_used(void **state)
{
    (void)state;
    FC_AUTO(fc_analysis_store) store = store_of(4, 1000);
    put(store, 1, 10);
    now_us += MINUTE_US - 1;
    assert_int_equal(state_of(store, "me", token(1)), FC_ANALYSIS_THERE);
    now_us += 1;
    assert_int_equal(state_of(store, "me", token(1)), FC_ANALYSIS_GONE);
    assert_int_equal(state_of(store, "you", token(1)), FC_ANALYSIS_UNKNOWN);
    assert_int_equal(fc_analysis_store_stats(store).count, 1); /* not asked to expire yet */
    fc_analysis_store_expire(store);
    assert_int_equal(fc_analysis_store_stats(store).count, 0);
    assert_int_equal(fc_analysis_store_stats(store).bytes, 0);
    assert_int_equal(state_of(store, "me", token(1)), FC_ANALYSIS_GONE);
}

static void the_least_recently_used_makes_room_for_one_too_many(void **state)
{
    (void)state;
    FC_AUTO(fc_analysis_store) store = store_of(2, 1000);
    put(store, 1, 10);
    put(store, 2, 10);
    assert_int_equal(state_of(store, "me", token(1)), FC_ANALYSIS_THERE);
    put(store, 3, 10);
    assert_int_equal(state_of(store, "me", token(1)), FC_ANALYSIS_THERE);
    assert_int_equal(state_of(store, "me", token(2)), FC_ANALYSIS_GONE);
    assert_int_equal(state_of(store, "me", token(3)), FC_ANALYSIS_THERE);
}

static void bytes_are_bounded_as_well(void **state)
{
    (void)state;
    FC_AUTO(fc_analysis_store) store = store_of(10, 1000);
    put(store, 1, 400);
    put(store, 2, 400);
    put(store, 3, 700); /* needs the room of both: they give up their pixels */
    assert_true(fc_analysis_store_stats(store).bytes <= 1000 << 10);
    assert_true(fc_analysis_store_stats(store).bytes > 700 << 10);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(state_of(store, "me", token(i)), FC_ANALYSIS_THERE);
    }
}

static void pixels_go_before_photos_and_the_least_recently_used_first(void **state)
{
    (void)state;
    FC_AUTO(fc_analysis_store) store = store_of(10, 1000);
    put(store, 1, 400);
    put(store, 2, 400);
    assert_int_equal(state_of(store, "me", token(1)), FC_ANALYSIS_THERE);
    FC_AUTO(fc_analysis) first = NULL;
    assert_int_equal(fc_analysis_store_get(store, "me", token(1), &first), FC_ANALYSIS_THERE);
    put(store, 3, 400);
    assert_true(fc_analysis_size(first) > 400 << 10); /* the other one was not used as lately */
    put(store, 4, 700);
    assert_true(fc_analysis_size(first) < 400 << 10);
    assert_int_equal(fc_analysis_store_stats(store).count, 4);
    for (int i = 5; i < 11; i++) {
        put(store, i, 900); /* and when no pixels are left, who was not used longest goes */
    }
    assert_true(fc_analysis_store_stats(store).bytes <= 1000 << 10);
}

static void one_that_never_fits_is_refused_and_moves_nobody(void **state)
{
    (void)state;
    FC_AUTO(fc_analysis_store) store = store_of(10, 100);
    put(store, 1, 40);
    fc_error err = { 0 };
    FC_AUTO(fc_analysis) large = analysis_of(200);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_analysis_store_put(store, "me", token(2), large, &err), err);
    assert_int_equal(state_of(store, "me", token(1)), FC_ANALYSIS_THERE);
    assert_int_equal(state_of(store, "me", token(2)), FC_ANALYSIS_UNKNOWN);
}

static void deleting_is_done_once_and_by_the_owner(void **state)
{
    (void)state;
    FC_AUTO(fc_analysis_store) store = store_of(4, 1000);
    put(store, 1, 10);
    assert_int_equal(fc_analysis_store_drop(store, "you", token(1)), FC_ANALYSIS_UNKNOWN);
    assert_int_equal(fc_analysis_store_drop(store, "me", token(1)), FC_ANALYSIS_THERE);
    assert_int_equal(fc_analysis_store_drop(store, "me", token(1)), FC_ANALYSIS_GONE);
    assert_int_equal(fc_analysis_store_drop(store, "me", token(7)), FC_ANALYSIS_UNKNOWN);
}

static void one_in_use_outlives_its_place(void **state)
{
    (void)state;
    FC_AUTO(fc_analysis_store) store = store_of(1, 1000);
    put(store, 1, 10);
    FC_AUTO(fc_analysis) used = NULL;
    assert_int_equal(fc_analysis_store_get(store, "me", token(1), &used), FC_ANALYSIS_THERE);
    put(store, 2, 10);
    assert_int_equal(state_of(store, "me", token(1)), FC_ANALYSIS_GONE);
    assert_true(fc_analysis_size(used) > 10 << 10);
    static fc_photo photo; /* nothing is asked for */
    assert_in_range(fc_analysis_estimate(used, &photo), 1 << 20, 64 << 20);
}

static void weighing_changes_nothing_while_nothing_has_grown(void **state)
{
    (void)state;
    FC_AUTO(fc_analysis_store) store = store_of(4, 1000);
    put(store, 1, 10);
    const int64_t bytes = fc_analysis_store_stats(store).bytes;
    fc_analysis_store_resize(store);
    assert_int_equal(fc_analysis_store_stats(store).bytes, bytes);
    assert_int_equal(fc_analysis_store_stats(store).count, 1);
}

/* With the real clock the store looks at its age by itself. */
static void the_store_drops_what_is_too_old_unasked(void **state)
{
    (void)state;
    const fc_analysis_limits limits = { 4, 1 << 20, 20000, NULL };
    FC_AUTO(fc_analysis_store) store = NULL;
    fc_error err = { 0 };
    ASSERT_OK(fc_analysis_store_new(&limits, &store, &err), err);
    put(store, 1, 10);
    const struct timespec pause = { .tv_nsec = 5 * 1000000 };
    for (int i = 0; i < 2000 && fc_analysis_store_stats(store).count > 0; i++) {
        (void)nanosleep(&pause, NULL);
    }
    assert_int_equal(fc_analysis_store_stats(store).count, 0);
}

/* What is freed below something else stays with the C library unless it is asked for. */
static void memory_of_what_was_dropped_goes_back(void **state)
{
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    skip(); /* their memory is their own */
#endif
    (void)state;
    enum { COUNT = 1000, KILOBYTES = 64 };
    const int64_t half = INT64_C(1024) * COUNT * KILOBYTES / 2;
    const struct timespec pause = { .tv_nsec = 1000000 };
    for (int expiring = 0; expiring < 2; expiring++) {
        const fc_analysis_limits limits = { COUNT, 1 << 30, expiring ? 200000 : MINUTE_US, NULL };
        FC_AUTO(fc_analysis_store) store = NULL;
        fc_error err = { 0 };
        fc_memory_trim(); /* what the tests before have left */
        const int64_t before = fc_process_read().resident_bytes;
        ASSERT_OK(fc_analysis_store_new(&limits, &store, &err), err);
        for (int i = 0; i < COUNT; i++) {
            put(store, i, KILOBYTES);
        }
        FC_AUTO(fc_analysis) above = analysis_of(KILOBYTES);
        assert_true(expiring || fc_process_read().resident_bytes - before > half);
        for (int i = 0; i < COUNT && !expiring; i++) {
            assert_int_equal(fc_analysis_store_drop(store, "me", token(i)), FC_ANALYSIS_THERE);
        }
        while (fc_process_read().resident_bytes - before > half) {
            (void)nanosleep(&pause, NULL); /* ctest ends a test that waits for ever */
        }
    }
}

/* What several threads do to one store; sanitizers look on. */
static void *use(void *context)
{
    fc_analysis_store *store = context;
    for (int i = 0; i < 200; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_analysis) mine = analysis_of(10);
        char name[FC_RANDOM_NAME_SIZE];
        if (fc_random_name(name, &err) != FC_OK ||
            fc_analysis_store_put(store, "me", name, mine, &err) != FC_OK) {
            return context;
        }
        FC_AUTO(fc_analysis) found = NULL;
        (void)(fc_analysis_store_get(store, "me", name, &found) == FC_ANALYSIS_THERE);
        fc_analysis_store_resize(store);
        fc_analysis_store_expire(store);
        (void)fc_analysis_store_drop(store, "me", name);
    }
    return NULL;
}

static void threads_do_not_hinder_each_other(void **state)
{
    (void)state;
    FC_AUTO(fc_analysis_store) store = store_of(3, 120);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, use, store), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *failed = NULL;
        (void)pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(fc_analysis_store_stats(store).count, 0);
    assert_int_equal(fc_analysis_store_stats(store).bytes, 0);
}

static void running_out_of_memory_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_analysis_store *store = NULL;
    const fc_analysis_limits limits = { 4, 1 << 20, MINUTE_US, tell_time };
    fc_memory_fail_after(1);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_analysis_store_new(&limits, &store, &err), err);
    fc_memory_fail_after(0);
    assert_null(store);
    fc_analysis_store_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_analysis_is_found_by_its_token_and_owner),
        cmocka_unit_test(a_token_that_is_empty_was_never_seen),
        cmocka_unit_test(age_counts_from_the_analysis_however_often_it_is_used),
        cmocka_unit_test(the_least_recently_used_makes_room_for_one_too_many),
        cmocka_unit_test(bytes_are_bounded_as_well),
        cmocka_unit_test(pixels_go_before_photos_and_the_least_recently_used_first),
        cmocka_unit_test(one_that_never_fits_is_refused_and_moves_nobody),
        cmocka_unit_test(deleting_is_done_once_and_by_the_owner),
        cmocka_unit_test(one_in_use_outlives_its_place),
        cmocka_unit_test(weighing_changes_nothing_while_nothing_has_grown),
        cmocka_unit_test(the_store_drops_what_is_too_old_unasked),
        cmocka_unit_test(memory_of_what_was_dropped_goes_back),
        cmocka_unit_test(threads_do_not_hinder_each_other),
        cmocka_unit_test(running_out_of_memory_is_told),
    };
    return cmocka_run_group_tests_name("jobs/analysis_store", tests, NULL, NULL);
}
