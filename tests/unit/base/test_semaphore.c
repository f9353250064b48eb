#include "base/semaphore.h"

#include <stdatomic.h>

#include "support/fc_test.h"

enum { THREADS = 6, PLACES = 2, ROUNDS = 300 };

typedef struct room {
    fc_semaphore gate;
    atomic_int inside;
    atomic_int too_many;
} room;

static void *go_in_and_out(void *argument)
{
    room *here = argument;
    for (int i = 0; i < ROUNDS; i++) {
        fc_semaphore_acquire(&here->gate);
        if (atomic_fetch_add(&here->inside, 1) >= PLACES) {
            atomic_fetch_add(&here->too_many, 1);
        }
        atomic_fetch_sub(&here->inside, 1);
        fc_semaphore_release(&here->gate);
    }
    return NULL;
}

static void no_more_threads_than_places_are_inside(void **state)
{
    (void)state;
    room here = { 0 };
    fc_semaphore_init(&here.gate, PLACES);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, go_in_and_out, &here), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(here.too_many, 0);
    assert_int_equal(here.gate.places, PLACES);
    fc_semaphore_destroy(&here.gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_more_threads_than_places_are_inside),
    };
    return cmocka_run_group_tests_name("base/semaphore", tests, NULL, NULL);
}
