#include "service/async_job.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/stores.h"
#include "support/stub_service.h"

static void a_photo_is_answered_later(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    char id[FC_JOB_ID_SIZE];
    char failing[FC_JOB_ID_SIZE];
    char text[FC_JOB_ID_SIZE];
    fc_service *service = fc_stub_service(&stub, 2, 8);
    ASSERT_OK(fc_stub_accept(service, "q", false, id, &err), err);
    ASSERT_OK(fc_stub_accept(service, "f", false, failing, &err), err);
    ASSERT_OK(fc_stub_accept(service, "-", false, text, &err), err);
    assert_int_equal(fc_stub_await_job(service, id).state, FC_JOB_SUCCEEDED);
    assert_string_equal(fc_stub_await_job(service, failing).error, "corrupt_image");
    assert_string_equal(fc_stub_await_job(service, text).error, "unsupported_format");
    char name[64];
    (void)snprintf(name, sizeof name, "%s-1.png", id);
    assert_true(fc_stores_has(name));
    (void)snprintf(name, sizeof name, "%s.photo", id);
    fc_stores_await_gone(name); /* a moment after the end is recorded */
    fc_stub_service_end(service);
}

static json_t *read_answer(fc_service *service, const char *id)
{
    fc_error err = { 0 };
    fc_job job = { 0 };
    FC_AUTO_BUFFER(text, 1 << 20);
    ASSERT_OK(fc_job_store_read(service->store, id, &job, &text, &err), err);
    json_t *answer = json_loadb((const char *)text.data, text.size, 0, NULL);
    assert_non_null(answer);
    return answer;
}

static int64_t number_of(const json_t *answer, const char *key)
{
    return json_integer_value(json_object_get(answer, key));
}

/* Before, a batch whose queue was full when its thread began stayed queued for ever. */
static void a_full_queue_is_waited_for(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    char ids[3][FC_JOB_ID_SIZE];
    fc_service *service = fc_stub_service(&stub, 1, 1);
    FC_AUTO(fc_task) running = fc_stub_task(service->pool, 'w');
    fc_stub_await_busy(service->pool, 1);
    FC_AUTO(fc_task) waiting = fc_stub_task(service->pool, 'w');
    for (int i = 0; i < 3; i++) {
        ASSERT_OK(fc_stub_accept(service, "qf-n", true, ids[i], &err), err);
    }
    fc_stub_sleep_ms(100); /* time to find the queue full */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fc_stores_state(service->store, ids[i]), FC_JOB_QUEUED);
    }
    atomic_store(&stub.open, true);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fc_stub_await_job(service, ids[i]).state, FC_JOB_SUCCEEDED);
        json_t *answer = read_answer(service, ids[i]);
        assert_int_equal(number_of(answer, "total"), 4);
        assert_int_equal(number_of(answer, "successful"), 1);
        const json_t *results = json_object_get(answer, "results");
        const json_t *first = json_array_get(results, 0);
        assert_non_null(strstr(json_string_value(json_object_get(first, "download_url")), "/png"));
        assert_string_equal(json_string_value(json_object_get(json_array_get(results, 2), "error")),
                            "unsupported_format");
        assert_string_equal(json_string_value(json_object_get(json_array_get(results, 3), "error")),
                            "no_face_detected");
        json_decref(answer);
    }
    /* A moment after the last batch is recorded. */
    while (fc_async_jobs_count(service->async_jobs) > 0) {
        fc_stub_sleep_ms(1);
    }
    fc_stub_service_end(service);
}

static void what_cannot_be_saved_has_failed_and_its_batch_ends(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    char one[FC_JOB_ID_SIZE];
    char batch[FC_JOB_ID_SIZE];
    char away[sizeof fc_stores_folder + 8];
    (void)snprintf(away, sizeof away, "%s.away", fc_stores_folder);
    fc_service *service = fc_stub_service(&stub, 2, 8);
    ASSERT_OK(fc_stub_accept(service, "w", false, one, &err), err);
    ASSERT_OK(fc_stub_accept(service, "ww", true, batch, &err), err);
    fc_stub_await_busy(service->pool, 2);
    assert_int_equal(rename(fc_stores_folder, away), 0);
    atomic_store(&stub.open, true);
    fc_job job = fc_stub_await_job(service, one);
    assert_int_equal(job.state, FC_JOB_FAILED);
    assert_string_equal(job.error, "io_error");
    assert_string_equal(job.message, "the output folder is gone");
    assert_int_equal(fc_stub_await_job(service, batch).state, FC_JOB_FAILED);
    assert_int_equal(rename(away, fc_stores_folder), 0);
    while (!fc_job_store_settle(service->store)) { /* its thread does so within a second */
        fc_stub_sleep_ms(10);
    }
    fc_stub_service_end(service);

    service = fc_stub_service(&stub, 2, 8);
    assert_int_equal(fc_stores_state(service->store, one), FC_JOB_FAILED);
    assert_int_equal(fc_stores_state(service->store, batch), FC_JOB_FAILED);
    fc_stub_service_end(service);
}

