#include "support/requests.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/connection.h"
#include "support/fc_test.h"

#define PIECE_BYTES_MAX 4096
#define PATIENCE_MS 60000

fc_http_request fc_requests_get(const char *path, const char *name, const char *value)
{
    static fc_http_pair part;
    part = (fc_http_pair){ name, value };
    return (fc_http_request){ .path = path,
                              .parts = { &part, name != NULL ? 1 : 0 },
                              .received_us = fc_clock_us() };
}

fc_http_request fc_requests_post(const char *path, const char *field, fc_bytes file)
{
    static fc_http_file files[1];
    files[0] = (fc_http_file){ field, "photo.jpg", file };
    return (fc_http_request){ .method = FC_HTTP_POST,
                              .path = path,
                              .files = files,
                              .file_count = 1,
                              .received_us = fc_clock_us() };
}

void fc_requests_send(fc_sent_request *sent, const char *path, const char *field,
                      const fc_bytes *photos, size_t count)
{
    static const fc_http_body_limits LIMITS = { 4096, 4096, 8 };
    fc_error err = { 0 };
    FC_AUTO_BUFFER(text, 4096);
    for (size_t i = 0; i < count; i++) {
        ASSERT_OK(fc_buffer_print(&text, &err,
                                  "--B\r\nContent-Disposition: form-data; name=\"%s\"; "
                                  "filename=\"photo.jpg\"\r\n\r\n",
                                  field),
                  err);
        ASSERT_OK(fc_buffer_append(&text, photos[i].data, photos[i].size, &err), err);
        ASSERT_OK(fc_buffer_print(&text, &err, "\r\n"), err);
    }
    ASSERT_OK(fc_buffer_print(&text, &err, "--B--\r\n"), err);
    *sent = (fc_sent_request){ 0 };
    fc_http_body **body = &sent->exchange.body;
    ASSERT_OK(fc_http_body_new("multipart/form-data; boundary=B", &LIMITS, body, &err), err);
    ASSERT_OK(fc_http_body_feed(*body, fc_buffer_bytes(&text), &err), err);
    ASSERT_OK(fc_http_body_end(*body, &err), err);
    sent->exchange.core = &sent->core;
    sent->request = (fc_http_request){ .method = FC_HTTP_POST,
                                       .path = path,
                                       .files = fc_http_body_content(*body)->files,
                                       .file_count = count,
                                       .exchange = &sent->exchange,
                                       .received_us = fc_clock_us() };
}

void fc_requests_end(fc_sent_request *sent)
{
    fc_http_body_free(sent->exchange.body);
    sent->exchange.body = NULL;
}

fc_http_response fc_requests_ask(fc_http_handler handler, fc_service *service,
                                 const fc_http_request *request)
{
    fc_error err = { 0 };
    fc_http_response response = fc_http_response_start();
    ASSERT_OK(handler(service, request, &response, &err), err);
    return response;
}

fc_http_response fc_requests_ask_full(fc_http_handler handler, fc_service *service,
                                      fc_stub_work *stub, const fc_http_request *request)
{
    FC_AUTO(fc_task) running = fc_stub_task(service->pool, 'w');
    fc_stub_await_busy(service->pool, 1);
    FC_AUTO(fc_task) waiting = fc_stub_task(service->pool, 'q');
    const fc_http_response response = fc_requests_ask(handler, service, request);
    atomic_store(&stub->open, true);
    assert_true(fc_task_wait(waiting, PATIENCE_MS));
    return response;
}

void fc_requests_assert_fails(fc_http_handler handler, fc_service *service,
                              const fc_http_request *request, fc_status expected)
{
    fc_error err = { 0 };
    fc_http_response response = fc_http_response_start();
    ASSERT_FAILS(expected, handler(service, request, &response, &err), err);
    fc_http_response_clear(&response);
}

static void assert_left(fc_http_handler handler, fc_service *service,
                        const fc_http_request *request)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    assert_int_equal(close(ends[1]), 0);
    fc_http_connection connection = { .socket = ends[0] };
    fc_http_request left = *request;
    left.connection = &connection;
    fc_requests_assert_fails(handler, service, &left, FC_CANCELLED);
    assert_int_equal(close(ends[0]), 0);
}

void fc_requests_assert_left(fc_http_handler handler, fc_service *service, fc_stub_work *stub,
                             const fc_http_request *request)
{
    FC_AUTO(fc_task) running = fc_stub_task(service->pool, 'w');
    fc_stub_await_busy(service->pool, 1);
    assert_left(handler, service, request);
    assert_int_equal(fc_worker_pool_stats(service->pool).queued, 0);
    atomic_store(&stub->open, true);
    assert_true(fc_task_wait(running, PATIENCE_MS));
}

const char *fc_requests_text(const fc_http_response *response)
{
    if (response->kind == FC_HTTP_CONSTANT) {
        return (const char *)response->constant.data;
    }
    return response->kind == FC_HTTP_BUFFER ? fc_buffer_text(&response->buffer) : "";
}

json_t *fc_requests_json(const fc_http_response *response)
{
    json_t *value = json_loads(fc_requests_text(response), 0, NULL);
    assert_non_null(value);
    fc_requests_assert_header(response, "Content-Type", "application/json");
    return value;
}

const char *fc_requests_string(const json_t *object, const char *first, const char *key)
{
    const json_t *from = first != NULL ? json_object_get(object, first) : object;
    const char *text = json_string_value(json_object_get(from, key));
    return text != NULL ? text : "";
}

void fc_requests_assert_header(const fc_http_response *response, const char *name,
                               const char *value)
{
    const char *set = fc_http_response_header_lookup(response, name);
    if (value == NULL) {
        assert_null(set);
    } else {
        assert_non_null(set);
        assert_string_equal(set, value);
    }
}

void fc_requests_assert_refused(fc_http_response *response, unsigned code, const char *text)
{
    assert_int_equal(response->code, code);
    if (strstr(fc_requests_text(response), text) == NULL) {
        fail_msg("\"%s\" is not in %s", text, fc_requests_text(response));
    }
    fc_http_response_clear(response);
}

void fc_requests_read_stream(fc_http_response *response, size_t room, fc_buffer *out)
{
    char piece[PIECE_BYTES_MAX];
    fc_error err = { 0 };
    assert_int_equal(response->kind, FC_HTTP_STREAM);
    assert_true(room <= sizeof piece);
    for (bool more = true; more;) {
        size_t size = room;
        more = response->stream(response->stream_context, piece, &size);
        assert_true(size <= room);
        ASSERT_OK(fc_buffer_append(out, piece, size, &err), err);
    }
}
