#include "base/memory.h"
#include "store/job_store.h"
#include "support/fc_test.h"
#include "support/stores.h"

/* What a claim promises: test_job_engine.c. */
static void claiming_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_accepted_job *jobs = NULL;
    size_t count = 0;
    fc_stores_accept(store, FC_STORES_A);
    SWEEP_ALLOCATIONS(fc_job_store_claim(store, 5, &jobs, &count, &err),
                      jobs == NULL && fc_stores_state(store, FC_STORES_A) == FC_JOB_QUEUED);
    assert_int_equal(count, 1);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_RUNNING);
    fc_memory_free(jobs);
}

static void what_is_not_claimed_is_not_given_back(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    ASSERT_OK(fc_job_store_release(store, FC_STORES_A, &err), err);
    ASSERT_OK(fc_job_store_release(store, FC_STORES_B, &err), err);
    ASSERT_OK(fc_job_store_release(store, "..", &err), err);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_SUCCEEDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(claiming_survives_every_allocation_failure),
        FC_STORES_TEST(what_is_not_claimed_is_not_given_back),
    };
    return cmocka_run_group_tests_name("store/sqlite_claim", tests, NULL, NULL);
}
