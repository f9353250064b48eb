/* Against kept answers; whole runs are in contract/directory_cloud. */
#include "directory/graph_batch.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "support/canned_host.h"
#include "support/fc_test.h"
#include "support/targets.h"

#define THREADS 8
#define ROUNDS_MAX 500
#define CLOSE "Connection: close\r\n\r\n"
#define TOKEN "HTTP/1.1 200 OK\r\n" CLOSE "{\"access_token\": \"t1\", \"expires_in\": 3600}"

static fc_target_config config;
static fc_cloud cloud;
static fc_graph_batch *batch;

static fc_status write_form(void *context, fc_buffer *form, fc_error *err)
{
    (void)context;
    return fc_buffer_print(form, err, "grant_type=x");
}

static void open_batch(const char *const *answers, int32_t size_max)
{
    fc_error err = { 0 };
    fc_targets_parse("[graph]\ntenant = a\nclient_id = app\n", &config);
    fc_canned_start(answers);
    ASSERT_OK(fc_cloud_open(&config, fc_canned_url, write_form, NULL, &cloud, &err), err);
    ASSERT_OK(fc_graph_batch_new(&cloud, fc_canned_url, size_max, &batch, &err), err);
}

static void close_batch(void)
{
    fc_graph_batch_free(batch);
    fc_cloud_close(&cloud);
    fc_canned_stop();
    fc_target_config_clear(&config);
}

static void who_is_alone_goes_plainly(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN, "HTTP/1.1 200 OK\r\n" CLOSE "JPEG",
                                           "HTTP/1.1 404 No\r\n" CLOSE, NULL };
    fc_error err = { 0 };
    FC_AUTO_BUFFER(answer, 64);
    fc_graph_request request = { .method = "GET",
                                 .path = "/users/a/photo/$value",
                                 .answer = &answer };
    open_batch(ANSWERS, FC_GRAPH_BATCH_MAX);
    ASSERT_OK(fc_graph_batch_send(batch, &request, &err), err);
    assert_int_equal(request.result.state, FC_DELIVERY_DONE);
    assert_string_equal(fc_buffer_text(&answer), "JPEG");
    assert_memory_equal(fc_canned_request, "GET /users/a/photo/$value ", 26);
    ASSERT_OK(fc_graph_batch_send(batch, &request, &err), err);
    assert_int_equal(request.result.state, FC_DELIVERY_REFUSED);
    assert_int_equal(request.status, 404);
    close_batch();
}

static void what_cannot_be_read_at_all_is_an_error(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN, "HTTP/1.1 401 No\r\n" CLOSE, NULL };
    fc_error err = { 0 };
    fc_graph_request request = { .method = "DELETE", .path = "/users/a/photo/$value" };
    open_batch(ANSWERS, 1);
    ASSERT_FAILS(FC_IO, fc_graph_batch_send(batch, &request, &err), err); /* no token any more */
    close_batch();
}

/* ---- several --------------------------------------------------------------------------------- */

/* One of the threads, and what came of it. */
typedef struct sender {
    pthread_t thread;
    fc_status status;
    fc_graph_request request;
    fc_buffer answer;
} sender;

static void *send_one(void *context)
{
    static const fc_bytes PHOTO = { (const uint8_t *)"JP\xFF\xFE", 4 };
    sender *self = context;
    self->answer = FC_BUFFER(8192);
    self->request = (fc_graph_request){
        .method = "PUT", .path = "/users/a/photo/$value", .photo = &PHOTO, .answer = &self->answer
    };
    self->status = fc_graph_batch_send(batch, &self->request, NULL);
    return NULL;
}

static void send_all(sender senders[THREADS])
{
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&senders[i].thread, NULL, send_one, &senders[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(senders[i].thread, NULL), 0);
        fc_buffer_clear(&senders[i].answer);
    }
}

/* An answer that says the same to each request of a batch. To one that comes alone it is 200. */
static void write_answer(const char *item, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "HTTP/1.1 200 OK\r\n" CLOSE "{\"responses\":[");
    for (int i = 0; i < FC_GRAPH_BATCH_MAX; i++) {
        used += (size_t)snprintf(text + used, size - used, "%s{\"id\":\"%d\",%s}", i > 0 ? "," : "",
                                 i, item);
    }
    (void)snprintf(text + used, size - used, "]}");
}

