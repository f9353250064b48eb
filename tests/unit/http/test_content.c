#include "http/content.h"

#include <string.h>

#include "support/fc_test.h"

static fc_bytes bytes_of(const char *text)
{
    return (fc_bytes){ (const uint8_t *)text, strlen(text) };
}

static void the_ending_of_the_name_tells(void **state)
{
    (void)state;
    assert_true(fc_http_names_base64(bytes_of("image_file_b64")));
    assert_false(fc_http_names_base64(bytes_of("_b64")));
    assert_false(fc_http_names_base64(bytes_of("b64_image")));
    assert_true(fc_http_base64_size_max(300) >= 400);
}

static void text_becomes_a_file_with_or_without_its_data_url(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_http_content content;
    fc_http_content_init(&content, 2, 100);
    ASSERT_OK(fc_http_add_base64(&content, bytes_of("a_b64"), bytes_of("aGk="), &err), err);
    ASSERT_OK(fc_http_add_base64(&content, bytes_of("b_b64"),
                                 bytes_of("data:image/png;base64,aGk="), &err),
              err);
    assert_int_equal(content.file_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(content.files[i].bytes.size, 2);
        assert_memory_equal(content.files[i].bytes.data, "hi", 2);
    }
    fc_http_content_clear(&content);
}

static void empty_is_no_file_and_rubbish_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_http_content content;
    fc_http_content_init(&content, 2, 3);
    ASSERT_OK(fc_http_add_base64(&content, bytes_of("a_b64"), bytes_of(""), &err), err);
    assert_int_equal(content.file_count, 0);
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_http_add_base64(&content, bytes_of("a_b64"), bytes_of("???"), &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED,
                 fc_http_add_base64(&content, bytes_of("b_b64"), bytes_of("aGVsbG8="), &err), err);
    fc_http_content_clear(&content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ending_of_the_name_tells),
        cmocka_unit_test(text_becomes_a_file_with_or_without_its_data_url),
        cmocka_unit_test(empty_is_no_file_and_rubbish_is_refused),
    };
    return cmocka_run_group_tests_name("http/content", tests, NULL, NULL);
}
