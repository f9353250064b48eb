#include "cli/batch.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"
#include "support/fc_test.h"

/** What the jobs and reports of one batch leave behind. */
typedef struct tally {
    atomic_size_t worked;
    size_t reported;
    size_t stop_at; /* refuse the report of this job */
    fc_cancel cancel;
} tally;

static void work(void *context, size_t index, fc_job_report *report)
{
    tally *self = context;
    if (index % 7 == 0) {
        (void)usleep(500); /* so that later jobs overtake this one */
    }
    report->results = FC_BUFFER(64);
    if (fc_buffer_print(&report->results, &report->failure, "%zu", index) == FC_OK) {
        atomic_fetch_add(&self->worked, 1);
    }
}

static fc_status report(void *context, size_t index, const fc_job_report *done, fc_error *err)
{
    tally *self = context;
    char expected[32];
    (void)snprintf(expected, sizeof expected, "%zu", index);
    if (index != self->reported || index == self->stop_at ||
        strcmp(fc_buffer_text(&done->results), expected) != 0) {
        return fc_fail(err, FC_IO, "stopped at %zu", index);
    }
    self->reported++;
    return FC_OK;
}

static void tick(void *context)
{
    (void)context;
}

static fc_status run(tally *self, size_t count, int32_t threads, fc_error *err)
{
    const fc_batch batch = { .count = count,
                             .threads = threads,
                             .cancel = &self->cancel,
                             .work = work,
                             .report = report,
                             .tick = tick,
                             .context = self };
    return fc_batch_run(&batch, err);
}

static void every_job_is_reported_once_and_in_order(void **state)
{
    (void)state;
    for (int32_t threads = 1; threads <= 8; threads *= 2) {
        fc_error err = { 0 };
        tally self = { .stop_at = SIZE_MAX };
        ASSERT_OK(run(&self, 1000, threads, &err), err);
        assert_int_equal(self.worked, 1000);
        assert_int_equal(self.reported, 1000);
    }
}

static void a_refused_report_stops_the_batch(void **state)
{
    (void)state;
    fc_error err = { 0 };
    tally self = { .stop_at = 10 };
    ASSERT_FAILS(FC_IO, run(&self, 100000, 4, &err), err);
    assert_int_equal(self.reported, 10);
    assert_true(self.worked <= 11 + FC_BATCH_WINDOW);
}

static void a_cancelled_batch_begins_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    tally self = { .stop_at = SIZE_MAX };
    atomic_store(&self.cancel.requested, true);
    ASSERT_FAILS(FC_CANCELLED, run(&self, 10, 2, &err), err);
    assert_int_equal(self.worked, 0);
}

static void an_empty_batch_is_done(void **state)
{
    (void)state;
    fc_error err = { 0 };
    tally self = { .stop_at = SIZE_MAX };
    ASSERT_OK(run(&self, 0, 1, &err), err);
}

static void running_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    tally self = { .stop_at = SIZE_MAX };
    SWEEP_ALLOCATIONS(run(&self, 3, 1, &err), self.reported == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_is_reported_once_and_in_order),
        cmocka_unit_test(a_refused_report_stops_the_batch),
        cmocka_unit_test(a_cancelled_batch_begins_nothing),
        cmocka_unit_test(an_empty_batch_is_done),
        cmocka_unit_test(running_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("cli/batch", tests, NULL, NULL);
}
