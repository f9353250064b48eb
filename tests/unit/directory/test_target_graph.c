/* Against kept answers; whole runs are in contract/directory_cloud. */
#define _GNU_SOURCE /* setenv */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory/lane.h"
#include "support/canned_host.h"
#include "support/fc_test.h"
#include "support/targets.h"

#define CLOSE "Connection: close\r\n\r\n"
#define TOKEN "HTTP/1.1 200 OK\r\n" CLOSE "{\"access_token\": \"t1\", \"expires_in\": 3600}"
#define OK "HTTP/1.1 200 OK\r\n" CLOSE

static fc_error err;
static fc_target_config config;
static fc_target *target;

static void configure(const char *const *answers, const char *more)
{
    char text[512];
    fc_canned_start(answers);
    (void)snprintf(text, sizeof text,
                   "[graph]\ntenant = a/b\nclient_id = app\ngraph_url = %s\nlogin_url = %s\n%s",
                   fc_canned_url, fc_canned_url, more);
    fc_targets_parse(text, &config);
}

static fc_status open_with(const char *const *answers, const char *more)
{
    configure(answers, more);
    return fc_target_graph.open(&config, &target, &err);
}

static void open_target(const char *const *answers)
{
    assert_int_equal(setenv("FC_TEST_SECRET", "a&b", 1), 0);
    ASSERT_OK(open_with(answers, "secret_env = FC_TEST_SECRET\n"), err);
}

static void close_target(void)
{
    fc_target_graph.close(target);
    target = NULL;
    fc_canned_stop();
}

static void the_token_is_asked_for_with_the_secret(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN, NULL };
    open_target(ANSWERS);
    assert_memory_equal(fc_canned_request, "POST /a%2Fb/oauth2/v2.0/token ", 30);
    assert_non_null(
        strstr(fc_canned_request, "grant_type=client_credentials&client_id=app&scope="));
    assert_non_null(strstr(fc_canned_request, "%2F.default&client_secret=a%26b"));
    close_target();
}

static void a_picture_goes_to_its_user(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN, OK "whatever", NULL };
    static const struct {
        const char *mail;
        const char *upn;
        const char *path;
    } USERS[] = {
        { "b@x", "a#EXT#@x", "PUT /v1.0/users/a%23EXT%23%40x/photo/$value " },
        { "b@x", "", "PUT /v1.0/users/b%40x/photo/$value " },
        { "", "", "PUT /v1.0/users/key/photo/$value " },
    };
    const fc_target_picture picture = { .bytes = { (const uint8_t *)"JPEG", 4 } };
    open_target(ANSWERS);
    for (size_t i = 0; i < 3; i++) {
        fc_delivery result = { .state = FC_DELIVERY_LOST };
        const fc_account account = fc_targets_user("key", USERS[i].mail, USERS[i].upn);
        ASSERT_OK(fc_target_graph.deliver(target, &account, &picture, &result, &err), err);
        assert_int_equal(result.state, FC_DELIVERY_DONE);
        assert_memory_equal(fc_canned_request, USERS[i].path, strlen(USERS[i].path));
        assert_string_equal(strstr(fc_canned_request, "\r\n\r\n"), "\r\n\r\nJPEG");
    }
    fc_delivery result = { .state = FC_DELIVERY_LOST };
    const fc_account account = fc_targets_user("key", "", "");
    ASSERT_OK(fc_target_graph.deliver(target, &account, NULL, &result, &err), err);
    assert_memory_equal(fc_canned_request, "DELETE /v1.0/users/key/", 23);
    close_target();
}

static void a_picture_is_read(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN, OK "JPEG", "HTTP/1.1 404 No\r\n" CLOSE,
                                           "HTTP/1.1 403 No\r\n" CLOSE, NULL };
    FC_AUTO_BUFFER(out, 64);
    const fc_account account = fc_targets_user("key", "", "");
    open_target(ANSWERS);
    ASSERT_OK(fc_target_graph.read(target, &account, &out, &err), err);
    assert_string_equal(fc_buffer_text(&out), "JPEG");
    ASSERT_FAILS(FC_NOT_FOUND, fc_target_graph.read(target, &account, &out, &err), err);
    ASSERT_FAILS(FC_IO, fc_target_graph.read(target, &account, &out, &err), err);
    close_target();
}

static void a_lane_shares_it_and_waits_to_read(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN, "HTTP/1.1 429 No\r\n" CLOSE, OK "JPEG",
                                           "HTTP/1.1 404 No\r\n" CLOSE, NULL };
    FC_AUTO_BUFFER(out, 64);
    FC_AUTO(fc_lane) lane = NULL;
    fc_target *first = NULL;
    fc_target *second = NULL;
    const fc_account account = fc_targets_user("key", "", "");
    configure(ANSWERS, "secret_env = FC_TEST_SECRET\n");
    assert_int_equal(setenv("FC_TEST_SECRET", "a&b", 1), 0);
    ASSERT_OK(fc_lane_new(&config, 1, NULL, &lane, &err), err);
    assert_int_equal(fc_lane_users(lane), 20);
    ASSERT_OK(fc_lane_take(lane, &first, &err), err);
    ASSERT_OK(fc_lane_take(lane, &second, &err), err);
    assert_ptr_equal(first, second);
    ASSERT_OK(fc_lane_read(lane, first, &account, &out, &err), err);
    assert_string_equal(fc_buffer_text(&out), "JPEG");
    fc_lane_give_back(lane, second, true); /* stays open for the other */
    ASSERT_FAILS(FC_NOT_FOUND, fc_lane_read(lane, first, &account, &out, &err), err);
    fc_lane_give_back(lane, first, false);
    fc_canned_stop();
}

static void users_that_may_not_be_listed_are_no_failure(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN, "HTTP/1.1 403 No\r\n" CLOSE, OK, "", NULL };
    char text[FC_ERROR_TEXT_SIZE];
    open_target(ANSWERS);
    ASSERT_OK(fc_target_graph.check(target, text, sizeof text, &err), err);
    assert_non_null(strstr(text, "cannot be listed: 403"));
    ASSERT_OK(fc_target_graph.check(target, text, sizeof text, &err), err);
    assert_non_null(strstr(text, "can be read"));
    ASSERT_FAILS(FC_IO, fc_target_graph.check(target, text, sizeof text, &err), err);
    close_target();
}

static void without_proof_nothing_is_opened(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN, NULL };
    static const char *const SETTINGS[] = { "", "certificate_file = /x",
                                            "certificate_file = /x\n"
                                            "key_file = /x" };
    static const fc_status STATUSES[] = { FC_INVALID_ARGUMENT, FC_IO, FC_IO };
    for (size_t i = 0; i < 3; i++) {
        ASSERT_FAILS(STATUSES[i], open_with(ANSWERS, SETTINGS[i]), err);
        assert_int_equal(fc_canned_count(), 0);
        close_target();
    }
}

static int end(void **state)
{
    (void)state;
    fc_target_config_clear(&config);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_token_is_asked_for_with_the_secret),
        cmocka_unit_test(a_picture_goes_to_its_user),
        cmocka_unit_test(a_picture_is_read),
        cmocka_unit_test(a_lane_shares_it_and_waits_to_read),
        cmocka_unit_test(users_that_may_not_be_listed_are_no_failure),
        cmocka_unit_test(without_proof_nothing_is_opened),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
