/* With the real program and its receivers: contract/serve_webhooks.py. */
#include "service/webhook.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "service/async_job.h"
#include "service/process_request.h"
#include "support/fc_test.h"
#include "support/receiver.h"
#include "support/stores.h"
#include "support/stub_service.h"

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

static fc_stub_work stub;
static fc_service *service;

static int start(void **state)
{
    fc_error err = { 0 };
    const int outcome = fc_stores_setup(state);
    stub = (fc_stub_work){ 0 };
    service = fc_stub_service(&stub, 1, 8);
    (void)snprintf(service->server.webhook_secret, sizeof service->server.webhook_secret, SECRET);
    (void)snprintf(service->server.webhook_allow, sizeof service->server.webhook_allow, "%s",
                   fc_receiver_host);
    service->server.webhook_retry_s = 1;
    ASSERT_OK(fc_webhook_start(service, &service->webhook, &err), err);
    return outcome;
}

static int stop(void **state)
{
    fc_webhook_stop(service->webhook);
    fc_webhook *webhook = service->webhook;
    fc_stub_service_end(service);
    fc_webhook_free(webhook);
    return fc_stores_teardown(state);
}

static void accept(const char *letters, const char *path, char id[FC_JOB_ID_SIZE])
{
    fc_error err = { 0 };
    const bool batch = strlen(letters) > 1;
    fc_process_request order = { .form = fc_form_start(&service->defaults), .asynchronous = true };
    (void)snprintf(order.form.callback_url, sizeof order.form.callback_url, "%s",
                   fc_receiver_url(path));
    ASSERT_OK(fc_job_id_new(order.job_id, &err), err);
    memcpy(id, order.job_id, FC_JOB_ID_SIZE);
    ASSERT_OK(fc_async_jobs_accept(service, fc_stub_request(letters, batch), &order, batch, &err),
              err);
}

/* A minute at most. */
static fc_callback await(const char *id, int32_t tries)
{
    fc_error err = { 0 };
    fc_callback callback = { 0 };
    const int64_t end_us = fc_clock_us() + INT64_C(60000000);
    do {
        assert_true(fc_clock_us() < end_us);
        fc_stub_sleep_ms(2);
        ASSERT_OK(fc_job_store_callback(service->store, id, &callback, &err), err);
    } while (callback.tries < tries);
    return callback;
}

static void the_end_of_a_photo_and_of_a_batch_is_told(void **state)
{
    (void)state;
    char id[FC_JOB_ID_SIZE];
    char text[4096];
    char wanted[64];
    for (int i = 0; i < 2; i++) {
        const int before = fc_receiver_count();
        accept(i == 0 ? "q" : "qq", "204", id);
        assert_int_equal(await(id, 1).state, FC_CALLBACK_DELIVERED);
        fc_receiver_last(text, sizeof text);
        (void)snprintf(wanted, sizeof wanted, "webhook-id: %s\r\n", id);
        assert_non_null(strstr(text, wanted));
        assert_non_null(strstr(text, "webhook-signature: v1,"));
        assert_non_null(strstr(text, "\"type\":\"job.ended\""));
        assert_null(strstr(text, "\"callback\""));
        assert_int_equal(fc_receiver_count(), before + 1);
    }
    assert_int_equal(atomic_load(&service->statistics->callbacks[FC_CALLBACK_WAS_DELIVERED]), 2);
}

static void what_fails_is_tried_again_or_given_up(void **state)
{
    (void)state;
    char id[FC_JOB_ID_SIZE];
    service->server.webhook_tries = 2;
    accept("q", "500", id);
    fc_callback callback = await(id, 2);
    assert_int_equal(callback.state, FC_CALLBACK_FAILED);
    assert_string_equal(callback.error, "answered 500");
    assert_true(callback.due_s >= callback.finished_s + 1);
    accept("q", "410", id);
    assert_int_equal(await(id, 1).state, FC_CALLBACK_FAILED);
    assert_int_equal(atomic_load(&service->statistics->callbacks[FC_CALLBACK_WAS_FAILED]), 1);
    assert_int_equal(atomic_load(&service->statistics->callbacks[FC_CALLBACK_WAS_GIVEN_UP]), 2);
}

