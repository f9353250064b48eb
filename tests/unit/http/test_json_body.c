#include "http/json_body.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

#define FILE_BYTES_MAX 100

/* Fields and files of a body; release with fc_http_content_clear, also after a failure. */
static fc_status parse(const char *text, fc_http_content *out, fc_error *err)
{
    fc_http_content_init(out, 2, FILE_BYTES_MAX);
    FC_AUTO_BUFFER(body, 4000);
    FC_TRY(fc_buffer_append(&body, text, strlen(text), err));
    return fc_http_json_parse(&body, out, err);
}

static const char *field_of(const fc_http_content *content, const char *name)
{
    return fc_http_pairs_lookup((fc_http_pairs){ content->fields, content->field_count }, name);
}

static void every_value_becomes_the_text_of_a_form(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_http_content content;
    ASSERT_OK(parse("{\"a\":7,\"b\":true,\"c\":false,\"d\":0.5,\"e\":\"\\u00e4 b\",\"f\":null,"
                    "\"g\":-9007199254740993}",
                    &content, &err),
              err);
    assert_int_equal(content.field_count, 6);
    assert_string_equal(field_of(&content, "a"), "7");
    assert_string_equal(field_of(&content, "b"), "true");
    assert_string_equal(field_of(&content, "c"), "false");
    assert_string_equal(field_of(&content, "d"), "0.5");
    assert_string_equal(field_of(&content, "e"), "\xc3\xa4 b");
    assert_null(field_of(&content, "f"));
    assert_string_equal(field_of(&content, "g"), "-9007199254740993");
    fc_http_content_clear(&content);
}

static void files_have_one_name_alone_in_a_list_or_one_of_their_own(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *field;
        size_t count;
    } BODIES[] = {
        { "{\"image\":\"aGk=\"}", "file", 1 },
        { "{\"file\":\"data:image/png;base64,aGk=\"}", "file", 1 },
        { "{\"files\":[\"aGk=\",\"aGk=\"]}", "files", 2 },
        { "{\"files\":\"aGk=\"}", "files", 1 },
        { "{\"backdrop_b64\":\"aGk\\u003d\"}", "backdrop_b64", 1 },
        { "{\"file\":null}", "file", 0 },
    };
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        fc_error err = { 0 };
        fc_http_content content;
        ASSERT_OK(parse(BODIES[i].text, &content, &err), err);
        assert_int_equal(content.field_count, 0);
        assert_int_equal(content.file_count, BODIES[i].count);
        for (size_t k = 0; k < content.file_count; k++) {
            assert_string_equal(content.files[k].field, BODIES[i].field);
            assert_int_equal(content.files[k].bytes.size, 2);
            assert_memory_equal(content.files[k].bytes.data, "hi", 2);
        }
        fc_http_content_clear(&content);
    }
}

static void what_is_no_object_of_fields_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *hint;
    } BODIES[] = {
        { "", "" },
        { "7", "" },
        { "[]", "JSON, but no object" },
        { "{\n\"a\":}", "(line 2)" },
        { "{\"a\":1,\"a\":2}", "" },
        { "{\"a\":{}}", "a list or object among the fields" },
        { "{\"files\":[7]}", "\"files\" is not a text in base64" },
        { "{\"image\":true}", "\"file\" is not a text in base64" },
        { "{\"x_b64\":1}", "\"x_b64\" is not a text in base64" },
        { "{\"file\":\"?\"}", "" },
    };
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        fc_error err = { 0 };
        fc_http_content content;
        ASSERT_FAILS(FC_INVALID_ARGUMENT, parse(BODIES[i].text, &content, &err), err);
        assert_non_null(strstr(err.text, BODIES[i].hint));
        fc_http_content_clear(&content);
    }
}

static fc_status parse_and_clear(const char *text, fc_error *err)
{
    fc_http_content content;
    const fc_status status = parse(text, &content, err);
    fc_http_content_clear(&content);
    return status;
}

static void parsing_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    SWEEP_ALLOCATIONS(parse_and_clear("{\"image\":\"aGk=\",\"a\":\"b\"}", &err), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_becomes_the_text_of_a_form),
        cmocka_unit_test(files_have_one_name_alone_in_a_list_or_one_of_their_own),
        cmocka_unit_test(what_is_no_object_of_fields_is_refused),
        cmocka_unit_test(parsing_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("http/json_body", tests, NULL, NULL);
}
