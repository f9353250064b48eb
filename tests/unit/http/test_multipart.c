#include "http/multipart.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

#define CRLF "\r\n"
#define FIELD(name) "Content-Disposition: form-data; name=\"" name "\"" CRLF CRLF
#define FILE_PART(name, file)                                                                      \
    "Content-Disposition: form-data; name=\"" name "\"; filename=\"" file "\"" CRLF                \
    "Content-Type: image/png" CRLF CRLF

static fc_bytes bytes_of(const char *text)
{
    return (fc_bytes){ (const uint8_t *)text, strlen(text) };
}

/* Feed a body in pieces of a size; the first piece has another one, to shift them. */
static fc_status read_body(fc_bytes body, size_t first, size_t piece, fc_http_content *content,
                           fc_error *err)
{
    FC_AUTO(fc_http_multipart) multipart = NULL;
    FC_TRY(fc_http_multipart_new(bytes_of("Bo-1"), content, &multipart, err));
    while (body.size > 0) {
        size_t size = first < body.size ? first : body.size;
        FC_TRY(fc_http_multipart_feed(multipart, (fc_bytes){ body.data, size }, err));
        body.data += size;
        body.size -= size;
        first = piece;
    }
    return fc_http_multipart_end(multipart, err);
}

static fc_status read_text(const char *text, fc_http_content *content, fc_error *err)
{
    return read_body(bytes_of(text), 1 << 20, 1 << 20, content, err);
}

/* A preamble, text, a file whose content tempts the matcher, an empty file, an epilogue. */
static const char BODY[] =
    "preamble\r\n--Bo" CRLF "--Bo-1" CRLF FIELD("width") "64" CRLF "--Bo-1" CRLF FILE_PART(
        "file", "C:\\\\a\\\\b.png") "\r\r\n\r\n--\r\n--Bo\r\n--Bo-\0x\n--Bo-1" CRLF
                                    "--Bo-1" CRLF FILE_PART("files", "") CRLF
    "--Bo-1--" CRLF "epilogue\r\n--Bo-1" CRLF;
static const char FILE_CONTENT[] = "\r\r\n\r\n--\r\n--Bo\r\n--Bo-\0x\n--Bo-1";

static void check_body(const fc_http_content *content)
{
    assert_int_equal(content->field_count, 1);
    assert_string_equal(content->fields[0].name, "width");
    assert_string_equal(content->fields[0].value, "64");
    assert_int_equal(content->file_count, 2);
    assert_string_equal(content->files[0].field, "file");
    assert_string_equal(content->files[0].name, "b.png");
    assert_int_equal(content->files[0].bytes.size, sizeof FILE_CONTENT - 1);
    assert_memory_equal(content->files[0].bytes.data, FILE_CONTENT, sizeof FILE_CONTENT - 1);
    assert_string_equal(content->files[1].name, "");
    assert_int_equal(content->files[1].bytes.size, 0);
}

static void every_split_gives_the_same(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_bytes body = { (const uint8_t *)BODY, sizeof BODY - 1 };
    fc_http_content content;
    for (size_t piece = 1; piece <= body.size; piece++) {
        fc_http_content_init(&content, 2, 1000);
        ASSERT_OK(read_body(body, piece, piece, &content, &err), err);
        check_body(&content);
        fc_http_content_clear(&content);

        fc_http_content_init(&content, 2, 1000);
        ASSERT_OK(read_body(body, piece, body.size, &content, &err), err);
        check_body(&content);
        fc_http_content_clear(&content);
    }
}

static void a_body_that_is_cut_anywhere_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const size_t end = strlen(BODY) < sizeof BODY ? sizeof BODY - 1 : 0;
    const size_t epilogue = strlen("epilogue\r\n--Bo-1\r\n") + strlen(CRLF);
    for (size_t size = 0; size < end - epilogue; size++) {
        fc_http_content content;
        fc_http_content_init(&content, 2, 1000);
        const fc_bytes body = { (const uint8_t *)BODY, size };
        ASSERT_FAILS(FC_INVALID_ARGUMENT, read_body(body, 7, 7, &content, &err), err);
        fc_http_content_clear(&content);
    }
}

