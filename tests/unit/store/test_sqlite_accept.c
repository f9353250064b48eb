#include "store/job_store.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/stores.h"

static size_t count_accepted(fc_job_store *store)
{
    fc_error err = { 0 };
    fc_accepted_job *jobs = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_accepted(store, &jobs, &count, &err), err);
    fc_memory_free(jobs);
    return count;
}

static void what_comes_with_a_photo_comes_back_behind_it(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_store *store = fc_stores_open();
    fc_job jobs[2] = { fc_stores_job(FC_STORES_C), fc_stores_job(FC_STORES_B) };
    const fc_bytes photos[2] = { { 0 }, fc_stores_bytes("a photo") };
    const fc_bytes tail = fc_stores_bytes(" behind");
    fc_job_store_set_room(store, (fc_job_room){ 5, 13 });
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_job_store_accept(store, jobs, photos, 2, tail, "", &err),
                 err);
    fc_job_store_set_room(store, (fc_job_room){ 5, 14 });
    ASSERT_OK(fc_job_store_accept(store, jobs, photos, 2, tail, "", &err), err);
    fc_job_store_close(store);

    store = fc_stores_open();
    fc_asked_job asked = { 0 };
    ASSERT_OK(fc_job_store_load(store, FC_STORES_B, &asked, &err), err);
    assert_string_equal(fc_buffer_text(&asked.photo), "a photo behind");
    fc_asked_job_clear(&asked);
    fc_job_store_close(store);
}

static void what_is_accepted_comes_back_whole_in_its_order(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_store *store = fc_stores_open();
    fc_job jobs[2] = { fc_stores_job(FC_STORES_C), fc_stores_job(FC_STORES_B) };
    (void)snprintf(jobs[0].owner, sizeof jobs[0].owner, "me");
    (void)snprintf(jobs[1].batch, sizeof jobs[1].batch, FC_STORES_C);
    jobs[1].number = 1;
    const fc_bytes photos[2] = { { 0 }, fc_stores_bytes("a photo") };
    ASSERT_OK(fc_job_store_accept(store, jobs, photos, 2, (fc_bytes){ 0 }, "a=b\n", &err), err);
    fc_stores_accept(store, FC_STORES_A);
    fc_job_store_close(store);

    store = fc_stores_open();
    fc_accepted_job *waiting = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_accepted(store, &waiting, &count, &err), err);
    assert_int_equal(count, 3);
    assert_string_equal(waiting[0].id, FC_STORES_C);
    assert_false(waiting[0].photo);
    assert_string_equal(waiting[1].batch, FC_STORES_C);
    assert_true(waiting[1].photo);
    assert_string_equal(waiting[2].id, FC_STORES_A);
    fc_memory_free(waiting);

    fc_asked_job asked = { 0 };
    ASSERT_OK(fc_job_store_load(store, FC_STORES_B, &asked, &err), err);
    assert_string_equal(fc_buffer_text(&asked.photo), "a photo");
    assert_string_equal(fc_buffer_text(&asked.wish), "a=b\n");
    assert_string_equal(asked.job.batch, FC_STORES_C);
    assert_true(asked.accepted_ms / 1000 >= (int64_t)time(NULL) - 60);
    fc_asked_job_clear(&asked);
    ASSERT_OK(fc_job_store_load(store, FC_STORES_C, &asked, &err), err);
    assert_string_equal(asked.job.owner, "me");
    assert_null(asked.photo.data);
    fc_asked_job_clear(&asked);
    fc_job_store_close(store);
}

static void nobody_else_may_read_what_is_kept(void **state)
{
    (void)state;
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_stores_accept(store, FC_STORES_A);
    fc_stores_save(store, FC_STORES_B);
    static const char *const NAMES[] = { FC_STORES_A ".photo", FC_STORES_B "-1.png" };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        char path[256];
        struct stat facts = { 0 };
        (void)snprintf(path, sizeof path, "%s/%s", fc_stores_folder, NAMES[i]);
        assert_int_equal(stat(path, &facts), 0);
        assert_int_equal(facts.st_mode & 0777, 0600);
    }
}

static void a_photo_goes_with_the_end_of_its_job(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    fc_asked_job asked = { 0 };
    fc_stores_accept(store, FC_STORES_A);
    assert_true(fc_stores_has(FC_STORES_A ".photo"));
    ASSERT_OK(fc_job_store_finish(store, FC_STORES_A, &ending, &err), err);
    assert_false(fc_stores_has(FC_STORES_A ".photo"));
    assert_true(fc_stores_has(FC_STORES_A "-1.png"));
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_load(store, FC_STORES_A, &asked, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_load(store, "..", &asked, &err), err);
    assert_int_equal(count_accepted(store), 0);
}

