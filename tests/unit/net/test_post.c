#include "net/post.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "support/fc_test.h"
#include "support/receiver.h"

static const char *const HEADERS[] = { "Content-Type: text/plain", "webhook-id: 7" };
static const fc_bytes BODY = { (const uint8_t *)"a body", 6 };

static fc_poster *open_poster(const char *allow, int32_t timeout_s)
{
    fc_error err = { 0 };
    fc_poster *poster = NULL;
    const fc_post_rules rules = { .allow = allow, .timeout_s = timeout_s };
    ASSERT_OK(fc_poster_new(&rules, &poster, &err), err);
    return poster;
}

static fc_status send(fc_poster *poster, const char *url, void *context, fc_error *err)
{
    return fc_poster_send(poster, url, HEADERS, 2, BODY, context, err);
}

/* A minute at most. */
static fc_post_outcome await(fc_poster *poster)
{
    fc_post_outcome outcome = { 0 };
    const int64_t end_us = fc_clock_us() + INT64_C(60000000);
    while (!fc_poster_wait(poster, 1000, &outcome)) {
        assert_true(fc_clock_us() < end_us);
    }
    return outcome;
}

static fc_post_outcome outcome_of(const char *path, int32_t timeout_s)
{
    fc_error err = { 0 };
    FC_AUTO(fc_poster) poster = open_poster(fc_receiver_host, timeout_s);
    ASSERT_OK(send(poster, fc_receiver_url(path), NULL, &err), err);
    return await(poster);
}

static void a_message_comes_with_its_headers_and_body(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char text[4096];
    int mark = 0;
    FC_AUTO(fc_poster) poster = open_poster(fc_receiver_host, 60);
    ASSERT_OK(send(poster, fc_receiver_url("204"), &mark, &err), err);
    assert_int_equal(fc_poster_count(poster), 1);
    const fc_post_outcome outcome = await(poster);
    assert_ptr_equal(outcome.context, &mark);
    assert_int_equal(outcome.code, 204);
    assert_int_equal(outcome.why.status, FC_OK);
    assert_int_equal(fc_poster_count(poster), 0);
    fc_receiver_last(text, sizeof text);
    assert_non_null(strstr(text, "POST /204 HTTP/1.1\r\n"));
    assert_non_null(strstr(text, "Content-Type: text/plain\r\n"));
    assert_non_null(strstr(text, "webhook-id: 7\r\n"));
    assert_non_null(strstr(text, "\r\n\r\na body"));
    assert_null(strstr(text, "Expect"));
}

static void what_is_no_confirmation_says_what_it_is(void **state)
{
    (void)state;
    assert_string_equal(outcome_of("500", 60).why.text, "answered 500");
    assert_int_equal(outcome_of("410", 60).code, 410);
    const int before = fc_receiver_count();
    assert_string_equal(outcome_of("302", 60).why.text, "answered 302");
    assert_int_equal(fc_receiver_count(), before + 1); /* not followed */
    assert_int_equal(outcome_of("long", 60).why.status, FC_OK);
    const fc_post_outcome silent = outcome_of("silent", 1);
    assert_int_equal(silent.why.status, FC_DEADLINE);
    assert_int_equal(silent.code, 0);
}

static fc_status check(const char *allow, const char *url)
{
    const fc_post_rules rules = { .allow = allow, .timeout_s = 1 };
    fc_error err = { 0 };
    const fc_status status = fc_post_check(&rules, url, &err);
    assert_true(status == FC_OK || err.text[0] != '\0');
    return status;
}

