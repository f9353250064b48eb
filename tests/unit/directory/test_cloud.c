/* Against kept answers; whole runs are in contract/directory_cloud. */
#include "directory/cloud.h"

#include <string.h>

#include "support/canned_host.h"
#include "support/fc_test.h"

#define CLOSE "Connection: close\r\n\r\n"
#define TOKEN(seconds)                                                                             \
    "HTTP/1.1 200 OK\r\n" CLOSE "{\"access_token\": \"t1\", \"expires_in\": " #seconds "}"

static fc_error err;
static fc_target_config config;
static fc_cloud cloud;
static fc_delivery result;

static fc_status write_form(void *context, fc_buffer *form, fc_error *error)
{
    return fc_buffer_print(form, error, "proof=%s", (const char *)context);
}

static fc_status open_cloud(const char *const *answers)
{
    fc_canned_start(answers);
    return fc_cloud_open(&config, fc_canned_url, write_form, "mine", &cloud, &err);
}

static fc_status call(void)
{
    fc_call get = { .method = "GET", .url = fc_canned_url };
    return fc_cloud_send(&cloud, &get, &result, &err);
}

static void close_cloud(void)
{
    fc_cloud_close(&cloud);
    fc_canned_stop();
}

static void a_token_is_got_once(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN(3600), "HTTP/1.1 200 OK\r\n" CLOSE "{}", NULL };
    ASSERT_OK(open_cloud(ANSWERS), err);
    assert_non_null(strstr(fc_canned_request, "proof=mine"));
    for (int i = 0; i < 3; i++) {
        ASSERT_OK(call(), err);
        assert_int_equal(result.state, FC_DELIVERY_DONE);
        assert_non_null(strstr(fc_canned_request, "Bearer t1\r\n"));
    }
    assert_int_equal(fc_canned_count(), 4);
    close_cloud();
}

static void a_refused_token_is_renewed_once(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN(3600),
                                           "HTTP/1.1 401 No\r\n" CLOSE,
                                           TOKEN(3600),
                                           "HTTP/1.1 200 OK\r\n" CLOSE,
                                           "HTTP/1.1 401 No\r\n" CLOSE,
                                           TOKEN(3600),
                                           "HTTP/1.1 401 No\r\n" CLOSE,
                                           NULL };
    ASSERT_OK(open_cloud(ANSWERS), err);
    ASSERT_OK(call(), err);
    assert_int_equal(result.state, FC_DELIVERY_DONE);
    ASSERT_FAILS(FC_IO, call(), err);
    assert_int_equal(fc_canned_count(), 7);
    close_cloud();
}

static void an_ending_token_is_renewed_before(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN(60), TOKEN(3600), "HTTP/1.1 200 OK\r\n" CLOSE,
                                           NULL };
    ASSERT_OK(open_cloud(ANSWERS), err);
    ASSERT_OK(call(), err);
    assert_int_equal(fc_canned_count(), 3);
    close_cloud();
}

static void a_time_that_no_token_lasts_is_no_harm(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN(-9223372036854775807), TOKEN(9223372036854775807),
                                           "HTTP/1.1 200 OK\r\n" CLOSE, NULL };
    ASSERT_OK(open_cloud(ANSWERS), err);
    ASSERT_OK(call(), err);
    ASSERT_OK(call(), err);
    assert_int_equal(fc_canned_count(), 4);
    close_cloud();
}

