#include "report/schema.h"

#include "support/fc_test.h"

static const fc_schema_field POINT[] = {
    { "x", "number", "from the left" },
    { "label?", "string or null", NULL },
    { 0 },
};
static const fc_schema_field LINE[] = {
    { "ends", "list of 2 Point", NULL },
    { "kind", "one of solid, long dash", NULL },
    { "share", "share", NULL },
    { "tags", "map of list of string", NULL },
    { 0 },
};
static const fc_schema_field LATER[] = {
    { "drawn?", "time", NULL },
    { "extra?", "any", NULL },
    { 0 },
};
static const fc_schema TABLES[] = {
    { "Point", POINT },
    { "Line", LINE },
    { "Line", LATER },
    { 0 },
};

static void assert_schema(const json_t *schemas, const char *name, const char *expected)
{
    json_t *read = json_loads(expected, 0, NULL);
    assert_non_null(read);
    assert_true(json_equal(json_object_get(schemas, name), read));
    json_decref(read);
}

static void rows_become_the_properties_of_an_object(void **state)
{
    (void)state;
    json_t *schemas = json_object();
    assert_true(fc_schema_add(schemas, TABLES));
    assert_int_equal(json_object_size(schemas), 2);
    assert_schema(schemas, "Point",
                  "{\"type\": \"object\", \"required\": [\"x\"], \"properties\": {"
                  "\"x\": {\"type\": \"number\", \"description\": \"from the left\"},"
                  "\"label\": {\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"null\"}]}}}");
    json_decref(schemas);
}

static void several_tables_of_a_name_are_one_object(void **state)
{
    (void)state;
    json_t *schemas = json_object();
    assert_true(fc_schema_add(schemas, TABLES));
    assert_schema(schemas, "Line",
                  "{\"type\": \"object\", \"required\": [\"ends\", \"kind\", \"share\", \"tags\"],"
                  "\"properties\": {"
                  "\"ends\": {\"type\": \"array\", \"minItems\": 2, \"maxItems\": 2,"
                  "\"items\": {\"$ref\": \"#/components/schemas/Point\"}},"
                  "\"kind\": {\"type\": \"string\", \"enum\": [\"solid\", \"long dash\"]},"
                  "\"share\": {\"type\": \"number\", \"minimum\": 0, \"maximum\": 1},"
                  "\"tags\": {\"type\": \"object\", \"additionalProperties\":"
                  "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}},"
                  "\"drawn\": {\"type\": \"string\", \"format\": \"date-time\"},"
                  "\"extra\": {}}}");
    json_decref(schemas);
}

static void without_an_object_to_fill_memory_has_run_out(void **state)
{
    (void)state;
    assert_false(fc_schema_add(NULL, TABLES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_the_properties_of_an_object),
        cmocka_unit_test(several_tables_of_a_name_are_one_object),
        cmocka_unit_test(without_an_object_to_fill_memory_has_run_out),
    };
    return cmocka_run_group_tests_name("report/schema", tests, NULL, NULL);
}
