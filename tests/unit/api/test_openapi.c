#include "api/openapi.h"

#include <jansson.h>
#include <string.h>

#include "api/assets.h"
#include "api/routes.h"
#include "base/limits.h"
#include "support/fc_test.h"

static json_t *print_document(const char *api_key)
{
    fc_error err = { 0 };
    const fc_params params = fc_params_default();
    fc_server_settings server = fc_server_settings_default();
    (void)snprintf(server.api_key, sizeof server.api_key, "%s", api_key);
    FC_AUTO_BUFFER(text, FC_PAGE_BYTES_MAX);
    ASSERT_OK(fc_openapi_print(&params, &server, &text, &err), err);
    json_t *document = json_loads(fc_buffer_text(&text), 0, NULL);
    assert_non_null(document);
    return document;
}

static const json_t *find_operation(const json_t *document, const fc_http_route *route)
{
    static const char *const METHODS[] = { "get", "post", "delete" };
    const json_t *path = json_object_get(json_object_get(document, "paths"), route->pattern);
    return json_object_get(path, METHODS[route->method]);
}

static void every_route_is_described_with_its_answers(void **state)
{
    (void)state;
    json_t *document = print_document("");
    const fc_http_routes routes = fc_routes();
    for (size_t i = 0; i < routes.count; i++) {
        const json_t *operation = find_operation(document, &routes.rows[i]);
        const json_t *name = json_object_get(operation, "operationId");
        assert_string_equal(json_string_value(name), routes.rows[i].name);
        assert_true(json_object_size(json_object_get(operation, "responses")) > 0);
        assert_int_equal(json_object_get(operation, "requestBody") != NULL,
                         routes.rows[i].body != FC_HTTP_NO_BODY);
    }
    json_decref(document);
}

/* "#/components/schemas/Answer" must lead somewhere. */
static void assert_reference(const json_t *document, const char *reference)
{
    char name[128];
    const json_t *at = document;
    assert_int_equal(strncmp(reference, "#/", 2), 0);
    for (const char *part = reference + 2; at != NULL && *part != '\0';) {
        const size_t length = strcspn(part, "/");
        (void)snprintf(name, sizeof name, "%.*s", (int)length, part);
        at = json_object_get(at, name);
        part += length + (part[length] == '/' ? 1 : 0);
    }
    assert_non_null(at);
}

static void assert_references(const json_t *document, const json_t *value)
{
    const char *key = NULL;
    json_t *item = NULL;
    size_t index = 0;
    json_object_foreach((json_t *)(uintptr_t)value, key, item)
    {
        if (strcmp(key, "$ref") == 0) {
            assert_reference(document, json_string_value(item));
        }
        assert_references(document, item);
    }
    json_array_foreach(value, index, item)
    {
        assert_references(document, item);
    }
}

static void every_reference_leads_somewhere(void **state)
{
    (void)state;
    json_t *document = print_document("");
    assert_references(document, document);
    json_decref(document);
}

static const json_t *find_fields(const json_t *document, const char *name)
{
    const fc_http_routes routes = fc_routes();
    for (size_t i = 0; i < routes.count; i++) {
        if (strcmp(routes.rows[i].name, name) == 0) {
            const json_t *at = find_operation(document, &routes.rows[i]);
            static const char *const WAY[] = { "requestBody", "content", "multipart/form-data",
                                               "schema", "properties" };
            for (size_t k = 0; k < sizeof WAY / sizeof WAY[0]; k++) {
                at = json_object_get(at, WAY[k]);
            }
            return at;
        }
    }
    return NULL;
}

static void a_body_has_the_fields_of_its_row(void **state)
{
    (void)state;
    static const struct {
        const char *route;
        const char *field;
        bool there;
    } FIELDS[] = {
        { "process", "width", true },        { "process", "format", true },
        { "process", "size", false },        { "process", "preview", false },
        { "process_quick", "width", false }, { "process_quick", "size", true },
        { "process_quick", "matte", true },  { "process_batch", "format", false },
        { "process_batch", "files", true },  { "process_batch", "return_base64", true },
        { "render", "preview", true },       { "render", "return_base64", false },
        { "analyze", "background_r", true }, { "analyze", "matte", false },
    };
    json_t *document = print_document("");
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
        const json_t *fields = find_fields(document, FIELDS[i].route);
        assert_non_null(fields);
        assert_int_equal(json_object_get(fields, FIELDS[i].field) != NULL, FIELDS[i].there);
    }
    json_decref(document);
}

static void every_part_of_a_path_is_a_parameter(void **state)
{
    (void)state;
    json_t *document = print_document("");
    const fc_http_routes routes = fc_routes();
    for (size_t i = 0; i < routes.count; i++) {
        size_t parts = 0;
        for (const char *at = routes.rows[i].pattern; *at != '\0'; at++) {
            parts += *at == '{';
        }
        const json_t *operation = find_operation(document, &routes.rows[i]);
        assert_true(json_array_size(json_object_get(operation, "parameters")) >= parts);
    }
    json_decref(document);
}

