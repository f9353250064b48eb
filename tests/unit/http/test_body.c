#include "http/body.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static const fc_http_body_limits LIMITS = { .bytes_max = 4000,
                                            .file_bytes_max = 100,
                                            .files_max = 2 };

static fc_status read_body(const char *type, const char *text, fc_http_body **out, fc_error *err)
{
    FC_AUTO(fc_http_body) body = NULL;
    FC_TRY(fc_http_body_new(type, &LIMITS, &body, err));
    const size_t size = strlen(text);
    for (size_t at = 0; at < size; at += 3) { /* in small pieces */
        const fc_bytes piece = { (const uint8_t *)text + at, size - at < 3 ? size - at : 3 };
        FC_TRY(fc_http_body_feed(body, piece, err));
    }
    FC_TRY(fc_http_body_end(body, err));
    *out = FC_STEAL(body);
    return FC_OK;
}

#define MULTIPART                                                                                  \
    "--B\r\nContent-Disposition: form-data; name=\"width\"\r\n\r\n64\r\n"                          \
    "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc\r\n--B--\r\n"

static void every_type_gives_fields_and_files(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        const char *text;
        size_t fields;
        size_t files;
    } BODIES[] = {
        { "multipart/form-data; boundary=B", MULTIPART, 1, 1 },
        { "Multipart/Form-Data; charset=utf-8; boundary=\"B\"", MULTIPART, 1, 1 },
        { "application/json; charset=utf-8", "{\"file\":\"YWJj\",\"width\":64,\"x\":null}", 1, 1 },
        { "application/json", "{\"image\":\"data:image/png;base64,YWJj\",\"width\":\"64\"}", 1, 1 },
        { "application/x-www-form-urlencoded", "width=64&", 1, 0 },
        { "image/heic", "abc", 0, 1 },
        { "application/octet-stream", "abc", 0, 1 },
    };
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_http_body) body = NULL;
        ASSERT_OK(read_body(BODIES[i].type, BODIES[i].text, &body, &err), err);
        const fc_http_content *content = fc_http_body_content(body);
        assert_int_equal(content->field_count, BODIES[i].fields);
        assert_int_equal(content->file_count, BODIES[i].files);
        if (BODIES[i].fields > 0) {
            assert_string_equal(content->fields[0].name, "width");
            assert_string_equal(content->fields[0].value, "64");
        }
        if (BODIES[i].files > 0) {
            assert_string_equal(content->files[0].field, "file");
            assert_int_equal(content->files[0].bytes.size, 3);
            assert_memory_equal(content->files[0].bytes.data, "abc", 3);
        }
    }
}

static void json_values_become_texts(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_http_body) body = NULL;
    ASSERT_OK(
        read_body("application/json",
                  "{\"a\":true,\"b\":false,\"c\":0.25,\"d\":-7,\"files\":[\"YQ==\",\"Yg==\"]}",
                  &body, &err),
        err);
    const fc_http_content *content = fc_http_body_content(body);
    const fc_http_pairs fields = { content->fields, content->field_count };
    assert_string_equal(fc_http_pairs_lookup(fields, "a"), "true");
    assert_string_equal(fc_http_pairs_lookup(fields, "b"), "false");
    assert_string_equal(fc_http_pairs_lookup(fields, "c"), "0.25");
    assert_string_equal(fc_http_pairs_lookup(fields, "d"), "-7");
    assert_int_equal(content->file_count, 2);
    assert_string_equal(content->files[1].field, "files");
    assert_memory_equal(content->files[1].bytes.data, "b", 1);
}

static void what_cannot_be_read_is_refused(void **state)
{
    (void)state;
    static const struct {
        fc_status status;
        const char *type;
        const char *text;
    } WRONG[] = {
        { FC_UNSUPPORTED_FORMAT, NULL, "" },
        { FC_UNSUPPORTED_FORMAT, "text/plain", "" },
        { FC_UNSUPPORTED_FORMAT, "multipart/mixed; boundary=B", "" },
        { FC_INVALID_ARGUMENT, "", "" },
        { FC_INVALID_ARGUMENT, "multipart/form-data", "" },
        { FC_INVALID_ARGUMENT, "multipart/form-data; boundary=", "" },
        { FC_INVALID_ARGUMENT, "multipart/form-data; boundary=B; boundary=C", "" },
        { FC_INVALID_ARGUMENT, "application/json", "" },
        { FC_INVALID_ARGUMENT, "application/json", "[]" },
        { FC_INVALID_ARGUMENT, "application/json", "{\"a\":1,\"a\":2}" },
        { FC_INVALID_ARGUMENT, "application/json", "{\"a\":[1]}" },
        { FC_INVALID_ARGUMENT, "application/json", "{\"file\":7}" },
        { FC_INVALID_ARGUMENT, "application/json", "{\"file\":\"YQ\"}" },
        { FC_INVALID_ARGUMENT, "application/json", "{\"files\":[7]}" },
        { FC_INVALID_ARGUMENT, "application/json", "{\"files\":[\"\",\"\",\"\"]}" },
        { FC_INVALID_ARGUMENT, "application/json", "{\"a\":\"\\u0000\"}" },
        { FC_INVALID_ARGUMENT, "application/x-www-form-urlencoded", "a=1&a=2" },
        { FC_INVALID_ARGUMENT, "application/x-www-form-urlencoded", "a=%" },
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        fc_error err = { 0 };
        fc_http_body *body = NULL;
        ASSERT_FAILS(WRONG[i].status, read_body(WRONG[i].type, WRONG[i].text, &body, &err), err);
        assert_null(body);
    }
}

static void bodies_and_files_are_bounded(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static char text[5001];
    memset(text, 'a', sizeof text - 1);
    fc_http_body *body = NULL;
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, read_body("image/png", text, &body, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, read_body("application/json", text, &body, &err), err);
    text[101] = '\0';
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, read_body("image/png", text, &body, &err), err);
    assert_null(body);
}

static fc_status read_and_free(const char *type, const char *text, fc_error *err)
{
    FC_AUTO(fc_http_body) body = NULL;
    return read_body(type, text, &body, err);
}

static void reading_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    SWEEP_ALLOCATIONS(read_and_free("multipart/form-data; boundary=B", MULTIPART, &err), true);
    SWEEP_ALLOCATIONS(read_and_free("application/json", "{\"file\":\"YWJj\",\"a\":1}", &err), true);
    SWEEP_ALLOCATIONS(read_and_free("application/x-www-form-urlencoded", "a=1&b=2", &err), true);
    SWEEP_ALLOCATIONS(read_and_free("image/png", "abc", &err), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_gives_fields_and_files),
        cmocka_unit_test(json_values_become_texts),
        cmocka_unit_test(what_cannot_be_read_is_refused),
        cmocka_unit_test(bodies_and_files_are_bounded),
        cmocka_unit_test(reading_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("http/body", tests, NULL, NULL);
}
