#include "net/curl.h"

#include "support/fc_test.h"
#include "support/receiver.h"

static CURLcode ask(const char *path, bool plain_http, long *answer)
{
    CURL *handle = fc_curl.easy_init();
    assert_non_null(handle);
    assert_true(fc_curl_set_up(handle, fc_receiver_url(path), plain_http));
    (void)fc_curl.easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, "text");
    const CURLcode code = fc_curl.easy_perform(handle);
    (void)fc_curl.easy_getinfo(handle, CURLINFO_RESPONSE_CODE, answer);
    fc_curl.easy_cleanup(handle);
    return code;
}

static void a_handle_speaks_no_other_protocol(void **state)
{
    (void)state;
    long answer = 0;
    fc_error err = { 0 };
    ASSERT_OK(fc_curl_start(&err), err);
    ASSERT_OK(fc_curl_start(&err), err);
    assert_int_equal(ask("204", true, &answer), CURLE_OK);
    assert_int_equal(answer, 204);
    const int before = fc_receiver_count();
    assert_int_equal(ask("204", false, &answer), CURLE_UNSUPPORTED_PROTOCOL);
    assert_int_equal(fc_receiver_count(), before);
}

static void a_redirect_is_an_answer(void **state)
{
    (void)state;
    long answer = 0;
    const int before = fc_receiver_count();
    assert_int_equal(ask("302", true, &answer), CURLE_OK);
    assert_int_equal(answer, 302);
    assert_int_equal(fc_receiver_count(), before + 1);
}

static void headers_become_a_list(void **state)
{
    (void)state;
    struct curl_slist *headers = NULL;
    assert_true(fc_curl_add_header(&headers, "A: 1"));
    assert_true(fc_curl_add_header(&headers, "B: 2"));
    assert_string_equal(headers->data, "A: 1");
    assert_string_equal(headers->next->data, "B: 2");
    assert_null(headers->next->next);
    fc_curl.slist_free_all(headers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handle_speaks_no_other_protocol),
        cmocka_unit_test(a_redirect_is_an_answer),
        cmocka_unit_test(headers_become_a_list),
    };
    return cmocka_run_group_tests_name("net/curl", tests, fc_receiver_start, fc_receiver_stop);
}
