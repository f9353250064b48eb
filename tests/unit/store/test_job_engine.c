/* What the job store promises, whatever engine is behind it: the same cases with the same results
 * for each of them. */
#include "store/job_engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "store/job_store.h"
#include "support/fc_test.h"
#include "support/postgres.h"
#include "support/stores.h"

/* An engine under test. */
typedef struct engine_case {
    const char *name;
    /* A process starts. */
    fc_job_store *(*start)(void);
    /* The process of a store has died, and the next one has found that out. */
    fc_job_store *(*crash)(fc_job_store *store);
} engine_case;

static const engine_case *of(void **state)
{
    return *state;
}

/* Claims at most two; gives how many, and the first. */
static size_t claim(fc_job_store *store, fc_accepted_job *first)
{
    fc_error err = { 0 };
    fc_accepted_job *jobs = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_claim(store, 2, &jobs, &count, &err), err);
    *first = count > 0 ? jobs[0] : (fc_accepted_job){ 0 };
    fc_memory_free(jobs);
    return count;
}

static void claim_one(fc_job_store *store, const char *id, int32_t crashes)
{
    fc_accepted_job first = { 0 };
    assert_int_equal(claim(store, &first), 1);
    assert_string_equal(first.id, id);
    assert_int_equal(first.crashes, crashes);
}

static void claim_none(fc_job_store *store)
{
    fc_accepted_job first = { 0 };
    assert_int_equal(claim(store, &first), 0);
}

/* A batch C with the items A and B. */
static void accept_batch(fc_job_store *store)
{
    fc_error err = { 0 };
    fc_job jobs[3] = { fc_stores_job(FC_STORES_C), fc_stores_job(FC_STORES_A),
                       fc_stores_job(FC_STORES_B) };
    const fc_bytes photos[3] = { { 0 }, fc_stores_bytes("first"), fc_stores_bytes("second") };
    for (int32_t i = 1; i < 3; i++) {
        (void)snprintf(jobs[i].batch, sizeof jobs[i].batch, FC_STORES_C);
        jobs[i].number = i;
    }
    jobs[0].callback = "https://hooks.example.com/1";
    ASSERT_OK(fc_job_store_accept(store, jobs, photos, 3, (fc_bytes){ 0 }, "wish", &err), err);
}

static void finish(fc_job_store *store, const char *id)
{
    fc_error err = { 0 };
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_OK(fc_job_store_finish(store, id, &ending, &err), err);
}

static void read_picture(fc_job_store *store, const char *id, const char *expected)
{
    fc_error err = { 0 };
    fc_stored_picture picture = { 0 };
    char bytes[32] = "";
    int descriptor = -1;
    ASSERT_OK(fc_job_store_open_picture(store, id, FC_PICTURE_PNG, 1, &descriptor, &picture, &err),
              err);
    assert_int_equal(read(descriptor, bytes, sizeof bytes - 1), strlen(expected));
    assert_int_equal(close(descriptor), 0);
    assert_string_equal(bytes, expected);
    assert_int_equal(picture.bytes, strlen(expected));
}

/* ---- accepting ------------------------------------------------------------------------------- */

static void what_is_accepted_is_there_after_a_crash(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    fc_job job = fc_stores_job(FC_STORES_A);
    const fc_bytes photo = fc_stores_bytes("photo");
    (void)snprintf(job.owner, sizeof job.owner, "me");
    (void)snprintf(job.name, sizeof job.name, "na\xefve \xf0\x9f.jpg"); /* no UTF-8 */
    ASSERT_OK(
        fc_job_store_accept(store, &job, &photo, 1, fc_stores_bytes(" behind"), "a=\xff\n", &err),
        err);
    store = of(state)->crash(store);
    fc_asked_job asked = { 0 };
    ASSERT_OK(fc_job_store_load(store, FC_STORES_A, &asked, &err), err);
    assert_string_equal(fc_buffer_text(&asked.photo), "photo behind");
    assert_string_equal(fc_buffer_text(&asked.wish), "a=\xff\n");
    assert_string_equal(asked.job.owner, "me");
    assert_string_equal(asked.job.name, job.name);
    assert_true(asked.accepted_ms / 1000 >= (int64_t)time(NULL) - 60);
    fc_asked_job_clear(&asked);
    claim_one(store, FC_STORES_A, 0); /* nobody had it in work */
    fc_job_store_close(store);
}