static void what_was_accepted_goes_on_in_the_next_process(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    char ids[10][FC_JOB_ID_SIZE];
    fc_service *service = fc_stub_service(&stub, 2, 8);
    for (int i = 0; i < 9; i++) {
        ASSERT_OK(fc_stub_accept(service, "w", i == 8, ids[i], &err), err);
    }
    ASSERT_OK(fc_stub_accept(service, "wwww", true, ids[9], &err), err);
    fc_stub_await_busy(service->pool, 2);
    fc_stub_service_end(service);
    assert_int_equal(atomic_load(&stub.done), 2); /* cut short */

    atomic_store(&stub.open, true);
    service = fc_stub_service(&stub, 2, 8);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(fc_stub_await_job(service, ids[i]).state, FC_JOB_SUCCEEDED);
    }
    json_t *answer = read_answer(service, ids[9]);
    assert_int_equal(number_of(answer, "successful"), 4);
    json_decref(answer);
    fc_stub_service_end(service);
    assert_int_equal(atomic_load(&stub.done), 2 + 13); /* each once */
}

/* The last photo had ended, the batch had not: so a crash may leave it. */
static void a_batch_of_ended_photos_ends_at_the_start(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_job jobs[2] = { fc_stores_job(FC_STORES_A), fc_stores_job(FC_STORES_B) };
    (void)snprintf(jobs[1].batch, sizeof jobs[1].batch, FC_STORES_A);
    jobs[1].number = 1;
    const fc_bytes photos[2] = { { 0 }, fc_stub_photo('q') };
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_OK(fc_job_store_accept(store, jobs, photos, 2, (fc_bytes){ 0 }, "", &err), err);
    ASSERT_OK(fc_job_store_finish(store, FC_STORES_B, &ending, &err), err);
    fc_job_store_close(FC_STEAL(store));

    fc_service *service = fc_stub_service(&stub, 1, 1);
    assert_int_equal(fc_stub_await_job(service, FC_STORES_A).state, FC_JOB_SUCCEEDED);
    json_t *answer = read_answer(service, FC_STORES_A);
    assert_int_equal(number_of(answer, "successful"), 1);
    json_decref(answer);
    fc_stub_service_end(service);
}

static void a_single_photo_waits_in_no_longer_a_queue_than_others(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    char id[FC_JOB_ID_SIZE];
    fc_service *service = fc_stub_service(&stub, 1, 2);
    int accepted = 0;
    while (accepted < 9 && fc_stub_accept(service, "w", false, id, &err) == FC_OK) {
        accepted++;
        fc_stub_await_busy(service->pool, 1);
    }
    assert_in_range(accepted, 3, 4); /* one or two on their way to the worker, two that wait */
    assert_int_equal(err.status, FC_BUSY);
    assert_int_equal(fc_stores_state(service->store, id), -1);
    ASSERT_OK(fc_stub_accept(service, "qqq", true, id, &err), err); /* few at a time */
    fc_job_store_set_room(service->store, (fc_job_room){ 5, 1000 });
    ASSERT_FAILS(FC_BUSY, fc_stub_accept(service, "qqq", true, id, &err), err);
    atomic_store(&stub.open, true);
    fc_stub_service_end(service);
}

static void a_key_is_that_of_the_job_in_the_next_process_too(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    fc_service *service = fc_stub_service(&stub, 1, 8);
    fc_process_request order = { .form = fc_form_start(&service->defaults), .asynchronous = true };
    ASSERT_OK(fc_job_id_new(order.job_id, &err), err);
    fc_claim claim = FC_CLAIM_RUNNING;
    char id[FC_JOB_ID_SIZE];
    memcpy(id, order.job_id, sizeof id);
    ASSERT_OK(fc_idempotency_claim(service->idempotency, "", "key", "print", id, &claim, &err),
              err);
    ASSERT_OK(fc_async_jobs_accept(service, fc_stub_request("w", false), &order, false, &err), err);
    fc_stub_service_end(service);
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_job_key *keys = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_keys(store, 0, 9, &keys, &count, &err), err);
    assert_int_equal(count, 1);
    assert_string_equal(keys[0].job_id, order.job_id);
    assert_string_equal(keys[0].fingerprint, "print");
    fc_memory_free(keys);
}

