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

#define GIF "GIF89a\1\0\1\0\0\0\0"
#define FORM "application/x-www-form-urlencoded"

static fc_status feed_in_halves(fc_http_body *body, const char *data, size_t size, fc_error *err)
{
    const fc_bytes halves[] = { { (const uint8_t *)data, size / 2 },
                                { (const uint8_t *)data + size / 2, size - size / 2 } };
    FC_TRY(fc_http_body_feed(body, halves[0], err));
    FC_TRY(fc_http_body_feed(body, halves[1], err));
    return fc_http_body_end(body, err);
}

static void a_picture_is_known_without_its_type(void **state)
{
    (void)state;
    static const char *const TYPES[] = { NULL, FORM, FORM "; charset=utf-8" };
    char picture[90] = GIF;
    for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++) {
        for (size_t size = sizeof GIF - 1; size <= sizeof picture; size += 38) {
            fc_error err = { 0 };
            FC_AUTO(fc_http_body) body = NULL;
            ASSERT_OK(fc_http_body_new(TYPES[i], &LIMITS, &body, &err), err);
            ASSERT_OK(feed_in_halves(body, picture, size, &err), err);
            const fc_http_content *content = fc_http_body_content(body);
            assert_int_equal(content->file_count, 1);
            assert_int_equal(content->field_count, 0);
            assert_string_equal(content->files[0].field, "file");
            assert_int_equal(content->files[0].bytes.size, size);
            assert_memory_equal(content->files[0].bytes.data, picture, size);
        }
    }
}

static void a_picture_without_its_type_is_bounded_like_any_other(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char picture[300] = GIF;
    FC_AUTO(fc_http_body) body = NULL;
    ASSERT_OK(fc_http_body_new(FORM, &LIMITS, &body, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, feed_in_halves(body, picture, sizeof picture, &err), err);
}

static void a_body_that_curl_spoilt_is_told_how_to_be_sent(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_http_body *body = NULL;
    ASSERT_FAILS(FC_INVALID_ARGUMENT, read_body(FORM, "\xff\xd8\xff\xe0\x10JFIF", &body, &err),
                 err);
    assert_non_null(strstr(err.text, "--data-binary @photo.jpg"));
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT, read_body(NULL, "a=b", &body, &err), err);
    assert_non_null(strstr(err.text, "curl -F file=@photo.jpg"));
    assert_null(body);
}

static void a_form_that_begins_like_a_picture_stays_one(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_http_body) body = NULL;
    ASSERT_OK(read_body(FORM, "BMI=22&b=c", &body, &err), err);
    assert_int_equal(fc_http_body_content(body)->field_count, 2);
}

static void base64_of_any_kind_gives_the_same_file(void **state)
{
    (void)state;
    static const char *const BODIES[][2] = {
        { "application/json", "{\"a_b64\":\"+/+/Zm8=\"}" },
        { "application/json", "{\"a_b64\":\"\\u002B\\/-_\\r\\nZm8\\u003d\"}" },
        { "application/json", "{\"a_b64\":\" DATA:image/png;base64,+/+/Zm8\"}" },
        { FORM, "a_b64=+/+/Zm8=" },
        { FORM, "a_b64=%2b/%2B/%0D%0AZm8%3d" },
        { FORM, "a_b64=-_-_Zm8" },
        { "multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; "
                                             "name=\"a_b64\"\r\n\r\n+/+/\r\nZm8=\r\n--B--\r\n" },
    };
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_http_body) body = NULL;
        ASSERT_OK(read_body(BODIES[i][0], BODIES[i][1], &body, &err), err);
        const fc_http_content *content = fc_http_body_content(body);
        assert_int_equal(content->file_count, 1);
        assert_int_equal(content->files[0].bytes.size, 5);
        assert_memory_equal(content->files[0].bytes.data,
                            "\xfb\xff\xbf"
                            "fo",
                            5);
    }
}

/* Bounded before it is parsed: a parser makes 40 bytes of each "[]". */
static void json_of_many_values_is_refused(void **state)
{
    (void)state;
    static char many[3000] = "{\"a\":[";
    for (size_t i = 6; i + 3 < sizeof many; i += 3) {
        memcpy(many + i, "[],", 3);
    }
    fc_error err = { 0 };
    fc_http_body *body = NULL;
    ASSERT_FAILS(FC_INVALID_ARGUMENT, read_body("application/json", many, &body, &err), err);
    assert_non_null(strstr(err.text, "lists, objects and values"));
    assert_null(body);
}

static void memory_is_told_before_it_is_taken(void **state)
{
    (void)state;
    static const fc_http_body_limits limits = { 64u << 20, 16u << 20, 2 };
    static char piece[1u << 20];
    memset(piece, 'A', sizeof piece);
    static const struct {
        const char *type;
        size_t most; /* for each byte, in eighths, beside 2 MB */
    } TYPES[] = { { "image/png", 9 }, { "application/json", 16 }, { FORM, 16 } };
    for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_http_body) body = NULL;
        ASSERT_OK(fc_http_body_new(TYPES[i].type, &limits, &body, &err), err);
        for (size_t size = sizeof piece; size < (12u << 20); size += sizeof piece) {
            const size_t told = fc_http_body_memory(body, sizeof piece);
            assert_true(told >= size && told <= size / 8 * TYPES[i].most + (2u << 20));
            ASSERT_OK(fc_http_body_feed(body, (fc_bytes){ (uint8_t *)piece, sizeof piece }, &err),
                      err);
        }
    }
}

static void a_file_can_be_taken_over(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_http_body) body = NULL;
    ASSERT_OK(read_body("image/png", "abc", &body, &err), err);
    const fc_http_content *content = fc_http_body_content(body);
    assert_true(fc_http_body_memory(body, 0) > 0);
    fc_buffer taken = fc_http_body_take(body, &content->files[0]);
    assert_string_equal(fc_buffer_text(&taken), "abc");
    assert_int_equal(content->files[0].bytes.size, 0);
    assert_int_equal(fc_http_body_memory(body, 0), 0);
    const fc_http_file foreign = { 0 };
    assert_null(fc_http_body_take(body, &foreign).data);
    fc_buffer_clear(&taken);
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
        { FC_INVALID_ARGUMENT, "application/json", "{\"file\":\"Y\"}" },
        { FC_INVALID_ARGUMENT, "application/json", "{\"file\":\"YQ=\"}" },
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
        cmocka_unit_test(a_picture_is_known_without_its_type),
        cmocka_unit_test(a_picture_without_its_type_is_bounded_like_any_other),
        cmocka_unit_test(a_body_that_curl_spoilt_is_told_how_to_be_sent),
        cmocka_unit_test(a_form_that_begins_like_a_picture_stays_one),
        cmocka_unit_test(base64_of_any_kind_gives_the_same_file),
        cmocka_unit_test(json_of_many_values_is_refused),
        cmocka_unit_test(memory_is_told_before_it_is_taken),
        cmocka_unit_test(a_file_can_be_taken_over),
        cmocka_unit_test(what_cannot_be_read_is_refused),
        cmocka_unit_test(bodies_and_files_are_bounded),
        cmocka_unit_test(reading_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("http/body", tests, NULL, NULL);
}