static void jobs_are_accepted_all_or_none(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    const fc_job jobs[2] = { fc_stores_job(FC_STORES_B), fc_stores_job(FC_STORES_A) };
    const fc_bytes photos[2] = { fc_stores_bytes("12345"), fc_stores_bytes("12345") };
    const fc_bytes none = { 0 };
    fc_job_store_set_room(store, (fc_job_room){ 1, 100 });
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_job_store_accept(store, jobs, photos, 2, none, "", &err),
                 err);
    fc_job_store_set_room(store, (fc_job_room){ 2, 9 });
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_job_store_accept(store, jobs, photos, 2, none, "", &err),
                 err);
    fc_job_store_set_room(store, (fc_job_room){ 2, 10 });
    ASSERT_OK(fc_job_store_accept(store, &jobs[1], photos, 1, none, "", &err), err);
    ASSERT_FAILS(FC_BUSY, fc_job_store_accept(store, jobs, photos, 2, none, "", &err), err);
    assert_int_equal(fc_stores_state(store, FC_STORES_B), -1);
    assert_int_equal(fc_stores_count(), 1);
    claim_one(store, FC_STORES_A, 0);
    finish(store, FC_STORES_A);
    const fc_job more[2] = { fc_stores_job(FC_STORES_B), fc_stores_job(FC_STORES_C) };
    ASSERT_OK(fc_job_store_accept(store, more, photos, 2, none, "", &err), err);
    fc_job_store_close(store);
}

/* ---- claims ---------------------------------------------------------------------------------- */

static void a_job_is_claimed_once_until_it_is_given_back(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    fc_stores_accept(store, FC_STORES_B);
    fc_stores_accept(store, FC_STORES_A);
    fc_stores_accept(store, FC_STORES_C);
    fc_accepted_job first = { 0 };
    assert_int_equal(claim(store, &first), 2); /* no more than were asked for */
    assert_string_equal(first.id, FC_STORES_B);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_RUNNING);
    assert_int_equal(fc_stores_state(store, FC_STORES_C), FC_JOB_QUEUED);
    claim_one(store, FC_STORES_C, 0);
    claim_none(store);
    ASSERT_OK(fc_job_store_release(store, FC_STORES_A, &err), err);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_QUEUED);
    claim_one(store, FC_STORES_A, 0);
    claim_none(store);
    fc_accepted_job *lost = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_renew(store, &lost, &count, &err), err);
    assert_int_equal(count, 0);
    fc_memory_free(lost);
    fc_job_store_close(store);
}

static void a_job_is_resumed_after_a_crash_and_no_more_after_three(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    fc_stores_accept(store, FC_STORES_A);
    for (int32_t crashes = 0; crashes < FC_JOB_CRASHES_MAX; crashes++) {
        claim_one(store, FC_STORES_A, crashes);
        store = of(state)->crash(store);
    }
    claim_none(store);
    fc_job job = { 0 };
    ASSERT_OK(fc_job_store_read(store, FC_STORES_A, &job, NULL, &err), err);
    assert_int_equal(job.state, FC_JOB_FAILED);
    assert_string_equal(job.error, "limit_exceeded");
    assert_true(job.finished_s > 0);
    fc_job_store_close(store);
}

static void what_has_crashed_comes_after_what_has_not(void **state)
{
    fc_job_store *store = of(state)->start();
    fc_stores_accept(store, FC_STORES_A);
    claim_one(store, FC_STORES_A, 0);
    store = of(state)->crash(store);
    fc_stores_accept(store, FC_STORES_B);
    fc_accepted_job first = { 0 };
    assert_int_equal(claim(store, &first), 2);
    assert_string_equal(first.id, FC_STORES_B);
    fc_job_store_close(store);
}

static void an_end_on_purpose_is_no_crash(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    fc_stores_accept(store, FC_STORES_A);
    claim_one(store, FC_STORES_A, 0);
    ASSERT_OK(fc_job_store_stop(store, &err), err);
    store = of(state)->crash(store);
    claim_one(store, FC_STORES_A, 0);
    fc_job_store_close(store);
}