/* The hosts that are allowed may have changed since the acceptance. */
static void a_host_that_is_allowed_no_longer_is_not_called(void **state)
{
    (void)state;
    char id[FC_JOB_ID_SIZE];
    const int before = fc_receiver_count();
    service->server.webhook_allow[0] = '*';
    service->server.webhook_allow[1] = '\0';
    accept("q", "204", id);
    assert_non_null(strstr(await(id, 1).error, "https://"));
    assert_int_equal(fc_receiver_count(), before);
}

static void a_silent_receiver_does_not_hold_up_the_end(void **state)
{
    (void)state;
    char id[FC_JOB_ID_SIZE];
    const int before = fc_receiver_count();
    accept("q", "silent", id);
    while (fc_receiver_count() == before) {
        fc_stub_sleep_ms(2);
    }
    const int64_t start_us = fc_clock_us();
    fc_webhook_stop(service->webhook);
    assert_true(fc_clock_us() - start_us < 5000000); /* the receiver has more */
    assert_int_equal(await(id, 0).tries, 0);         /* for the next process */
}

static void assert_refused(const char *url, bool asynchronous, const char *says)
{
    fc_error err = { 0 };
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_webhook_admit(service, url, asynchronous, &err), err);
    assert_non_null(strstr(err.text, "callback_url: "));
    assert_non_null(strstr(err.text, says));
}

static void a_request_is_refused_that_cannot_be_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(fc_webhook_admit(service, "", false, &err), err);
    ASSERT_OK(fc_webhook_admit(service, fc_receiver_url("204"), true, &err), err);
    assert_refused(fc_receiver_url("204"), false, "Prefer: respond-async");
    assert_refused("https://example.com/", true, "operator allows");
    fc_webhook *webhook = service->webhook;
    service->webhook = NULL;
    assert_refused(fc_receiver_url("204"), true, "FACECRAFT_WEBHOOK_SECRET");
    service->webhook = webhook;
}

static void without_a_secret_there_is_none(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_webhook *none = service->webhook;
    ASSERT_OK(fc_webhook_check_settings(&service->server, &err), err);
    service->server.webhook_secret[0] = '\0';
    ASSERT_OK(fc_webhook_check_settings(&service->server, &err), err);
    ASSERT_OK(fc_webhook_start(service, &none, &err), err);
    assert_null(none);
    fc_webhook_wake(none);
    fc_webhook_stop(none);
    fc_webhook_free(none);
    (void)snprintf(service->server.webhook_secret, 8, "short");
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_webhook_check_settings(&service->server, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_webhook_start(service, &none, &err), err);
}

static void pauses_double_up_to_an_hour_and_differ(void **state)
{
    (void)state;
    int differing = 0;
    for (int32_t tries = 1; tries <= 100; tries++) {
        const int64_t whole_s = tries < 11 ? (int64_t)5 << (tries - 1) : 3600;
        const int64_t most_s = whole_s < 3600 ? whole_s : 3600;
        const int64_t pause_s = fc_webhook_pause_s(5, FC_STORES_A, tries);
        assert_true(pause_s >= most_s / 2 && pause_s <= most_s);
        differing += pause_s != fc_webhook_pause_s(5, FC_STORES_B, tries) ? 1 : 0;
    }
    assert_true(differing > 80);
    assert_int_equal(fc_webhook_pause_s(1, FC_STORES_A, 1), 1);
}

#define WEBHOOK_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WEBHOOK_TEST(the_end_of_a_photo_and_of_a_batch_is_told),
        WEBHOOK_TEST(what_fails_is_tried_again_or_given_up),
        WEBHOOK_TEST(a_host_that_is_allowed_no_longer_is_not_called),
        WEBHOOK_TEST(a_silent_receiver_does_not_hold_up_the_end),
        WEBHOOK_TEST(a_request_is_refused_that_cannot_be_told),
        WEBHOOK_TEST(without_a_secret_there_is_none),
        cmocka_unit_test(pauses_double_up_to_an_hour_and_differ),
    };
    return cmocka_run_group_tests_name("service/webhook", tests, fc_receiver_start,
                                       fc_receiver_stop);
}
