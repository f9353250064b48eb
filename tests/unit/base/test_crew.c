#define _GNU_SOURCE /* sched_getcpu, cpu_set_t */
#include "base/crew.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/memory.h"
#include "support/fc_test.h"

/* A piece of work that tells where it is done, and may wait until its owner goes on. */
typedef struct piece {
    pthread_t thread;
    int processor;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool begun;
    bool may_end;
    fc_status status;
} piece;

#define PIECE                                                                                      \
    {                                                                                              \
        .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER, .may_end = true    \
    }

static fc_status work(void *context, fc_error *err)
{
    piece *self = context;
    (void)pthread_mutex_lock(&self->lock);
    self->thread = pthread_self();
    self->processor = sched_getcpu();
    self->begun = true;
    (void)pthread_cond_broadcast(&self->changed);
    while (!self->may_end) {
        (void)pthread_cond_wait(&self->changed, &self->lock);
    }
    (void)pthread_mutex_unlock(&self->lock);
    return self->status == FC_OK ? FC_OK : fc_fail(err, self->status, "no more room");
}

static void wait_until_begun(piece *self)
{
    (void)pthread_mutex_lock(&self->lock);
    while (!self->begun) {
        (void)pthread_cond_wait(&self->changed, &self->lock);
    }
    (void)pthread_mutex_unlock(&self->lock);
}

static void let_end(piece *self)
{
    (void)pthread_mutex_lock(&self->lock);
    self->may_end = true;
    (void)pthread_cond_broadcast(&self->changed);
    (void)pthread_mutex_unlock(&self->lock);
}

static fc_crew *crew_of(int32_t processors, int32_t each)
{
    fc_error err = { 0 };
    fc_crew *crew = NULL;
    ASSERT_OK(fc_crew_new(processors, each, &crew, &err), err);
    return crew;
}

static void work_is_done_by_a_helper_where_a_processor_is_idle(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_crew) crew = crew_of(2, 2);
    fc_crew_member self;
    fc_crew_join(crew, &self);
    for (int32_t i = 0; i < 3; i++) {
        piece mine = PIECE;
        fc_crew_task task;
        fc_crew_start(&task, work, &mine);
        wait_until_begun(&mine);
        ASSERT_OK(fc_crew_wait(&task, &err), err);
        assert_false(pthread_equal(mine.thread, pthread_self()));
    }
    fc_crew_leave(&self);
}

/* The first two processors that the calling thread may run on; false: there is one. */
static bool find_two(int found[2])
{
    cpu_set_t allowed;
    assert_int_equal(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    int count = 0;
    for (int i = 0; i < CPU_SETSIZE && count < 2; i++) {
        if (CPU_ISSET((size_t)i, &allowed)) {
            found[count++] = i;
        }
    }
    return count == 2;
}

static void stay_on(int processor)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((size_t)processor, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
}

static int processor_of_helper(void)
{
    fc_error err = { 0 };
    piece mine = PIECE;
    fc_crew_task task;
    fc_crew_start(&task, work, &mine);
    wait_until_begun(&mine);
    ASSERT_OK(fc_crew_wait(&task, &err), err);
    return mine.processor;
}

/* One that has just been made, or has not yet fallen asleep, may take a task where it is. */
#define TASKS 10000

static void a_helper_goes_to_another_processor_than_its_caller(void **state)
{
    (void)state;
    int processors[2];
    if (!find_two(processors)) {
        skip();
    }
    cpu_set_t before;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    FC_AUTO(fc_crew) crew = crew_of(2, 2);
    fc_crew_member self;
    fc_crew_join(crew, &self);
    for (int i = 0; i < 4; i++) {
        const int here = processors[i % 2];
        stay_on(here);
        int there = here;
        for (int tasks = 0; tasks < TASKS && there == here; tasks++) {
            there = processor_of_helper();
        }
        assert_int_not_equal(there, here);
    }
    fc_crew_leave(&self);
    assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
}

static void work_is_done_by_the_caller_where_nobody_may_help(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_crew) one = crew_of(1, 1);
    FC_AUTO(fc_crew) four = crew_of(4, 1);
    fc_crew *const crews[] = { one, four, NULL };
    for (size_t i = 0; i < 3; i++) {
        fc_crew_member self;
        fc_crew_join(crews[i], &self);
        piece mine = PIECE;
        fc_crew_task task;
        fc_crew_start(&task, work, &mine);
        ASSERT_OK(fc_crew_wait(&task, &err), err);
        assert_true(pthread_equal(mine.thread, pthread_self()));
        fc_crew_leave(&self);
    }
}