static void a_batch_is_claimed_when_its_photos_have_ended(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    accept_batch(store);
    fc_accepted_job first = { 0 };
    assert_int_equal(claim(store, &first), 2);
    assert_true(first.photo);
    assert_string_equal(first.batch, FC_STORES_C);
    assert_int_equal(first.number, 1);
    claim_none(store);
    finish(store, FC_STORES_A);
    claim_none(store);
    finish(store, FC_STORES_B);
    assert_int_equal(claim(store, &first), 1);
    assert_string_equal(first.id, FC_STORES_C);
    assert_false(first.photo);
    const fc_job_ending ending = fc_stores_ending(NULL, 0);
    ASSERT_OK(fc_job_store_finish(store, FC_STORES_C, &ending, &err), err);
    fc_stored_picture *pictures = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_pictures(store, FC_STORES_C, &pictures, &count, &err), err);
    assert_int_equal(count, 4);
    assert_string_equal(pictures[0].job_id, FC_STORES_A);
    assert_string_equal(pictures[3].job_id, FC_STORES_B);
    fc_memory_free(pictures);
    fc_job *items = NULL;
    ASSERT_OK(fc_job_store_items(store, FC_STORES_C, &items, &count, &err), err);
    assert_int_equal(count, 2);
    assert_string_equal(items[1].id, FC_STORES_B);
    fc_memory_free(items);
    fc_job_store_close(store);
}

static void each_batch_has_its_turn(void **state)
{
    static const char LATER[] = "0000000000000000000000000000000d";
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    accept_batch(store);
    fc_stores_accept(store, LATER);
    fc_accepted_job *jobs = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_claim(store, 10, &jobs, &count, &err), err);
    assert_int_equal(count, 3);
    assert_string_equal(jobs[0].id, FC_STORES_A);
    assert_string_equal(jobs[1].id, LATER);
    assert_string_equal(jobs[2].id, FC_STORES_B); /* the second photo of the batch */
    fc_memory_free(jobs);
    fc_job_store_close(store);
}

/* ---- ends ------------------------------------------------------------------------------------ */

static void a_job_ends_once_and_its_photo_goes(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    fc_stores_accept(store, FC_STORES_A);
    claim_one(store, FC_STORES_A, 0);
    finish(store, FC_STORES_A);
    assert_int_equal(fc_stores_count(), 2);
    const fc_job_picture other = { FC_PICTURE_PNG, 1, fc_stores_bytes("other") };
    const fc_job_ending again = fc_stores_ending(&other, 1);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_finish(store, FC_STORES_A, &again, &err), err);
    read_picture(store, FC_STORES_A, "png bytes");
    assert_int_equal(fc_stores_count(), 2);
    fc_job job = { 0 };
    FC_AUTO_BUFFER(answer, 100);
    ASSERT_OK(fc_job_store_read(store, FC_STORES_A, &job, &answer, &err), err);
    assert_int_equal(job.state, FC_JOB_SUCCEEDED);
    assert_string_equal(fc_buffer_text(&answer), "{\"success\":true}");
    assert_int_equal(job.expires_s, job.finished_s + 24 * 3600);
    fc_asked_job asked = { 0 };
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_load(store, FC_STORES_A, &asked, &err), err);
    store = of(state)->crash(store);
    read_picture(store, FC_STORES_A, "png bytes");
    claim_none(store);
    fc_job_store_close(store);
}

static void an_ending_of_a_deleted_job_leaves_nothing_behind(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    fc_stores_accept(store, FC_STORES_A);
    claim_one(store, FC_STORES_A, 0);
    ASSERT_OK(fc_job_store_delete(store, FC_STORES_A, &err), err);
    assert_int_equal(fc_stores_count(), 0);
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_finish(store, FC_STORES_A, &ending, &err), err);
    assert_int_equal(fc_stores_count(), 0);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), -1);
    fc_job_store_close(store);
}

