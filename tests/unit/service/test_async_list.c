#include <stdio.h>

#include "base/memory.h"
#include "service/async_job.h"
#include "service/async_job_private.h"
#include "support/fc_test.h"
#include "support/stores.h"
#include "support/stub_service.h"

/* A service whose list is the test's alone: its thread has ended. */
static fc_service *start(fc_stub_work *stub)
{
    fc_service *service = fc_stub_service(stub, 3, 8);
    fc_async_jobs_stop(service->async_jobs);
    return service;
}

static fc_async_job *append(fc_async_jobs *list, const char *id, const char *batch)
{
    fc_error err = { 0 };
    fc_async_job *job = NULL;
    fc_accepted_job what = { .photo = true };
    (void)snprintf(what.id, sizeof what.id, "%s", id);
    (void)snprintf(what.batch, sizeof what.batch, "%s", batch);
    ASSERT_OK(fc_async_job_new(list, &what, &job, &err), err);
    fc_async_jobs_append(list, job);
    return job;
}

static void photos_are_known_until_they_are_removed(void **state)
{
    (void)state;
    fc_stub_work stub = { 0 };
    fc_service *service = start(&stub);
    fc_async_jobs *list = service->async_jobs;
    fc_async_job *first = append(list, FC_STORES_A, "");
    fc_async_job *middle = append(list, FC_STORES_B, "");
    fc_async_job *last = append(list, FC_STORES_C, "");
    assert_ptr_equal(list->first, first);
    assert_ptr_equal(first->next, middle);
    assert_int_equal(fc_async_jobs_count(list), 3);
    fc_async_jobs_remove(list, middle);
    assert_false(fc_async_jobs_knows(list, FC_STORES_B));
    assert_ptr_equal(first->next, last);
    fc_async_jobs_remove(list, last);
    assert_ptr_equal(list->last, first);
    assert_true(fc_async_jobs_knows(list, FC_STORES_A));
    fc_async_jobs_remove(list, first);
    assert_false(fc_async_jobs_knows(list, FC_STORES_A));
    assert_int_equal(fc_async_jobs_count(list), 0);
    first = append(list, FC_STORES_A, "");
    assert_ptr_equal(list->first, first);
    assert_int_equal(fc_async_jobs_window(list), 6); /* two for each worker */
    fc_stub_service_end(service);
}

static void a_batch_ends_with_its_last_photo(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    fc_service *service = start(&stub);
    fc_job batch = fc_stores_job(FC_STORES_C);
    const fc_bytes none = { 0 };
    ASSERT_OK(fc_job_store_accept(service->store, &batch, &none, 1, none, "", &err), err);
    fc_async_job *first = append(service->async_jobs, FC_STORES_A, FC_STORES_C);
    fc_async_job *second = append(service->async_jobs, FC_STORES_B, FC_STORES_C);
    assert_true(fc_async_jobs_knows(service->async_jobs, FC_STORES_C));
    fc_async_jobs_remove(service->async_jobs, first);
    assert_int_equal(fc_stores_state(service->store, FC_STORES_C), FC_JOB_QUEUED);
    fc_async_jobs_remove(service->async_jobs, second);
    assert_int_equal(fc_stores_state(service->store, FC_STORES_C),
                     FC_JOB_FAILED);                           /* none is there */
    fc_async_jobs_end_batch(service->async_jobs, FC_STORES_A); /* cancelled by its client */
    assert_int_equal(fc_stores_state(service->store, FC_STORES_A), -1);
    fc_stub_service_end(service);
}

static void a_key_repeats_an_answer_or_is_free_again(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    fc_service *service = start(&stub);
    for (int i = 0; i < 2; i++) {
        fc_claim claim = FC_CLAIM_RUNNING;
        char id[FC_JOB_ID_SIZE] = FC_STORES_A;
        ASSERT_OK(fc_idempotency_claim(service->idempotency, "", "key", "print", id, &claim, &err),
                  err);
        assert_int_equal(claim, FC_CLAIM_NEW);
        fc_async_jobs_tell_key(service, FC_STORES_A, i == 1);
    }
    fc_claim claim = FC_CLAIM_RUNNING;
    char id[FC_JOB_ID_SIZE] = FC_STORES_B;
    ASSERT_OK(fc_idempotency_claim(service->idempotency, "", "key", "print", id, &claim, &err),
              err);
    assert_int_equal(claim, FC_CLAIM_REPEAT);
    assert_string_equal(id, FC_STORES_A);
    fc_stub_service_end(service);
}

static void without_memory_there_is_no_photo_for_the_list(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    fc_service *service = start(&stub);
    const fc_accepted_job what = { .id = FC_STORES_A, .photo = true };
    fc_async_job *job = NULL;
    SWEEP_ALLOCATIONS(fc_async_job_new(service->async_jobs, &what, &job, &err), job == NULL);
    fc_async_jobs_append(service->async_jobs, job);
    fc_stub_service_end(service);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(photos_are_known_until_they_are_removed),
        FC_STORES_TEST(a_batch_ends_with_its_last_photo),
        FC_STORES_TEST(a_key_repeats_an_answer_or_is_free_again),
        FC_STORES_TEST(without_memory_there_is_no_photo_for_the_list),
    };
    return cmocka_run_group_tests_name("service/async_list", tests, NULL, NULL);
}