static void assert_judged(const char *answer, fc_delivery_state expected, int64_t wait_ms,
                          const char *words)
{
    const char *const answers[] = { TOKEN(3600), answer, NULL };
    ASSERT_OK(open_cloud(answers), err);
    ASSERT_OK(call(), err);
    close_cloud();
    assert_int_equal(result.state, expected);
    assert_int_equal(result.wait_ms, wait_ms);
    if (strstr(result.text, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", result.text, words);
    }
}

static void answers_become_deliveries(void **state)
{
    (void)state;
    assert_judged("HTTP/1.1 204 No Content\r\n" CLOSE, FC_DELIVERY_DONE, 0, "");
    assert_judged("HTTP/1.1 429 Often\r\nRetry-After: 9\r\n" CLOSE
                  "{\"error\": {\"code\": \"TooManyRequests\", \"message\": \"slow\\ndown\"}}",
                  FC_DELIVERY_LATER, 9000, "429 TooManyRequests: slow down");
    assert_judged("HTTP/1.1 503 Later\r\n" CLOSE, FC_DELIVERY_LATER, 0, "503");
    assert_judged("HTTP/1.1 403 Often\r\n" CLOSE
                  "{\"error\": {\"code\": 403, \"message\": \"Rate\", \"errors\": [{\"reason\": "
                  "\"userRateLimitExceeded\"}]}}",
                  FC_DELIVERY_LATER, 0, "403: Rate");
    assert_judged("HTTP/1.1 403 No\r\n" CLOSE
                  "{\"error\": {\"code\": 403, \"message\": \"Never\", \"status\": "
                  "\"PERMISSION_DENIED\"}}",
                  FC_DELIVERY_REFUSED, 0, "403 PERMISSION_DENIED: Never");
    assert_judged("HTTP/1.1 404 No\r\n" CLOSE "<html>", FC_DELIVERY_REFUSED, 0, "404");
    assert_judged("HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:1\r\n" CLOSE,
                  FC_DELIVERY_REFUSED, 0, "302");
    assert_judged("", FC_DELIVERY_LOST, 0, "127.0.0.1");
}

static void assert_not_opened(const char *answer, const char *words)
{
    const char *const answers[] = { answer, NULL };
    ASSERT_FAILS(FC_IO, open_cloud(answers), err);
    close_cloud();
    if (strstr(err.text, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
    }
}

static void without_a_token_nothing_is_opened(void **state)
{
    (void)state;
    assert_not_opened("HTTP/1.1 401 No\r\n" CLOSE
                      "{\"error\": \"invalid_client\", \"error_description\": \"wrong secret\"}",
                      "401 invalid_client: wrong secret");
    assert_not_opened("HTTP/1.1 200 OK\r\n" CLOSE "{}", "without a token");
    assert_not_opened("HTTP/1.1 503 Later\r\n" CLOSE, "503");
    assert_not_opened("", "127.0.0.1");
}

static void a_service_that_is_busy_with_tokens_is_waited_for(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN(60),
                                           "HTTP/1.1 503 Later\r\nRetry-After: 2\r\n" CLOSE, "",
                                           NULL };
    ASSERT_OK(open_cloud(ANSWERS), err);
    ASSERT_OK(call(), err);
    assert_int_equal(result.state, FC_DELIVERY_LATER);
    assert_int_equal(result.wait_ms, 2000);
    ASSERT_OK(call(), err);
    assert_int_equal(result.state, FC_DELIVERY_LOST);
    close_cloud();
}

static void what_is_there_is_read_and_replaced(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN(3600),
                                           "HTTP/1.1 200 OK\r\n" CLOSE "there",
                                           "HTTP/1.1 404 No\r\n" CLOSE,
                                           "HTTP/1.1 403 No\r\n" CLOSE,
                                           "HTTP/1.1 204 Done\r\n" CLOSE,
                                           NULL };
    ASSERT_OK(open_cloud(ANSWERS), err);
    ASSERT_OK(fc_cloud_read(&cloud, fc_canned_url, &err), err);
    assert_string_equal(fc_buffer_text(&cloud.answer.body), "there");
    ASSERT_FAILS(FC_NOT_FOUND, fc_cloud_read(&cloud, fc_canned_url, &err), err);
    ASSERT_FAILS(FC_IO, fc_cloud_read(&cloud, fc_canned_url, &err), err);
    const fc_bytes text = { (const uint8_t *)"new", 3 };
    ASSERT_OK(fc_cloud_write(&cloud, fc_canned_url, "text/plain", &text, &result, &err), err);
    assert_int_equal(result.state, FC_DELIVERY_DONE);
    assert_memory_equal(fc_canned_request, "PUT ", 4);
    assert_non_null(strstr(fc_canned_request, "\r\nContent-Type: text/plain\r\n"));
    const fc_bytes nothing = { 0 };
    ASSERT_OK(fc_cloud_write(&cloud, fc_canned_url, "text/plain", &nothing, &result, &err), err);
    assert_memory_equal(fc_canned_request, "PUT ", 4);
    ASSERT_OK(fc_cloud_write(&cloud, fc_canned_url, "text/plain", NULL, &result, &err), err);
    assert_memory_equal(fc_canned_request, "DELETE ", 7);
    assert_null(strstr(fc_canned_request, "Content-Type"));
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_cloud_write(&cloud, "ftp://x", "text/plain", &text, &result, &err), err);
    close_cloud();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_got_once),
        cmocka_unit_test(a_refused_token_is_renewed_once),
        cmocka_unit_test(an_ending_token_is_renewed_before),
        cmocka_unit_test(a_time_that_no_token_lasts_is_no_harm),
        cmocka_unit_test(answers_become_deliveries),
        cmocka_unit_test(without_a_token_nothing_is_opened),
        cmocka_unit_test(a_service_that_is_busy_with_tokens_is_waited_for),
        cmocka_unit_test(what_is_there_is_read_and_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