static void a_client_may_end_a_job_that_waits(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    fc_stores_accept(store, FC_STORES_A);
    const fc_error why = { FC_CANCELLED, "cancelled by its client" };
    const fc_job_ending ending = { .state = FC_JOB_CANCELLED, .failure = &why };
    ASSERT_OK(fc_job_store_finish(store, FC_STORES_A, &ending, &err), err);
    claim_none(store);
    fc_job job = { 0 };
    ASSERT_OK(fc_job_store_read(store, FC_STORES_A, &job, NULL, &err), err);
    assert_int_equal(job.state, FC_JOB_CANCELLED);
    assert_string_equal(job.error, "cancelled");
    assert_string_equal(job.message, "cancelled by its client");
    assert_int_equal(fc_stores_count(), 0);
    fc_job_store_close(store);
}

static void a_job_that_cannot_be_done_has_failed(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    fc_stores_accept(store, FC_STORES_A);
    claim_one(store, FC_STORES_A, 0);
    const fc_error why = { FC_STORAGE_FULL, "the disk is full" };
    fc_job_store_fail(store, FC_STORES_A, &why);
    assert_true(fc_job_store_settle(store));
    fc_job job = { 0 };
    ASSERT_OK(fc_job_store_read(store, FC_STORES_A, &job, NULL, &err), err);
    assert_int_equal(job.state, FC_JOB_FAILED);
    assert_string_equal(job.error, "storage_full");
    assert_int_equal(fc_stores_count(), 0);
    fc_job_store_fail(store, FC_STORES_B, &why); /* nobody knows it */
    assert_int_equal(fc_stores_state(store, FC_STORES_B), -1);
    fc_job_store_close(store);
}

static void what_was_answered_at_once_is_kept_as_well(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    fc_stores_save(store, FC_STORES_A);
    read_picture(store, FC_STORES_A, "png bytes");
    const fc_job job = fc_stores_job(FC_STORES_A);
    const fc_job_ending ending = fc_stores_ending(NULL, 0);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_job_store_save(store, &job, &ending, &err), err);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_SUCCEEDED);
    int descriptor = -1;
    fc_stored_picture picture = { 0 };
    ASSERT_FAILS(FC_NOT_FOUND,
                 fc_job_store_open_picture(store, FC_STORES_A, FC_PICTURE_PNG, 2, &descriptor,
                                           &picture, &err),
                 err);
    fc_job_store_close(store);
}

static void operators_see_all_jobs_the_latest_first(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    fc_stores_save(store, FC_STORES_C);
    fc_stores_accept(store, FC_STORES_A);
    fc_job *jobs = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_list(store, -1, 10, &jobs, &count, &err), err);
    assert_int_equal(count, 2);
    fc_memory_free(jobs);
    ASSERT_OK(fc_job_store_list(store, FC_JOB_QUEUED, 10, &jobs, &count, &err), err);
    assert_int_equal(count, 1);
    assert_string_equal(jobs[0].id, FC_STORES_A);
    fc_memory_free(jobs);
    ASSERT_OK(fc_job_store_list(store, -1, 1, &jobs, &count, &err), err);
    assert_int_equal(count, 1);
    fc_memory_free(jobs);
    ASSERT_OK(fc_job_store_list(store, FC_JOB_CANCELLED, 1, &jobs, &count, &err), err);
    assert_int_equal(count, 0);
    assert_null(jobs);
    fc_job_store_close(store);
}

static void what_is_not_dead_is_not_tried_again(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    fc_stores_save(store, FC_STORES_A);
    fc_stores_accept(store, FC_STORES_B);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_job_store_retry(store, FC_STORES_A, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_job_store_retry(store, FC_STORES_B, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_retry(store, FC_STORES_C, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_retry(store, "..", &err), err);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_SUCCEEDED);
    fc_job_store_close(store);
}

/* ---- deleting -------------------------------------------------------------------------------- */

static void deleting_takes_items_and_pictures_along(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    accept_batch(store);
    fc_accepted_job first = { 0 };
    assert_int_equal(claim(store, &first), 2);
    finish(store, FC_STORES_A);
    assert_int_equal(fc_stores_count(), 3);
    int descriptor = -1;
    fc_stored_picture picture = { 0 };
    ASSERT_OK(fc_job_store_open_picture(store, FC_STORES_A, FC_PICTURE_JPEG, 1, &descriptor,
                                        &picture, &err),
              err);
    ASSERT_OK(fc_job_store_delete(store, FC_STORES_C, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_delete(store, FC_STORES_C, &err), err);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), -1);
    assert_int_equal(fc_stores_state(store, FC_STORES_B), -1);
    assert_int_equal(fc_stores_count(), 0);
    char bytes[16] = "";
    assert_int_equal(read(descriptor, bytes, sizeof bytes), 9); /* who reads it goes on */
    assert_int_equal(close(descriptor), 0);
    fc_callback callback = { 0 };
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_callback(store, FC_STORES_C, &callback, &err), err);
    claim_none(store);
    fc_job_store_close(store);
}

