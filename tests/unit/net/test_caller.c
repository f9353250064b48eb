#include "net/caller.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "support/canned_host.h"
#include "support/fc_test.h"

#define LENGTH(n) "Content-Length: " #n "\r\nConnection: close\r\n\r\n"

static fc_error err;
static fc_caller *caller;
static fc_call_answer answer;

static fc_status send_to(const char *url, fc_call call)
{
    call.url = url;
    return fc_caller_send(caller, &call, &answer, &err);
}

static const fc_call GET = { .method = "GET" };

static void a_picture_is_put_with_its_token(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { "HTTP/1.1 201 Created\r\n" LENGTH(2) "{}", NULL };
    const fc_call put = { .method = "PUT",
                          .token = "abc",
                          .content_type = "image/jpeg",
                          .body = { (const uint8_t *)"JPEG", 4 } };
    fc_canned_start(ANSWERS);
    ASSERT_OK(send_to(fc_canned_url, put), err);
    fc_canned_stop();
    assert_int_equal(answer.status, 201);
    assert_string_equal(fc_buffer_text(&answer.body), "{}");
    assert_memory_equal(fc_canned_request, "PUT / HTTP/1.1\r\n", 16);
    assert_non_null(strstr(fc_canned_request, "\r\nAuthorization: Bearer abc\r\n"));
    assert_non_null(strstr(fc_canned_request, "\r\nContent-Type: image/jpeg\r\n"));
    assert_non_null(strstr(fc_canned_request, "\r\nContent-Length: 4\r\n"));
    assert_string_equal(strstr(fc_canned_request, "\r\n\r\n"), "\r\n\r\nJPEG");
}

static void nothing_of_a_call_is_left_for_the_next(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { "HTTP/1.1 200 OK\r\n" LENGTH(5) "hello",
                                           "HTTP/1.1 204 No Content\r\n" LENGTH(0), NULL };
    fc_canned_start(ANSWERS);
    ASSERT_OK(send_to(fc_canned_url, (fc_call){ .method = "POST",
                                                .token = "abc",
                                                .content_type = "text/plain",
                                                .body = { (const uint8_t *)"x", 1 } }),
              err);
    ASSERT_OK(send_to(fc_canned_url, GET), err);
    fc_canned_stop();
    assert_memory_equal(fc_canned_request, "GET / ", 6);
    assert_null(strstr(fc_canned_request, "Authorization"));
    assert_null(strstr(fc_canned_request, "Content-"));
    assert_int_equal(answer.body.size, 0);
}

static void a_wait_is_read_in_seconds_and_has_a_limit(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { "HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\n" LENGTH(0),
                                           "HTTP/1.1 503 Later\r\nRetry-After: 999999\r\n" LENGTH(
                                               0),
                                           "HTTP/1.1 503 Later\r\n" LENGTH(0), NULL };
    static const int64_t WAITS_MS[] = { 7000, FC_CALLER_WAIT_MAX_MS, 0 };
    fc_canned_start(ANSWERS);
    for (size_t i = 0; i < 3; i++) {
        ASSERT_OK(send_to(fc_canned_url, GET), err);
        assert_int_equal(answer.wait_ms, WAITS_MS[i]);
    }
    fc_canned_stop();
}

static void redirects_are_answers(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = {
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n" LENGTH(0), NULL
    };
    fc_canned_start(ANSWERS);
    ASSERT_OK(send_to(fc_canned_url, GET), err);
    fc_canned_stop();
    assert_int_equal(answer.status, 302);
    assert_int_equal(fc_canned_count(), 1);
}

static void what_goes_wrong_is_told(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { "", "HTTP/1.1 200 OK\r\n" LENGTH(9) "too large", NULL };
    ASSERT_FAILS(FC_INVALID_ARGUMENT, send_to("http://example.org/", GET), err);
    ASSERT_FAILS(FC_IO, send_to("http://127.0.0.1:1/", GET), err);
    fc_canned_start(ANSWERS);
    ASSERT_FAILS(FC_IO, send_to(fc_canned_url, GET), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, send_to(fc_canned_url, GET), err);
    fc_canned_stop();
}

static void memory_may_run_out(void **state)
{
    (void)state;
    fc_caller *made = NULL;
    SWEEP_ALLOCATIONS(fc_caller_new("/ca.pem", 1, &made, &err), made == NULL);
    fc_caller_free(made);
    fc_caller_free(NULL);
}

static int begin(void **state)
{
    (void)state;
    answer.body = FC_BUFFER(8);
    return fc_caller_new(NULL, 5, &caller, &err) == FC_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    fc_caller_free(caller);
    fc_buffer_clear(&answer.body);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_is_put_with_its_token),
        cmocka_unit_test(nothing_of_a_call_is_left_for_the_next),
        cmocka_unit_test(a_wait_is_read_in_seconds_and_has_a_limit),
        cmocka_unit_test(redirects_are_answers),
        cmocka_unit_test(what_goes_wrong_is_told),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
