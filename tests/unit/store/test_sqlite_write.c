#include "store/job_store.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/stores.h"

static void a_saved_job_is_found_with_its_pictures(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    fc_job job = { 0 };
    FC_AUTO_BUFFER(answer, 1000);
    ASSERT_OK(fc_job_store_read(store, FC_STORES_A, &job, &answer, &err), err);
    assert_string_equal(job.id, FC_STORES_A);
    assert_string_equal(job.name, "photo of 000a.jpg");
    assert_int_equal(job.state, FC_JOB_SUCCEEDED);
    assert_true(job.finished_s >= job.created_s && job.created_s > 0);
    assert_int_equal(job.expires_s, job.finished_s + 24 * 3600);
    assert_string_equal(fc_buffer_text(&answer), "{\"success\":true}");

    int descriptor = -1;
    fc_stored_picture picture = { 0 };
    char text[16] = "";
    ASSERT_OK(fc_job_store_open_picture(store, FC_STORES_A, FC_PICTURE_JPEG, 1, &descriptor,
                                        &picture, &err),
              err);
    assert_int_equal(read(descriptor, text, sizeof text), 9);
    assert_int_equal(close(descriptor), 0);
    assert_string_equal(text, "123456789");
    assert_int_equal(picture.bytes, 9);
    assert_int_equal(picture.crc32, 0xCBF43926); /* the check value of CRC-32 */
    assert_string_equal(picture.digest, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312"
                                        "448eb225");
    fc_job_totals totals = { 0 };
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    assert_int_equal(totals.jobs[FC_JOB_SUCCEEDED], 1);
    assert_int_equal(totals.picture_bytes, 18);
}

static void a_job_goes_through_its_states(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_job job = { 0 };
    fc_stores_accept(store, FC_STORES_A);
    ASSERT_OK(fc_job_store_run(store, FC_STORES_A, &err), err);
    ASSERT_OK(fc_job_store_read(store, FC_STORES_A, &job, NULL, &err), err);
    assert_int_equal(job.state, FC_JOB_RUNNING);
    assert_int_equal(job.expires_s, 0);
    fc_error why = { 0 };
    assert_int_equal(fc_fail(&why, FC_NO_FACE, "nobody"), FC_NO_FACE);
    const fc_job_ending ending = { .state = FC_JOB_FAILED, .failure = &why };
    ASSERT_OK(fc_job_store_finish(store, FC_STORES_A, &ending, &err), err);
    ASSERT_OK(fc_job_store_run(store, FC_STORES_A, &err), err); /* too late: no effect */
    ASSERT_OK(fc_job_store_read(store, FC_STORES_A, &job, NULL, &err), err);
    assert_int_equal(job.state, FC_JOB_FAILED);
    assert_string_equal(job.error, "no_face_detected");
    assert_string_equal(job.message, "nobody");
}

static void what_has_ended_is_not_written_over(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    const fc_job job = fc_stores_job(FC_STORES_A);
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 1);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_finish(store, FC_STORES_A, &ending, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_job_store_save(store, &job, &ending, &err), err);
    const fc_bytes photo = fc_stores_bytes("photo");
    ASSERT_FAILS(FC_IO, fc_job_store_accept(store, &job, &photo, 1, (fc_bytes){ 0 }, "wish", &err),
                 err);
    assert_false(fc_stores_has(FC_STORES_A ".photo"));
    assert_true(fc_stores_has(FC_STORES_A "-1.png"));
    assert_true(fc_stores_has(FC_STORES_A "-1.jpg"));
}

static void a_deleted_job_leaves_nothing_but_open_files_stay_readable(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    int descriptor = -1;
    fc_stored_picture picture = { 0 };
    ASSERT_OK(fc_job_store_open_picture(store, FC_STORES_A, FC_PICTURE_PNG, 1, &descriptor,
                                        &picture, &err),
              err);
    ASSERT_OK(fc_job_store_delete(store, FC_STORES_A, &err), err);
    assert_false(fc_stores_has(FC_STORES_A "-1.png"));
    assert_false(fc_stores_has(FC_STORES_A "-1.jpg"));
    char text[16] = "";
    assert_int_equal(read(descriptor, text, sizeof text), 9);
    assert_int_equal(close(descriptor), 0);

    /* Deleted while it was worked on: what is finished later is thrown away. */
    fc_stores_accept(store, FC_STORES_B);
    ASSERT_OK(fc_job_store_delete(store, FC_STORES_B, &err), err);
    assert_false(fc_stores_has(FC_STORES_B ".photo"));
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_finish(store, FC_STORES_B, &ending, &err), err);
    assert_false(fc_stores_has(FC_STORES_B "-1.png"));
}

