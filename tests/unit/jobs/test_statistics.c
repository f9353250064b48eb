#include "jobs/statistics.h"

#include "base/memory.h"
#include "jobs/task.h"
#include "pipeline/stages.h"
#include "support/fc_test.h"

static const char *const ROUTES[] = { "/api/v1/process", "other" };

static fc_statistics *open_statistics(void)
{
    fc_error err = { 0 };
    fc_statistics *statistics = NULL;
    ASSERT_OK(fc_statistics_new(ROUTES, 2, &statistics, &err), err);
    return statistics;
}

static fc_task_result result_of(fc_status status, int64_t worked_us)
{
    fc_task_result result = { .failure.status = status, .worked_us = worked_us };
    result.photo.facts.size = (fc_size){ 4000, 3000 };
    result.photo.faces.count = status == FC_OK ? 2 : 0;
    result.photo.reports[2] = (fc_stage_report){ .name = "detect",
                                                 .model = fc_model_file_lookup(0)->name,
                                                 .device = "cpu",
                                                 .time_us = 7000,
                                                 .ran = true };
    return result;
}

static void photos_are_summed_up(void **state)
{
    (void)state;
    FC_AUTO(fc_statistics) statistics = open_statistics();
    assert_true(fc_statistics_summarise(statistics).success_rate == 1.0);
    const fc_task_result results[] = { result_of(FC_OK, 100000), result_of(FC_OK, 300000),
                                       result_of(FC_NO_FACE, 50000),
                                       result_of(FC_MODEL_UNAVAILABLE, 0) };
    for (size_t i = 0; i < 4; i++) {
        fc_statistics_photo(statistics, &results[i]);
    }
    const fc_statistics_summary summary = fc_statistics_summarise(statistics);
    assert_int_equal(summary.total_processed, 4);
    assert_true(summary.success_rate == 0.5);
    assert_true(summary.avg_processing_ms == 200.0);
    assert_true(summary.uptime_s >= 0);
    assert_int_equal(atomic_load(&statistics->photos_failed[FC_NO_FACE]), 1);
    assert_int_equal(atomic_load(&statistics->inferences[0][FC_DEVICE_CPU][1]), 3);
    assert_int_equal(atomic_load(&statistics->inferences[0][FC_DEVICE_CPU][0]), 1);
    assert_int_equal(fc_histogram_count(&statistics->stage_seconds[2][FC_DEVICE_CPU]), 4);
    assert_int_equal(fc_histogram_count(&statistics->faces), 3);
    assert_int_equal(fc_histogram_count(&statistics->megapixels), 4);
}

static void what_is_not_in_the_lists_counts_as_other(void **state)
{
    (void)state;
    FC_AUTO(fc_statistics) statistics = open_statistics();
    fc_statistics_request(statistics, 0, 200, 1000, 10, 10);
    fc_statistics_request(statistics, 99, 418, 1000, -1, -1);
    assert_int_equal(atomic_load(&statistics->requests[0][0]), 1);
    size_t last = 0;
    while (fc_statistics_code(last + 1) >= 0) {
        last++;
    }
    assert_int_equal(fc_statistics_code(last), 0);
    assert_int_equal(atomic_load(&statistics->requests[1][last]), 1);
    fc_task_result result = result_of(FC_OK, -5);
    result.photo.reports[2].model = "no such model";
    result.photo.reports[2].device = "abacus";
    fc_statistics_photo(statistics, &result);
    fc_statistics_active(statistics, 1);
    fc_statistics_active(statistics, -1);
    fc_statistics_batch(statistics, 7);
    fc_statistics_callback(statistics, FC_CALLBACK_WAS_GIVEN_UP);
    fc_statistics_claim(statistics, FC_CLAIM_AGAIN);
    assert_int_equal(atomic_load(&statistics->callbacks[FC_CALLBACK_WAS_GIVEN_UP]), 1);
    assert_int_equal(atomic_load(&statistics->claims[FC_CLAIM_AGAIN]), 1);
    assert_int_equal(atomic_load(&statistics->requests_active), 0);
}

static void starting_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_statistics) statistics = NULL;
    SWEEP_ALLOCATIONS(fc_statistics_new(ROUTES, 2, &statistics, &err), statistics == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(photos_are_summed_up),
        cmocka_unit_test(what_is_not_in_the_lists_counts_as_other),
        cmocka_unit_test(starting_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("jobs/statistics", tests, NULL, NULL);
}