static void refuse(fc_status expected, const char *text)
{
    fc_error err = { 0 };
    fc_http_content content;
    fc_http_content_init(&content, 2, 1000);
    ASSERT_FAILS(expected, read_text(text, &content, &err), err);
    fc_http_content_clear(&content);
}

static void malformed_bodies_are_refused(void **state)
{
    (void)state;
    static const char *const WRONG[] = {
        "",
        "--Bo-1-x",
        "--Bo-1x",
        "--Bo-1 " CRLF,
        "--Bo-1\n" FIELD("a") "1" CRLF "--Bo-1--",
        "--Bo-1" CRLF CRLF "1" CRLF "--Bo-1--",
        "--Bo-1" CRLF "Content-Type: text/plain" CRLF CRLF "1" CRLF "--Bo-1--",
        "--Bo-1" CRLF "Content-Disposition: attachment; name=\"a\"" CRLF CRLF "1" CRLF "--Bo-1--",
        "--Bo-1" CRLF "Content-Disposition: form-data" CRLF CRLF "1" CRLF "--Bo-1--",
        "--Bo-1" CRLF "Content-Disposition: form-data; name=\"a" CRLF CRLF "1" CRLF "--Bo-1--",
        "--Bo-1" CRLF "Content-Disposition: form-data; name=a; name=b" CRLF CRLF CRLF "--Bo-1--",
        "--Bo-1" CRLF "Content-Disposition: form-data;" CRLF " name=a" CRLF CRLF CRLF "--Bo-1--",
        "--Bo-1" CRLF "Content-Type: multipart/mixed; boundary=x" CRLF FIELD("a") CRLF "--Bo-1--",
        "--Bo-1" CRLF "Content-Encoding: gzip" CRLF FIELD("a") CRLF "--Bo-1--",
        "--Bo-1" CRLF "Content-Transfer-Encoding: base64" CRLF FIELD("a") CRLF "--Bo-1--",
        "--Bo-1" CRLF "no colon" CRLF FIELD("a") CRLF "--Bo-1--",
        "--Bo-1" CRLF "Name : value" CRLF FIELD("a") CRLF "--Bo-1--",
        "--Bo-1" CRLF "A: \x01" CRLF FIELD("a") CRLF "--Bo-1--",
        "--Bo-1" CRLF FIELD("") CRLF "--Bo-1--",
        "--Bo-1" CRLF FIELD("a") "\xff" CRLF "--Bo-1--",
        "--Bo-1" CRLF FIELD("a") "1" CRLF "--Bo-1" CRLF FIELD("a") "2" CRLF "--Bo-1--",
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        refuse(FC_INVALID_ARGUMENT, WRONG[i]);
    }
}

static void limits_hold(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static char text[20000];
    fc_http_content content;

    (void)snprintf(text, sizeof text, "--Bo-1" CRLF "A: %05000d" CRLF FIELD("a") CRLF "--Bo-1--",
                   1);
    refuse(FC_LIMIT_EXCEEDED, text);
    (void)snprintf(text, sizeof text, "--Bo-1" CRLF FIELD("a") "%01025d" CRLF "--Bo-1--", 1);
    refuse(FC_LIMIT_EXCEEDED, text);
    (void)snprintf(text, sizeof text, "--Bo-1" CRLF FILE_PART("a", "b") "%01001d" CRLF "--Bo-1--",
                   1);
    refuse(FC_LIMIT_EXCEEDED, text);
    (void)snprintf(text, sizeof text, "--Bo-1" CRLF FIELD("%065d") CRLF "--Bo-1--", 1);
    refuse(FC_INVALID_ARGUMENT, text);

    size_t length = 0;
    for (int i = 0; i < 65; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "--Bo-1" CRLF FIELD("a%d") "1" CRLF, i);
    }
    (void)snprintf(text + length, sizeof text - length, "--Bo-1--");
    refuse(FC_LIMIT_EXCEEDED, text);

    (void)snprintf(text, sizeof text, "%s%s%s--Bo-1--", "--Bo-1" CRLF FILE_PART("a", "b") CRLF,
                   "--Bo-1" CRLF FILE_PART("a", "b") CRLF, "--Bo-1" CRLF FILE_PART("a", "b") CRLF);
    refuse(FC_INVALID_ARGUMENT, text);

    (void)snprintf(text, sizeof text, "--Bo-1" CRLF FIELD("a") "%01024d" CRLF "--Bo-1--", 1);
    fc_http_content_init(&content, 2, 1000);
    ASSERT_OK(read_text(text, &content, &err), err);
    fc_http_content_clear(&content);
}

