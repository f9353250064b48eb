#include <stdio.h>

#include "api/routes.h"
#include "engine/model_files.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/test_engine.h"

static fc_http_response ask(fc_service *service, const char *models_dir)
{
    const fc_http_request request = fc_requests_get("/api/v1/models", NULL, NULL);
    service->settings = fc_settings_default();
    (void)snprintf(service->settings.models_dir, sizeof service->settings.models_dir, "%s",
                   models_dir);
    return fc_requests_ask(fc_handle_models, service, &request);
}

static void every_model_is_told_also_where_none_is_there(void **state)
{
    (void)state;
    fc_service service = { 0 };
    fc_http_response response = ask(&service, "tests/data/nowhere");
    assert_int_equal(response.code, 200);
    json_t *models = fc_requests_json(&response);
    assert_int_equal(json_array_size(models), FC_MODEL_FILES_COUNT);
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        const json_t *model = json_array_get(models, (size_t)i);
        assert_string_equal(fc_requests_string(model, NULL, "name"), fc_model_file_lookup(i)->name);
        assert_true(json_is_null(json_object_get(model, "loaded")));
        assert_true(fc_requests_string(model, NULL, "licence")[0] != '\0');
    }
    json_decref(models);
    fc_http_response_clear(&response);
}

/* Clients need not know where the server keeps its files. */
static void the_models_of_an_engine_are_told_without_their_paths(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_service service = { .engine = fc_test_engine };
    fc_http_response response = ask(&service, "models");
    json_t *models = fc_requests_json(&response);
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        const json_t *model = json_array_get(models, (size_t)i);
        assert_true(json_is_null(json_object_get(model, "path")));
        assert_int_equal(json_is_true(json_object_get(model, "loaded")),
                         fc_engine_model_loaded(fc_test_engine, i));
    }
    json_decref(models);
    fc_http_response_clear(&response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_is_told_also_where_none_is_there),
        cmocka_unit_test(the_models_of_an_engine_are_told_without_their_paths),
    };
    return cmocka_run_group_tests_name("api/handle_models", tests, fc_test_engine_setup,
                                       fc_test_engine_teardown);
}