static void each_of_a_batch_has_an_answer_of_its_own(void **state)
{
    (void)state;
    static const struct {
        const char *item;
        fc_status status;
        fc_delivery_state state;
        int64_t wait_ms;
        const char *text;
    } CASES[] = {
        { "\"status\":204", FC_OK, FC_DELIVERY_DONE, 0, "" },
        { "\"status\":429,\"headers\":{\"retry-after\":\"3\"},\"body\":{\"error\":{\"code\":"
          "\"Many\"}}",
          FC_OK, FC_DELIVERY_LATER, 3000, "429 Many" },
        { "\"status\":429,\"headers\":{\"Retry-After\":\"99999999\"}", FC_OK, FC_DELIVERY_LATER,
          FC_CALLER_WAIT_MAX_MS, "429" },
        { "\"status\":403,\"body\":{\"error\":{\"code\":\"No\",\"message\":\"why\"}}", FC_OK,
          FC_DELIVERY_REFUSED, 0, "403 No: why" },
        { "\"status\":200,\"body\":\"?\"", FC_INVALID_ARGUMENT, FC_DELIVERY_DONE, 0, "" },
        { "\"x\":1", FC_OK, FC_DELIVERY_REFUSED, 0, "0" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char text[8192];
        const char *const answers[] = { TOKEN, text, NULL };
        sender senders[THREADS];
        int batched = 0;
        write_answer(CASES[i].item, text, sizeof text);
        open_batch(answers, FC_GRAPH_BATCH_MAX);
        for (int round = 0; round < ROUNDS_MAX && batched == 0; round++) {
            send_all(senders);
            for (int t = 0; t < THREADS; t++) {
                const fc_graph_request *request = &senders[t].request;
                const bool alone = request->status == 200 && CASES[i].status == FC_OK;
                batched += alone || senders[t].status != CASES[i].status ? 0 : 1;
                if (senders[t].status == FC_OK && !alone && CASES[i].status == FC_OK) {
                    assert_int_equal(request->result.state, CASES[i].state);
                    assert_int_equal(request->result.wait_ms, CASES[i].wait_ms);
                    assert_string_equal(request->result.text, CASES[i].text);
                }
            }
        }
        assert_true(batched > 0);
        close_batch();
    }
}

static void a_request_without_an_answer_is_lost(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN, "HTTP/1.1 200 OK\r\n" CLOSE "{\"responses\":[]}",
                                           NULL };
    sender senders[THREADS];
    int lost = 0;
    bool last = false; /* the last call was a batch */
    open_batch(ANSWERS, FC_GRAPH_BATCH_MAX);
    for (int round = 0; round < ROUNDS_MAX && !(lost > 0 && last); round++) {
        send_all(senders);
        last = strncmp(fc_canned_request, "POST /$batch ", 13) == 0;
        for (int t = 0; t < THREADS; t++) {
            assert_int_equal(senders[t].status, FC_OK);
            lost += senders[t].request.result.state == FC_DELIVERY_LOST ? 1 : 0;
        }
    }
    assert_true(lost > 0);
    assert_true(last);
    assert_non_null(strstr(fc_canned_request, "\"body\":\"SlD__g\""));
    close_batch();
}

static void a_batch_that_is_refused_is_an_answer_to_all(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN, "HTTP/1.1 429 No\r\nRetry-After: 2\r\n" CLOSE,
                                           NULL };
    sender senders[THREADS];
    open_batch(ANSWERS, 2);
    send_all(senders);
    for (int t = 0; t < THREADS; t++) {
        assert_int_equal(senders[t].request.result.state, FC_DELIVERY_LATER);
        assert_int_equal(senders[t].request.result.wait_ms, 2000);
    }
    assert_true(fc_canned_count() >= 1 + THREADS / 2);
    close_batch();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_alone_goes_plainly),
        cmocka_unit_test(what_cannot_be_read_at_all_is_an_error),
        cmocka_unit_test(each_of_a_batch_has_an_answer_of_its_own),
        cmocka_unit_test(a_request_without_an_answer_is_lost),
        cmocka_unit_test(a_batch_that_is_refused_is_an_answer_to_all),
    };
    return cmocka_run_group_tests_name("directory/graph_batch", tests, NULL, NULL);
}
