#include "service/start.h"

#include <stdio.h>
#include <string.h>

#include "support/fc_test.h"

static fc_status start_with(const char *formats, const char *models_dir, fc_error *err)
{
    const fc_params params = fc_params_default();
    fc_settings settings = fc_settings_default();
    fc_server_settings server = fc_server_settings_default();
    fc_service *none = NULL;
    (void)snprintf(settings.formats, sizeof settings.formats, "%s", formats);
    (void)snprintf(settings.models_dir, sizeof settings.models_dir, "%s", models_dir);
    server.cleanup_age_hours = 0;
    const fc_status status =
        fc_service_new(&params, &settings, &server, (fc_http_routes){ 0 }, &none, err);
    assert_null(none);
    return status;
}

static void a_service_does_not_start_without_what_it_needs(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_FAILS(FC_INVALID_ARGUMENT, start_with("jpeg,paper", "models", &err), err);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, start_with("jpeg", "tests/data/onnx", &err), err);
    fc_service_free(NULL);
}

static void check_store(const char *database, const char *store, int32_t hours, const char *words)
{
    fc_error err = { 0 };
    fc_job_store *none = NULL;
    fc_server_settings server = fc_server_settings_default();
    (void)snprintf(server.database, sizeof server.database, "%s", database);
    (void)snprintf(server.store, sizeof server.store, "%s", store);
    server.cleanup_age_hours = hours;
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_service_open_store(&server, &none, &err), err);
    assert_non_null(strstr(err.text, words));
    assert_null(none);
}

static void a_store_that_cannot_be_meant_is_refused(void **state)
{
    (void)state;
    static const char ADDRESS[] = "postgresql://127.0.0.1/none";
    check_store("", "s3://bucket", 24, "a database");
    check_store(ADDRESS, "s3://bucket", 0, "allowed: 1 and more");
    check_store(ADDRESS, "https://bucket", 24, "allowed: s3://bucket/prefix");
    check_store(ADDRESS,
                "s3://a-name-of-more-than-sixty-three-letters-is-no-bucket-of-any-store-there-is",
                24, "at most 63");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_service_does_not_start_without_what_it_needs),
        cmocka_unit_test(a_store_that_cannot_be_meant_is_refused),
    };
    return cmocka_run_group_tests_name("service/start", tests, NULL, NULL);
}
