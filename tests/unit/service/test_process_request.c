#include "service/process_request.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "http/connection.h"
#include "http/headers.h"
#include "service/async_job.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stub_service.h"

static fc_stub_work stub;
static fc_service *service;

static int start(void **state)
{
    return fc_stub_service_setup(state, &stub, 1, 1, &service);
}

static int stop(void **state)
{
    return fc_stub_service_teardown(state, service);
}

static fc_http_request photo_request(void)
{
    return fc_requests_post("/api/v1/process", "file", fc_stub_photo('q'));
}

/* What the request asks for; it is not refused. */
static fc_process_request read_order(const fc_http_request *request)
{
    fc_error err = { 0 };
    bool refused = true;
    fc_process_request order = { .form = fc_form_start(&service->defaults) };
    fc_http_response response = fc_http_response_start();
    ASSERT_OK(fc_process_request_read(service, request, "file", &order, &response, &refused, &err),
              err);
    assert_false(refused);
    return order;
}

static void assert_refused(const fc_http_request *request, const char *field, const char *text)
{
    fc_error err = { 0 };
    bool refused = false;
    fc_process_request order = { .form = fc_form_start(&service->defaults) };
    fc_http_response response = fc_http_response_start();
    ASSERT_OK(fc_process_request_read(service, request, field, &order, &response, &refused, &err),
              err);
    assert_true(refused);
    fc_requests_assert_refused(&response, 422, text);
}

static void fields_of_the_body_are_stronger_than_those_of_the_query(void **state)
{
    (void)state;
    fc_http_request request = photo_request();
    request.query = FC_REQUESTS_PAIRS({ "width", "100" }, { "height", "120" });
    request.fields = FC_REQUESTS_PAIRS({ "width", "200" });
    const fc_process_request order = read_order(&request);
    assert_int_equal(order.form.params.width, 200);
    assert_int_equal(order.form.params.height, 120);
    assert_true(fc_job_id_valid(order.job_id));
    assert_int_equal(order.deadline_us,
                     request.received_us + (int64_t)service->server.request_deadline_s * 1000000);
}

static void a_colour_counts_more_than_its_channels_in_any_order(void **state)
{
    (void)state;
    fc_http_request request = photo_request();
    request.fields = FC_REQUESTS_PAIRS({ "background", "#010203" }, { "background_r", "99" });
    assert_int_equal(read_order(&request).form.params.background.red, 1);
    request.fields = FC_REQUESTS_PAIRS({ "background_r", "99" }, { "background", "#010203" });
    assert_int_equal(read_order(&request).form.params.background.red, 1);
}

static void an_answer_later_is_given_where_it_is_preferred(void **state)
{
    (void)state;
    static const struct {
        const char *prefer;
        bool later;
    } CASES[] = { { "respond-async", true },
                  { "Respond-Async", true },
                  { "return=minimal, respond-async", true },
                  { "respond-async; wait=10", true },
                  { "respond-asynchronously", false },
                  { "no-respond-async", false },
                  { ",, ,", false },
                  { "", false } };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_http_request request = photo_request();
        request.headers = FC_REQUESTS_PAIRS({ "prefer", CASES[i].prefer });
        assert_int_equal(read_order(&request).asynchronous, CASES[i].later);
    }
}

/* RFC 7240, section 2: several headers are one list. Before, only the first one counted. */
static void a_preference_counts_in_whichever_header_it_stands(void **state)
{
    (void)state;
    fc_http_request request = photo_request();
    request.headers = FC_REQUESTS_PAIRS({ "Prefer", "wait=10" }, { "Accept", "respond-async" });
    assert_false(read_order(&request).asynchronous);
    fc_error err = { 0 };
    fc_http_pair lines[] = { { "Prefer", "wait=10" }, { "prefer", "respond-async" } };
    FC_AUTO(fc_chars) joined = NULL; /* as the server joins them */
    size_t count = 2;
    ASSERT_OK(fc_http_headers_join(lines, &count, &joined, &err), err);
    request.headers = (fc_http_pairs){ lines, count };
    assert_true(read_order(&request).asynchronous);
}

