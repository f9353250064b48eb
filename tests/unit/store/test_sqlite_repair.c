#define _GNU_SOURCE /* kill */
#include "store/job_store.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/number.h"
#include "support/fc_test.h"
#include "support/stores.h"

static void opening_clears_up_after_a_crash(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_store *store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    fc_stores_save(store, FC_STORES_B);
    fc_stores_accept(store, FC_STORES_C);
    fc_job_store_close(store);
    fc_stores_put(FC_STORES_A ".photo");             /* of a job that has ended */
    fc_stores_put(FC_STORES_B ".photo.part");        /* not even finished */
    fc_stores_put(FC_STORES_C "-1.png");             /* begun, never recorded */
    fc_stores_put(FC_STORES_C "-2.jpg.1234-5.part"); /* not even finished, by version 1.0.0 */
    fc_stores_put(".facecraft-1234-5.part");         /* by this one */
    fc_stores_put(".facecraft-1234-5.partly");       /* not ours */
    fc_stores_put("portrait.png");                   /* not ours */
    fc_stores_put(FC_STORES_C "-1.png.bak");         /* nor this */
    fc_stores_put("0000000000000000-1.png");         /* nor this */
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", fc_stores_folder, FC_STORES_B "-1.jpg");
    assert_int_equal(unlink(path), 0); /* somebody took a file away */

    store = fc_stores_open();
    assert_false(fc_stores_has(FC_STORES_A ".photo"));
    assert_false(fc_stores_has(FC_STORES_B ".photo.part"));
    assert_true(fc_stores_has(FC_STORES_C ".photo"));
    assert_false(fc_stores_has(FC_STORES_C "-1.png"));
    assert_false(fc_stores_has(FC_STORES_C "-2.jpg.1234-5.part"));
    assert_false(fc_stores_has(".facecraft-1234-5.part"));
    assert_true(fc_stores_has(".facecraft-1234-5.partly"));
    assert_true(fc_stores_has("portrait.png"));
    assert_true(fc_stores_has(FC_STORES_C "-1.png.bak"));
    assert_true(fc_stores_has("0000000000000000-1.png"));
    assert_true(fc_stores_has(FC_STORES_A "-1.png"));
    assert_false(fc_stores_has(FC_STORES_B "-1.png"));
    fc_job job = { 0 };
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_read(store, FC_STORES_B, &job, NULL, &err), err);
    ASSERT_OK(fc_job_store_read(store, FC_STORES_C, &job, NULL, &err), err);
    assert_int_equal(job.state, FC_JOB_QUEUED); /* it waits again */
    fc_job_store_close(store);
}

static fc_accepted_job accepted(fc_job_store *store, const char *id)
{
    fc_error err = { 0 };
    fc_accepted_job *jobs = NULL;
    fc_accepted_job found = { .crashes = -1 };
    size_t count = 0;
    ASSERT_OK(fc_job_store_accepted(store, &jobs, &count, &err), err);
    for (size_t i = 0; i < count; i++) {
        found = strcmp(jobs[i].id, id) == 0 ? jobs[i] : found;
    }
    fc_memory_free(jobs);
    return found;
}

/* A crash, as far as a store can tell: it is closed with a job that runs. */
static void crash_in(const char *id)
{
    fc_error err = { 0 };
    fc_job_store *store = fc_stores_open();
    ASSERT_OK(fc_job_store_run(store, id, &err), err);
    assert_int_equal(fc_stores_state(store, id), FC_JOB_RUNNING);
    fc_job_store_close(store);
}