static void work_is_done_by_the_caller_outside_of_a_crew(void **state)
{
    (void)state;
    fc_error err = { 0 };
    piece mine = PIECE;
    fc_crew_task task;
    fc_crew_start(&task, work, &mine);
    ASSERT_OK(fc_crew_wait(&task, &err), err);
    assert_true(pthread_equal(mine.thread, pthread_self()));
}

/* Two processors: one works for itself, a helper for it. */
static void nobody_helps_while_all_processors_are_busy(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_crew) crew = crew_of(2, 2);
    fc_crew_member self;
    fc_crew_join(crew, &self);
    piece long_one = PIECE;
    long_one.may_end = false;
    piece other = PIECE;
    fc_crew_task tasks[2];
    fc_crew_start(&tasks[0], work, &long_one);
    wait_until_begun(&long_one);
    fc_crew_start(&tasks[1], work, &other);
    ASSERT_OK(fc_crew_wait(&tasks[1], &err), err);
    assert_true(pthread_equal(other.thread, pthread_self()));
    let_end(&long_one);
    ASSERT_OK(fc_crew_wait(&tasks[0], &err), err);
    assert_false(pthread_equal(long_one.thread, pthread_self()));
    fc_crew_leave(&self);
}

/* Both helpers of three processors are there for one that joined, if it may have three. */
static void one_that_joined_has_no_more_threads_than_its_share(void **state)
{
    (void)state;
    fc_error err = { 0 };
    for (int32_t each = 2; each <= 3; each++) {
        FC_AUTO(fc_crew) crew = crew_of(3, each);
        fc_crew_member self;
        fc_crew_join(crew, &self);
        piece long_one = PIECE;
        long_one.may_end = false;
        piece other = PIECE;
        fc_crew_task tasks[2];
        fc_crew_start(&tasks[0], work, &long_one);
        wait_until_begun(&long_one);
        fc_crew_start(&tasks[1], work, &other);
        if (each == 3) {
            wait_until_begun(&other);
        }
        ASSERT_OK(fc_crew_wait(&tasks[1], &err), err);
        assert_int_equal(pthread_equal(other.thread, pthread_self()) != 0, each == 2);
        let_end(&long_one);
        ASSERT_OK(fc_crew_wait(&tasks[0], &err), err);
        fc_crew_leave(&self);
    }
}

static void failure_of_the_work_is_told_by_the_wait(void **state)
{
    (void)state;
    FC_AUTO(fc_crew) crew = crew_of(2, 2);
    fc_crew *const crews[] = { crew, NULL };
    for (size_t i = 0; i < 2; i++) {
        fc_error err = { 0 };
        fc_crew_member self;
        fc_crew_join(crews[i], &self);
        piece mine = PIECE;
        mine.status = FC_LIMIT_EXCEEDED;
        fc_crew_task task;
        fc_crew_start(&task, work, &mine);
        ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_crew_wait(&task, &err), err);
        assert_string_equal(err.text, "no more room");
        assert_int_equal(fc_crew_wait(&task, NULL), FC_LIMIT_EXCEEDED);
        fc_crew_leave(&self);
    }
}

static void nothing_to_do_ends_well(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_crew_task task = { 0 };
    ASSERT_OK(fc_crew_wait(&task, &err), err);
}

enum { ROWS = 1000 };

typedef struct tally {
    uint8_t times[ROWS]; /* that a row was done */
    _Atomic int32_t calls;
    int32_t failing; /* row; -1: none */
} tally;

static fc_status do_rows(void *context, int32_t first, int32_t end, fc_error *err)
{
    tally *self = context;
    self->calls++;
    for (int32_t y = first; y < end; y++) {
        self->times[y]++;
        if (y == self->failing) {
            return fc_fail(err, FC_OUT_OF_MEMORY, "row %d", y);
        }
    }
    return FC_OK;
}

static void each_row_of_a_loop_is_done_once(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_crew) crew = crew_of(4, 4);
    fc_crew_member self;
    fc_crew_join(crew, &self);
    for (int32_t band = 1; band <= ROWS; band = 2 * band + 1) {
        for (int32_t rows = 1; rows <= ROWS; rows += 111) {
            tally all = { .failing = -1 };
            ASSERT_OK(fc_crew_rows(rows, band, do_rows, &all, &err), err);
            for (int32_t y = 0; y < ROWS; y++) {
                assert_int_equal(all.times[y], y < rows ? 1 : 0);
            }
        }
    }
    fc_crew_leave(&self);
}

