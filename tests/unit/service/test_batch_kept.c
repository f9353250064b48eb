#include <stdio.h>
#include <string.h>

#include "service/batch.h"
#include "support/fc_test.h"
#include "support/stores.h"
#include "support/stub_service.h"

/* A batch A of the photos B and C. */
static void accept(fc_job_store *store)
{
    fc_error err = { 0 };
    fc_job jobs[3] = { fc_stores_job(FC_STORES_A), fc_stores_job(FC_STORES_B),
                       fc_stores_job(FC_STORES_C) };
    const fc_bytes photos[3] = { { 0 }, fc_stub_photo('q'), fc_stub_photo('q') };
    for (int i = 1; i < 3; i++) {
        (void)snprintf(jobs[i].batch, sizeof jobs[i].batch, FC_STORES_A);
        jobs[i].number = i;
    }
    ASSERT_OK(fc_job_store_accept(store, jobs, photos, 3, (fc_bytes){ 0 }, "", &err), err);
}

static void what_came_of_the_photos_is_read_from_the_store(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_service service = { .store = fc_stores_open() };
    const fc_error nobody = { FC_NO_FACE, "nobody" };
    const fc_job_ending good = fc_stores_ending(fc_stores_pictures(), 2);
    const fc_job_ending bad = { .state = FC_JOB_FAILED, .failure = &nobody };
    accept(service.store);
    ASSERT_OK(fc_job_store_finish(service.store, FC_STORES_B, &bad, &err), err);
    ASSERT_OK(fc_job_store_finish(service.store, FC_STORES_C, &good, &err), err);
    FC_AUTO(fc_photo_batch) batch = NULL;
    ASSERT_OK(fc_photo_batch_read(&service, FC_STORES_A, &batch, &err), err);
    assert_int_equal(batch->count, 2);
    assert_int_equal(batch->items[0].failure.status, FC_NO_FACE);
    assert_string_equal(batch->items[0].failure.text, "nobody");
    assert_false(batch->items[0].has_png);
    assert_int_equal(batch->items[1].failure.status, FC_OK);
    assert_true(batch->items[1].has_png);
    ASSERT_OK(fc_photo_batch_finish(batch, &err), err);
    assert_int_equal(fc_stores_state(service.store, FC_STORES_A), FC_JOB_SUCCEEDED);
    fc_job_store_close(service.store);
}

static void a_batch_that_has_ended_is_not_read(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_service service = { .store = fc_stores_open() };
    const fc_job_ending cancelled = { .state = FC_JOB_CANCELLED };
    fc_photo_batch *batch = NULL;
    accept(service.store);
    ASSERT_OK(fc_job_store_finish(service.store, FC_STORES_A, &cancelled, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_photo_batch_read(&service, FC_STORES_A, &batch, &err), err);
    assert_null(batch);
    fc_job_store_close(service.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(what_came_of_the_photos_is_read_from_the_store),
        FC_STORES_TEST(a_batch_that_has_ended_is_not_read),
    };
    return cmocka_run_group_tests_name("service/batch_kept", tests, NULL, NULL);
}