static void jobs_expire_when_their_time_has_come(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    const int64_t now_s = fc_job_store_now_s(store);
    assert_true(llabs(now_s - (int64_t)time(NULL)) < 300); /* one machine's clock, read twice */
    fc_stores_save(store, FC_STORES_A);
    fc_stores_accept(store, FC_STORES_B);
    int64_t deleted = -1;
    ASSERT_OK(fc_job_store_expire(store, now_s, &deleted, &err), err);
    assert_int_equal(deleted, 0);
    ASSERT_OK(fc_job_store_expire(store, now_s + 24 * 3600 + 60, &deleted, &err), err);
    assert_int_equal(deleted, 1);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), -1);
    assert_int_equal(fc_stores_state(store, FC_STORES_B), FC_JOB_QUEUED); /* it has not ended */
    assert_int_equal(fc_stores_count(), 1);
    fc_job_store_close(store);
}

/* ---- keys, callbacks, totals ----------------------------------------------------------------- */

static void keys_are_there_after_a_crash_as_long_as_their_jobs(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    fc_job jobs[2] = { fc_stores_job(FC_STORES_A), fc_stores_job(FC_STORES_B) };
    const fc_bytes photos[2] = { fc_stores_bytes("photo"), fc_stores_bytes("photo") };
    for (int i = 0; i < 2; i++) {
        (void)snprintf(jobs[i].key, sizeof jobs[i].key, "key %d", i);
        (void)snprintf(jobs[i].fingerprint, sizeof jobs[i].fingerprint, "print %d", i);
    }
    ASSERT_OK(fc_job_store_accept(store, jobs, photos, 2, (fc_bytes){ 0 }, "", &err), err);
    store = of(state)->crash(store);
    fc_job_key *keys = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_keys(store, 0, 10, &keys, &count, &err), err);
    assert_int_equal(count, 2);
    fc_memory_free(keys);
    fc_job_key found = { 0 };
    ASSERT_OK(fc_job_store_find_key(store, "key 1", &found, &err), err);
    assert_string_equal(found.job_id, FC_STORES_B);
    assert_string_equal(found.fingerprint, "print 1");
    assert_int_equal(found.finished_s, 0);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_find_key(store, "key 2", &found, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_find_key(store, "", &found, &err), err);
    fc_accepted_job first = { 0 };
    assert_int_equal(claim(store, &first), 2);
    fc_job_ending ending = fc_stores_ending(NULL, 0);
    ASSERT_OK(fc_job_store_finish(store, FC_STORES_A, &ending, &err), err);
    ending.frees_key = true;
    ASSERT_OK(fc_job_store_finish(store, FC_STORES_B, &ending, &err), err);
    ASSERT_OK(fc_job_store_keys(store, 0, 10, &keys, &count, &err), err);
    assert_int_equal(count, 1);
    assert_string_equal(keys[0].key, "key 0");
    assert_string_equal(keys[0].fingerprint, "print 0");
    assert_string_equal(keys[0].job_id, FC_STORES_A);
    assert_true(keys[0].finished_s > 0);
    fc_memory_free(keys);
    ASSERT_OK(fc_job_store_keys(store, (int64_t)time(NULL) + 9, 10, &keys, &count, &err), err);
    assert_int_equal(count, 0); /* it is too old */
    fc_memory_free(keys);
    fc_job_store_close(store);
}