static void nothing_is_answered_later_where_nothing_is_kept(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) none = NULL;
    fc_job_store *kept = service->store;
    ASSERT_OK(fc_job_store_open("", 0, &none, &err), err);
    fc_async_jobs_stop(service->async_jobs); /* its thread works with the store */
    service->store = none;
    fc_http_request request = photo_request();
    request.headers = FC_REQUESTS_PAIRS({ "Prefer", "respond-async" });
    assert_false(read_order(&request).asynchronous);
    service->store = kept;
}

static void what_is_wrong_or_missing_is_told_as_one_list(void **state)
{
    (void)state;
    fc_http_request request = photo_request();
    request.query = FC_REQUESTS_PAIRS({ "width", "wide" });
    request.fields = FC_REQUESTS_PAIRS({ "height", "63" });
    assert_refused(&request, "file", "[\"query\",\"width\"]");
    assert_refused(&request, "file", "[\"body\",\"height\"]");
    request = photo_request();
    assert_refused(&request, "files", "\"loc\":[\"body\",\"files\"],\"msg\":\"Field required\"");
}

static void a_service_that_ends_takes_no_more(void **state)
{
    (void)state;
    fc_error err = { 0 };
    bool refused = true;
    fc_process_request order = { .form = fc_form_start(&service->defaults) };
    fc_http_response response = fc_http_response_start();
    fc_service_close(service);
    fc_http_request request = photo_request();
    request.received_us++; /* later, whatever the clock's steps are */
    ASSERT_FAILS(
        FC_STOPPING,
        fc_process_request_read(service, &request, "file", &order, &response, &refused, &err), err);
    assert_false(refused);
}

static void photos_are_told_by_their_first_bytes(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_bytes png = { (const uint8_t *)"\x89PNG\r\n\x1a\n", 8 };
    ASSERT_OK(fc_photo_check(service, fc_stub_photo('q'), &err), err);
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT, fc_photo_check(service, png, &err), err);
    assert_string_equal(err.text, "Invalid format. Allowed: jpeg");
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT, fc_photo_check(service, (fc_bytes){ NULL, 0 }, &err), err);
}

static void a_fingerprint_tells_route_form_and_photo_apart(void **state)
{
    (void)state;
    char first[FC_DIGEST_SIZE];
    char other[FC_DIGEST_SIZE];
    fc_form form = fc_form_start(&service->defaults);
    fc_http_request request = photo_request();
    fc_process_request_fingerprint(&request, &form, first);
    fc_process_request_fingerprint(&request, &form, other);
    assert_string_equal(first, other);
    form.format = FC_FORM_PNG;
    fc_process_request_fingerprint(&request, &form, other);
    assert_string_not_equal(first, other);
    form = fc_form_start(&service->defaults);
    form.params.width++;
    fc_process_request_fingerprint(&request, &form, other);
    assert_string_not_equal(first, other);
    form.params.width--;
    request.path = "/api/v1/process/batch";
    fc_process_request_fingerprint(&request, &form, other);
    assert_string_not_equal(first, other);
    request = fc_requests_post("/api/v1/process", "file", fc_stub_photo('s'));
    fc_process_request_fingerprint(&request, &form, other);
    assert_string_not_equal(first, other);
    request.file_count = 0;
    fc_process_request_fingerprint(&request, &form, other);
    assert_string_not_equal(first, other);
}

