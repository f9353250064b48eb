#include "report/catalogue.h"

#include <jansson.h>

#include "base/memory.h"
#include "pipeline/stages.h"
#include "support/fc_test.h"

static void *allocate(size_t size)
{
    void *block = NULL;
    return fc_memory_new(size, 1, &block, NULL) == FC_OK ? block : NULL;
}

static json_t *parse(const fc_buffer *out)
{
    json_t *value = json_loads(fc_buffer_text(out), 0, NULL);
    assert_non_null(value);
    return value;
}

static void every_option_is_listed_with_its_value_in_force(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 1 << 20);
    fc_params params = fc_params_default();
    const fc_settings settings = fc_settings_default();
    const fc_server_settings server = fc_server_settings_default();
    params.width = 700;
    ASSERT_OK(fc_catalogue_options(&params, &settings, &server, &out, &err), err);
    json_t *options = parse(&out);
    json_t *rows = json_object_get(options, "params");
    assert_int_equal(json_array_size(rows), fc_params_options().count);
    json_t *width = json_array_get(rows, 1); /* the preset comes first */
    assert_string_equal(json_string_value(json_object_get(width, "name")), "width");
    assert_string_equal(json_string_value(json_object_get(width, "value")), "700");
    assert_string_equal(json_string_value(json_object_get(width, "default")), "648");
    assert_string_equal(json_string_value(json_object_get(width, "variable")),
                        "FACECRAFT_DEFAULT_WIDTH");
    assert_int_equal(json_array_size(json_object_get(options, "settings")),
                     fc_settings_options().count);
    json_decref(options);
}

static void stages_are_listed_in_their_order(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 1 << 20);
    ASSERT_OK(fc_catalogue_stages(&out, &err), err);
    json_t *stages = parse(&out);
    assert_int_equal(json_array_size(stages), fc_stages_count);
    for (size_t i = 0; i < fc_stages_count; i++) {
        json_t *name = json_object_get(json_array_get(stages, i), "name");
        assert_string_equal(json_string_value(name), fc_stages[i].name);
    }
    json_decref(stages);
}

static void a_missing_model_is_listed_as_not_found(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 1 << 20);
    fc_settings settings = fc_settings_default();
    const fc_option *folder = fc_option_lookup(fc_settings_options(), "models_dir");
    ASSERT_OK(fc_option_set(folder, &settings, "/nowhere", &err), err);
    ASSERT_OK(fc_catalogue_models(&settings, &out, &err), err);
    json_t *models = parse(&out);
    assert_true(json_is_false(json_object_get(json_array_get(models, 0), "found")));
    json_decref(models);
    assert_int_equal(fc_catalogue_model_bytes("/"), -1);
}

static void lists_survive_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 1 << 20);
    const fc_params params = fc_params_default();
    const fc_settings settings = fc_settings_default();
    const fc_server_settings server = fc_server_settings_default();
    SWEEP_ALLOCATIONS(fc_catalogue_options(&params, &settings, &server, &out, &err), out.size == 0);
    fc_buffer_clear(&out);
    SWEEP_ALLOCATIONS(fc_catalogue_stages(&out, &err), out.size == 0);
    fc_buffer_clear(&out);
    SWEEP_ALLOCATIONS(fc_catalogue_models(&settings, &out, &err), out.size == 0);
    fc_buffer_clear(&out);
    SWEEP_ALLOCATIONS(fc_catalogue_version(&out, &err), out.size == 0);
}

int main(void)
{
    json_set_alloc_funcs(allocate, fc_memory_free);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_is_listed_with_its_value_in_force),
        cmocka_unit_test(stages_are_listed_in_their_order),
        cmocka_unit_test(a_missing_model_is_listed_as_not_found),
        cmocka_unit_test(lists_survive_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("report/catalogue", tests, NULL, NULL);
}
