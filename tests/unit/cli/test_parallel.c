#include "cli/parallel.h"

#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "support/fc_test.h"

static const fc_system_limits SMALL = { .processors = 2, .memory_bytes = 1000 };

/* `docker run --cpus 2` on a machine of 64 processors. */
static void jobs_are_as_many_as_the_container_has_processors(void **state)
{
    (void)state;
    assert_int_equal(fc_parallel_jobs(&SMALL, 0, 1000), 2);
    assert_int_equal(fc_parallel_jobs(&SMALL, 0, 1), 1);
    assert_int_equal(fc_parallel_jobs(&SMALL, 8, 1000), 8);
    assert_int_equal(fc_parallel_jobs(&SMALL, 8, 3), 3);
    const fc_system_limits large = { .processors = 4096, .memory_bytes = 1000 };
    assert_int_equal(fc_parallel_jobs(&large, 0, 100000), FC_JOBS_MAX);
}

static void jobs_are_as_many_as_fit_into_half_of_the_memory(void **state)
{
    (void)state;
    assert_int_equal(fc_parallel_jobs_in_memory(&SMALL, 8, 100), 5);
    assert_int_equal(fc_parallel_jobs_in_memory(&SMALL, 3, 100), 3);
    assert_int_equal(fc_parallel_jobs_in_memory(&SMALL, 8, 5000), 1);
}

typedef struct taker {
    fc_memory_share *share;
    const fc_cancel *cancel;
    int64_t bytes;
    fc_status status;
    atomic_bool taken;
} taker;

static void *take(void *context)
{
    taker *self = context;
    self->status = fc_memory_share_take(self->share, self->bytes, self->cancel, NULL);
    atomic_store(&self->taken, true);
    return NULL;
}

static void await_tickets(fc_memory_share *share, uint64_t tickets)
{
    for (;;) {
        (void)pthread_mutex_lock(&share->lock);
        const bool there = share->next_ticket == tickets;
        (void)pthread_mutex_unlock(&share->lock);
        if (there) {
            return;
        }
        (void)usleep(1000);
    }
}

static void who_does_not_fit_waits_in_order(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_memory_share share;
    fc_memory_share_start(&share, &SMALL);
    ASSERT_OK(fc_memory_share_take(&share, 300, NULL, &err), err);
    taker large = { .share = &share, .bytes = 400 };
    taker small = { .share = &share, .bytes = 10 }; /* it would fit, but comes later */
    pthread_t threads[2];
    assert_int_equal(pthread_create(&threads[0], NULL, take, &large), 0);
    await_tickets(&share, 2);
    assert_int_equal(pthread_create(&threads[1], NULL, take, &small), 0);
    await_tickets(&share, 3);
    assert_false(atomic_load(&large.taken) || atomic_load(&small.taken));
    fc_memory_share_return(&share, 300);
    assert_int_equal(pthread_join(threads[0], NULL) | pthread_join(threads[1], NULL), 0);
    assert_int_equal(large.status | small.status, FC_OK);
    assert_int_equal(share.used, 410);
    fc_memory_share_return(&share, 410);
    fc_memory_share_end(&share);
}

/* A photo that is alone may have the whole machine; more than that it cannot have. */
static void the_only_one_gets_more_than_its_half(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_memory_share share;
    fc_memory_share_start(&share, &SMALL);
    ASSERT_OK(fc_memory_share_take(&share, 1000, NULL, &err), err);
    fc_memory_share_return(&share, 1000);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_memory_share_take(&share, 1001, NULL, &err), err);
    assert_int_equal(share.used, 0);
    fc_memory_share_end(&share);
}

static void who_waits_can_be_cancelled(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_memory_share share;
    fc_memory_share_start(&share, &SMALL);
    ASSERT_OK(fc_memory_share_take(&share, 300, NULL, &err), err);
    fc_cancel cancel = { 0 };
    taker waiting = { .share = &share, .bytes = 400, .cancel = &cancel };
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, take, &waiting), 0);
    await_tickets(&share, 2);
    atomic_store(&cancel.requested, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(waiting.status, FC_CANCELLED);
    assert_int_equal(share.used, 300);
    ASSERT_OK(fc_memory_share_take(&share, 10, NULL, &err), err); /* its turn is over */
    fc_memory_share_return(&share, 310);
    fc_memory_share_end(&share);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_are_as_many_as_the_container_has_processors),
        cmocka_unit_test(jobs_are_as_many_as_fit_into_half_of_the_memory),
        cmocka_unit_test(who_does_not_fit_waits_in_order),
        cmocka_unit_test(the_only_one_gets_more_than_its_half),
        cmocka_unit_test(who_waits_can_be_cancelled),
    };
    return cmocka_run_group_tests_name("cli/parallel", tests, NULL, NULL);
}