static void pictures_are_made_as_the_form_asks(void **state)
{
    (void)state;
    fc_form form = fc_form_start(&service->defaults);
    form.params.use_oval_mask = false;
    form.params.background.kind = FC_BACKGROUND_COLOUR;
    assert_int_equal(fc_form_outputs(&form), FC_OUTPUT_JPEG);
    form.params.use_oval_mask = true;
    assert_int_equal(fc_form_outputs(&form), FC_OUTPUT_PNG | FC_OUTPUT_JPEG);
    form.params.use_oval_mask = false;
    form.params.background.kind = FC_BACKGROUND_TRANSPARENT;
    assert_int_equal(fc_form_outputs(&form), FC_OUTPUT_PNG | FC_OUTPUT_JPEG);
    form.format = FC_FORM_PNG;
    assert_int_equal(fc_form_outputs(&form), FC_OUTPUT_PNG);
    form.format = FC_FORM_JPEG;
    assert_int_equal(fc_form_outputs(&form), FC_OUTPUT_JPEG);
    form.format = FC_FORM_WEBP;
    assert_int_equal(fc_form_outputs(&form), FC_OUTPUT_WEBP);
    assert_int_equal(fc_form_picture_type(&form), FC_PICTURE_WEBP);
}

static fc_status submit(char what, fc_task **task, fc_error *err)
{
    const fc_form form = fc_form_start(&service->defaults);
    const fc_http_request request = photo_request();
    fc_task_request wanted = { .params = form.params, .outputs = fc_form_outputs(&form) };
    const fc_status status = fc_photo_submit(service, &request, fc_stub_photo(what),
                                             (fc_bytes){ 0 }, &wanted, task, err);
    assert_null(wanted.photo.data); /* the task has it, or it is released */
    return status;
}

static void a_photo_is_put_into_the_queue_until_that_is_full(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_http_request request = photo_request();
    FC_AUTO(fc_task) first = NULL;
    FC_AUTO(fc_task) second = NULL;
    FC_AUTO(fc_task) third = NULL;
    ASSERT_OK(submit('w', &first, &err), err);
    fc_stub_await_busy(service->pool, 1);
    ASSERT_OK(submit('q', &second, &err), err);
    ASSERT_FAILS(FC_BUSY, submit('q', &third, &err), err);
    assert_null(third);
    atomic_store(&stub.open, true);
    ASSERT_OK(fc_photo_wait(&request, second, &err), err);
    assert_int_equal(fc_task_outcome(second)->portrait_count, 1);
}

static void a_file_of_the_request_is_taken_over_and_other_bytes_are_copied(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_bytes photos[] = { fc_stub_photo('q'), fc_stub_photo('s') };
    fc_sent_request sent;
    fc_requests_send(&sent, "/api/v1/process", "file", photos, 2);
    const fc_bytes second = sent.request.files[1].bytes;
    FC_AUTO_BUFFER(taken, 0);
    FC_AUTO_BUFFER(copied, 0);
    FC_AUTO_BUFFER(none, 0);
    ASSERT_OK(fc_photo_take(&sent.request, second, &taken, &err), err);
    assert_ptr_equal(taken.data, second.data);
    assert_null(sent.request.files[1].bytes.data);
    assert_non_null(sent.request.files[0].bytes.data);
    ASSERT_OK(fc_photo_take(&sent.request, photos[0], &taken, &err), err); /* it has data already */
    assert_ptr_equal(taken.data, second.data);
    ASSERT_OK(fc_photo_take(&sent.request, photos[0], &copied, &err), err);
    assert_ptr_not_equal(copied.data, photos[0].data);
    assert_memory_equal(copied.data, photos[0].data, photos[0].size);
    ASSERT_OK(fc_photo_take(&sent.request, (fc_bytes){ NULL, 0 }, &none, &err), err);
    assert_null(none.data);
    fc_requests_end(&sent);
}

static void what_memory_cannot_hold_is_not_taken(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_http_request request = photo_request();
    FC_AUTO_BUFFER(copied, 0);
    SWEEP_ALLOCATIONS(fc_photo_take(&request, fc_stub_photo('q'), &copied, &err),
                      copied.data == NULL);
}