static void a_zero_byte_in_a_header_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_http_content content;
    fc_http_content_init(&content, 1, 10);
    static const char WITH_ZERO[] = "--Bo-1" CRLF "A: \0" CRLF FIELD("a") "1" CRLF "--Bo-1--";
    const fc_bytes body = { (const uint8_t *)WITH_ZERO, sizeof WITH_ZERO - 1 };
    ASSERT_FAILS(FC_INVALID_ARGUMENT, read_body(body, 5, 5, &content, &err), err);
    fc_http_content_clear(&content);
}

static void boundaries_are_checked(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_http_content content;
    fc_http_content_init(&content, 1, 10);
    fc_http_multipart *multipart = NULL;
    char longest[72];
    memset(longest, 'x', 71);
    longest[71] = '\0';
    const char *const wrong[] = { "", "a ", "a\r", "a\"", "\xc3\xa4", longest };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ASSERT_FAILS(FC_INVALID_ARGUMENT,
                     fc_http_multipart_new(bytes_of(wrong[i]), &content, &multipart, &err), err);
    }
    longest[70] = '\0';
    ASSERT_OK(fc_http_multipart_new(bytes_of(longest), &content, &multipart, &err), err);
    fc_http_multipart_free(multipart);
}

static void names_of_files_are_read_as_clients_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *disposition;
        const char *name;
    } NAMES[] = {
        { "filename=\"photo.jpg\"", "photo.jpg" },
        { "filename=photo.jpg", "photo.jpg" },
        { "filename=\"a\\\"b.jpg\"", "a_b.jpg" },
        { "filename=\"../../etc/passwd\"", "passwd" },
        { "filename=\"C:\\dir\\me.jpg\"", "me.jpg" },
        { "filename=\"\xc3\xa4.jpg\"", "\xc3\xa4.jpg" },
        { "filename=\"\xe4.jpg\"", "_.jpg" },
        { "filename*=utf-8''%C3%A4.jpg", "\xc3\xa4.jpg" },
        { "filename*=nonsense", "" },
    };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        fc_error err = { 0 };
        fc_http_content content;
        fc_http_content_init(&content, 1, 10);
        char text[512];
        (void)snprintf(text, sizeof text,
                       "--Bo-1" CRLF "content-disposition: form-data; %s; name=\"file\"" CRLF CRLF
                       "x" CRLF "--Bo-1--",
                       NAMES[i].disposition);
        ASSERT_OK(read_text(text, &content, &err), err);
        assert_string_equal(content.files[0].name, NAMES[i].name);
        fc_http_content_clear(&content);
    }
}

static fc_status read_and_clear(fc_error *err)
{
    fc_http_content content;
    fc_http_content_init(&content, 2, 1000);
    const fc_bytes body = { (const uint8_t *)BODY, sizeof BODY - 1 };
    const fc_status status = read_body(body, 9, 9, &content, err);
    fc_http_content_clear(&content);
    return status;
}

static void reading_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    SWEEP_ALLOCATIONS(read_and_clear(&err), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_split_gives_the_same),
        cmocka_unit_test(a_body_that_is_cut_anywhere_is_refused),
        cmocka_unit_test(malformed_bodies_are_refused),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(a_zero_byte_in_a_header_is_refused),
        cmocka_unit_test(boundaries_are_checked),
        cmocka_unit_test(names_of_files_are_read_as_clients_write_them),
        cmocka_unit_test(reading_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("http/multipart", tests, NULL, NULL);
}