static void what_was_running_waits_again_and_three_crashes_are_enough(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_store *store = fc_stores_open();
    fc_stores_accept(store, FC_STORES_A);
    fc_stores_accept(store, FC_STORES_B);
    fc_job_store_close(store);
    for (int crashes = 1; crashes < FC_JOB_CRASHES_MAX; crashes++) {
        crash_in(FC_STORES_A);
        store = fc_stores_open();
        assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_QUEUED);
        assert_int_equal(accepted(store, FC_STORES_A).crashes, crashes);
        assert_int_equal(accepted(store, FC_STORES_B).crashes, 0);
        fc_job_store_close(store);
    }
    crash_in(FC_STORES_A);
    store = fc_stores_open();
    fc_job job = { 0 };
    ASSERT_OK(fc_job_store_read(store, FC_STORES_A, &job, NULL, &err), err);
    assert_int_equal(job.state, FC_JOB_FAILED);
    assert_string_equal(job.error, "limit_exceeded");
    assert_string_equal(job.message, "the service has ended 3 times in the middle of this photo; "
                                     "it is not tried again");
    assert_false(fc_stores_has(FC_STORES_A ".photo"));
    assert_int_equal(fc_stores_state(store, FC_STORES_B), FC_JOB_QUEUED);
    fc_job_store_close(store);
}

static void an_end_on_purpose_counts_against_no_photo(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_store *store = fc_stores_open();
    fc_stores_accept(store, FC_STORES_A);
    ASSERT_OK(fc_job_store_run(store, FC_STORES_A, &err), err);
    ASSERT_OK(fc_job_store_stop(store, &err), err);
    fc_job_store_close(store);
    store = fc_stores_open();
    assert_int_equal(accepted(store, FC_STORES_A).crashes, 0);
    fc_job_store_close(store);
    crash_in(FC_STORES_A); /* the next process is not ending */
    store = fc_stores_open();
    assert_int_equal(accepted(store, FC_STORES_A).crashes, 1);
    fc_job_store_close(store);
}

static void a_job_without_its_photo_has_failed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_store *store = fc_stores_open();
    fc_stores_accept(store, FC_STORES_A);
    fc_stores_accept(store, FC_STORES_B);
    fc_job_store_close(store);
    fc_stores_put(FC_STORES_A ".photo"); /* four bytes instead of five */
    store = fc_stores_open();
    fc_job job = { 0 };
    ASSERT_OK(fc_job_store_read(store, FC_STORES_A, &job, NULL, &err), err);
    assert_int_equal(job.state, FC_JOB_FAILED);
    assert_string_equal(job.error, "io_error");
    assert_int_equal(accepted(store, FC_STORES_A).crashes, -1);
    assert_false(fc_stores_has(FC_STORES_A ".photo"));
    assert_int_equal(fc_stores_state(store, FC_STORES_B), FC_JOB_QUEUED);
    fc_job_store_close(store);
}

static void photos_of_a_batch_that_was_never_answered_are_forgotten(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_store *store = fc_stores_open();
    fc_job item = fc_stores_job(FC_STORES_A);
    (void)snprintf(item.batch, sizeof item.batch, "%s", FC_STORES_B);
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_OK(fc_job_store_save(store, &item, &ending, &err), err);
    fc_job_store_close(store);
    store = fc_stores_open();
    assert_int_equal(fc_stores_state(store, FC_STORES_A), -1);
    assert_false(fc_stores_has(FC_STORES_A "-1.png"));
    fc_job_store_close(store);
}

/* ---- kill -9 --------------------------------------------------------------------------------- */

/* Save, delete and expire as fast as it goes, and tell each job that is safe through the pipe. */
static void work_until_killed(int acknowledgements, unsigned round)
{
    fc_job_store *store = NULL;
    if (fc_job_store_open(fc_stores_folder, 24, &store, NULL) != FC_OK) {
        _exit(3);
    }
    static uint8_t bytes[50000];
    memset(bytes, (int)(round & 0xFF), sizeof bytes);
    for (unsigned i = 0;; i++) {
        fc_job job = { 0 };
        (void)snprintf(job.id, sizeof job.id, "%016x%016x", round, i);
        const fc_job_picture pictures[] = {
            { FC_PICTURE_PNG, 1, { bytes, sizeof bytes } },
            { FC_PICTURE_JPEG, 1, { bytes, 1000 + i } },
        };
        const fc_job_ending ending = fc_stores_ending(pictures, 2);
        const bool late = i % 2 == 0;
        const fc_bytes photo = { bytes, 1000 };
        const fc_status status =
            late ? fc_job_store_accept(store, &job, &photo, 1, (fc_bytes){ 0 }, "wish", NULL)
                 : FC_OK;
        if (status != FC_OK || (late ? fc_job_store_finish(store, job.id, &ending, NULL)
                                     : fc_job_store_save(store, &job, &ending, NULL)) != FC_OK) {
            _exit(4);
        }
        if (i % 5 == 4) {
            if (fc_job_store_delete(store, job.id, NULL) != FC_OK) {
                _exit(5);
            }
        } else if (write(acknowledgements, job.id, FC_JOB_ID_SIZE) != FC_JOB_ID_SIZE) {
            _exit(6);
        }
    }
}