static bool is_a_route(const char *name)
{
    const fc_http_routes routes = fc_routes();
    for (size_t i = 0; i < routes.count; i++) {
        if (strcmp(routes.rows[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static const json_t *answer_of(const json_t *document, const char *path, const char *code)
{
    const json_t *item = json_object_get(json_object_get(document, "paths"), path);
    const json_t *operation = json_object_get(item, "get");
    return json_object_get(json_object_get(operation, "responses"), code);
}

static void assert_answer(const json_t *document, const char *path, const char *code,
                          const char *expected)
{
    json_t *read = json_loads(expected, 0, NULL);
    assert_non_null(read);
    assert_true(json_equal(answer_of(document, path, code), read));
    json_decref(read);
}

static void answers_are_those_of_the_row(void **state)
{
    (void)state;
    json_t *document = print_document("");
    assert_answer(document, "/ready", "503",
                  "{\"description\": \"It is not\", \"content\": {\"application/json\":"
                  "{\"schema\": {\"$ref\": \"#/components/schemas/Ready\"}}}}");
    assert_answer(document, "/api/v1/models", "200",
                  "{\"description\": \"The models\", \"content\": {\"application/json\":"
                  "{\"schema\": {\"type\": \"array\","
                  "\"items\": {\"$ref\": \"#/components/schemas/ModelFile\"}}}}}");
    assert_answer(document, "/metrics", "200",
                  "{\"description\": \"Prometheus text format\", \"content\":"
                  "{\"text/plain\": {\"schema\": {\"type\": \"string\"}}}}");
    assert_answer(document, "/", "304", "{\"description\": \"Not changed\"}");
    assert_answer(document, "/", "307", "{\"description\": \"To /docs\"}");
    assert_answer(document, "/api/v1/jobs/{job_id}", "404",
                  "{\"$ref\": \"#/components/responses/Detail\"}");
    json_decref(document);
}

static void answers_are_written_down_for_routes_alone(void **state)
{
    (void)state;
    const size_t size = (size_t)(fc_asset_openapi_json_end - fc_asset_openapi_json);
    json_t *written = json_loadb((const char *)fc_asset_openapi_json, size, 0, NULL);
    json_t *operations = json_object_get(written, "x-operations");
    const char *name = NULL;
    json_t *operation = NULL;
    assert_true(json_object_size(operations) > 0);
    json_object_foreach(operations, name, operation)
    {
        if (!is_a_route(name)) {
            fail_msg("the answers of %s belong to no route", name);
        }
    }
    json_decref(written);
}

static void keys_are_told_where_they_are_asked_for(void **state)
{
    (void)state;
    const fc_http_routes routes = fc_routes();
    for (int keys = 0; keys <= 1; keys++) {
        json_t *document = print_document(keys ? "a-key-of-some-length" : "");
        for (size_t i = 0; i < routes.count; i++) {
            const json_t *security =
                json_object_get(find_operation(document, &routes.rows[i]), "security");
            const size_t expected = routes.rows[i].open ? 0 : keys ? 2 : 3;
            assert_int_equal(json_array_size(security), expected);
        }
        json_decref(document);
    }
}

static void other_services_are_left_out_where_they_are_off(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_params params = fc_params_default();
    fc_server_settings server = fc_server_settings_default();
    server.compat = false;
    FC_AUTO_BUFFER(text, FC_PAGE_BYTES_MAX);
    ASSERT_OK(fc_openapi_print(&params, &server, &text, &err), err);
    json_t *document = json_loads(fc_buffer_text(&text), 0, NULL);
    const json_t *paths = json_object_get(document, "paths");
    assert_null(json_object_get(paths, "/v1.0/removebg"));
    assert_null(json_object_get(paths, "/api/remove"));
    assert_non_null(json_object_get(paths, "/api/v1/process"));
    json_decref(document);
}

static void document_beyond_the_buffer_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_params params = fc_params_default();
    const fc_server_settings server = fc_server_settings_default();
    FC_AUTO_BUFFER(text, 1000);
    assert_int_not_equal(fc_openapi_print(&params, &server, &text, &err), FC_OK);
    assert_int_equal(text.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_is_described_with_its_answers),
        cmocka_unit_test(every_reference_leads_somewhere),
        cmocka_unit_test(a_body_has_the_fields_of_its_row),
        cmocka_unit_test(every_part_of_a_path_is_a_parameter),
        cmocka_unit_test(answers_are_those_of_the_row),
        cmocka_unit_test(answers_are_written_down_for_routes_alone),
        cmocka_unit_test(keys_are_told_where_they_are_asked_for),
        cmocka_unit_test(other_services_are_left_out_where_they_are_off),
        cmocka_unit_test(document_beyond_the_buffer_is_refused),
    };
    return cmocka_run_group_tests_name("api/openapi", tests, NULL, NULL);
}