static void there_is_room_for_so_many_photos_and_bytes(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    const fc_job jobs[2] = { fc_stores_job(FC_STORES_A), fc_stores_job(FC_STORES_B) };
    const fc_bytes photos[2] = { fc_stores_bytes("12345"), fc_stores_bytes("12345") };
    fc_job_store_set_room(store, (fc_job_room){ 1, 100 });
    ASSERT_FAILS(FC_LIMIT_EXCEEDED,
                 fc_job_store_accept(store, jobs, photos, 2, (fc_bytes){ 0 }, "", &err), err);
    fc_job_store_set_room(store, (fc_job_room){ 10, 9 });
    ASSERT_FAILS(FC_LIMIT_EXCEEDED,
                 fc_job_store_accept(store, jobs, photos, 2, (fc_bytes){ 0 }, "", &err), err);
    ASSERT_OK(fc_job_store_accept(store, &jobs[0], photos, 1, (fc_bytes){ 0 }, "", &err), err);
    ASSERT_FAILS(FC_BUSY,
                 fc_job_store_accept(store, &jobs[1], photos, 1, (fc_bytes){ 0 }, "", &err), err);
    fc_job_store_set_room(store, (fc_job_room){ 1, 100 });
    ASSERT_FAILS(FC_BUSY,
                 fc_job_store_accept(store, &jobs[1], photos, 1, (fc_bytes){ 0 }, "", &err), err);
    assert_false(fc_stores_has(FC_STORES_B ".photo"));
    const fc_job_ending ending = fc_stores_ending(NULL, 0);
    ASSERT_OK(fc_job_store_finish(store, FC_STORES_A, &ending, &err), err);
    ASSERT_OK(fc_job_store_accept(store, &jobs[1], photos, 1, (fc_bytes){ 0 }, "", &err), err);
}

/* Files may not grow beyond 4 KB: the second photo is not written whole. */
static void a_full_disk_accepts_all_or_none(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    static const uint8_t large[9000];
    const fc_job jobs[2] = { fc_stores_job(FC_STORES_A), fc_stores_job(FC_STORES_B) };
    const fc_bytes photos[2] = { fc_stores_bytes("small"), { large, sizeof large } };
    struct rlimit before = { 0 };
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit small = { 4096, before.rlim_max };
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    const fc_status status = fc_job_store_accept(store, jobs, photos, 2, (fc_bytes){ 0 }, "", &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
    assert_int_equal(status, FC_IO);
    assert_null(strstr(err.text, fc_stores_folder)); /* no server paths */
    assert_false(fc_stores_has(FC_STORES_A ".photo"));
    assert_false(fc_stores_has(FC_STORES_B ".photo"));
    assert_int_equal(count_accepted(store), 0);
    ASSERT_OK(fc_job_store_accept(store, jobs, photos, 2, (fc_bytes){ 0 }, "", &err), err);
    assert_int_equal(count_accepted(store), 2);
}

static void keys_are_kept_with_their_jobs(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_store *store = fc_stores_open();
    fc_job jobs[3] = { fc_stores_job(FC_STORES_A), fc_stores_job(FC_STORES_B),
                       fc_stores_job(FC_STORES_C) };
    const fc_bytes photo = fc_stores_bytes("photo");
    for (int i = 0; i < 3; i++) {
        (void)snprintf(jobs[i].key, sizeof jobs[i].key, "key %d", i);
        (void)snprintf(jobs[i].fingerprint, sizeof jobs[i].fingerprint, "print %d", i);
    }
    fc_job_ending ending = fc_stores_ending(NULL, 0);
    ASSERT_OK(fc_job_store_save(store, &jobs[0], &ending, &err), err);
    ASSERT_OK(fc_job_store_accept(store, &jobs[1], &photo, 1, (fc_bytes){ 0 }, "", &err), err);
    ASSERT_OK(fc_job_store_accept(store, &jobs[2], &photo, 1, (fc_bytes){ 0 }, "", &err), err);
    ending.frees_key = true;
    ASSERT_OK(fc_job_store_finish(store, FC_STORES_C, &ending, &err), err);
    fc_job_store_close(store);

    store = fc_stores_open();
    fc_job_key *keys = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_keys(store, 0, 10, &keys, &count, &err), err);
    assert_int_equal(count, 2); /* that of the third is free again */
    assert_string_equal(keys[0].key, "key 1");
    assert_int_equal(keys[0].finished_s, 0);
    assert_string_equal(keys[1].key, "key 0");
    assert_string_equal(keys[1].fingerprint, "print 0");
    assert_string_equal(keys[1].job_id, FC_STORES_A);
    assert_true(keys[1].finished_s > 0);
    fc_memory_free(keys);
    ASSERT_OK(fc_job_store_keys(store, (int64_t)time(NULL) + 9, 10, &keys, &count, &err), err);
    assert_int_equal(count, 1); /* it is too old */
    fc_memory_free(keys);
    fc_job_store_close(store);
}

static void accepting_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    const fc_job job = fc_stores_job(FC_STORES_A);
    const fc_bytes photo = fc_stores_bytes("photo");
    fc_accepted_job *jobs = NULL;
    size_t count = 0;
    fc_asked_job asked = { 0 };
    SWEEP_ALLOCATIONS(fc_job_store_accept(store, &job, &photo, 1, (fc_bytes){ 0 }, "wish", &err),
                      !fc_stores_has(FC_STORES_A ".photo"));
    SWEEP_ALLOCATIONS(fc_job_store_accepted(store, &jobs, &count, &err), jobs == NULL);
    SWEEP_ALLOCATIONS(fc_job_store_load(store, FC_STORES_A, &asked, &err),
                      asked.photo.data == NULL && asked.wish.data == NULL);
    fc_memory_free(jobs);
    fc_asked_job_clear(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(what_is_accepted_comes_back_whole_in_its_order),
        FC_STORES_TEST(what_comes_with_a_photo_comes_back_behind_it),
        FC_STORES_TEST(nobody_else_may_read_what_is_kept),
        FC_STORES_TEST(a_photo_goes_with_the_end_of_its_job),
        FC_STORES_TEST(there_is_room_for_so_many_photos_and_bytes),
        FC_STORES_TEST(a_full_disk_accepts_all_or_none),
        FC_STORES_TEST(keys_are_kept_with_their_jobs),
        FC_STORES_TEST(accepting_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("store/sqlite_accept", tests, NULL, NULL);
}