static void assert_whole(fc_job_store *store, const char *id)
{
    fc_error err = { 0 };
    for (int type = FC_PICTURE_PNG; type <= FC_PICTURE_JPEG; type++) {
        int descriptor = -1;
        fc_stored_picture picture = { 0 };
        struct stat facts = { 0 };
        ASSERT_OK(fc_job_store_open_picture(store, id, (fc_picture_type)type, 1, &descriptor,
                                            &picture, &err),
                  err);
        assert_int_equal(fstat(descriptor, &facts), 0);
        assert_int_equal(facts.st_size, picture.bytes);
        assert_int_equal(close(descriptor), 0);
    }
}

/* Files of a kind in the folder; fails when one was begun and never finished. */
static int64_t count_files(const char *kind)
{
    DIR *open_folder = opendir(fc_stores_folder);
    assert_non_null(open_folder);
    int64_t count = 0;
    for (const struct dirent *at = readdir(open_folder); at != NULL; at = readdir(open_folder)) {
        assert_null(strstr(at->d_name, ".part"));
        count += strstr(at->d_name, kind) != NULL ? 1 : 0;
    }
    assert_int_equal(closedir(open_folder), 0);
    return count;
}

/* After a reopening every file has its record. */
static void assert_in_order(fc_job_store *store)
{
    fc_error err = { 0 };
    fc_job_totals totals = { 0 };
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    fc_accepted_job *waiting = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_accepted(store, &waiting, &count, &err), err);
    fc_memory_free(waiting);
    assert_int_equal(totals.jobs[FC_JOB_QUEUED], count);
    assert_int_equal(totals.jobs[FC_JOB_RUNNING], 0);
    assert_int_equal(count_files("-1."), 2 * totals.jobs[FC_JOB_SUCCEEDED]);
    assert_int_equal(count_files(".photo"), count);
}

static void kill_one(unsigned round)
{
    int pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        (void)close(pipe_ends[0]);
        work_until_killed(pipe_ends[1], round);
    }
    (void)close(pipe_ends[1]);
    char first[FC_JOB_ID_SIZE];
    assert_int_equal(read(pipe_ends[0], first, sizeof first), sizeof first);
    const struct timespec time = { 0, (long)(round * 7919 % 40) * 500000 };
    (void)nanosleep(&time, NULL);
    assert_int_equal(kill(child, SIGKILL), 0);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));

    FC_AUTO(fc_job_store) store = fc_stores_open();
    assert_in_order(store);
    char id[FC_JOB_ID_SIZE];
    assert_whole(store, first);
    while (read(pipe_ends[0], id, sizeof id) == (ssize_t)sizeof id) {
        assert_whole(store, id);
    }
    (void)close(pipe_ends[0]);
}

/* FC_TEST_KILLS: how often, 20 unless it is set. */
static void kill_9_leaves_nothing_torn(void **state)
{
    (void)state;
    int64_t kills = 20;
    const char *asked = getenv("FC_TEST_KILLS");
    if (asked != NULL) {
        assert_true(fc_parse_integer(asked, &kills));
    }
    for (int64_t round = 1; round <= kills; round++) {
        kill_one((unsigned)round);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(opening_clears_up_after_a_crash),
        FC_STORES_TEST(what_was_running_waits_again_and_three_crashes_are_enough),
        FC_STORES_TEST(an_end_on_purpose_counts_against_no_photo),
        FC_STORES_TEST(a_job_without_its_photo_has_failed),
        FC_STORES_TEST(photos_of_a_batch_that_was_never_answered_are_forgotten),
        FC_STORES_TEST(kill_9_leaves_nothing_torn),
    };
    return cmocka_run_group_tests_name("store/sqlite_repair", tests, NULL, NULL);
}
