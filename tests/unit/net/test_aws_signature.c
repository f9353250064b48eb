#include "net/aws_signature.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

/* The two examples of the documentation that are headers alone, and their signatures as Python's
 * hmac makes them, which are those that are printed there. */
#define KEY "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define TIME "20130524T000000Z"
#define OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SCOPE "AWS4-HMAC-SHA256 Credential=" KEY "/20130524/us-east-1/s3/aws4_request,"

static fc_aws_request request(const char *method, const char *path, const char *payload,
                              const fc_aws_header *headers, size_t count)
{
    return (fc_aws_request){ .method = method,
                             .path = path,
                             .headers = headers,
                             .header_count = count,
                             .payload = payload,
                             .time = TIME,
                             .region = "us-east-1",
                             .service = "s3",
                             .access_key = KEY,
                             .secret_key = SECRET };
}

static void a_get_is_signed_as_the_documentation_has_it(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const fc_aws_header HEADERS[] = { { "host", "examplebucket.s3.amazonaws.com" },
                                             { "range", "bytes=0-9" },
                                             { "x-amz-content-sha256", OF_NOTHING },
                                             { "x-amz-date", TIME } };
    const fc_aws_request get = request("GET", "/test.txt", OF_NOTHING, HEADERS, 4);
    FC_AUTO_BUFFER(text, 1024);
    ASSERT_OK(fc_aws_sign(&get, &text, &err), err);
    assert_string_equal(fc_buffer_text(&text),
                        SCOPE "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature="
                              "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

static void a_put_is_signed_as_the_documentation_has_it(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char PAYLOAD[] =
        "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    static const fc_aws_header HEADERS[] = { { "date", "Fri, 24 May 2013 00:00:00 GMT" },
                                             { "host", "examplebucket.s3.amazonaws.com" },
                                             { "x-amz-content-sha256", PAYLOAD },
                                             { "x-amz-date", TIME },
                                             { "x-amz-storage-class", "REDUCED_REDUNDANCY" } };
    const fc_aws_request put = request("PUT", "/test%24file.text", PAYLOAD, HEADERS, 5);
    FC_AUTO_BUFFER(text, 1024);
    ASSERT_OK(fc_aws_sign(&put, &text, &err), err);
    assert_string_equal(
        fc_buffer_text(&text),
        SCOPE "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
              "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const fc_aws_header HEADERS[] = { { "host", "a" } };
    const fc_aws_request get = request("GET", "/", OF_NOTHING, HEADERS, 1);
    FC_AUTO_BUFFER(text, 100);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_aws_sign(&get, &text, &err), err);
    FC_AUTO_BUFFER(more, 1024);
    SWEEP_ALLOCATIONS((more.size = 0, fc_aws_sign(&get, &more, &err)), true);
}

static void times_are_utc(void **state)
{
    (void)state;
    char text[FC_AWS_TIME_SIZE];
    fc_aws_time(1369353600, text);
    assert_string_equal(text, TIME);
    fc_aws_time(0, text);
    assert_string_equal(text, "19700101T000000Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_get_is_signed_as_the_documentation_has_it),
        cmocka_unit_test(a_put_is_signed_as_the_documentation_has_it),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(times_are_utc),
    };
    return cmocka_run_group_tests_name("net/aws_signature", tests, NULL, NULL);
}
