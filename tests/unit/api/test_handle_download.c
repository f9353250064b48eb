#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/routes.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stores.h"

/* Ask for a picture; `number` may be NULL. */
static fc_http_response ask(fc_service *service, const char *id, const char *format,
                            const char *number)
{
    const fc_http_pair parts[] = { { "job_id", id }, { "format", format } };
    const fc_http_pair query[] = { { "number", number } };
    const fc_http_request request = { .path = "/api/v1/download",
                                      .parts = { parts, 2 },
                                      .query = { query, number != NULL ? 1 : 0 } };
    return fc_requests_ask(fc_handle_download, service, &request);
}

static void a_picture_is_sent_with_all_that_a_cache_wants(void **state)
{
    (void)state;
    char content[16] = "";
    fc_service service = { .store = fc_stores_open() };
    fc_stores_save(service.store, FC_STORES_A);
    fc_http_response response = ask(&service, FC_STORES_A, "png", "1");
    assert_int_equal(response.code, 200);
    assert_int_equal(response.kind, FC_HTTP_DESCRIPTOR);
    assert_int_equal(response.size, 9);
    assert_int_equal(read(response.descriptor, content, sizeof content), 9);
    assert_string_equal(content, "png bytes");
    fc_requests_assert_header(&response, "Content-Type", "image/png");
    fc_requests_assert_header(&response, "Content-Disposition",
                              "attachment; filename=\"" FC_STORES_A ".png\"");
    assert_non_null(fc_http_response_header_lookup(&response, "ETag"));
    assert_non_null(strstr(fc_http_response_header_lookup(&response, "Last-Modified"), " GMT"));
    const char *caching = fc_http_response_header_lookup(&response, "Cache-Control");
    int left_s = 0;
    assert_int_equal(sscanf(caching, "private, immutable, max-age=%d", &left_s), 1);
    assert_in_range(left_s, 24 * 3600 - 60, 24 * 3600);
    fc_http_response_clear(&response);
    fc_job_store_close(service.store);
}

static void each_format_has_its_type(void **state)
{
    (void)state;
    fc_service service = { .store = fc_stores_open() };
    fc_stores_save(service.store, FC_STORES_A);
    fc_http_response response = ask(&service, FC_STORES_A, "jpg", NULL);
    fc_requests_assert_header(&response, "Content-Type", "image/jpeg");
    fc_http_response_clear(&response);
    response = ask(&service, FC_STORES_A, "zip", NULL);
    assert_int_equal(response.kind, FC_HTTP_STREAM);
    fc_requests_assert_header(&response, "Content-Disposition",
                              "attachment; filename=\"" FC_STORES_A ".zip\"");
    fc_http_response_clear(&response);
    fc_job_store_close(service.store);
}

static void formats_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    static const char *const FORMATS[] = { "gif", "PNG", "jpeg", "pn", "png.exe", "zip2" };
    fc_service service = { .store = fc_stores_open() };
    fc_stores_save(service.store, FC_STORES_A);
    for (size_t i = 0; i < sizeof FORMATS / sizeof FORMATS[0]; i++) {
        fc_http_response response = ask(&service, FC_STORES_A, FORMATS[i], NULL);
        fc_requests_assert_refused(&response, 400, "Invalid format. Use 'png' or 'jpg'");
    }
    fc_job_store_close(service.store);
}

static void portraits_that_do_not_exist_are_not_found(void **state)
{
    (void)state;
    static const char *const NUMBERS[] = {
        "0", "2", "-1", "101", "one", "", "99999999999999999999"
    };
    fc_service service = { .store = fc_stores_open() };
    fc_stores_save(service.store, FC_STORES_A);
    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
        fc_http_response response = ask(&service, FC_STORES_A, "png", NUMBERS[i]);
        fc_requests_assert_refused(&response, 404, "Job not found");
    }
    fc_http_response response = ask(&service, FC_STORES_A, "webp", NULL);
    fc_requests_assert_refused(&response, 404, "Job not found");
    fc_job_store_close(service.store);
}

static void jobs_of_nobody_and_of_others_are_not_found(void **state)
{
    (void)state;
    static const char *const FORMATS[] = { "png", "zip" };
    fc_error err = { 0 };
    fc_service service = { .store = fc_stores_open() };
    fc_job job = fc_stores_job(FC_STORES_A);
    (void)snprintf(job.owner, sizeof job.owner, "anna");
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_OK(fc_job_store_save(service.store, &job, &ending, &err), err);
    for (size_t i = 0; i < 2; i++) {
        fc_http_response response = ask(&service, FC_STORES_A, FORMATS[i], NULL);
        fc_requests_assert_refused(&response, 404, "Job not found");
        response = ask(&service, "../facecraft.db", FORMATS[i], NULL);
        fc_requests_assert_refused(&response, 404, "Job not found");
    }
    fc_job_store_close(service.store);
}

static void an_archive_that_would_be_too_large_is_the_servers_to_refuse(void **state)
{
    (void)state;
    fc_service service = { .store = fc_stores_open() };
    fc_stores_save(service.store, FC_STORES_A);
    fc_stores_change("UPDATE pictures SET bytes = 2147483648");
    const fc_http_pair parts[] = { { "job_id", FC_STORES_A }, { "format", "zip" } };
    const fc_http_request request = { .parts = { parts, 2 } };
    fc_requests_assert_fails(fc_handle_download, &service, &request, FC_LIMIT_EXCEEDED);
    fc_job_store_close(service.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(a_picture_is_sent_with_all_that_a_cache_wants),
        FC_STORES_TEST(each_format_has_its_type),
        FC_STORES_TEST(formats_that_do_not_exist_are_refused),
        FC_STORES_TEST(portraits_that_do_not_exist_are_not_found),
        FC_STORES_TEST(jobs_of_nobody_and_of_others_are_not_found),
        FC_STORES_TEST(an_archive_that_would_be_too_large_is_the_servers_to_refuse),
    };
    return cmocka_run_group_tests_name("api/handle_download", tests, NULL, NULL);
}