static void loop_of_one_thread_is_one_call(void **state)
{
    (void)state;
    fc_error err = { 0 };
    tally all = { .failing = -1 };
    ASSERT_OK(fc_crew_rows(ROWS, 1, do_rows, &all, &err), err);
    assert_int_equal(all.calls, 1);
}

static void failure_of_a_row_is_told(void **state)
{
    (void)state;
    FC_AUTO(fc_crew) crew = crew_of(2, 2);
    fc_crew *const crews[] = { crew, NULL };
    for (size_t i = 0; i < 2; i++) {
        fc_crew_member self;
        fc_crew_join(crews[i], &self);
        for (int32_t row = 0; row < ROWS; row += 99) {
            fc_error err = { 0 };
            tally all = { .failing = row };
            ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_crew_rows(ROWS, 10, do_rows, &all, &err), err);
        }
        fc_crew_leave(&self);
    }
}

static fc_status loop_within(void *context, fc_error *err)
{
    return fc_crew_rows(ROWS, 10, do_rows, context, err);
}

static void work_of_a_helper_may_have_helpers(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_crew) crew = crew_of(4, 4);
    fc_crew_member self;
    fc_crew_join(crew, &self);
    tally all[3] = { { .failing = -1 }, { .failing = -1 }, { .failing = -1 } };
    fc_crew_task tasks[3];
    for (size_t i = 0; i < 3; i++) {
        fc_crew_start(&tasks[i], loop_within, &all[i]);
    }
    for (size_t i = 0; i < 3; i++) {
        ASSERT_OK(fc_crew_wait(&tasks[i], &err), err);
        for (int32_t y = 0; y < ROWS; y++) {
            assert_int_equal(all[i].times[y], 1);
        }
    }
    fc_crew_leave(&self);
}

/* As workers of a service do, each with a photo. */
static void *work_for_a_while(void *context)
{
    fc_crew_member self;
    fc_crew_join(context, &self);
    for (int32_t i = 0; i < 200; i++) {
        tally all = { .failing = -1 };
        tally aside = { .failing = -1 };
        fc_crew_task task;
        fc_crew_start(&task, loop_within, &aside);
        bool right = fc_crew_rows(ROWS, 50, do_rows, &all, NULL) == FC_OK;
        right &= fc_crew_wait(&task, NULL) == FC_OK;
        for (int32_t y = 0; y < ROWS; y++) {
            right &= all.times[y] == 1 && aside.times[y] == 1;
        }
        if (!right) {
            fc_crew_leave(&self);
            return context;
        }
    }
    fc_crew_leave(&self);
    return NULL;
}

static void many_work_with_one_crew(void **state)
{
    (void)state;
    enum { WORKERS = 4 };
    FC_AUTO(fc_crew) crew = crew_of(WORKERS, 3);
    pthread_t workers[WORKERS];
    for (size_t i = 0; i < WORKERS; i++) {
        assert_int_equal(pthread_create(&workers[i], NULL, work_for_a_while, crew), 0);
    }
    for (size_t i = 0; i < WORKERS; i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(workers[i], &failed), 0);
        assert_null(failed);
    }
}

static void crew_without_memory_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_crew) crew = NULL;
    SWEEP_ALLOCATIONS(fc_crew_new(2, 2, &crew, &err), crew == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_is_done_by_a_helper_where_a_processor_is_idle),
        cmocka_unit_test(a_helper_goes_to_another_processor_than_its_caller),
        cmocka_unit_test(work_is_done_by_the_caller_where_nobody_may_help),
        cmocka_unit_test(work_is_done_by_the_caller_outside_of_a_crew),
        cmocka_unit_test(nobody_helps_while_all_processors_are_busy),
        cmocka_unit_test(one_that_joined_has_no_more_threads_than_its_share),
        cmocka_unit_test(failure_of_the_work_is_told_by_the_wait),
        cmocka_unit_test(nothing_to_do_ends_well),
        cmocka_unit_test(each_row_of_a_loop_is_done_once),
        cmocka_unit_test(loop_of_one_thread_is_one_call),
        cmocka_unit_test(failure_of_a_row_is_told),
        cmocka_unit_test(work_of_a_helper_may_have_helpers),
        cmocka_unit_test(many_work_with_one_crew),
        cmocka_unit_test(crew_without_memory_is_refused),
    };
    return cmocka_run_group_tests_name("base/crew", tests, NULL, NULL);
}
