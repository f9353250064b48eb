#include "service/start.h"

#include <stdio.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_service_does_not_start_without_what_it_needs),
    };
    return cmocka_run_group_tests_name("service/start", tests, NULL, NULL);
}