static void accepting_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    char id[FC_JOB_ID_SIZE] = "";
    fc_service *service = fc_stub_service(&stub, 1, 8);
    SWEEP_ALLOCATIONS(fc_stub_accept(service, "qq", true, id, &err),
                      fc_async_jobs_count(service->async_jobs) == 0 &&
                          fc_stores_state(service->store, id) < 0);
    assert_int_equal(fc_stub_await_job(service, id).state, FC_JOB_SUCCEEDED);
    fc_stub_service_end(service);
}

/* ---- the list and its thread ----------------------------------------------------------------- */

/* The store as a crash leaves it: these photos were in work. */
static void crash_in(char ids[][FC_JOB_ID_SIZE], size_t count)
{
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    for (size_t i = 0; i < count; i++) {
        ASSERT_OK(fc_job_store_run(store, ids[i], &err), err);
    }
}

static void accept(char what, char id[FC_JOB_ID_SIZE])
{
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    ASSERT_OK(fc_job_id_new(id, &err), err);
    const fc_job job = fc_stores_job(id);
    const fc_bytes photo = fc_stub_photo(what);
    ASSERT_OK(fc_job_store_accept(store, &job, &photo, 1, (fc_bytes){ 0 }, "", &err), err);
}

static void photos_of_a_crash_come_last(void **state)
{
    (void)state;
    fc_stub_work stub = { 0 };
    char ids[6][FC_JOB_ID_SIZE];
    for (int i = 0; i < 6; i++) {
        accept(i < 3 ? 's' : 'w', ids[i]);
    }
    crash_in(ids, 3);
    fc_service *service = fc_stub_service(&stub, 4, 8);
    fc_stub_await_busy(service->pool, 3); /* those that were not in work */
    fc_stub_sleep_ms(50);
    assert_int_equal(fc_worker_pool_stats(service->pool).busy, 3);
    assert_int_equal(fc_stores_state(service->store, ids[0]), FC_JOB_QUEUED);
    atomic_store(&stub.open, true);
    for (int i = 3; i < 6; i++) {
        (void)fc_stub_await_job(service, ids[i]);
    }
    fc_stub_service_end(service);
}

static void photos_of_a_crash_come_alone(void **state)
{
    (void)state;
    fc_stub_work stub = { 0 };
    char ids[3][FC_JOB_ID_SIZE];
    for (int i = 0; i < 3; i++) {
        accept('s', ids[i]);
    }
    crash_in(ids, 3);
    fc_service *service = fc_stub_service(&stub, 4, 8);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fc_stub_await_job(service, ids[i]).state, FC_JOB_SUCCEEDED);
    }
    fc_stub_service_end(service);
    assert_in_range(atomic_load(&stub.most_running), 1, 1);
}

static void batches_take_turns(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    char large[FC_JOB_ID_SIZE];
    char small[FC_JOB_ID_SIZE];
    fc_service *service = fc_stub_service(&stub, 1, 8);
    FC_AUTO(fc_task) running = fc_stub_task(service->pool, 'w');
    fc_stub_await_busy(service->pool, 1);
    ASSERT_OK(fc_stub_accept(service, "qqqqqqqqw", true, large, &err), err);
    ASSERT_OK(fc_stub_accept(service, "q", true, small, &err), err);
    fc_task_cancel(running);
    (void)fc_stub_await_job(service, small); /* though the large one cannot end */
    assert_int_equal(fc_stores_state(service->store, large), FC_JOB_QUEUED);
    atomic_store(&stub.open, true);
    assert_int_equal(fc_stub_await_job(service, large).state, FC_JOB_SUCCEEDED);
    fc_stub_service_end(service);
}

