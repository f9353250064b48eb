#include "store/job_store.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "store/sqlite_store_private.h"
#include "support/faulty_disk.h"
#include "support/fc_test.h"
#include "support/stores.h"

static const fc_error WHY = { FC_STORAGE_FULL, "the disk of the jobs is full" };

static int on_faulty_disk(void **state)
{
    fc_faulty_disk_install();
    return fc_stores_setup(state);
}

static int off_faulty_disk(void **state)
{
    fc_faulty_disk_remove();
    return fc_stores_teardown(state);
}

#define FAULTY_DISK_TEST(name)                                                                     \
    cmocka_unit_test_setup_teardown(name, on_faulty_disk, off_faulty_disk)

static void an_ending_is_told_at_once_and_recorded_when_it_can_be(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_store *store = fc_stores_open();
    fc_job jobs[2] = { fc_stores_job(FC_STORES_B), fc_stores_job(FC_STORES_A) };
    (void)snprintf(jobs[1].batch, sizeof jobs[1].batch, FC_STORES_B);
    const fc_bytes photos[2] = { { 0 }, fc_stores_bytes("photo") };
    ASSERT_OK(fc_job_store_accept(store, jobs, photos, 2, (fc_bytes){ 0 }, "", &err), err);
    fc_faulty_disk_fail_after(1, FC_FAULT_WRITES);
    const fc_job_ending ending = fc_stores_ending(NULL, 0);
    ASSERT_FAILS(FC_IO, fc_job_store_finish(store, FC_STORES_A, &ending, &err), err);
    fc_job_store_fail(store, FC_STORES_A, &WHY);
    fc_job_store_fail(store, FC_STORES_A, &WHY); /* once is enough */
    fc_job job = { 0 };
    ASSERT_OK(fc_job_store_read(store, FC_STORES_A, &job, NULL, &err), err);
    assert_int_equal(job.state, FC_JOB_FAILED);
    assert_string_equal(job.error, "storage_full");
    assert_string_equal(job.message, WHY.text);
    assert_true(job.finished_s > 0 && job.expires_s == job.finished_s + 24 * 3600);
    fc_job *items = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_items(store, FC_STORES_B, &items, &count, &err), err);
    assert_int_equal(items[0].state, FC_JOB_FAILED); /* as its batch sees it, too */
    fc_memory_free(items);
    assert_false(fc_job_store_settle(store));
    fc_faulty_disk_fail_after(0, FC_FAULT_ONCE);
    assert_true(fc_job_store_settle(store));
    fc_job_store_close(store);

    store = fc_stores_open();
    ASSERT_OK(fc_job_store_read(store, FC_STORES_A, &job, NULL, &err), err);
    assert_int_equal(job.state, FC_JOB_FAILED);
    assert_string_equal(job.error, "storage_full");
    assert_false(fc_stores_has(FC_STORES_A ".photo"));
    fc_job_store_close(store);
}

static void what_could_not_be_recorded_waits_again_in_the_next_process(void **state)
{
    (void)state;
    fc_job_store *store = fc_stores_open();
    fc_stores_accept(store, FC_STORES_A);
    fc_faulty_disk_fail_after(1, FC_FAULT_WRITES);
    fc_job_store_fail(store, FC_STORES_A, &WHY);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_FAILED);
    fc_faulty_disk_fail_after(0, FC_FAULT_ONCE);
    fc_job_store_close(store);
    store = fc_stores_open();
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_QUEUED);
    fc_job_store_close(store);
}

static void nothing_is_owed_for_what_has_ended_or_was_deleted(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    fc_job_store_fail(store, FC_STORES_A, &WHY);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_SUCCEEDED);
    fc_job_store_fail(store, FC_STORES_B, &WHY);
    assert_int_equal(fc_stores_state(store, FC_STORES_B), -1);
    fc_job_store_fail(store, "..", &WHY);

    fc_stores_accept(store, FC_STORES_C);
    fc_faulty_disk_fail_after(1, FC_FAULT_WRITES);
    fc_job_store_fail(store, FC_STORES_C, &WHY);
    fc_faulty_disk_fail_after(0, FC_FAULT_ONCE);
    ASSERT_OK(fc_job_store_delete(store, FC_STORES_C, &err), err);
    assert_true(fc_job_store_settle(store));
    assert_int_equal(fc_stores_state(store, FC_STORES_C), -1);
}

/* Every call of the disk fails once, or from there on until the disk is mended: the job is lost or
 * saved, never half, and the next one is saved. */
static void sweep_faults(fc_fault fault)
{
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    bool failed = true;
    for (int64_t n = 1; failed; n++) {
        fc_job job = { 0 };
        (void)snprintf(job.id, sizeof job.id, "%032llx", (unsigned long long)n);
        const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
        fc_faulty_disk_fail_after(n, fault);
        const fc_status status = fc_job_store_save(store, &job, &ending, &err);
        failed = fc_faulty_disk_has_failed();
        fc_faulty_disk_fail_after(0, FC_FAULT_ONCE);
        char name[64];
        (void)snprintf(name, sizeof name, "%s-1.png", job.id);
        assert_int_equal(fc_stores_has(name), status == FC_OK);
        assert_int_equal(fc_stores_state(store, job.id), status == FC_OK ? FC_JOB_SUCCEEDED : -1);
        if (status != FC_OK) {
            ASSERT_OK(fc_job_store_save(store, &job, &ending, &err), err);
        }
    }
}

static void a_call_that_fails_once_spoils_no_later_job(void **state)
{
    (void)state;
    sweep_faults(FC_FAULT_ONCE);
}

static void a_disk_that_fails_for_a_while_spoils_no_later_job(void **state)
{
    (void)state;
    sweep_faults(FC_FAULT_FOR_GOOD);
}

static int refuse_rollback(void *context, int what, const char *a, const char *b, const char *c,
                           const char *d)
{
    (void)context, (void)b, (void)c, (void)d;
    return what == SQLITE_TRANSACTION && strcmp(a, "ROLLBACK") == 0 ? SQLITE_DENY : SQLITE_OK;
}

/* The transaction stays open: before, every later change was refused for being inside of it. */
static void a_rollback_that_fails_spoils_no_later_job(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    assert_int_equal(sqlite3_set_authorizer(fc_sqlite_of(store)->db, refuse_rollback, NULL),
                     SQLITE_OK);
    const fc_job job = fc_stores_job(FC_STORES_A); /* there is one of this id */
    const fc_bytes photo = fc_stores_bytes("photo");
    ASSERT_FAILS(FC_IO, fc_job_store_accept(store, &job, &photo, 1, (fc_bytes){ 0 }, "", &err),
                 err);
    assert_int_equal(sqlite3_get_autocommit(fc_sqlite_of(store)->db), 0);
    fc_stores_save(store, FC_STORES_B);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_SUCCEEDED);
    assert_int_equal(fc_stores_state(store, FC_STORES_B), FC_JOB_SUCCEEDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULTY_DISK_TEST(an_ending_is_told_at_once_and_recorded_when_it_can_be),
        FAULTY_DISK_TEST(what_could_not_be_recorded_waits_again_in_the_next_process),
        FAULTY_DISK_TEST(nothing_is_owed_for_what_has_ended_or_was_deleted),
        FAULTY_DISK_TEST(a_call_that_fails_once_spoils_no_later_job),
        FAULTY_DISK_TEST(a_disk_that_fails_for_a_while_spoils_no_later_job),
        FC_STORES_TEST(a_rollback_that_fails_spoils_no_later_job),
    };
    return cmocka_run_group_tests_name("store/sqlite_owed", tests, NULL, NULL);
}
