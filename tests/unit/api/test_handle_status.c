#include <string.h>

#include "api/routes.h"
#include "facecraft_version.h"
#include "report/metrics_text.h"
#include "store/sqlite_store_private.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stores.h"
#include "support/stub_service.h"
#include "support/test_engine.h"

static fc_stub_work stub;
static fc_service *service;

static int start(void **state)
{
    const fc_analysis_limits limits = { 4, 1000, 60000000, NULL };
    fc_error err = { 0 };
    const int outcome = fc_stub_service_setup(state, &stub, 2, 4, &service);
    if (outcome != 0) {
        return outcome;
    }
    service->engine = fc_test_engine;
    ASSERT_OK(fc_analysis_store_new(&limits, &service->analyses, &err), err);
    return 0;
}

static int stop(void **state)
{
    return fc_stub_service_teardown(state, service);
}

static void the_status_tells_version_device_models_and_counts(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    const fc_http_request request = fc_requests_get("/status", NULL, NULL);
    fc_http_response response = fc_requests_ask(fc_handle_status, service, &request);
    assert_int_equal(response.code, 200);
    json_t *answer = fc_requests_json(&response);
    assert_string_equal(fc_requests_string(answer, NULL, "status"), "operational");
    assert_string_equal(fc_requests_string(answer, NULL, "version"), FC_VERSION);
    assert_true(fc_requests_string(answer, "device", "type")[0] == 'c'); /* cpu or cuda */
    const json_t *models = json_object_get(answer, "models");
    assert_int_equal(json_object_size(models), 4);
    const json_t *detector = json_object_get(models, "face_detector");
    assert_true(json_is_true(json_object_get(detector, "loaded")));
    assert_true(json_array_size(json_object_get(detector, "models")) >= 1);
    const json_t *counts = json_object_get(answer, "statistics");
    assert_int_equal(json_integer_value(json_object_get(counts, "total_processed")), 0);
    assert_true(json_number_value(json_object_get(counts, "success_rate")) == 1.0);
    json_decref(answer);
    fc_http_response_clear(&response);
}

static void the_metrics_are_a_page_for_prometheus(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_stores_save(service->store, FC_STORES_A);
    const fc_http_request request = fc_requests_get("/metrics", NULL, NULL);
    fc_http_response response = fc_requests_ask(fc_handle_metrics, service, &request);
    fc_requests_assert_header(&response, "Content-Type", FC_METRICS_TYPE);
    const char *text = fc_requests_text(&response);
    assert_non_null(strstr(text, "# TYPE "));
    assert_non_null(strstr(text, "\"succeeded\"} 1\n")); /* the job that is kept */
    fc_http_response_clear(&response);
}

static void a_store_that_does_not_answer_is_left_out_of_the_metrics(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_error err = { 0 };
    ASSERT_OK(fc_sql_run(fc_sqlite_of(service->store)->db, "DROP TABLE temp.totals", &err), err);
    const fc_http_request request = fc_requests_get("/metrics", NULL, NULL);
    fc_http_response response = fc_requests_ask(fc_handle_metrics, service, &request);
    const char *text = fc_requests_text(&response);
    assert_non_null(strstr(text, "\nfacecraft_store_up 0\n"));
    assert_null(strstr(text, "\nfacecraft_jobs"));
    assert_null(strstr(text, "\nfacecraft_backlog"));
    assert_non_null(strstr(text, "\nfacecraft_claims_total{result=\"again\"} 0\n"));
    fc_http_response_clear(&response);
}

#define STATUS_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATUS_TEST(the_status_tells_version_device_models_and_counts),
        STATUS_TEST(the_metrics_are_a_page_for_prometheus),
        STATUS_TEST(a_store_that_does_not_answer_is_left_out_of_the_metrics),
    };
    return cmocka_run_group_tests_name("api/handle_status", tests, fc_test_engine_setup,
                                       fc_test_engine_teardown);
}