static void few_photos_are_in_the_queue_at_a_time(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    char id[FC_JOB_ID_SIZE];
    fc_service *service = fc_stub_service(&stub, 1, 8);
    ASSERT_OK(fc_stub_accept(service, "wwwwwwww", true, id, &err), err);
    fc_stub_await_busy(service->pool, 1);
    fc_stub_sleep_ms(50);
    assert_in_range(fc_worker_pool_stats(service->pool).queued, 0, 1);
    assert_int_equal(fc_async_jobs_count(service->async_jobs), 8);
    FC_AUTO(fc_task) other = fc_stub_task(service->pool, 'q'); /* there is room for others */
    atomic_store(&stub.open, true);
    assert_int_equal(fc_stub_await_job(service, id).state, FC_JOB_SUCCEEDED);
    fc_stub_service_end(service);
}

static void what_was_cancelled_while_it_waits_is_not_worked_on(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    char first[FC_JOB_ID_SIZE];
    char ids[8][FC_JOB_ID_SIZE];
    const fc_job_ending ending = { .state = FC_JOB_CANCELLED };
    fc_service *service = fc_stub_service(&stub, 1, 8);
    ASSERT_OK(fc_stub_accept(service, "www", true, first, &err), err);
    fc_stub_await_busy(service->pool, 1);
    while (fc_worker_pool_stats(service->pool).queued < 1) { /* until the window is full */
        fc_stub_sleep_ms(1);
    }
    for (int i = 0; i < 4; i++) {
        ASSERT_OK(fc_stub_accept(service, "q", false, ids[i], &err), err);
        ASSERT_OK(fc_job_store_finish(service->store, ids[i], &ending, &err), err);
    }
    atomic_store(&stub.open, true);
    (void)fc_stub_await_job(service, first);
    while (fc_async_jobs_count(service->async_jobs) > 0) {
        fc_stub_sleep_ms(2);
    }
    assert_int_equal(atomic_load(&stub.done), 3);
    fc_stub_service_end(service);
}

/* Another folder has taken the place of the first: its jobs go on. */
static void jobs_of_another_folder_are_taken_up(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { .open = true };
    char id[FC_JOB_ID_SIZE];
    char away[sizeof fc_stores_folder + 8];
    (void)snprintf(away, sizeof away, "%s.away", fc_stores_folder);
    accept('q', id);
    assert_int_equal(rename(fc_stores_folder, away), 0);
    fc_service *service = fc_stub_service(&stub, 1, 8);
    assert_int_equal(fc_stores_state(service->store, id), -1);
    char first[sizeof fc_stores_folder + 8];
    (void)snprintf(first, sizeof first, "%s.first", fc_stores_folder);
    assert_int_equal(rename(fc_stores_folder, first), 0);
    assert_int_equal(rename(away, fc_stores_folder), 0);
    assert_int_equal(fc_stub_await_job(service, id).state, FC_JOB_SUCCEEDED);
    (void)err;
    fc_stub_service_end(service);
}

static void without_keeping_there_is_nothing_to_start(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_service service = { 0 };
    fc_async_jobs *list = (fc_async_jobs *)&service;
    ASSERT_OK(fc_job_store_open("/nowhere/at/all", 0, &service.store, &err), err);
    ASSERT_OK(fc_async_jobs_start(&service, &list, &err), err);
    assert_null(list);
    fc_async_jobs_stop(list);
    fc_async_jobs_free(list);
    fc_job_store_close(service.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(a_photo_is_answered_later),
        FC_STORES_TEST(a_full_queue_is_waited_for),
        FC_STORES_TEST(what_cannot_be_saved_has_failed_and_its_batch_ends),
        FC_STORES_TEST(what_was_accepted_goes_on_in_the_next_process),
        FC_STORES_TEST(a_batch_of_ended_photos_ends_at_the_start),
        FC_STORES_TEST(a_single_photo_waits_in_no_longer_a_queue_than_others),
        FC_STORES_TEST(a_key_is_that_of_the_job_in_the_next_process_too),
        FC_STORES_TEST(accepting_survives_every_allocation_failure),
        FC_STORES_TEST(photos_of_a_crash_come_last),
        FC_STORES_TEST(photos_of_a_crash_come_alone),
        FC_STORES_TEST(batches_take_turns),
        FC_STORES_TEST(few_photos_are_in_the_queue_at_a_time),
        FC_STORES_TEST(what_was_cancelled_while_it_waits_is_not_worked_on),
        FC_STORES_TEST(jobs_of_another_folder_are_taken_up),
        FC_STORES_TEST(without_keeping_there_is_nothing_to_start),
    };
    return cmocka_run_group_tests_name("service/async_job", tests, NULL, NULL);
}
