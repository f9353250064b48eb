#include "support/toy_server.h"

#include <stdio.h>
#include <time.h>

#include "support/fc_test.h"
#include "support/http_client.h"

fc_toy_state fc_toy;

void fc_toy_nap_ms(long ms)
{
    const struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    (void)nanosleep(&time, NULL);
}

static fc_status answer_health(void *context, const fc_http_request *request,
                               fc_http_response *response, fc_error *err)
{
    (void)context;
    (void)request;
    return fc_http_set_json(response, 200, json_pack("{s:s}", "status", "healthy"), err);
}

static fc_status answer_upload(void *context, const fc_http_request *request,
                               fc_http_response *response, fc_error *err)
{
    (void)context;
    const fc_http_file *file = fc_http_file_lookup(request, "file");
    const char *width = fc_http_pairs_lookup(request->fields, "width");
    return fc_http_set_json(
        response, 200,
        json_pack("{s:i, s:s?}", "size", file != NULL ? (int)file->bytes.size : -1, "width", width),
        err);
}

static fc_status answer_wait(void *context, const fc_http_request *request,
                             fc_http_response *response, fc_error *err)
{
    fc_toy_state *state = context;
    atomic_fetch_add(&state->waiting, 1);
    while (!atomic_load(&state->release)) {
        if (fc_http_client_gone(request)) {
            atomic_fetch_add(&state->gone, 1);
            atomic_fetch_sub(&state->waiting, 1);
            return fc_fail(err, FC_CANCELLED, "the client has hung up");
        }
        fc_toy_nap_ms(10);
    }
    atomic_fetch_sub(&state->waiting, 1);
    return fc_http_set_json(response, 200, json_pack("{s:s}", "done", "yes"), err);
}

static fc_status answer_picture(void *context, const fc_http_request *request,
                                fc_http_response *response, fc_error *err)
{
    (void)context;
    (void)err;
    static const char PICTURE[] = "0123456789";
    assert_string_equal(fc_http_path_param(request, "id"), "a b");
    fc_http_set_constant(response, "image/png", (fc_bytes){ (const uint8_t *)PICTURE, 10 });
    fc_http_set_etag(response, "tag");
    return FC_OK;
}

static fc_status answer_failure(void *context, const fc_http_request *request,
                                fc_http_response *response, fc_error *err)
{
    (void)context;
    (void)request;
    (void)response;
    return fc_fail(err, FC_IO, "/secret/path cannot be read");
}

static bool next_event(void *context, char *piece, size_t *size)
{
    int *count = context;
    *size = (size_t)snprintf(piece, *size, "data: %d\n\n", *count);
    return ++*count < 3;
}

static fc_status answer_events(void *context, const fc_http_request *request,
                               fc_http_response *response, fc_error *err)
{
    (void)context;
    (void)request;
    (void)err;
    static int count;
    count = 0;
    fc_http_set_stream(response, "text/event-stream", next_event, &count, NULL);
    return FC_OK;
}

static const fc_http_route ROUTES[] = {
    { .method = FC_HTTP_GET,
      .pattern = "/health",
      .handler = answer_health,
      .open = true,
      .name = "health" },
    { .method = FC_HTTP_POST,
      .pattern = "/upload",
      .handler = answer_upload,
      .body = FC_HTTP_ONE_PHOTO,
      .name = "upload" },
    { .method = FC_HTTP_GET, .pattern = "/wait", .handler = answer_wait, .name = "wait" },
    { .method = FC_HTTP_GET,
      .pattern = "/picture/{id}",
      .handler = answer_picture,
      .name = "picture" },
    { .method = FC_HTTP_GET, .pattern = "/fail", .handler = answer_failure, .name = "fail" },
    { .method = FC_HTTP_GET, .pattern = "/events", .handler = answer_events, .name = "events" },
};

fc_http_routes fc_toy_routes(void)
{
    return (fc_http_routes){ .rows = ROUTES, .count = sizeof ROUTES / sizeof ROUTES[0] };
}

static void observe(void *context, const fc_http_event *event)
{
    fc_toy_state *state = context;
    atomic_store(&state->last_code, event->code);
}

fc_http_settings fc_toy_settings(void)
{
    fc_http_settings settings = fc_http_settings_default();
    settings.connections_per_address_max = 0;
    settings.idle_timeout_ms = 60000;
    settings.header_timeout_ms = 60000;
    settings.file_bytes_max = 100000;
    settings.observe = observe;
    return settings;
}

fc_http_server *fc_toy_start(const fc_http_settings *settings)
{
    fc_error err = { 0 };
    fc_http_server *server = NULL;
    atomic_store(&fc_toy.release, false);
    atomic_store(&fc_toy.gone, 0);
    atomic_store(&fc_toy.last_code, 0);
    ASSERT_OK(fc_http_server_new(settings, fc_toy_routes(), &fc_toy, &server, &err), err);
    return server;
}

int fc_toy_set_up(void **state)
{
    const fc_http_settings settings = fc_toy_settings();
    *state = fc_toy_start(&settings);
    return 0;
}

int fc_toy_tear_down(void **state)
{
    fc_http_server_free(*state);
    return 0;
}

int fc_toy_ask(void **state, const char *request, char *answer, size_t size)
{
    return fc_client_ask(fc_http_server_port(*state), request, answer, size);
}