static void a_callback_is_due_from_the_end_of_its_job_until_it_is_delivered(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    const int64_t far_s = (int64_t)time(NULL) + 1000000;
    fc_job job = fc_stores_job(FC_STORES_A);
    (void)snprintf(job.owner, sizeof job.owner, "me");
    job.callback = "https://hooks.example.com/1";
    const fc_bytes photo = fc_stores_bytes("photo");
    ASSERT_OK(fc_job_store_accept(store, &job, &photo, 1, (fc_bytes){ 0 }, "", &err), err);
    fc_callback *due = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_due(store, far_s, 10, &due, &count, &err), err);
    assert_int_equal(count, 0);
    claim_one(store, FC_STORES_A, 0);
    finish(store, FC_STORES_A);
    store = of(state)->crash(store);
    ASSERT_OK(fc_job_store_due(store, far_s, 10, &due, &count, &err), err);
    assert_int_equal(count, 1);
    fc_callback callback = due[0];
    fc_memory_free(due);
    assert_string_equal(callback.job_id, FC_STORES_A);
    assert_string_equal(callback.owner, "me");
    assert_string_equal(callback.url, job.callback);
    assert_int_equal(callback.state, FC_CALLBACK_WAITING);
    assert_int_equal(callback.due_s, callback.finished_s);
    callback.tries = 1;
    callback.due_s = far_s;
    (void)snprintf(callback.error, sizeof callback.error, "it said 500");
    ASSERT_OK(fc_job_store_record_try(store, &callback, &err), err);
    ASSERT_OK(fc_job_store_due(store, far_s - 1, 10, &due, &count, &err), err);
    assert_int_equal(count, 0);
    ASSERT_OK(fc_job_store_callback(store, FC_STORES_A, &callback, &err), err);
    assert_int_equal(callback.tries, 1);
    assert_string_equal(callback.error, "it said 500");
    callback.state = FC_CALLBACK_DELIVERED;
    ASSERT_OK(fc_job_store_record_try(store, &callback, &err), err);
    ASSERT_OK(fc_job_store_due(store, far_s + 1, 10, &due, &count, &err), err);
    assert_int_equal(count, 0);
    (void)snprintf(callback.job_id, sizeof callback.job_id, FC_STORES_B);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_record_try(store, &callback, &err), err);
    fc_job_store_close(store);
}

static void totals_follow_whatever_happens(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    fc_job_totals totals = { 0 };
    accept_batch(store);
    ASSERT_OK(fc_job_store_probe(store, &err), err);
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    assert_int_equal(totals.jobs[FC_JOB_QUEUED], 3);
    assert_int_equal(totals.callbacks_waiting, 1);
    fc_accepted_job first = { 0 };
    assert_int_equal(claim(store, &first), 2);
    finish(store, FC_STORES_A);
    store = of(state)->crash(store);
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    assert_int_equal(totals.jobs[FC_JOB_SUCCEEDED], 1);
    assert_int_equal(totals.jobs[FC_JOB_QUEUED] + totals.jobs[FC_JOB_RUNNING], 2);
    assert_int_equal(totals.picture_bytes, 18);
    ASSERT_OK(fc_job_store_delete(store, FC_STORES_C, &err), err);
    ASSERT_OK(fc_job_store_expire(store, (int64_t)time(NULL), NULL, &err), err);
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    for (int i = 0; i < FC_JOB_STATES_COUNT; i++) {
        assert_int_equal(totals.jobs[i], 0);
    }
    assert_int_equal(totals.picture_bytes, 0);
    assert_int_equal(totals.callbacks_waiting, 0);
    fc_job_store_close(store);
}

static fc_job_backlog backlog_of(fc_job_store *store)
{
    fc_error err = { 0 };
    fc_job_backlog backlog = { 0 };
    ASSERT_OK(fc_job_store_backlog(store, &backlog, &err), err);
    return backlog;
}

