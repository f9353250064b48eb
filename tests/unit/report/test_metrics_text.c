#include "report/metrics_text.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "jobs/task.h"
#include "support/fc_test.h"

static const char *const ROUTES[] = { "/api/v1/process", "other" };

static void fill(fc_statistics *statistics)
{
    fc_statistics_request(statistics, 0, 200, 120000, 100000, 2000);
    fc_statistics_request(statistics, 1, 999, 90000000, 0, 0);
    fc_task_result result = { .waited_us = 10, .worked_us = 1000 };
    result.photo.facts.size = (fc_size){ 1000, 1000 };
    for (int i = 0; i < 12; i++) {
        result.photo.reports[i] = (fc_stage_report){ .name = "x", .time_us = 5000, .ran = true };
    }
    result.photo.reports[2].model = fc_model_file_lookup(0)->name;
    fc_statistics_photo(statistics, &result);
    fc_statistics_render(statistics);
    fc_statistics_callback(statistics, FC_CALLBACK_WAS_DELIVERED);
    fc_statistics_claim(statistics, FC_CLAIM_AGAIN);
    fc_statistics_image(statistics, FC_IMAGE_KEPT);
}

static fc_statistics *open_statistics(void)
{
    fc_error err = { 0 };
    fc_statistics *statistics = NULL;
    ASSERT_OK(fc_statistics_new(ROUTES, 2, &statistics, &err), err);
    fill(statistics);
    return statistics;
}

/* NAME{label="value",...} NUMBER: the grammar of a sample. */
static void assert_sample(const char *line, size_t length)
{
    char text[512];
    double value = 0;
    assert_true(length < sizeof text);
    (void)snprintf(text, sizeof text, "%.*s", (int)length, line);
    char *space = strrchr(text, ' ');
    assert_non_null(space);
    assert_true(fc_parse_real(space + 1, &value));
    *space = '\0';
    const size_t name = strspn(text, "abcdefghijklmnopqrstuvwxyz_");
    assert_true(name > 0);
    if (text[name] == '{') {
        assert_int_equal(space[-1], '}');
    } else {
        assert_int_equal(text[name], '\0');
    }
}

static void every_line_is_a_sample_or_a_comment(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_statistics) statistics = open_statistics();
    const fc_metrics_now now = { .load = { .workers = 4, .memory_max = INT64_C(1) << 40 } };
    FC_AUTO_BUFFER(out, 1 << 20);
    ASSERT_OK(fc_metrics_print(statistics, &now, &out, &err), err);
    int samples = 0;
    for (const char *line = fc_buffer_text(&out); *line != '\0';) {
        const size_t length = strcspn(line, "\n");
        if (strncmp(line, "# HELP ", 7) != 0 && strncmp(line, "# TYPE ", 7) != 0) {
            assert_sample(line, length);
            samples++;
        }
        assert_int_equal(line[length], '\n');
        line += length + 1;
    }
    assert_true(samples > 100);
}

static void the_expected_names_are_there(void **state)
{
    (void)state;
    static const char *const EXPECTED[] = {
        "facecraft_requests_total{route=\"/api/v1/process\",code=\"200\"} 1\n",
        "facecraft_requests_total{route=\"other\",code=\"other\"} 1\n",
        "http_server_request_duration_seconds_bucket{http_route=\"/api/v1/process\",le=\"0.1\"} "
        "0\n",
        "http_server_request_duration_seconds_bucket{http_route=\"/api/v1/process\",le=\"0.25\"} "
        "1\n",
        "http_server_request_duration_seconds_bucket{http_route=\"other\",le=\"60\"} 0\n",
        "http_server_request_duration_seconds_bucket{http_route=\"other\",le=\"+Inf\"} 1\n",
        "http_server_request_duration_seconds_sum{http_route=\"other\"} 90\n",
        "facecraft_errors_total{code=\"no_face_detected\"} 0\n",
        "facecraft_no_face_total 0\n",
        "facecraft_stage_duration_seconds_count{stage=\"detect\",device=\"cpu\"} 1\n",
        "facecraft_queue_depth 0\n",
        "facecraft_workers 4\n",
        "facecraft_workers_busy 0\n",
        "facecraft_images_in_progress 0\n",
        "facecraft_memory_budget_bytes 1099511627776\n",
        "facecraft_jobs{state=\"queued\"} 0\n",
        "facecraft_faces_per_image_count 1\n",
        "facecraft_renders_total 1\n",
        "facecraft_callbacks_total{result=\"delivered\"} 1\n",
        "facecraft_callbacks_total{result=\"failed\"} 0\n",
        "facecraft_callbacks_waiting 3\n",
        "facecraft_store_up 1\n",
        "facecraft_backlog_photos 7\n",
        "facecraft_backlog_oldest_seconds 1.5\n",
        "facecraft_claimed_photos 2\n",
        "facecraft_dead_photos 1\n",
        "facecraft_claims_total{result=\"first\"} 0\n",
        "facecraft_claims_total{result=\"again\"} 1\n",
        "facecraft_claims_total{result=\"lost\"} 0\n",
        "facecraft_images_total{way=\"kept\"} 1\n",
        "facecraft_images_total{way=\"made\"} 0\n",
        "facecraft_image_cache_bytes 0\n",
        "facecraft_analyses 2\n",
        "facecraft_analyses_bytes 300000\n",
        "facecraft_build_info{version=\"",
        "process_resident_memory_bytes ",
        "process_cpu_seconds_total ",
        "process_open_fds ",
        "process_start_time_seconds ",
    };
    fc_error err = { 0 };
    FC_AUTO(fc_statistics) statistics = open_statistics();
    const fc_metrics_now now = { .load = { .workers = 4, .memory_max = INT64_C(1) << 40 },
                                 .jobs = { .callbacks_waiting = 3 },
                                 .backlog = { 7, 2, 1, 1500 },
                                 .analyses = { .count = 2, .bytes = 300000 } };
    FC_AUTO_BUFFER(out, 1 << 20);
    ASSERT_OK(fc_metrics_print(statistics, &now, &out, &err), err);
    for (size_t i = 0; i < sizeof EXPECTED / sizeof EXPECTED[0]; i++) {
        if (strstr(fc_buffer_text(&out), EXPECTED[i]) == NULL) {
            fail_msg("%s is missing", EXPECTED[i]);
        }
    }
}

static void printing_survives_every_allocation_failure_and_a_small_limit(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_statistics) statistics = open_statistics();
    const fc_metrics_now now = { 0 };
    FC_AUTO_BUFFER(small, 1000);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_metrics_print(statistics, &now, &small, &err), err);
    assert_int_equal(small.size, 0);
    FC_AUTO_BUFFER(out, 1 << 20);
    SWEEP_ALLOCATIONS(fc_metrics_print(statistics, &now, &out, &err), out.size == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_a_sample_or_a_comment),
        cmocka_unit_test(the_expected_names_are_there),
        cmocka_unit_test(printing_survives_every_allocation_failure_and_a_small_limit),
    };
    return cmocka_run_group_tests_name("report/metrics_text", tests, NULL, NULL);
}