static void only_named_hosts_are_allowed(void **state)
{
    (void)state;
    static const char LIST[] = "hooks.example.com, *.example.org,10.1.2.3:8080,[fd00::1]:443";
    static const char *const GOOD[] = {
        "https://hooks.example.com", "https://HOOKS.example.com:8443/a?b=c#d",
        "https://a.b.example.org/",  "http://10.1.2.3:8080/",
        "https://10.1.2.3:8080/",    "https://[fd00::1]/"
    };
    static const char *const BAD[] = { "",
                                       "hooks.example.com.",
                                       "https://",
                                       "https://example.com/",
                                       "https://example.org/",
                                       "https://xexample.org/",
                                       "https://hooks.example.com.evil.test/",
                                       "https://evil.test/hooks.example.com",
                                       "https://evil.test#hooks.example.com",
                                       "https://hooks.example.com@evil.test/",
                                       "https://me:secret@hooks.example.com/",
                                       "http://hooks.example.com/",
                                       "http://10.1.2.3/",
                                       "http://10.1.2.3:80801/",
                                       "ftp://hooks.example.com/",
                                       "file:///etc/passwd",
                                       "https://hooks.example.com/\r\nX: y",
                                       "https://hooks.example.com /" };
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        if (check(LIST, GOOD[i]) != FC_OK) {
            fail_msg("%s is refused", GOOD[i]);
        }
    }
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        if (check(LIST, BAD[i]) != FC_INVALID_ARGUMENT) {
            fail_msg("%s is not refused", BAD[i]);
        }
    }
    assert_int_equal(check("*", "https://anybody.test/"), FC_OK);
    assert_int_equal(check("*", "http://anybody.test/"), FC_INVALID_ARGUMENT);
    assert_int_equal(check("", "https://anybody.test/"), FC_INVALID_ARGUMENT);
    assert_int_equal(check(" , ", "https://anybody.test/"), FC_INVALID_ARGUMENT);
}

/* Its name is allowed, its address is not. */
static void a_private_address_is_not_connected_to(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char url[96];
    const int before = fc_receiver_count();
    FC_AUTO(fc_poster) poster = open_poster("*", 60);
    (void)snprintf(url, sizeof url, "https://%s/204", fc_receiver_host);
    ASSERT_OK(send(poster, url, NULL, &err), err);
    const fc_post_outcome outcome = await(poster);
    assert_int_equal(outcome.why.status, FC_INVALID_ARGUMENT);
    assert_int_equal(fc_receiver_count(), before);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, send(poster, fc_receiver_url("204"), NULL, &err), err);
}

static void a_silent_receiver_holds_up_no_other_and_not_the_end(void **state)
{
    (void)state;
    fc_error err = { 0 };
    int quick = 0;
    FC_AUTO(fc_poster) poster = open_poster(fc_receiver_host, 600);
    for (int i = 1; i < FC_POSTS_MAX; i++) {
        ASSERT_OK(send(poster, fc_receiver_url("silent"), NULL, &err), err);
    }
    ASSERT_OK(send(poster, fc_receiver_url("200"), &quick, &err), err);
    ASSERT_FAILS(FC_BUSY, send(poster, fc_receiver_url("200"), NULL, &err), err);
    assert_ptr_equal(await(poster).context, &quick);
    assert_int_equal(fc_poster_count(poster), FC_POSTS_MAX - 1);
}

static void *wake(void *context)
{
    fc_poster_wake(context);
    return NULL;
}

static void a_wait_is_ended_by_another_thread(void **state)
{
    (void)state;
    FC_AUTO(fc_poster) poster = open_poster("", 60);
    fc_post_outcome outcome = { 0 };
    pthread_t other;
    assert_int_equal(pthread_create(&other, NULL, wake, poster), 0);
    assert_false(fc_poster_wait(poster, 3600000, &outcome));
    (void)pthread_join(other, NULL);
    fc_poster_free(NULL);
}

static void a_poster_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_poster) poster = NULL;
    const fc_post_rules rules = { .allow = "", .timeout_s = 1 };
    SWEEP_ALLOCATIONS(fc_poster_new(&rules, &poster, &err), poster == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_comes_with_its_headers_and_body),
        cmocka_unit_test(what_is_no_confirmation_says_what_it_is),
        cmocka_unit_test(only_named_hosts_are_allowed),
        cmocka_unit_test(a_private_address_is_not_connected_to),
        cmocka_unit_test(a_silent_receiver_holds_up_no_other_and_not_the_end),
        cmocka_unit_test(a_wait_is_ended_by_another_thread),
        cmocka_unit_test(a_poster_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("net/post", tests, fc_receiver_start, fc_receiver_stop);
}