/* Photos alone: of the batch nobody is to say that it waits. */
static void what_waits_is_counted_and_its_age_told(void **state)
{
    fc_error err = { 0 };
    fc_job_store *store = of(state)->start();
    fc_accepted_job first = { 0 };
    fc_job_backlog backlog = backlog_of(store);
    assert_int_equal(backlog.waiting + backlog.claimed + backlog.dead, 0);
    assert_int_equal(backlog.oldest_ms, 0);
    accept_batch(store);
    while (backlog.oldest_ms == 0) { /* a moment goes by */
        backlog = backlog_of(store);
    }
    assert_int_equal(backlog.waiting, 2);
    assert_int_equal(backlog.claimed, 0);
    assert_int_equal(claim(store, &first), 2);
    backlog = backlog_of(store);
    assert_int_equal(backlog.waiting, 0);
    assert_int_equal(backlog.claimed, 2);
    assert_int_equal(backlog.oldest_ms, 0);
    ASSERT_OK(fc_job_store_release(store, FC_STORES_B, &err), err);
    finish(store, FC_STORES_A);
    backlog = backlog_of(store);
    assert_int_equal(backlog.waiting, 1);
    assert_int_equal(backlog.claimed + backlog.dead, 0);
    fc_job_store_close(store);
}

/* ---- the engines ----------------------------------------------------------------------------- */

/* As far as a store can tell: its process has ended without a word, and another one starts. */
static fc_job_store *sqlite_crash(fc_job_store *store)
{
    fc_job_store_close(store);
    return fc_stores_open();
}

static const engine_case SQLITE = { "store/job_engine, SQLite", fc_stores_open, sqlite_crash };

/* Processes that have died and do not know it yet. */
static fc_job_store *zombies[8];
static size_t zombie_count;

static fc_job_store *postgres_crash(fc_job_store *store)
{
    fc_postgres_server_outlast();
    zombies[zombie_count++] = store;
    return fc_postgres_server_open();
}

static const engine_case POSTGRES = { "store/job_engine, PostgreSQL", fc_postgres_server_open,
                                      postgres_crash };

static int teardown_case(void **state)
{
    while (zombie_count > 0) {
        fc_job_store_close(zombies[--zombie_count]);
    }
    if (*state == &POSTGRES) {
        fc_postgres_server_clear();
    }
    return fc_stores_teardown(state);
}

static int run(const engine_case *engine, CMFixtureFunction teardown)
{
#define CASE(name)                                                                                 \
    {                                                                                              \
#name, name, fc_stores_setup, teardown_case, (void *)(uintptr_t)engine                     \
    }
    const struct CMUnitTest tests[] = {
        CASE(what_is_accepted_is_there_after_a_crash),
        CASE(jobs_are_accepted_all_or_none),
        CASE(a_job_is_claimed_once_until_it_is_given_back),
        CASE(a_job_is_resumed_after_a_crash_and_no_more_after_three),
        CASE(what_has_crashed_comes_after_what_has_not),
        CASE(an_end_on_purpose_is_no_crash),
        CASE(a_batch_is_claimed_when_its_photos_have_ended),
        CASE(each_batch_has_its_turn),
        CASE(a_job_ends_once_and_its_photo_goes),
        CASE(an_ending_of_a_deleted_job_leaves_nothing_behind),
        CASE(a_client_may_end_a_job_that_waits),
        CASE(a_job_that_cannot_be_done_has_failed),
        CASE(what_was_answered_at_once_is_kept_as_well),
        CASE(operators_see_all_jobs_the_latest_first),
        CASE(what_is_not_dead_is_not_tried_again),
        CASE(deleting_takes_items_and_pictures_along),
        CASE(jobs_expire_when_their_time_has_come),
        CASE(keys_are_there_after_a_crash_as_long_as_their_jobs),
        CASE(a_callback_is_due_from_the_end_of_its_job_until_it_is_delivered),
        CASE(totals_follow_whatever_happens),
        CASE(what_waits_is_counted_and_its_age_told),
    };
#undef CASE
    return cmocka_run_group_tests_name(engine->name, tests, NULL, teardown);
}

int main(void)
{
    const int failures = run(&SQLITE, NULL);
    if (!fc_postgres_server_start()) {
        (void)fputs("PostgreSQL is not installed: its engine is not tested\n", stderr);
        return failures;
    }
    return failures + run(&POSTGRES, fc_postgres_group_teardown);
}
