/* What it holds off is in test_fetch.c and test_post.c, where transfers are made. */
#include "net/guard.h"

#include "net/curl.h"
#include "support/fc_test.h"
#include "support/receiver.h"

static CURLcode ask(const char *allow, bool plain_http, fc_guard *guard)
{
    *guard = (fc_guard){ .allow = allow };
    CURL *handle = fc_curl.easy_init();
    assert_non_null(handle);
    assert_true(fc_guard_apply(guard, handle, fc_receiver_url("204"), plain_http));
    (void)fc_curl.easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, "text");
    const CURLcode code = fc_curl.easy_perform(handle);
    fc_curl.easy_cleanup(handle);
    return code;
}

static void only_an_allowed_address_is_connected_to(void **state)
{
    (void)state;
    fc_guard guard;
    fc_error err = { 0 };
    ASSERT_OK(fc_curl_start(&err), err);
    assert_int_equal(ask(fc_receiver_host, true, &guard), CURLE_OK);
    assert_true(guard.has_tried);
    assert_false(guard.has_refused);
    const int before = fc_receiver_count();
    assert_int_not_equal(ask("127.0.0.1:1", true, &guard), CURLE_OK);
    assert_true(guard.has_refused);
    assert_int_equal(ask(fc_receiver_host, false, &guard), CURLE_UNSUPPORTED_PROTOCOL);
    assert_int_equal(fc_receiver_count(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_an_allowed_address_is_connected_to),
    };
    return cmocka_run_group_tests_name("net/guard", tests, fc_receiver_start, fc_receiver_stop);
}
