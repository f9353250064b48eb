#include "api/openapi_fields.h"

#include <stdlib.h>
#include <string.h>

#include "api/routes.h"
#include "base/memory.h"
#include "service/form.h"
#include "support/fc_test.h"
#include "support/requests.h"

static const fc_http_route *route_of(const char *name)
{
    const fc_http_routes routes = fc_routes();
    for (size_t i = 0; i < routes.count; i++) {
        if (strcmp(routes.rows[i].name, name) == 0) {
            return &routes.rows[i];
        }
    }
    fail_msg("no route %s", name);
    return NULL;
}

static fc_status describe(const char *name, json_t **body, fc_error *err)
{
    const fc_params params = fc_params_default();
    fc_server_settings server = fc_server_settings_default();
    server.batch_max_files = 17;
    server.max_upload_size_mb = 23;
    *body = fc_openapi_body(route_of(name), &params, &server);
    return *body != NULL ? FC_OK : fc_fail(err, FC_OUT_OF_MEMORY, "no memory for a body");
}

static json_t *body_of(const char *name)
{
    json_t *body = NULL;
    fc_error err = { 0 };
    ASSERT_OK(describe(name, &body, &err), err);
    return body;
}

static json_t *form_of(const json_t *body, const char *type)
{
    json_t *content = json_object_get(body, "content");
    return json_object_get(json_object_get(content, type), "schema");
}

static json_t *field_of(const json_t *body, const char *name)
{
    return json_object_get(json_object_get(form_of(body, "multipart/form-data"), "properties"),
                           name);
}

static void a_photo_comes_as_a_form_as_json_or_as_it_is(void **state)
{
    (void)state;
    json_t *body = body_of("process");
    assert_true(json_is_true(json_object_get(body, "required")));
    assert_string_equal(fc_requests_string(field_of(body, "file"), NULL, "format"), "binary");
    assert_string_equal(fc_requests_string(field_of(body, "file"), NULL, "description"),
                        "The photo, at most 23 MB");
    const json_t *text =
        json_object_get(json_object_get(form_of(body, "application/json"), "properties"), "file");
    assert_string_equal(fc_requests_string(text, NULL, "contentEncoding"), "base64");
    assert_non_null(form_of(body, "image/*"));
    const json_t *needed = json_object_get(form_of(body, "multipart/form-data"), "required");
    assert_int_equal(json_array_size(needed), 1);
    json_decref(body);
}

static void many_photos_come_as_a_form_alone(void **state)
{
    (void)state;
    json_t *body = body_of("process_batch");
    const json_t *files = field_of(body, "files");
    assert_string_equal(fc_requests_string(files, NULL, "type"), "array");
    assert_int_equal(json_integer_value(json_object_get(files, "maxItems")), 17);
    assert_int_equal(json_object_size(json_object_get(body, "content")), 1);
    assert_true(json_is_true(json_object_get(field_of(body, "return_base64"), "default")));
    assert_null(field_of(body, "format"));
    json_decref(body);
}

static void fields_alone_may_be_left_out(void **state)
{
    (void)state;
    json_t *body = body_of("render");
    assert_true(json_is_false(json_object_get(body, "required")));
    assert_null(field_of(body, "file"));
    assert_non_null(field_of(body, "preview"));
    assert_null(field_of(body, "return_base64"));
    assert_non_null(form_of(body, "application/x-www-form-urlencoded"));
    json_decref(body);
}

static void each_route_tells_the_fields_that_it_looks_at(void **state)
{
    (void)state;
    json_t *body = body_of("process_quick");
    assert_non_null(field_of(body, "size"));
    assert_null(field_of(body, "width"));
    assert_null(field_of(body, "preview"));
    json_decref(body);
    body = body_of("process");
    assert_null(field_of(body, "size"));
    assert_non_null(field_of(body, "width"));
    assert_non_null(field_of(body, "format"));
    json_decref(body);
    body = body_of("analyze");
    assert_non_null(field_of(body, "background"));
    assert_null(field_of(body, "width"));
    json_decref(body);
}

static void limits_and_defaults_are_those_of_the_table(void **state)
{
    (void)state;
    const fc_params params = fc_params_default();
    const fc_options rows = fc_params_options();
    json_t *body = body_of("process");
    for (size_t i = 0; i < rows.count; i++) {
        const fc_option *row = &rows.rows[i];
        char initial[FC_OPTION_TEXT_SIZE];
        const json_t *field = field_of(body, row->name);
        fc_option_print(row, &params, initial, sizeof initial);
        assert_string_equal(fc_requests_string(field, NULL, "description"), row->help);
        if (row->kind == FC_OPTION_INT || row->kind == FC_OPTION_REAL) {
            assert_true(json_number_value(json_object_get(field, "minimum")) == row->min);
            assert_true(json_number_value(json_object_get(field, "maximum")) == row->max);
        } else if (row->kind == FC_OPTION_CHOICE) {
            assert_string_equal(fc_requests_string(field, NULL, "default"), initial);
        }
    }
    json_decref(body);
}

static void the_words_of_a_choice_are_listed_and_numbers_are_a_pattern(void **state)
{
    (void)state;
    json_t *body = body_of("process");
    const json_t *words = json_object_get(field_of(body, "format"), "enum");
    assert_int_equal(json_array_size(words), 4);
    assert_string_equal(json_string_value(json_array_get(words, 0)), "json");
    const json_t *face = field_of(body, "face");
    assert_null(json_object_get(face, "enum"));
    assert_non_null(strstr(fc_requests_string(face, NULL, "pattern"), "|[1-9][0-9]?|100)$"));
    json_decref(body);
}

/* Jansson's memory is its own: here it comes from ours, which can be made to fail. */
static void *allocate(size_t size)
{
    void *block = NULL;
    return fc_memory_new(size, 1, &block, NULL) == FC_OK ? block : NULL;
}

static void memory_that_runs_out_gives_no_half_body(void **state)
{
    (void)state;
    fc_error err = { 0 };
    json_t *body = NULL;
    json_t *whole = body_of("process");
    char *expected = json_dumps(whole, JSON_SORT_KEYS);
    json_decref(whole);
    json_set_alloc_funcs(allocate, fc_memory_free);
    SWEEP_ALLOCATIONS(describe("process", &body, &err), body == NULL);
    json_set_alloc_funcs(malloc, free);
    char *text = json_dumps(body, JSON_SORT_KEYS);
    assert_string_equal(text, expected);
    free(text);
    free(expected);
    json_set_alloc_funcs(allocate, fc_memory_free);
    json_decref(body);
    json_set_alloc_funcs(malloc, free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_photo_comes_as_a_form_as_json_or_as_it_is),
        cmocka_unit_test(many_photos_come_as_a_form_alone),
        cmocka_unit_test(fields_alone_may_be_left_out),
        cmocka_unit_test(each_route_tells_the_fields_that_it_looks_at),
        cmocka_unit_test(limits_and_defaults_are_those_of_the_table),
        cmocka_unit_test(the_words_of_a_choice_are_listed_and_numbers_are_a_pattern),
        cmocka_unit_test(memory_that_runs_out_gives_no_half_body),
    };
    return cmocka_run_group_tests_name("api/openapi_fields", tests, NULL, NULL);
}