static void jobs_expire_with_their_files(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    for (unsigned i = 0; i < 130; i++) { /* more than one step */
        fc_job job = { 0 };
        (void)snprintf(job.id, sizeof job.id, "%032x", i);
        const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), i == 0 ? 2 : 0);
        ASSERT_OK(fc_job_store_save(store, &job, &ending, &err), err);
    }
    fc_stores_accept(store, "ffffffffffffffffffffffffffffffff");
    int64_t deleted = -1;
    const int64_t now_s = (int64_t)time(NULL);
    ASSERT_OK(fc_job_store_expire(store, now_s + 24 * 3600 - 60, &deleted, &err), err);
    assert_int_equal(deleted, 0);
    ASSERT_OK(fc_job_store_expire(store, now_s + 24 * 3600 + 60, &deleted, &err), err);
    assert_int_equal(deleted, 130);
    fc_job_totals totals = { 0 };
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    assert_int_equal(totals.jobs[FC_JOB_SUCCEEDED], 0);
    assert_int_equal(totals.jobs[FC_JOB_QUEUED], 1);
    assert_int_equal(totals.picture_bytes, 0);
    assert_false(fc_stores_has("00000000000000000000000000000000-1.png"));
}

static void a_folder_that_vanishes_costs_the_job_only(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    char moved[80];
    (void)snprintf(moved, sizeof moved, "%s.moved", fc_stores_folder);
    assert_int_equal(rename(fc_stores_folder, moved), 0);
    const fc_job job = fc_stores_job(FC_STORES_A);
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_FAILS(FC_IO, fc_job_store_save(store, &job, &ending, &err), err);
    assert_null(strstr(err.text, fc_stores_folder)); /* no server paths */
    assert_int_equal(rename(moved, fc_stores_folder), 0);
    fc_stores_save(store, FC_STORES_A);
}

/* Files may not grow beyond 4 KB for a while: as on a full disk, half a file is written. */
static void a_full_disk_costs_the_job_only(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    static uint8_t bytes[100000];
    const fc_job_picture picture = { FC_PICTURE_PNG, 1, { bytes, sizeof bytes } };
    const fc_job job = fc_stores_job(FC_STORES_A);
    const fc_job_ending ending = fc_stores_ending(&picture, 1);
    struct rlimit before = { 0 };
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit small = { 4096, before.rlim_max };
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    ASSERT_FAILS(FC_IO, fc_job_store_save(store, &job, &ending, &err), err);
    const fc_bytes photo = fc_stores_bytes("photo");
    const fc_status begun = /* the database is larger */
        fc_job_store_accept(store, &job, &photo, 1, (fc_bytes){ 0 }, "wish", &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
    assert_int_equal(begun, FC_IO);
    assert_false(fc_stores_has(FC_STORES_A "-1.png"));
    fc_stores_save(store, FC_STORES_A);
    assert_true(fc_stores_has(FC_STORES_A "-1.png"));
}

static void saving_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_store *store = NULL;
    SWEEP_ALLOCATIONS(fc_job_store_open(fc_stores_folder, 24, &store, &err), store == NULL);
    const fc_job job = fc_stores_job(FC_STORES_A);
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    SWEEP_ALLOCATIONS(fc_job_store_save(store, &job, &ending, &err),
                      !fc_stores_has(FC_STORES_A "-1.png"));
    SWEEP_ALLOCATIONS(fc_job_store_delete(store, FC_STORES_A, &err),
                      fc_stores_has(FC_STORES_A "-1.png"));
    fc_job_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(a_saved_job_is_found_with_its_pictures),
        FC_STORES_TEST(a_job_goes_through_its_states),
        FC_STORES_TEST(what_has_ended_is_not_written_over),
        FC_STORES_TEST(a_deleted_job_leaves_nothing_but_open_files_stay_readable),
        FC_STORES_TEST(jobs_expire_with_their_files),
        FC_STORES_TEST(a_folder_that_vanishes_costs_the_job_only),
        FC_STORES_TEST(a_full_disk_costs_the_job_only),
        FC_STORES_TEST(saving_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("store/sqlite_write", tests, NULL, NULL);
}