static void photo_and_backdrop_of_the_request_go_to_the_task(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_bytes photos[] = { fc_stub_photo('q'), fc_stub_photo('s') };
    fc_sent_request sent;
    fc_requests_send(&sent, "/api/v1/process", "file", photos, 2);
    const fc_http_file *files = sent.request.files;
    FC_AUTO(fc_task) running = fc_stub_task(service->pool, 'w');
    fc_stub_await_busy(service->pool, 1);
    const int64_t before = fc_worker_pool_stats(service->pool).memory_used;
    FC_AUTO(fc_task) task = NULL;
    fc_task_request wanted = { .params = service->defaults, .outputs = FC_OUTPUT_PNG };
    ASSERT_OK(fc_photo_submit(service, &sent.request, files[0].bytes, files[1].bytes, &wanted,
                              &task, &err),
              err);
    assert_null(files[0].bytes.data);
    assert_null(files[1].bytes.data);
    const int64_t both = (int64_t)(photos[0].size + photos[1].size);
    assert_int_equal(fc_worker_pool_stats(service->pool).memory_used, before + both);
    atomic_store(&stub.open, true);
    assert_true(fc_task_wait(task, 60000));
    fc_requests_end(&sent);
}

/* A client leaves while its task waits to be opened. */
static void leave(fc_status (*wait)(const fc_http_request *, fc_task *, fc_error *), fc_task **task)
{
    fc_error err = { 0 };
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    fc_http_connection connection = { .socket = ends[0] };
    fc_http_request request = photo_request();
    request.connection = &connection;
    ASSERT_OK(submit('w', task, &err), err);
    assert_int_equal(close(ends[1]), 0);
    ASSERT_FAILS(FC_CANCELLED, wait(&request, *task, &err), err);
    assert_int_equal(close(ends[0]), 0);
}

static void whoever_has_left_is_not_waited_for(void **state)
{
    (void)state;
    FC_AUTO(fc_task) task = NULL;
    leave(fc_photo_wait, &task);
    assert_true(fc_task_wait(task, 60000)); /* nobody opens it: it was cancelled */
    assert_int_equal(fc_task_outcome(task)->failure.status, FC_CANCELLED);
}

/* Nothing that the worker has is taken away under it. */
static void an_end_is_waited_for_though_the_client_has_left(void **state)
{
    (void)state;
    FC_AUTO(fc_task) task = NULL;
    leave(fc_photo_wait_for_end, &task);
    assert_true(fc_task_wait(task, 0));
}

#define REQUEST_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REQUEST_TEST(fields_of_the_body_are_stronger_than_those_of_the_query),
        REQUEST_TEST(a_colour_counts_more_than_its_channels_in_any_order),
        REQUEST_TEST(an_answer_later_is_given_where_it_is_preferred),
        REQUEST_TEST(a_preference_counts_in_whichever_header_it_stands),
        REQUEST_TEST(nothing_is_answered_later_where_nothing_is_kept),
        REQUEST_TEST(what_is_wrong_or_missing_is_told_as_one_list),
        REQUEST_TEST(a_service_that_ends_takes_no_more),
        REQUEST_TEST(photos_are_told_by_their_first_bytes),
        REQUEST_TEST(a_fingerprint_tells_route_form_and_photo_apart),
        REQUEST_TEST(pictures_are_made_as_the_form_asks),
        REQUEST_TEST(a_photo_is_put_into_the_queue_until_that_is_full),
        REQUEST_TEST(a_file_of_the_request_is_taken_over_and_other_bytes_are_copied),
        REQUEST_TEST(what_memory_cannot_hold_is_not_taken),
        REQUEST_TEST(photo_and_backdrop_of_the_request_go_to_the_task),
        REQUEST_TEST(whoever_has_left_is_not_waited_for),
        REQUEST_TEST(an_end_is_waited_for_though_the_client_has_left),
    };
    return cmocka_run_group_tests_name("service/process_request", tests, NULL, NULL);
}
